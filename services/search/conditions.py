"""The syntax tree of what a file must be like. Everything that a caller can ask for compiles to it.

A condition on something that a file lacks does not hold, so its NOT does.
"""

from dataclasses import dataclass
from dataclasses import field as dataclass_field
from enum import Enum


class TagKind(Enum):
    """Whose word a tag is. ALL are those that hold: ai + user - rejected."""

    AI = "ai"
    USER = "user"
    REJECTED = "rejected"
    ALL = "all"


class TextField(Enum):
    """Text of a file. NAME is what stands behind the last slash of its path, DIRECTORY what stands before it."""

    NAME = "name"
    DIRECTORY = "directory"
    COMMENT = "comment"


class KeywordField(Enum):
    """A word of a file. FILE_TYPE is the media type up to its slash: `image`."""

    CONTENT_TYPE = "content_type"
    FILE_TYPE = "file_type"
    INDEX_JOB = "index_job"


class NumberField(Enum):
    """A whole number of a file. A width or height of 0 is absent: nobody has opened the image yet."""

    SIZE_BYTES = "size_bytes"
    WIDTH_PX = "width_px"
    HEIGHT_PX = "height_px"


class TimeField(Enum):
    """A time of a file; INDEX is that of its vector in the index set that is asked."""

    MODIFY = "modify_time"
    CREATE = "create_time"
    SYNC = "sync_time"
    TAG = "tag_time"
    INDEX = "index_time"


@dataclass(frozen=True)
class AttributeField:
    """User metadata: a key of the file's attributes, or keys joined by dots that lead into objects: `gps.city`."""

    path: str


Field = TagKind | TextField | KeywordField | NumberField | TimeField | AttributeField


@dataclass(frozen=True)
class And:
    """All parts hold; without a part, every file matches."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class Or:
    """At least one part holds; without a part, no file matches."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class Not:
    """The part does not hold."""

    part: "Condition"


@dataclass(frozen=True)
class Has:
    """The file has a value there: a tag of the kind, a text that is not empty, a number, a time, an attribute that is
    not null.
    """

    field: Field


@dataclass(frozen=True)
class TagIs:
    """The file has the tag of exactly this name (NFC, trimmed)."""

    kind: TagKind
    name: str


@dataclass(frozen=True)
class TextIs:
    """The text is exactly this, case and all."""

    field: TextField
    text: str


@dataclass(frozen=True)
class TextContains:
    """The text has this part, in any case."""

    field: TextField
    text: str


@dataclass(frozen=True)
class TextHasWords:
    """The words stand in the text one after the other, in any case. Words are runs of letters and digits (Unicode's L
    and N), and what is between them does not matter: `blue_car` has the words of "Blue car".
    """

    field: TextField
    words: tuple[str, ...]


@dataclass(frozen=True)
class KeywordIn:
    """The word is one of these; media types are lower-case."""

    field: KeywordField
    values: tuple[str, ...]


@dataclass(frozen=True)
class NumberIn:
    """The number is `at_least` or more, and `at_most` or less; None is open."""

    field: NumberField
    at_least: int | None
    at_most: int | None


@dataclass(frozen=True)
class TimeIn:
    """At `from_us` or later and before `until_us`, in microseconds since 1970; None is open."""

    field: TimeField
    from_us: int | None
    until_us: int | None


@dataclass(frozen=True)
class AttributeIs:
    """The attribute is this text, number or Boolean, or a list that has it. A number never equals a text."""

    field: AttributeField
    value: str | float | bool
    # In Python True equals 1: without it, what is remembered of one would be answered for the other.
    _kind: type = dataclass_field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_kind", type(self.value))


@dataclass(frozen=True)
class AttributeHasWords:
    """The attribute is a text, or a list with one, that has these words as `TextHasWords` says."""

    field: AttributeField
    words: tuple[str, ...]


@dataclass(frozen=True)
class AttributeNumberIn:
    """The attribute is a number, or a list with one, in this range; None is open."""

    field: AttributeField
    low: float | None
    high: float | None
    includes_low: bool
    includes_high: bool


@dataclass(frozen=True)
class AttributeTimeIn:
    """The attribute is a text that is an RFC 3339 time, or a list with one, in this range as in `TimeIn`."""

    field: AttributeField
    from_us: int | None
    until_us: int | None


@dataclass(frozen=True)
class FileIn:
    """The file is one of these of the version with that uid; no file of another version is."""

    version_uid: int
    ordinals: tuple[int, ...]


Condition = (
    And
    | Or
    | Not
    | Has
    | TagIs
    | TextIs
    | TextContains
    | TextHasWords
    | KeywordIn
    | NumberIn
    | TimeIn
    | AttributeIs
    | AttributeHasWords
    | AttributeNumberIn
    | AttributeTimeIn
    | FileIn
)

EVERY_FILE = And(())
VECTOR_FIELDS = (KeywordField.INDEX_JOB, TimeField.INDEX)


def asks_for_vectors(condition: Condition) -> bool:
    """Whether it asks what was indexed, and when."""
    match condition:
        case And(parts) | Or(parts):
            return any(map(asks_for_vectors, parts))
        case Not(part):
            return asks_for_vectors(part)
        case Has(field) | KeywordIn(field) | TimeIn(field):
            return field in VECTOR_FIELDS
        case _:
            return False
