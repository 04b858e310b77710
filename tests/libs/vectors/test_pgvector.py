"""pgvector on a real PostgreSQL server."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from urllib.parse import unquote, urlsplit

import asyncpg
import pytest

from libs.vectors.config import PgvectorConfig
from libs.vectors.errors import DatabaseAccessDenied, DatabaseUnavailable, IndexTableIncompatible
from libs.vectors.opening import open_database
from libs.vectors.pgvector.database import PgvectorDatabase
from libs.vectors.pgvector.statements import graph_name
from libs.vectors.port import VectorDatabase
from tests.libs.vectors.conformance import Configs, VectorsConformance
from tests.libs.vectors.conformance.access import LOOPBACK
from tests.libs.vectors.samples import documents, new_table, random_vectors


@pytest.fixture(scope="module")
def configs(database: str) -> Iterator[Configs]:
    url = urlsplit(database)
    right = PgvectorConfig(
        url.hostname or "", url.port or 5432, url.path[1:], unquote(url.username or ""), unquote(url.password or "")
    )
    with socket.create_server(("127.0.0.1", 0)) as silent, socket.create_server(("127.0.0.1", 0)) as closed:
        closed_port = closed.getsockname()[1]
        closed.close()
        yield Configs(
            right=right,
            wrong_password=replace(right, password="not the password"),
            nobody_listens=replace(right, port=closed_port),
            nobody_answers=replace(right, host="127.0.0.1", port=silent.getsockname()[1]),
        )


@pytest.fixture(scope="module")
async def vectors(configs: Configs) -> AsyncIterator[VectorDatabase]:
    database = await open_database(configs.right, LOOPBACK)
    yield database
    await database.close()


@pytest.fixture(scope="module")
async def eager(configs: Configs) -> AsyncIterator[VectorDatabase]:
    database = await PgvectorDatabase.open(configs.right, LOOPBACK, worth_a_graph_floats=0)
    yield database
    await database.close()


class TestPgvector(VectorsConformance):
    """The port's specification."""


FITTING = """
    id text PRIMARY KEY, index_set_id varchar(64), file_meta_id text, dataset_id text, dataset_version text, uri text,
    file_vector vector(16)
"""


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        ("id text PRIMARY KEY", "lacks the columns dataset_id, dataset_version"),
        (FITTING.replace("uri text", "uri integer"), "column uri is of type integer"),
        (FITTING.replace("PRIMARY KEY", ""), "column id is neither"),
        (FITTING.replace("PRIMARY KEY", "").rstrip() + ", UNIQUE (id, uri)", "column id is neither"),
        (FITTING.replace("vector(16)", "real[]"), "column file_vector is of type real"),
        (FITTING.replace("vector(16)", "halfvec(16)"), "column file_vector is of type halfvec"),
        (FITTING.rstrip() + ", owner text NOT NULL", "column owner may not be null"),
    ],
)
async def test_a_table_of_other_columns_is_refused(
    vectors: VectorDatabase, database: str, columns: str, problem: str
) -> None:
    table = new_table()
    await _execute(database, f'CREATE TABLE "{table.name}" ({columns})')
    with pytest.raises(IndexTableIncompatible, match=problem):
        await vectors.ensure_table(table)


async def test_a_fitting_table_that_somebody_else_made_is_used(vectors: VectorDatabase, database: str) -> None:
    table, written = new_table(), random_vectors(20)
    await _execute(
        database, f'CREATE TABLE "{table.name}" ({FITTING.rstrip()}, note text, made timestamptz DEFAULT now())'
    )
    await vectors.ensure_table(table)
    await vectors.upsert(table, documents(written))
    assert (await vectors.nearest(table, "7", written[3], 1)).file_ids == ["f3"]


async def test_a_user_without_rights_is_denied(vectors: VectorDatabase, configs: Configs, database: str) -> None:
    table = new_table()
    await vectors.ensure_table(table)
    user = f"u{table.name}"
    await _execute(database, f"CREATE USER {user} PASSWORD 'secret'")
    guest = await open_database(replace(configs.right, username=user, password="secret"), LOOPBACK)
    with pytest.raises(DatabaseAccessDenied):
        await guest.count(table, "7")
    with pytest.raises(DatabaseAccessDenied):
        await guest.ensure_table(new_table())
    await guest.close()
    await _execute(database, f"DROP USER {user}")


async def test_a_database_that_is_not_there_is_named(configs: Configs) -> None:
    database = await open_database(replace(configs.right, database="not_there"), LOOPBACK)
    with pytest.raises(DatabaseUnavailable, match="not_there"):
        await database.check()
    await database.close()


async def test_the_extension_is_made_where_the_user_may(
    configs: Configs, make_database: Callable[[], Awaitable[str]]
) -> None:
    url = await make_database()
    await _execute(url, "DROP EXTENSION vector")
    database = await open_database(replace(configs.right, database=urlsplit(url).path[1:]), LOOPBACK)
    await database.check()
    table = new_table()
    await database.ensure_table(table)
    assert await database.count(table, "7") == 0
    await database.close()


async def test_calls_outlive_connections_that_break(vectors: VectorDatabase, database: str) -> None:
    table, written = new_table(), random_vectors(200)
    await vectors.ensure_table(table)
    ended = asyncio.Event()

    async def break_connections() -> None:
        while not ended.is_set():
            await _execute(
                database,
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'bowerbird'",
            )
            await asyncio.sleep(0.05)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(break_connections())
        for _ in range(20):
            await vectors.upsert(table, documents(written))
            assert len(await vectors.nearest(table, "7", written[0], 10)) == 10
        ended.set()
    assert await vectors.count(table, "7") == 200


async def test_a_graph_whose_build_was_broken_off_is_built_again(
    eager: VectorDatabase, configs: Configs, database: str
) -> None:
    table, written = new_table(), random_vectors(300)
    await eager.ensure_table(table)
    await eager.upsert(table, documents(written))
    await eager.build_index(table, "7")
    # What a concurrent build leaves behind when it dies.
    graph = graph_name(table, "7")
    await _execute(database, "UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass($1)", graph)
    assert (await eager.nearest(table, "7", written[0], 5)).exact
    assert await eager.build_index(table, "7")
    assert not (await eager.nearest(table, "7", written[0], 5)).exact


async def test_a_graph_is_built_by_one_at_a_time_while_writes_go_on(eager: VectorDatabase) -> None:
    table = new_table()
    await eager.ensure_table(table)
    await eager.upsert(table, documents(random_vectors(3000)))
    async with asyncio.TaskGroup() as tasks:
        builds = [tasks.create_task(eager.build_index(table, "7")) for _ in range(4)]
        for number in range(20):
            await eager.upsert(table, documents(random_vectors(1, seed=number), file_ids=[f"late{number}"]))
    assert sum(build.result() for build in builds) == 1
    assert await eager.count(table, "7") == 3020


async def _execute(url: str, statement: str, *values: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement, *values)
    finally:
        await connection.close()
