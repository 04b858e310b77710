"""A query as the service understands it."""

from dataclasses import dataclass
from enum import Enum

from services.search.conditions import EVERY_FILE, Condition

DEFAULT_TOP_K = 10
MAX_TOP_K = 5_000
# Where all hits are wanted, as many as the contract's type can say.
UNLIMITED_TOP_K = 2**31 - 1
MAX_EXAMPLES = 20
MAX_TEXT = 1_024
MAX_TERMS = 256


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


@dataclass(frozen=True)
class IndexedFile:
    """Files should look like this file of the version that is searched, by the vector that it has already."""

    version_uid: int
    ordinal: int


@dataclass(frozen=True)
class GivenVector:
    """Files should be like this vector of the index set's dimension."""

    values: tuple[float, ...]


Example = Text | Image | ImageUri | IndexedFile | GivenVector


@dataclass(frozen=True)
class Similarity:
    """The `top_k` files that are most like the examples and least like the counterexamples, and of those the ones that
    score more than `score_threshold`.

    There is at least one example. `index_set` is a resource name; None means the version's current one.
    """

    examples: tuple[Example, ...]
    counterexamples: tuple[Example, ...] = ()
    top_k: int = DEFAULT_TOP_K
    score_threshold: float | None = None
    index_set: str | None = None

    @property
    def asks_model(self) -> bool:
        """Whether an example has yet to be embedded, which costs money and time."""
        return any(isinstance(one, Text | Image | ImageUri) for one in (*self.examples, *self.counterexamples))


class Status(Enum):
    """Which files are searched: those that the bucket has, or those that it had."""

    ACTIVE = "ACTIVE"
    DELETED = "DELETED"


class SortField(Enum):
    """What hits are sorted by; files without a value come last. RELEVANCE is the score, or else the order of the
    version.
    """

    RELEVANCE = "relevance"
    FILE_NAME = "file_name"
    SIZE = "size_bytes"
    MODIFY_TIME = "modify_time"
    CREATE_TIME = "create_time"
    TAG_TIME = "tag_time"


@dataclass(frozen=True)
class Sort:
    """The order of hits; equal ones come by ordinal."""

    field: SortField = SortField.RELEVANCE
    is_descending: bool = True


BY_RELEVANCE = Sort()


@dataclass(frozen=True)
class Query:
    """Files that meet the condition and, of those, the ones that `similar` picks."""

    condition: Condition = EVERY_FILE
    similar: Similarity | None = None
    status: Status = Status.ACTIVE
    sort: Sort = BY_RELEVANCE
