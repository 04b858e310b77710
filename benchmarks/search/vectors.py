"""The vectors of the made-up dataset in pgvector, and catalog's word that they are there; both written by COPY.

There are two index sets in one table: `whole`, of the first million files, without a graph, and `graph`, of the first
fifth of those and 100,000 at most, with the one that the indexer would build. That takes one to two minutes on two
cores; for a million it would take the better part of an hour.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import asyncpg
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from benchmarks.search.copying import Connection, copy_binary, copy_csv, repeated, times
from benchmarks.search.data import BEGIN, BLOCK_FILES, Block, Data
from benchmarks.search.embedding import DIMENSION
from benchmarks.search.loading import NAME, REVISION_FILES, StoredVersion
from benchmarks.search.suite import CATALOG, VECTORS, Suite, say
from benchmarks.search.vocabulary import ROW_TAGS
from bowerbird.catalog.v1 import index_set_pb2
from bowerbird.catalog.v1.connection_pb2 import Connection as ConnectionMessage
from bowerbird.catalog.v1.connection_pb2 import Model, ModelServiceConfig, PgvectorConfig
from deploy.local.parts import ALLOWED_ADDRESSES
from libs.rpc.addresses import AddressPolicy
from libs.vectors import config
from libs.vectors.index_set import index_set_id
from libs.vectors.pgvector.database import PgvectorDatabase
from libs.vectors.table import IndexTable

WHOLE_FILES: Final = 1_000_000
GRAPH_FILES: Final = 100_000
TABLE: Final = IndexTable("fleet", DIMENSION)
TAGS_COLUMN: Final = "file_tags"  # for pgvector's own filtered query; search knows nothing of it
_ROW_COLUMNS: Final = (
    "id", "index_set_id", "file_meta_id", "dataset_id", "dataset_version", "uri", "file_vector", TAGS_COLUMN,
)  # fmt: skip
_CATALOG_COLUMNS: Final = ("version_id", "index_set_id", "ordinal", "etag", "current", "indexed", "job_id", "revision")


Watch: TypeAlias = Callable[[Block], None]


@dataclass(frozen=True)
class IndexSet:
    """An index set of the first `files` files."""

    name: str
    key: int
    document_id: str
    """What its documents carry."""
    files: int


@dataclass(frozen=True)
class IndexSets:
    """The index sets as catalog knows them; `whole` is the version's own."""

    whole: IndexSet
    graph: IndexSet


