"""How what readers follow is changed: compute first, then lock the row, add one to its revision, stamp what is written.

The lock orders commits, so a reader that follows by (revision, ordinal) never misses a row. It is held from the stamp
to the commit: stamp after everything that takes time, and write at most `ROWS_A_REVISION` rows behind it.
"""

from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from bowerbird.catalog.v1.dataset_pb2 import Version
from libs.rpc.errors import NotFound
from services.catalog.errors import VersionPublished
from services.catalog.schema import index_sets, versions

# A million rows under one lock hold it for 8 s.
ROWS_A_REVISION = 10_000


@dataclass(frozen=True)
class Stamp:
    """What the rows of one change of a version carry. New files take the ordinals from `first_ordinal` on."""

    revision: int
    first_ordinal: int


async def stamp_version(
    connection: AsyncConnection, version_id: int, *, new_files: int = 0, file_count: int = 0, size_bytes: int = 0
) -> Stamp:
    """Lock the version until the commit and take its next revision, with room for `new_files` more ordinals.

    `file_count` and `size_bytes` are added to those of the version's files with status ACTIVE. Raises NotFound where
    the version was deleted, VersionPublished where it never changes.
    """
    row = (
        await connection.execute(
            update(versions)
            .where(versions.c.id == version_id)
            .values(
                revision=versions.c.revision + 1,
                next_ordinal=versions.c.next_ordinal + new_files,
                file_count=versions.c.file_count + file_count,
                size_bytes=versions.c.size_bytes + size_bytes,
            )
            .returning(versions.c.revision, versions.c.next_ordinal, versions.c.state)
        )
    ).one_or_none()
    if row is None:
        raise NotFound(resource="version", name=version_id)
    if row.state != Version.STATE_OPEN:
        raise VersionPublished(version=version_id)
    return Stamp(row.revision, row.next_ordinal - new_files)


async def stamp_index_set(connection: AsyncConnection, index_set_id: int) -> int:
    """Lock the index set until the commit and take its next revision. Raises NotFound where it was deleted.

    Where a version and its index set change together, stamp the version first: one order, no deadlock.
    """
    revision: int | None = await connection.scalar(
        update(index_sets)
        .where(index_sets.c.id == index_set_id)
        .values(revision=index_sets.c.revision + 1)
        .returning(index_sets.c.revision)
    )
    if revision is None:
        raise NotFound(resource="index set", name=index_set_id)
    return revision
