"""PostgreSQL as one would use it for the same questions: a table with `text[]`, GIN indexes, and a B-tree on time."""

from dataclasses import dataclass
from typing import Any, Final

import asyncpg
import pyarrow as pa

from benchmarks.search.copying import Connection, arrays, copy_csv, times
from benchmarks.search.data import Block, Data
from benchmarks.search.filters import Filter
from benchmarks.search.suite import PEER, Suite, say

COLUMNS: Final = ("ordinal", "path", "name", "size_bytes", "content_type", "modified", "created", "tags")
_TABLE: Final = """CREATE TABLE files (
    ordinal bigint PRIMARY KEY,
    path text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    size_bytes bigint NOT NULL,
    content_type text NOT NULL,
    modified timestamptz NOT NULL,
    created timestamptz NOT NULL,
    tags text[] NOT NULL
)"""
_INDEXES: Final = (
    "CREATE INDEX ON files USING gin (tags)",
    "CREATE INDEX ON files USING gin (name gin_trgm_ops)",
    "CREATE INDEX ON files (modified)",
)
# No two of its queries are alike.
_SETTINGS: Final = {"plan_cache_mode": "force_custom_plan"}
_PAGE_HITS: Final = 20


class Peer:
    """The table, open."""

    def __init__(self, connection: Connection, data: Data) -> None:
        self._connection = connection
        self._data = data

    @classmethod
    async def open(cls, suite: Suite, data: Data) -> "Peer":
        """Connect to the table."""
        return cls(await asyncpg.connect(suite.postgres.url(PEER), server_settings=_SETTINGS), data)

    async def close(self) -> None:
        await self._connection.close()

    async def count_and_page(self, one: Filter) -> int:
        """How many files match; and the first page of them."""
        where = one.sql(self._data.vocabulary.names)
        total: int = await self._connection.fetchval(f"SELECT count(*) FROM files WHERE {where}")  # noqa: S608  (our own)
        page = f"SELECT * FROM files WHERE {where} ORDER BY ordinal LIMIT {_PAGE_HITS}"  # noqa: S608
        await self._connection.fetch(page)
        return total

    async def facets(self, one: Filter) -> dict[str, int]:
        """How many of the files that match have which tag."""
        where = one.sql(self._data.vocabulary.names)
        counts = f"SELECT tag, count(*) FROM files, unnest(tags) AS tag WHERE {where} GROUP BY tag"  # noqa: S608
        return {row["tag"]: row["count"] for row in await self._connection.fetch(counts)}


async def load_peer(suite: Suite, data: Data) -> None:
    """Write the files of the dataset into the table, and index and analyse it."""
    say("writing the same files into the peer's table")
    connection: Connection = await asyncpg.connect(suite.postgres.url(PEER))
    try:
        await connection.execute("CREATE EXTENSION pg_trgm")
        rows = _Rows(pa.array(data.vocabulary.names))
        async with connection.transaction():
            await connection.execute(_TABLE)
            await copy_csv(connection, "files", COLUMNS, data.blocks(), rows.of)
        say("indexing them")
        for index in _INDEXES:
            await connection.execute(index)
        await connection.execute("VACUUM ANALYZE files")
    finally:
        await connection.close()


@dataclass(frozen=True, eq=False)
class _Rows:
    names: pa.StringArray

    def of(self, block: Block) -> pa.Table:
        columns: dict[str, Any] = {
            "ordinal": block.ordinals,
            "path": block.paths,
            "name": block.names,
            "size_bytes": block.sizes_bytes,
            "content_type": block.content_types,
            "modified": times(block.modified_us),
            "created": times(block.modified_us),
            "tags": arrays(block.tags, self.names),
        }
        return pa.table([columns[name] for name in COLUMNS], names=list(COLUMNS))
