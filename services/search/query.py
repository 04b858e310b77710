"""A query as the service understands it."""

from dataclasses import dataclass

from services.search.conditions import EVERY_FILE, Condition

DEFAULT_TOP_K = 10
MAX_TOP_K = 5_000


@dataclass(frozen=True)
class Text:
    """Files should be like this text."""

    text: str


@dataclass(frozen=True)
class Image:
    """Files should look like this image, given by its encoded bytes."""

    data: bytes


@dataclass(frozen=True)
class ImageUri:
    """Files should look like the image at this uri."""

    uri: str


Example = Text | Image | ImageUri


@dataclass(frozen=True)
class Similarity:
    """The `top_k` files that are most like `example`, and of those the ones that score more than `score_threshold`.

    `index_set` is a resource name; None means the version's current one.
    """

    example: Example
    top_k: int = DEFAULT_TOP_K
    score_threshold: float | None = None
    index_set: str | None = None


@dataclass(frozen=True)
class Query:
    """Files that meet the condition and, of those, the ones that `similar` picks."""

    condition: Condition = EVERY_FILE
    similar: Similarity | None = None
