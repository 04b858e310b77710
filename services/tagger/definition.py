"""What a model may answer: the tags of a definition, as the prompt and the parser need them."""

from collections.abc import Mapping
from dataclasses import dataclass, field


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

    @property
    def answers(self) -> frozenset[str]:
        """Everything that a correct answer may list: `name`, or `name/value` for a tag with values."""
        return frozenset(
            answer
            for tag in self.tags
            for answer in ([f"{tag.name}/{value}" for value in tag.values] if tag.values else [tag.name])
        )
