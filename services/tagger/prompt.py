"""The one message that the model sees about an image.

Its form is a contract (the embedded model endpoint reads the definition back out of it, and every answer that was paid
for is kept under a fingerprint of it):

    {"role": "user", "content": [
        {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,..."}},
        {"type": "text", "text": TEXT}]}

with TEXT, its lines joined by "\\n":

    GUIDE PROMPT (may have several lines)

    Tag definition (JSON):
    {"tags": {"NAME": "DESCRIPTION", "NAME": {"description": "...", "values": {"VALUE": "DESCRIPTION"}}}}

    INSTRUCTION: answer with a JSON object {"tags": ["name", "name/value", ...]}

The definition is one JSON object on the one line after `Tag definition (JSON):`. Tags stand in the definition's order.
"""

import json

from services.tagger.definition import Tag, TagDefinition

DEFINITION_HEADING = "Tag definition (JSON):"
DEFAULT_GUIDE = "Look at the image and decide which of the tags below apply to it."
INSTRUCTION = (
    'Answer with one JSON object of the form {"tags": ["name", "name/value", ...]} and nothing else. List every tag '
    "that applies and none that does not; use the names exactly as the definition has them. A tag that has values is "
    'answered as "name/value" with one of its values. Where no tag applies, answer {"tags": []}.'
)


def prompt_text(definition: TagDefinition) -> str:
    """The text part of the message; the same for every image of a job, and for equal definitions."""
    block = {"tags": {tag.name: _shown(tag) for tag in definition.tags}}
    return "\n".join(
        [
            definition.guide_prompt.strip() or DEFAULT_GUIDE,
            "",
            DEFINITION_HEADING,
            json.dumps(block, ensure_ascii=False),
            "",
            INSTRUCTION,
        ]
    )


def _shown(tag: Tag) -> object:
    return {"description": tag.description, "values": dict(tag.values)} if tag.values else tag.description
