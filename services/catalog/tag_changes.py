"""What an edit changes in the tags of files, and how that is undone: the part of it that is one transaction.

What a part really changed is kept as a bitmap of files by place (`user` or `rejected`), tag and direction. In one
place, the changes of one tag of one file that stand make a chain, each the opposite of the one before. To undo the last
one flips the tag back. To undo one in the middle takes it and the next one out, for they cancel each other: the tag
stays as it is. So edits may be undone in any order, and when all are, everything is as it was before the first.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pyroaring import BitMap
from sqlalchemy import Row, bindparam, delete, func, insert, select, tuple_, update
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


@dataclass
class Change:
    """In one place one tag was given to, or taken from, `files`."""

    edit_id: int
    part: int
    place: str
    is_added: bool
    tag_id: int
    revision: int
    files: BitMap


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
        Change(part.edit_id, part.first or 0, row.place, row.is_added, row.tag, part.revision, _bitmap(row.ordinals))
        for row in await connection.execute(SQL["change_tags"], parameters)
    ]
    if changes:
        rows = [
            dict(zip(_KEY_NAMES, _key(change), strict=True))
            | _span(change)
            | {"is_added": change.is_added, "version_id": part.version_id, "revision": part.revision}
            for change in changes
        ]
        await connection.execute(insert(tag_edit_changes), rows)
    return _count_files(changes)


async def undo_changes(connection: AsyncConnection, part: Part) -> int:
    """Undo what a part of an edit changed, and forget it. The number of files that are other than before.

    At most `ROWS_A_REVISION` files may have been changed.
    """
    is_meant = tag_edit_changes.c.edit_id == part.edit_id
    if part.first is not None:
        is_meant &= tag_edit_changes.c.part == part.first
    own = list(map(_change, await connection.execute(select(tag_edit_changes).where(is_meant))))
    followed_by = await connection.execute(SQL["later_changes"], {"edit": part.edit_id, "part": part.first})
    await _shorten(connection, take_out(own, list(map(_change, followed_by))))
    await _flip(connection, part, [change for change in own if change.files])
    await connection.execute(delete(tag_edit_changes).where(is_meant))
    return _count_files(own)


async def last_part(connection: AsyncConnection, edit_id: int) -> Standing | None:
    """The last part of which changes stand; None where none do. By tag_edit_changes_pkey."""
    newest = select(func.max(tag_edit_changes.c.part)).where(tag_edit_changes.c.edit_id == edit_id).scalar_subquery()
    statement = select(tag_edit_changes).where(tag_edit_changes.c.edit_id == edit_id, tag_edit_changes.c.part == newest)
    changes = list(map(_change, await connection.execute(statement)))
    return Standing(changes[0].part, _count_files(changes)) if changes else None


def take_out(own: Sequence[Change], later: Sequence[Change]) -> list[Change]:
    """Take the files of which a change is followed by a later one out of both. The later ones that lost files.

    `later` is in the order of the revisions. What is left in `own` is to be flipped back.
    """
    by_tag = defaultdict(list)
    for change in own:
        by_tag[change.place, change.tag_id].append(change)
    shortened = []
    for after in later:
        before = [change for change in by_tag[after.place, after.tag_id] if change.revision < after.revision]
        followed = after.files & BitMap.union(BitMap(), *(change.files for change in before))
        if followed:
            after.files -= followed
            shortened.append(after)
            for change in before:
                change.files -= followed
    return shortened


async def _flip(connection: AsyncConnection, part: Part, changes: Sequence[Change]) -> None:
    if not changes:
        return
    files = [np.asarray(change.files.to_array(), np.int64) for change in changes]
    lengths = list(map(len, files))
    parameters = {
        "version": part.version_id,
        "revision": part.revision,
        "editor": part.editor,
        "ordinals": np.concatenate(files).tolist(),
        "tags": np.repeat([change.tag_id for change in changes], lengths).tolist(),
        "places": np.repeat([change.place for change in changes], lengths).tolist(),
        "comes": np.repeat([not change.is_added for change in changes], lengths).tolist(),
    }
    await connection.execute(SQL["flip_tags"], parameters)


async def _shorten(connection: AsyncConnection, changes: Sequence[Change]) -> None:
    """Keep what is left of changes."""
    left = [change for change in changes if change.files]
    if left:
        names = [f"of_{name}" for name in _KEY_NAMES]
        rows = [dict(zip(names, _key(change), strict=True)) | _span(change) for change in left]
        await connection.execute(_SHORTEN, rows)
    empty = [_key(change) for change in changes if not change.files]
    if empty:
        await connection.execute(delete(tag_edit_changes).where(tuple_(*_KEY).in_(empty)))


_KEY = (
    tag_edit_changes.c.edit_id, tag_edit_changes.c.part, tag_edit_changes.c.place, tag_edit_changes.c.tag_id
)  # fmt: skip
_KEY_NAMES = [column.name for column in _KEY]
_SHORTEN = (
    update(tag_edit_changes)
    .where(*(column == bindparam(f"of_{column.name}", type_=column.type) for column in _KEY))
    .values(**{name: bindparam(name) for name in ("first_ordinal", "last_ordinal", "ordinals")})
)


def _key(change: Change) -> tuple[int, int, str, int]:
    return change.edit_id, change.part, change.place, change.tag_id


def _span(change: Change) -> dict[str, object]:
    return {
        "first_ordinal": change.files.min(),
        "last_ordinal": change.files.max(),
        "ordinals": change.files.serialize(),
    }


def _change(row: Row[Any]) -> Change:
    files = BitMap.deserialize(row.ordinals)
    return Change(row.edit_id, row.part, row.place, row.is_added, row.tag_id, row.revision, files)


def _count_files(changes: Sequence[Change]) -> int:
    return len(BitMap.union(BitMap(), *(change.files for change in changes)))


def _bitmap(ordinals: bytes) -> BitMap:
    """Of ordinals as int8send writes them."""
    return BitMap(np.frombuffer(ordinals, ">i8").astype(np.uint32))
