"""A version whose files have vectors in a real pgvector, and search over it with a vector column; the truth is kept
beside it as plain numpy.
"""

import secrets
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from bowerbird.catalog.v1.connection_pb2 import Connection, PgvectorConfig
from libs.rpc.addresses import AddressPolicy
from libs.vectors.batches import Documents
from libs.vectors.config import database_config
from libs.vectors.opening import open_database
from libs.vectors.port import VectorDatabase
from libs.vectors.table import IndexTable, Metric
from services.search.catalog import IndexSetInfo
from services.search.connections import Connections
from services.search.similarity.columns import VectorColumns
from services.search.similarity.file_ids import file_ids
from services.search.similarity.planner import Plan, Ranking, VectorTable, most_similar
from services.search.similarity.vector_column import VectorColumn
from services.search.steps import Steps
from services.search.versions import Versions
from tests.services.search.plain_catalog import PlainCatalog, PlainFeed

ADDRESSES = AddressPolicy(["127.0.0.0/8", "::1"])
DIMENSION = 16
PLENTY = 2**40
Vectors = NDArray[np.float32]


def pgvector(url: str) -> Connection:
    """The connection to a database by its URL."""
    parts = urlsplit(url)
    config = PgvectorConfig(
        host=parts.hostname or "",
        port=parts.port or 5432,
        database=parts.path[1:],
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )
    return Connection(name="workspaces/test/connections/pgvector", pgvector=config, etag="1")


class CatalogWithDatabase(PlainCatalog):
    """Whose connection is always the same."""

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self._connection = connection

    async def connection(self, name: str) -> Connection:
        return self._connection


@dataclass
class IndexedVersion:
    """Writes as the indexer does: to the database first, and then to catalog."""

    feed: PlainFeed
    database: VectorDatabase
    table: IndexTable
    vectors: dict[int, Vectors] = field(default_factory=dict)

    @property
    def index_set(self) -> IndexSetInfo:
        return replace(self.feed.index_set, table=self.table)

    @property
    def current(self) -> BitMap:
        return BitMap(self.vectors)

    async def index(self, ordinals: Iterable[int], vectors: Vectors) -> None:
        """Give files vectors."""
        await self.write(ordinals, vectors)
        self.commit(ordinals, vectors)

    async def write(self, ordinals: Iterable[int], vectors: Vectors) -> None:
        """The first half of that."""
        ids = file_ids(self.feed.info.uid, np.fromiter(ordinals, np.uint32))
        documents = Documents(self.feed.index_set_id, "d", "v1", ids, ["u"] * len(ids), vectors)
        await self.database.upsert(self.table, documents)

    def commit(self, ordinals: Iterable[int], vectors: Vectors) -> None:
        """The second half."""
        self.feed.commit_vectors(dict.fromkeys(ordinals, True))
        self.vectors |= dict(zip(ordinals, vectors, strict=True))

    def lose(self, ordinals: Iterable[int]) -> None:
        """As a scan that finds other content does: the old vectors stay in the database."""
        self.feed.commit_vectors(dict.fromkeys(ordinals, False))
        for ordinal in ordinals:
            self.vectors.pop(ordinal, None)

    async def forget(self, ordinals: Iterable[int]) -> None:
        """The database loses vectors, and catalog does not know."""
        ids = file_ids(self.feed.info.uid, np.fromiter(ordinals, np.uint32))
        await self.database.delete(self.table, self.feed.index_set_id, ids)

    def scores(self, ordinals: Sequence[int], vector: Vectors) -> NDArray[np.float64]:
        """Brute force: the score of each of these files."""
        chosen = np.array([self.vectors[ordinal] for ordinal in ordinals], np.float64).reshape(-1, DIMENSION)
        scores = chosen @ vector.astype(np.float64)
        if self.table.metric is Metric.COSINE:
            scores /= np.linalg.norm(chosen, axis=1) * np.linalg.norm(vector)
        return scores

    def slack(self, vector: Vectors) -> float:
        """How far a score by two bytes a component may be off."""
        if self.table.metric is Metric.COSINE:
            return float(np.sqrt(DIMENSION)) / 127 / 508
        largest = float(np.abs(np.array(list(self.vectors.values()))).max())
        return float(np.sqrt(DIMENSION)) * largest / 127 / 508 * float(np.linalg.norm(vector))


@asynccontextmanager
async def indexed_version(
    catalog: CatalogWithDatabase, uid: int, metric: Metric = Metric.COSINE
) -> AsyncIterator[IndexedVersion]:
    """A version without a file in an index set of its own."""
    database = await open_database(database_config(await catalog.connection("")), ADDRESSES)
    table = IndexTable(f"t_{secrets.token_hex(4)}", DIMENSION, metric)
    await database.ensure_table(table)
    feed = catalog.add(uid)
    feed.index_set_id = f"{uid}-{secrets.token_hex(4)}"
    try:
        yield IndexedVersion(feed, database, table)
    finally:
        await database.close()


@dataclass(frozen=True)
class ColumnSearch:
    """Search as the process puts it together."""

    versions: Versions
    columns: VectorColumns
    connections: Connections

    async def column(self, indexed: IndexedVersion) -> VectorColumn | None:
        """What a query would ask."""
        async with self.table(indexed) as vectors:
            return vectors.column

    async def best(self, indexed: IndexedVersion, among: BitMap, vector: Vectors, k: int) -> Ranking:
        """A query, held to brute force over what is committed."""
        async with self.table(indexed) as vectors:
            ranking = await most_similar(vectors, among & indexed.current, vector, k, Steps())
        slack = indexed.slack(vector)
        expected = np.sort(indexed.scores(list(among & indexed.current), vector))[::-1][:k]
        np.testing.assert_allclose(ranking.scores, expected, atol=slack, rtol=1e-6)
        each = indexed.scores(ranking.ordinals.tolist(), vector)
        np.testing.assert_allclose(ranking.scores, each, atol=slack, rtol=1e-6)
        return ranking

    async def is_ready(self, indexed: IndexedVersion) -> bool:
        """Whether the column answers for all files alone."""
        column = await self.column(indexed)
        return column is not None and not column.lacking(indexed.current)

    async def plan(self, indexed: IndexedVersion) -> Plan:
        """How all files are searched now."""
        return (await self.best(indexed, indexed.current, np.ones(DIMENSION, np.float32), 5)).plan

    @asynccontextmanager
    async def table(self, indexed: IndexedVersion) -> AsyncIterator[VectorTable]:
        """The vectors as a query that comes in now has them."""
        info, index_set = indexed.feed.info, indexed.index_set
        async with self.versions.use(info) as version, self.connections.database(index_set) as database:
            presence = await version.catch_up(info.revision, index_set)
            assert presence is not None
            assert presence.current == indexed.current
            column = self.columns.of(version, index_set, presence)
            yield VectorTable(database, indexed.table, index_set.id, info.uid, len(presence.current), column)


@asynccontextmanager
async def column_search(
    catalog: CatalogWithDatabase, folder: Path | None, budget_bytes: int = PLENTY
) -> AsyncIterator[ColumnSearch]:
    """Search from its start to its end."""
    async with AsyncExitStack() as stack:
        connections = Connections(catalog, ADDRESSES)
        stack.push_async_callback(connections.close)
        columns = VectorColumns(catalog, connections, folder, budget_bytes=budget_bytes)
        stack.push_async_callback(columns.close)
        versions = await stack.enter_async_context(Versions(catalog, max_versions=100, budget_bytes=PLENTY))
        yield ColumnSearch(versions, columns, connections)
