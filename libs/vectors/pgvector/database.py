"""The port on PostgreSQL with pgvector."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import asyncpg
import numpy as np

from libs.rpc.addresses import AddressPolicy
from libs.vectors.batches import Documents, Neighbours, Vector, Vectors, check_matrix, check_vector, ranked
from libs.vectors.config import PgvectorConfig
from libs.vectors.errors import DimensionMismatch
from libs.vectors.pgvector import schema, statements
from libs.vectors.pgvector.copying import COLUMNS, decode_vectors, encode
from libs.vectors.pgvector.pool import Connection, Pool
from libs.vectors.port import Capabilities
from libs.vectors.table import IndexTable, document_id

IDS_A_QUERY = 10_000
LONG_SECONDS = 6 * 3600
WORTH_A_GRAPH_FLOATS = 50_000_000
"""Below this many floats (100,000 vectors of 512) an exact scan takes about 0.1 s, and no graph is built: a graph takes
minutes to build, slows every later write down, and may miss neighbours."""


class PgvectorDatabase:
    """Each large index set has an HNSW graph of its own, as a partial index (`WHERE index_set_id = ...`).

    A graph over all index sets of a table would have to be walked past the others' vectors, which costs recall and
    time. Small index sets have none and are scanned, exactly.
    """

    capabilities = Capabilities(
        max_dimension=schema.MAX_DIMENSION,
        float32_dimension=schema.FLOAT32_DIMENSION,
        window=None,
        filters_by_id=True,
    )

    def __init__(self, pool: Pool, address: str, worth_a_graph_floats: int) -> None:
        self._pool = pool
        self._address = address
        self._worth_a_graph_floats = worth_a_graph_floats

    @classmethod
    async def open(
        cls,
        config: PgvectorConfig,
        addresses: AddressPolicy,
        *,
        patience_seconds: float = 5,
        max_connections: int = 8,
        worth_a_graph_floats: int = WORTH_A_GRAPH_FLOATS,
    ) -> "PgvectorDatabase":
        """A database, not yet connected to."""
        pool = Pool(config, addresses, patience_seconds, max_connections)
        await pool.open()
        return cls(pool, f"{config.host}:{config.port}", worth_a_graph_floats)

    async def check(self) -> None:
        """See the port."""
        await self._pool.run("", lambda connection: schema.check_extension(connection, self._address))

    async def ensure_table(self, table: IndexTable) -> None:
        """See the port."""
        if table.dimension > schema.MAX_DIMENSION:
            raise DimensionMismatch(expected=f"at most {schema.MAX_DIMENSION}", found=table.dimension)

        async def ensure(connection: Connection) -> None:
            async with connection.transaction():
                await schema.ensure(connection, table, self._address)

        await self._pool.run(table.name, ensure)

    async def upsert(self, table: IndexTable, documents: Documents) -> None:
        """See the port. COPY into a table of the session, then one INSERT."""
        if not len(documents):
            return
        check_matrix(documents.vectors, table)
        encoded = encode(documents)

        async def write(connection: Connection) -> None:
            async with connection.transaction():
                await connection.execute(statements.STAGE)
                encoded.seek(0)
                await connection.copy_to_table(statements.STAGED, source=encoded, columns=COLUMNS, format="binary")
                await connection.execute(statements.upsert(table))

        await self._pool.run(table.name, write)

    async def delete(self, table: IndexTable, index_set_id: str, file_ids: Sequence[str]) -> None:
        """See the port."""
        for keys in _keys(index_set_id, file_ids):
            await self._execute(table, statements.delete(table), keys)

    async def delete_index_set(self, table: IndexTable, index_set_id: str) -> None:
        """See the port."""
        await self._execute(table, statements.drop_graph(table, index_set_id))
        await self._execute(table, statements.delete_index_set(table), index_set_id)

    async def nearest(self, table: IndexTable, index_set_id: str, vector: Vector, k: int) -> Neighbours:
        """See the port. By the graph where there is one, else by an exact scan."""
        check_vector(vector, table)
        values = (vector.tolist(), index_set_id, k)
        graph = statements.graph_name(table, index_set_id)

        async def search(connection: Connection) -> Neighbours:
            if await connection.fetchval(statements.HAS_GRAPH, graph):
                rows = await connection.fetch(statements.nearest_by_graph(table), *values)
                if len(rows) == k:
                    return _neighbours(rows, k, exact=False)
            rows = await connection.fetch(statements.nearest_exactly(table), *values)
            return _neighbours(rows, k, exact=True)

        return await self._pool.run(table.name, search)

    async def nearest_among(
        self, table: IndexTable, index_set_id: str, file_ids: Sequence[str], vector: Vector, k: int
    ) -> Neighbours:
        """See the port. The files are found by their primary keys."""
        check_vector(vector, table)
        best = Neighbours([], np.empty(0), exact=True)
        for keys in _keys(index_set_id, file_ids):
            rows = await self._fetch(table, statements.nearest_among(table), vector.tolist(), keys, k)
            part = _neighbours(rows, k, exact=True)
            best = ranked(best.file_ids + part.file_ids, np.concatenate([best.scores, part.scores]), k, exact=True)
        return best

    async def fetch(self, table: IndexTable, index_set_id: str, file_ids: Sequence[str]) -> Vectors:
        """See the port."""
        rows: list[asyncpg.Record] = []
        for keys in _keys(index_set_id, file_ids):
            rows += await self._fetch(table, statements.vectors_by_key(table), keys)
        return _vectors(rows, table)

    async def stream(
        self, table: IndexTable, index_set_id: str, batch_size: int = 1000
    ) -> AsyncGenerator[Vectors, None]:
        """See the port. One snapshot, on a connection of its own."""
        query = statements.vectors_of_index_set(table)
        async with aclosing(self._cursor(table, query, index_set_id, batch_size)) as batches:
            async for rows in batches:
                yield _vectors(rows, table)

    async def stream_ids(
        self, table: IndexTable, index_set_id: str, batch_size: int = 10_000
    ) -> AsyncGenerator[list[str], None]:
        """See the port. One snapshot, on a connection of its own."""
        query = statements.ids_of_index_set(table)
        async with aclosing(self._cursor(table, query, index_set_id, batch_size)) as batches:
            async for rows in batches:
                yield [row["file_meta_id"] for row in rows]

    async def count(self, table: IndexTable, index_set_id: str) -> int:
        """See the port."""
        rows = await self._fetch(table, statements.count(table), index_set_id)
        return int(rows[0]["count"])

    async def build_index(self, table: IndexTable, index_set_id: str) -> bool:
        """See the port."""
        if await self.count(table, index_set_id) * table.dimension < self._worth_a_graph_floats:
            return False
        graph = statements.graph_name(table, index_set_id)

        async def build(connection: Connection) -> bool:
            if not await connection.fetchval(statements.LOCK_GRAPH, graph):
                return False
            try:
                if await connection.fetchval(statements.HAS_GRAPH, graph):
                    return False
                # What a build that was broken off left behind is of no use.
                await connection.execute(statements.drop_graph(table, index_set_id), timeout=LONG_SECONDS)
                # A graph that does not fit is built many times slower.
                await connection.execute("SET maintenance_work_mem = '512MB'")
                quoted = await connection.fetchval(statements.QUOTE, index_set_id)
                await connection.execute(statements.create_graph(table, index_set_id, quoted), timeout=LONG_SECONDS)
                return True
            finally:
                await connection.reset()  # the setting and the lock

        return await self._pool.run(table.name, build)

    async def close(self) -> None:
        """See the port."""
        await self._pool.close()

    async def _execute(self, table: IndexTable, query: str, *values: object) -> None:
        await self._pool.run(table.name, lambda connection: connection.execute(query, *values, timeout=LONG_SECONDS))

    async def _fetch(self, table: IndexTable, query: str, *values: object) -> list[asyncpg.Record]:
        return await self._pool.run(table.name, lambda connection: connection.fetch(query, *values))

    async def _cursor(
        self, table: IndexTable, query: str, index_set_id: str, batch_size: int
    ) -> AsyncGenerator[list[asyncpg.Record], None]:
        async with self._pool.connection(table.name) as connection, connection.transaction(readonly=True):
            cursor = await connection.cursor(query, index_set_id)
            while rows := await cursor.fetch(batch_size):
                yield rows


def _keys(index_set_id: str, file_ids: Sequence[str]) -> list[list[str]]:
    keys = [document_id(index_set_id, file_id) for file_id in dict.fromkeys(file_ids)]
    return [keys[start : start + IDS_A_QUERY] for start in range(0, len(keys), IDS_A_QUERY)]


def _neighbours(rows: list[asyncpg.Record], k: int, *, exact: bool) -> Neighbours:
    scores = np.fromiter((row["score"] for row in rows), np.float64, len(rows))
    return ranked([row["file_meta_id"] for row in rows], scores, k, exact=exact)


def _vectors(rows: list[asyncpg.Record], table: IndexTable) -> Vectors:
    item_bytes = 4 if schema.vector_kind(table) == "vector" else 2
    matrix = decode_vectors([row["vector"] for row in rows], table.dimension, item_bytes)
    return Vectors([row["file_meta_id"] for row in rows], matrix)
