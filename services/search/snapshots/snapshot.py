"""What of a version is kept: the arrays of its index, and up to where they follow catalog's feeds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.search.index.pages import Cursor
from services.search.index.stored import Arrays
from services.search.snapshots.arrays_file import ArraysFile, ArraysInvalid

# To be raised whenever what `Stored.dump` gives changes its meaning: older files are then loaded anew from catalog.
FORMAT = 3


@dataclass(frozen=True)
class Origin:
    """Which version it is: a name can be given to another version, a uid to one of a catalog that was made anew."""

    name: str
    uid: int
    create_us: int


@dataclass(frozen=True, eq=False)
class Snapshot:
    """State of a version. `vectors` are by the id of the index set, `arrays` are `files/...` and `vectors/{id}/...`."""

    origin: Origin
    files: Cursor
    vectors: Mapping[str, Cursor]
    arrays: Arrays

    def facts(self) -> dict[str, Any]:
        """All but the arrays, for JSON."""
        return {
            "format": FORMAT,
            "version": self.origin.name,
            "uid": self.origin.uid,
            "create_us": self.origin.create_us,
            "files": _cursor_facts(self.files),
            "vectors": {index_set: _cursor_facts(cursor) for index_set, cursor in self.vectors.items()},
        }


def snapshot_from(file: ArraysFile) -> Snapshot:
    """Raises ArraysInvalid for another format."""
    return Snapshot(
        origin=origin_from(file.facts),
        files=cursor_from(file.facts["files"]),
        vectors={index_set: cursor_from(cursor) for index_set, cursor in file.facts["vectors"].items()},
        arrays=file.arrays,
    )


def origin_from(facts: Mapping[str, Any]) -> Origin:
    """Raises ArraysInvalid for another format."""
    if facts.get("format") != FORMAT:
        raise ArraysInvalid(f"its format is {facts.get('format')}, not {FORMAT}")
    return Origin(facts["version"], facts["uid"], facts["create_us"])


def cursor_from(facts: list[int]) -> Cursor:
    """A place in a feed."""
    revision, ordinal = facts
    return Cursor(revision, ordinal)


def _cursor_facts(cursor: Cursor) -> list[int]:
    return [cursor.revision, cursor.ordinal]
