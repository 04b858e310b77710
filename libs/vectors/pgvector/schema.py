"""The index table in PostgreSQL: how it is made, and what makes a table that is there already fit."""

import asyncpg

from libs.vectors.errors import DatabaseUnavailable, DimensionMismatch, IndexTableIncompatible
from libs.vectors.pgvector.pool import Connection
from libs.vectors.table import IndexTable

FLOAT32_DIMENSION = 2000
"""HNSW takes `vector` up to here, and `halfvec` (float16) up to twice as many."""
MAX_DIMENSION = 4000
TEXT_COLUMNS = ("id", "index_set_id", "file_meta_id", "dataset_id", "dataset_version", "uri")
MIN_PGVECTOR = (0, 8)


async def check_extension(connection: Connection, address: str) -> bool:
    """Whether pgvector is there (else it can be created). Raises DatabaseUnavailable where it is too old or not
    installed.
    """
    row = await connection.fetchrow(
        """
        SELECT default_version, installed_version FROM pg_available_extensions WHERE name = 'vector'
        """
    )
    if row is None:
        raise DatabaseUnavailable(address=address, problem="the server has no pgvector; install 0.8 or newer")
    version = row["installed_version"] or row["default_version"]
    if tuple(int(part) for part in version.split(".")[:2]) < MIN_PGVECTOR:
        raise DatabaseUnavailable(address=address, problem=f"it has pgvector {version}; 0.8 or newer is needed")
    return row["installed_version"] is not None


async def ensure(connection: Connection, table: IndexTable, address: str) -> None:
    """Makes the table if it is missing, else sees whether it fits. Runs in the caller's transaction."""
    # One maker at a time: CREATE ... IF NOT EXISTS fails where two race.
    await connection.execute("SELECT pg_advisory_xact_lock(hashtext($1))", f"bowerbird {table.name}")
    if not await check_extension(connection, address):
        await connection.execute("CREATE EXTENSION vector")
    if await connection.fetchval("SELECT to_regclass(quote_ident($1))", table.name) is None:
        await connection.execute(_creation(table))
    else:
        await _check(connection, table)


def vector_type(table: IndexTable) -> str:
    """The type of `file_vector`."""
    return f"{vector_kind(table)}({table.dimension})"


def vector_kind(table: IndexTable) -> str:
    """The same without the dimension."""
    return "vector" if table.dimension <= FLOAT32_DIMENSION else "halfvec"


def _creation(table: IndexTable) -> str:
    # Vectors stay in the row (MAIN) as far as the page allows: exact scans of 512 dimensions are three times faster
    # than with pgvector's own choice of out-of-line storage. The collation is that of Python's sorting.
    return f"""
        CREATE TABLE "{table.name}" (
            id text COLLATE "C" PRIMARY KEY,
            index_set_id text COLLATE "C" NOT NULL,
            file_meta_id text COLLATE "C" NOT NULL,
            dataset_id text NOT NULL,
            dataset_version text NOT NULL,
            uri text NOT NULL,
            file_vector {vector_type(table)} NOT NULL
        );
        ALTER TABLE "{table.name}" ALTER COLUMN file_vector SET STORAGE MAIN;
        CREATE INDEX ON "{table.name}" (index_set_id, file_meta_id);
    """


async def _check(connection: Connection, table: IndexTable) -> None:
    columns: list[asyncpg.Record] = await connection.fetch(
        """
        SELECT attname AS name, format_type(atttypid, NULL) AS base, atttypmod AS dimension,
               attnotnull AND NOT atthasdef AND attidentity = '' AS required,
               EXISTS (SELECT FROM pg_index WHERE indrelid = attrelid AND indisunique AND indpred IS NULL
                       AND indnkeyatts = 1 AND indkey[0] = attnum) AS is_unique
        FROM pg_attribute WHERE attrelid = to_regclass(quote_ident($1)) AND attnum > 0 AND NOT attisdropped
        """,
        table.name,
    )
    found = {column["name"]: column for column in columns}
    if missing := {*TEXT_COLUMNS, "file_vector"} - found.keys():
        raise IndexTableIncompatible(table=table.name, problem=f"it lacks the columns {', '.join(sorted(missing))}")
    for name in TEXT_COLUMNS:
        if found[name]["base"] not in ("text", "character varying"):
            raise _incompatible(table, f"column {name} is of type {found[name]['base']}, not text")
    if not found["id"]["is_unique"]:
        raise _incompatible(table, "column id is neither its primary key nor unique")
    for name, column in found.items():
        if column["required"] and name not in (*TEXT_COLUMNS, "file_vector"):
            raise _incompatible(table, f"column {name} may not be null and has no default")
    vector = found["file_vector"]
    if vector["base"] not in ("vector", "halfvec"):
        raise _incompatible(table, f"column file_vector is of type {vector['base']}, not vector")
    if vector["dimension"] != table.dimension:
        raise DimensionMismatch(expected=vector["dimension"], found=table.dimension)
    if vector["base"] != vector_kind(table):
        raise _incompatible(table, f"column file_vector is of type {vector['base']}, not {vector_type(table)}")


def _incompatible(table: IndexTable, problem: str) -> IndexTableIncompatible:
    return IndexTableIncompatible(table=table.name, problem=problem)
