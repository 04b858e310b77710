"""Catalog while its database goes away under it."""

import asyncio

import asyncpg
import grpc
import pytest
from sqlalchemy import text

from bowerbird.catalog.v1.dataset_service_pb2 import ListDatasetsRequest
from bowerbird.catalog.v1.dataset_service_pb2_grpc import DatasetServiceStub
from libs.rpc.errors import ServiceUnavailable
from services.catalog.database import Database
from tests.suite import WORKSPACE, Catalog

END_ALL = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
    "AND application_name = 'bowerbird-catalog'"
)


async def test_calls_go_on_after_the_server_has_ended_all_connections(catalog: Catalog) -> None:
    stub = DatasetServiceStub(catalog.viewer)
    request = ListDatasetsRequest(parent=WORKSPACE)
    killer = await asyncpg.connect(catalog.database_url)
    for _ in range(5):
        calls = [stub.ListDatasets(request) for _ in range(20)]
        assert len(await killer.fetch(END_ALL)) > 0
        assert len(await asyncio.gather(*calls)) == 20
    await killer.close()


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
