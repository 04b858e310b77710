"""The statements on an index table. Each touches one index set, by `id` or by the index on (index_set_id,
file_meta_id).
"""

# ruff: noqa: S608 - the only name that is put in is the table's, and IndexTable has checked it

import hashlib

from libs.vectors.pgvector.copying import COLUMNS
from libs.vectors.pgvector.schema import vector_kind, vector_type
from libs.vectors.table import IndexTable, Metric

STAGE = """
    CREATE TEMP TABLE IF NOT EXISTS "Staged" (
        id text, index_set_id text, file_meta_id text, dataset_id text, dataset_version text, uri text,
        file_vector vector
    ) ON COMMIT DELETE ROWS
"""
STAGED = "Staged"  # no index table is called so: their names are in lower case

# The operator gives a distance, which a graph can be walked by; the score is what the port promises. An exact query
# sorts by the score, so that no graph answers it.
_OPERATOR = {Metric.COSINE: "<=>", Metric.DOT_PRODUCT: "<#>"}
_SCORE = {Metric.COSINE: "1 - ({distance})", Metric.DOT_PRODUCT: "0 - ({distance})"}
_OPERATOR_CLASS = {Metric.COSINE: "cosine_ops", Metric.DOT_PRODUCT: "ip_ops"}


def upsert(table: IndexTable) -> str:
    """Moves what is staged, in the order of the keys, so that two of these never wait for each other crosswise."""
    columns = ", ".join(COLUMNS)
    changes = ", ".join(f"{column} = excluded.{column}" for column in COLUMNS if column != "id")
    return f"""
        INSERT INTO "{table.name}" ({columns}) SELECT {columns} FROM "{STAGED}" ORDER BY id
        ON CONFLICT (id) DO UPDATE SET {changes}
    """


def delete(table: IndexTable) -> str:
    """$1: keys."""
    return f'DELETE FROM "{table.name}" WHERE id = ANY($1)'


def delete_index_set(table: IndexTable) -> str:
    """$1: the index set."""
    return f'DELETE FROM "{table.name}" WHERE index_set_id = $1'


def nearest_by_graph(table: IndexTable) -> str:
    """$1: the vector, $2: the index set, $3: how many. In about the order of the distance."""
    return f"""
        SELECT file_meta_id, {_score(table)} AS score FROM "{table.name}" WHERE index_set_id = $2
        ORDER BY {_distance(table)} LIMIT $3
    """


def nearest_exactly(table: IndexTable) -> str:
    """$1: the vector, $2: the index set, $3: how many."""
    return f"""
        SELECT file_meta_id, {_score(table)} AS score FROM "{table.name}" WHERE index_set_id = $2
        ORDER BY score DESC, file_meta_id LIMIT $3
    """


def nearest_among(table: IndexTable) -> str:
    """$1: the vector, $2: keys, $3: how many."""
    return f"""
        SELECT file_meta_id, {_score(table)} AS score FROM "{table.name}" WHERE id = ANY($2)
        ORDER BY score DESC, file_meta_id LIMIT $3
    """


def vectors_by_key(table: IndexTable) -> str:
    """$1: keys. The vectors in their wire format (see `copying.decode_vectors`)."""
    return f"{_vectors(table)} WHERE id = ANY($1)"


def vectors_of_index_set(table: IndexTable) -> str:
    """$1: the index set. The same."""
    return f"{_vectors(table)} WHERE index_set_id = $1"


def ids_of_index_set(table: IndexTable) -> str:
    """$1: the index set."""
    return f'SELECT file_meta_id FROM "{table.name}" WHERE index_set_id = $1'


def count(table: IndexTable) -> str:
    """$1: the index set."""
    return f'SELECT count(*) FROM "{table.name}" WHERE index_set_id = $1'


def graph_name(table: IndexTable, index_set_id: str) -> str:
    """The name of an index set's graph: a digest, for a name has at most 63 bytes."""
    digest = hashlib.sha256(f"{table.name} {index_set_id}".encode()).hexdigest()
    return f"bowerbird_hnsw_{digest[:24]}"


HAS_GRAPH = "SELECT COALESCE(bool_and(indisvalid), false) FROM pg_index WHERE indexrelid = to_regclass($1)"
"""$1: the graph's name. One that is being built, or whose build was broken off, does not count."""

LOCK_GRAPH = "SELECT pg_try_advisory_lock(hashtext($1))"
"""$1: the graph's name. Not the lock that waits: a concurrent build waits for all who wait with a snapshot."""

QUOTE = "SELECT quote_literal($1)"
"""$1: a value for `create_graph`: DDL takes no parameters."""


def create_graph(table: IndexTable, index_set_id: str, quoted_index_set_id: str) -> str:
    """Runs outside of a transaction."""
    operators = f"{vector_kind(table)}_{_OPERATOR_CLASS[table.metric]}"
    return f"""
        CREATE INDEX CONCURRENTLY "{graph_name(table, index_set_id)}" ON "{table.name}"
        USING hnsw (file_vector {operators}) WITH (m = {table.hnsw.m}, ef_construction = {table.hnsw.ef_construction})
        WHERE index_set_id = {quoted_index_set_id}
    """


def drop_graph(table: IndexTable, index_set_id: str) -> str:
    """Runs outside of a transaction."""
    return f'DROP INDEX CONCURRENTLY IF EXISTS "{graph_name(table, index_set_id)}"'


def _distance(table: IndexTable) -> str:
    return f"file_vector {_OPERATOR[table.metric]} $1::real[]::{vector_type(table)}"


def _score(table: IndexTable) -> str:
    return _SCORE[table.metric].format(distance=_distance(table))


def _vectors(table: IndexTable) -> str:
    return f'SELECT file_meta_id, {vector_kind(table)}_send(file_vector) AS vector FROM "{table.name}"'
