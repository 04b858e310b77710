"""What an edit changes in the tags of files, and how that is undone: the part of it that is one transaction.

What a part really changed is kept as a bitmap of files by place (`user` or `rejected`), tag and direction. In one
place, a tag of a file is always as the last change that stands left it, and as it was before the first one where none
stands: edits may be undone in any order, and when all are, everything is as it was. A change that a later one follows
is undone by no longer standing, and nothing else; what was undone is kept, for it tells how things were before.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pyroaring import BitMap
from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalog.statements import statements
from services.catalog.tag_edit_schema import tag_edit_changes

SQL = statements("tag_changes")


@dataclass(frozen=True)
class TagIds:
    """Ids of tags by what is done with them."""

    add: Sequence[int]
    remove: Sequence[int]
    reject: Sequence[int]
    restore: Sequence[int]


@dataclass(frozen=True)
class Part:
    """A part of an edit, behind the lock of its version, which is at `revision`; rows say that `editor` wrote them.

    `first` is how many of the edit's files come before the part; None stands for all parts.
    """

    edit_id: int
    version_id: int
    revision: int
    editor: str
    first: int | None = None


@dataclass(frozen=True)
class Standing:
    """A part of which changes stand, and of how many files."""

    first: int
    files: int


@dataclass(frozen=True)
class Change:
    """In one place one tag was given to, or taken from, `files`, at a revision of their version."""

    part: int
    place: str
    is_added: bool
    tag_id: int
    revision: int
    files: BitMap
    undone: bool = False


async def change_tags(connection: AsyncConnection, part: Part, files: BitMap, tags: TagIds) -> int:
    """Change the tags of the files of a part, at most `ROWS_A_REVISION`; those that are deleted are left out.

    The number of files that are other than before.
    """
    parameters = {
        "version": part.version_id,
        "revision": part.revision,
        "editor": part.editor,
        "ordinals": list(files),
        "add": list(tags.add),
        "remove": list(tags.remove),
        "reject": list(tags.reject),
        # A tag that is given by hand would not hold while it is rejected.
        "restore": sorted({*tags.restore, *tags.add}),
    }
    changes = [
        Change(part.first or 0, row.place, row.is_added, row.tag, part.revision, _bitmap(row.ordinals))
        for row in await connection.execute(SQL["change_tags"], parameters)
    ]
    if changes:
        await connection.execute(insert(tag_edit_changes), [_row(part, change) for change in changes])
    return _count_files(change.files for change in changes)


async def undo_changes(connection: AsyncConnection, part: Part) -> int:
    """Undo what a part of an edit changed. The number of files that are other than before.

    At most `ROWS_A_REVISION` files may have been changed.
    """
    is_meant = (tag_edit_changes.c.edit_id == part.edit_id) & ~tag_edit_changes.c.undone
    if part.first is not None:
        is_meant &= tag_edit_changes.c.part == part.first
    own = list(map(_change, await connection.execute(select(tag_edit_changes).where(is_meant))))
    meant = {"version": part.version_id, "edit": part.edit_id, "part": part.first}
    others = defaultdict(list)
    for other in map(_change, await connection.execute(SQL["other_changes"], meant)):
        others[other.place, other.tag_id].append(other)
    flips = [(change, to_flip(change, others[change.place, change.tag_id])) for change in own]
    await _flip(connection, part, [(change, files) for change, files in flips if files])
    await connection.execute(update(tag_edit_changes).where(is_meant).values(undone=True))
    return _count_files(files for _, files in flips)


async def last_part(connection: AsyncConnection, edit_id: int) -> Standing | None:
    """The last part of which changes stand; None where none do. By tag_edit_changes_pkey."""
    stands = (tag_edit_changes.c.edit_id == edit_id) & ~tag_edit_changes.c.undone
    newest = select(func.max(tag_edit_changes.c.part)).where(stands).scalar_subquery()
    statement = select(tag_edit_changes).where(stands, tag_edit_changes.c.part == newest)
    changes = list(map(_change, await connection.execute(statement)))
    return Standing(changes[0].part, _count_files(change.files for change in changes)) if changes else None


def to_flip(own: Change, others: Sequence[Change]) -> BitMap:
    """Files of a change that are other once it no longer stands.

    `others` are changes of the same tag in the same place, in the order of their revisions, none of them of these files
    at the same revision.
    """
    earlier = [other for other in others if other.revision < own.revision]
    later = [other.files for other in others if other.revision > own.revision and not other.undone]
    left = own.files - BitMap.union(BitMap(), *later)
    flips = BitMap()
    # As the last one before it that stands left them, and as they were before the first one where there is none.
    for before in reversed([other for other in earlier if not other.undone]):
        if before.is_added != own.is_added:
            flips |= left & before.files
        left -= before.files
    for first in (*earlier, own):
        if first.is_added == own.is_added:
            flips |= left & first.files
        left -= first.files
    return flips


async def _flip(connection: AsyncConnection, part: Part, flips: Sequence[tuple[Change, BitMap]]) -> None:
    if not flips:
        return
    ordinals = [np.asarray(files.to_array(), np.int64) for _, files in flips]
    lengths = list(map(len, ordinals))
    parameters = {
        "version": part.version_id,
        "revision": part.revision,
        "editor": part.editor,
        "ordinals": np.concatenate(ordinals).tolist(),
        "tags": np.repeat([change.tag_id for change, _ in flips], lengths).tolist(),
        "places": np.repeat([change.place for change, _ in flips], lengths).tolist(),
        "comes": np.repeat([not change.is_added for change, _ in flips], lengths).tolist(),
    }
    await connection.execute(SQL["flip_tags"], parameters)


def _row(part: Part, change: Change) -> dict[str, object]:
    return {
        "edit_id": part.edit_id,
        "part": change.part,
        "place": change.place,
        "tag_id": change.tag_id,
        "is_added": change.is_added,
        "version_id": part.version_id,
        "revision": change.revision,
        "first_ordinal": change.files.min(),
        "last_ordinal": change.files.max(),
        "ordinals": change.files.serialize(),
    }


def _change(row: Row[Any]) -> Change:
    files = BitMap.deserialize(row.ordinals)
    return Change(row.part, row.place, row.is_added, row.tag_id, row.revision, files, row.undone)


def _count_files(parts: Iterable[BitMap]) -> int:
    return len(BitMap.union(BitMap(), *parts))


def _bitmap(ordinals: bytes) -> BitMap:
    """Of ordinals as int8send writes them."""
    return BitMap(np.frombuffer(ordinals, ">i8").astype(np.uint32))
