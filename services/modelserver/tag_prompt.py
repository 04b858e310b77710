"""The tag definition inside a prompt.

The tagger writes it as one JSON object on the line after `Tag definition (JSON):`, of the form
`{"tags": {NAME: DESCRIPTION, NAME: {"description": DESCRIPTION, "values": {VALUE: DESCRIPTION}}}}`.
"""

from typing import Annotated

from pydantic import BaseModel, Field, ValidationError

from services.modelserver.errors import RequestInvalid

HEADING = "Tag definition (JSON):"

TagDefinition = dict[str, list[str]]
"""The values of each tag by its name, both in the definition's order; no values where a tag is one word."""

Name = Annotated[str, Field(min_length=1, max_length=200)]


class Tag(BaseModel):
    """A tag with a description, and with values where it has states."""

    description: str = ""
    values: dict[Name, str] = Field(default_factory=dict)


class Block(BaseModel):
    """What the line holds."""

    tags: dict[Name, str | Tag] = Field(min_length=1, max_length=1000)


def read_definition(prompt: str) -> TagDefinition:
    """Find and read the definition; raises RequestInvalid."""
    *_, definition = f"\n{prompt}\n".rpartition(f"\n{HEADING}\n")  # the last one: a guide prompt may quote it
    if len(definition) == len(prompt) + 2:
        raise RequestInvalid(problem=f"the prompt needs a line {HEADING!r} and the definition on the next one")
    try:
        block = Block.model_validate_json(definition.partition("\n")[0])
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(["definition", *(str(part) for part in problem["loc"])])
        raise RequestInvalid(problem=f"{place}: {problem['msg']}") from None
    return {name: [] if isinstance(tag, str) else list(tag.values) for name, tag in block.tags.items()}
