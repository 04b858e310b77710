"""Vectors that the database turned out to lack."""

from collections.abc import Sequence

from sqlalchemy import ARRAY, BigInteger, any_, exists, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalog.edits import stamp_index_set
from services.catalog.index_sets import IndexSet
from services.catalog.schema import file_vectors


async def record_missing_vectors(
    connection: AsyncConnection, index_set: IndexSet, revision: int, ordinals: Sequence[int]
) -> int:
    """Files that no longer count as indexed. Those whose vector was written after `revision` stay as they are."""
    # By the primary key of file_vectors.
    mistaken = (
        (file_vectors.c.version_id == index_set.version.id)
        & (file_vectors.c.index_set_id == index_set.id)
        & (file_vectors.c.ordinal == any_(literal(list(ordinals), ARRAY(BigInteger))))
        & (file_vectors.c.revision <= revision)
        & file_vectors.c.current
    )
    if not await connection.scalar(select(exists().where(mistaken))):
        return 0
    stamped = await stamp_index_set(connection, index_set.id)
    changed = await connection.execute(update(file_vectors).where(mistaken).values(current=False, revision=stamped))
    return changed.rowcount
