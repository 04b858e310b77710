"""Brings catalog and vector database back in step, both ways, after what neither could see: a table that was dropped or
restored, a worker that died between its write and its commit, files that are gone.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import structlog
from pyroaring import BitMap

from bowerbird.catalog.v1.feed_service_pb2 import Cursor
from libs.rpc.names import file_id, parse_file_id
from libs.vectors.port import VectorDatabase
from libs.vectors.table import IndexTable
from services.indexer.catalog import Catalog
from services.indexer.target import IndexTarget

log = structlog.get_logger(__name__)

FILES_A_CALL = 10_000


@dataclass(frozen=True)
class Reconciled:
    """Vectors that were deleted, and files that a next job embeds again."""

    deleted: int
    missing: int


async def reconcile(catalog: Catalog, database: VectorDatabase, table: IndexTable, target: IndexTarget) -> Reconciled:
    """One pass over an index set. It holds two bitmaps; the ids are streamed.

    A vector is written before its file is committed. So what catalog knew before the database was read must be there;
    and what was in the database, but is not known to catalog afterwards, is of no file - unless a job is about to
    commit it: while one goes on, nothing is deleted.
    """
    known = _Known()
    await known.follow(catalog, target.name)
    revision_before, known_before = known.revision, known.current.copy()
    stored, version_uid = await _stored(database, table, target)
    await known.follow(catalog, target.name)

    missing = (known_before & known.current) - stored
    for ordinals in _slices(missing):
        await catalog.record_missing(target.name, revision_before, ordinals)

    stale = stored - known.current
    if stale and await catalog.is_being_indexed(target.version):
        stale = BitMap()
    for ordinals in _slices(stale):
        await database.delete(table, target.index_set_id, [file_id(version_uid, ordinal) for ordinal in ordinals])

    log.info("catalog and vector database agree", index_set=target.name, deleted=len(stale), missing=len(missing))
    return Reconciled(deleted=len(stale), missing=len(missing))


class _Known:
    """Files of which catalog says that they have a vector, as far as its feed was followed."""

    def __init__(self) -> None:
        self.current = BitMap()
        self.revision = 0
        self._cursor: Cursor | None = None

    async def follow(self, catalog: Catalog, index_set: str) -> None:
        async for page in catalog.read_vectors(index_set, self._cursor):
            self.current |= page.current
            self.current -= page.others
            self.revision, self._cursor = page.revision, page.next


async def _stored(database: VectorDatabase, table: IndexTable, target: IndexTarget) -> tuple[BitMap, int]:
    """Files that have a vector in the database, and the uid of their version: all ids of an index set have the same."""
    stored, version_uid = BitMap(), 0
    async for file_ids in database.stream_ids(table, target.index_set_id):
        parsed = [parse_file_id(one) for one in file_ids]
        version_uid = parsed[0][0]
        stored.update(ordinal for _, ordinal in parsed)
    return stored, version_uid


def _slices(ordinals: BitMap) -> Iterator[list[int]]:
    for start in range(0, len(ordinals), FILES_A_CALL):
        yield list(ordinals[start : start + FILES_A_CALL])
