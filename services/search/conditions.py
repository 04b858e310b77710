"""The syntax tree of what a file must be like. Everything that a caller can ask for compiles to it."""

from dataclasses import dataclass
from enum import Enum


class TagKind(Enum):
    """Whose word a tag is. ALL are those that hold: ai + user - rejected."""

    AI = "ai"
    USER = "user"
    REJECTED = "rejected"
    ALL = "all"


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
class TagIs:
    """The file has the tag of exactly this name (NFC, trimmed)."""

    kind: TagKind
    name: str


@dataclass(frozen=True)
class NameContains:
    """The file name has this part, in any case."""

    text: str


@dataclass(frozen=True)
class DirectoryContains:
    """The folder below the root has this part, in any case."""

    text: str


@dataclass(frozen=True)
class ModifiedIn:
    """Modified at `from_us` or later and before `until_us`, in microseconds since 1970; None is open."""

    from_us: int | None
    until_us: int | None


@dataclass(frozen=True)
class ContentTypeIn:
    """The media type is one of these."""

    content_types: tuple[str, ...]


@dataclass(frozen=True)
class FileIn:
    """The file is one of these of the version with that uid; no file of another version is."""

    version_uid: int
    ordinals: tuple[int, ...]


Condition = And | Or | Not | TagIs | NameContains | DirectoryContains | ModifiedIn | ContentTypeIn | FileIn

EVERY_FILE = And(())
