"""What a model may answer: the tags of a definition, as the prompt and the parser need them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self


@dataclass(frozen=True)
class Tag:
    """A tag; one with values (value -> description) has states and is answered as `name/value`."""

    name: str
    description: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TagDefinition:
    """The tags in the order of the definition, and the words that lead the model."""

    guide_prompt: str
    tags: tuple[Tag, ...]

    @classmethod
    def of(cls, guide_prompt: str, definition_json: str) -> Self:
        """From the normal form in which a job carries its definition: catalog has checked it."""
        tags = json.loads(definition_json)["tags"]
        return cls(
            guide_prompt,
            tuple(
                Tag(name, tag) if isinstance(tag, str) else Tag(name, tag["description"], tag["values"])
                for name, tag in tags.items()
            ),
        )

    @cached_property
    def answers(self) -> frozenset[str]:
        """Everything that a correct answer may list: `name`, or `name/value` for a tag with values."""
        return frozenset(
            answer
            for tag in self.tags
            for answer in ([f"{tag.name}/{value}" for value in tag.values] if tag.values else [tag.name])
        )