async def make_index_sets(suite: Suite, data: Data, version: StoredVersion) -> IndexSets:
    """Make the index sets, and tell catalog that the vectors are there."""
    say("telling catalog of the vectors")
    # Nothing is ever embedded: vectors are given with the questions.
    model = ModelServiceConfig(
        base_url=f"http://{suite.catalog_address}/",
        protocol=ModelServiceConfig.PROTOCOL_DASHSCOPE_EMBEDDING,
        models=[Model(model="whole", dimension=DIMENSION), Model(model="graph", dimension=DIMENSION)],
    )
    connections = suite.client.connections
    await connections.create("model", ConnectionMessage(model_service=model))
    await connections.create("vectors", ConnectionMessage(pgvector=_pgvector(suite)))
    made = {}
    whole_files = min(WHOLE_FILES, data.files)
    blocks = max(1, min(GRAPH_FILES, whole_files // 5) // BLOCK_FILES)
    for name, files in (("graph", min(blocks * BLOCK_FILES, whole_files)), ("whole", whole_files)):
        index_set = await suite.client.index_sets.set(
            NAME, model_connection="model", model=name, database_connection="vectors", table=TABLE.name
        )
        made[name] = _index_set(index_set, files)
    connection: Connection = await asyncpg.connect(suite.postgres.url(CATALOG))
    try:
        async with connection.transaction():
            await connection.execute("TRUNCATE file_vectors")
            for one in made.values():
                rows = _CatalogRows(version, one)
                await copy_csv(connection, "file_vectors", _CATALOG_COLUMNS, data.blocks(one.files), rows.of)
                revision = -(-one.files // REVISION_FILES)
                await connection.execute("UPDATE index_sets SET revision = $2 WHERE id = $1", one.key, revision)
        await connection.execute("VACUUM ANALYZE file_vectors")
    finally:
        await connection.close()
    return IndexSets(**made)


async def write_vectors(suite: Suite, data: Data, version: StoredVersion, index_sets: IndexSets, watch: Watch) -> None:
    """Write the vectors, and build the graph; `watch` sees the blocks of `whole` meanwhile, in their order."""
    say(f"writing {index_sets.whole.files + index_sets.graph.files:,} vectors into pgvector")
    database = await open_vectors(suite)
    connection: Connection = await asyncpg.connect(suite.postgres.url(VECTORS))
    try:
        await database.ensure_table(TABLE)
        await connection.execute(f"ALTER TABLE {TABLE.name} ADD COLUMN {TAGS_COLUMN} int[]")
        async with connection.transaction():
            await connection.execute(f"TRUNCATE {TABLE.name}")
            for one in (index_sets.graph, index_sets.whole):
                rows = _VectorRows(version, one, watch if one is index_sets.whole else lambda _: None)
                await copy_binary(connection, TABLE.name, _ROW_COLUMNS, data.blocks(one.files), rows.of)
        await connection.execute(f"VACUUM ANALYZE {TABLE.name}")
        say(f"building a graph over {index_sets.graph.files:,} vectors")
        await database.build_index(TABLE, index_sets.graph.document_id)
    finally:
        await connection.close()
        await database.close()


def see_vectors(data: Data, index_sets: IndexSets, watch: Watch) -> None:
    """Have `watch` see the same blocks where the vectors are written already."""
    for block in data.blocks(index_sets.whole.files):
        watch(block)


async def open_vectors(suite: Suite) -> PgvectorDatabase:
    """The vector database as search opens it; any index set is worth a graph."""
    return await PgvectorDatabase.open(
        config.PgvectorConfig(
            host=suite.postgres.host,
            port=suite.postgres.port,
            database=VECTORS,
            username=suite.postgres.user,
            password=suite.postgres.password,
        ),
        AddressPolicy(ALLOWED_ADDRESSES),
        worth_a_graph_floats=0,
    )


def _pgvector(suite: Suite) -> PgvectorConfig:
    server = suite.postgres
    return PgvectorConfig(
        host=server.host, port=server.port, database=VECTORS, username=server.user, password=server.password
    )


def _index_set(message: index_set_pb2.IndexSet, files: int) -> IndexSet:
    return IndexSet(message.name, int(message.name.rpartition("/")[2]), index_set_id(message), files)


@dataclass(frozen=True)
class _CatalogRows:
    version: StoredVersion
    index_set: IndexSet

    def of(self, block: Block) -> pa.Table:
        count = block.count
        columns: dict[str, Any] = {
            "version_id": repeated(self.version.id, count),
            "index_set_id": repeated(self.index_set.key, count),
            "ordinal": block.ordinals,
            "etag": block.etags,
            "current": repeated(True, count),
            "indexed": times(np.full(count, BEGIN.astype(np.int64))),
            "job_id": repeated(1, count),
            "revision": block.ordinals // REVISION_FILES + 1,
        }
        return pa.table([columns[name] for name in _CATALOG_COLUMNS], names=list(_CATALOG_COLUMNS))


@dataclass(frozen=True)
class _VectorRows:
    """Rows of the table in PostgreSQL's binary format. All are of one length, so that a block is one array."""

    version: StoredVersion
    index_set: IndexSet
    watch: Watch

    def of(self, block: Block) -> bytes:
        self.watch(block)
        packed = np.empty(block.count, [("version", ">u8"), ("ordinal", ">u4")])
        packed["version"], packed["ordinal"] = self.version.id, block.ordinals
        file_ids = np.frombuffer(base64.urlsafe_b64encode(packed.tobytes()), "S16")
        prefix = f"{self.index_set.document_id}/".encode()
        texts = {
            "id": np.char.add(prefix, file_ids),
            "index_set_id": np.full(block.count, self.index_set.document_id.encode()),
            "file_meta_id": file_ids,
            "dataset_id": np.full(block.count, NAME.encode()),
            "dataset_version": np.full(block.count, b"v1"),
            "uri": np.char.add(b"file:///fleet/", file_ids),
        }
        rows = np.zeros(block.count, _row_format({name: text.dtype.itemsize for name, text in texts.items()}))
        rows["columns"] = len(_ROW_COLUMNS)
        for name, text in texts.items():
            rows[f"{name} length"], rows[name] = text.dtype.itemsize, text
        rows["vector length"], rows["dimension"], rows["vector"] = 4 + 4 * DIMENSION, DIMENSION, block.vectors
        rows["tags length"], rows["dimensions"], rows["type"], rows["size"] = 20 + 8 * ROW_TAGS, 1, _INT4, ROW_TAGS
        rows["first"], rows["tags"]["length"], rows["tags"]["tag"] = 1, 4, block.tags
        return rows.tobytes()


_INT4: Final = 23


def _row_format(text_bytes: dict[str, int]) -> NDArray[Any] | list[Any]:
    texts = [part for name, size in text_bytes.items() for part in ((f"{name} length", ">i4"), (name, f"S{size}"))]
    vector = [("vector length", ">i4"), ("dimension", ">u2"), ("unused", ">u2"), ("vector", ">f4", (DIMENSION,))]
    tags = [
        ("tags length", ">i4"), ("dimensions", ">i4"), ("has nulls", ">i4"), ("type", ">i4"), ("size", ">i4"),
        ("first", ">i4"), ("tags", [("length", ">i4"), ("tag", ">i4")], (ROW_TAGS,)),
    ]  # fmt: skip
    return [("columns", ">i2"), *texts, *vector, *tags]
