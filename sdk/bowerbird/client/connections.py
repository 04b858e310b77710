"""Connections to object storage, model services and vector databases."""

from collections.abc import AsyncIterator, Iterable

from google.protobuf.field_mask_pb2 import FieldMask

from bowerbird.catalog.v1.connection_pb2 import Connection
from bowerbird.catalog.v1.connection_service_pb2 import (
    CreateConnectionRequest,
    DeleteConnectionRequest,
    GetConnectionRequest,
    ListConnectionsRequest,
    TestConnectionRequest,
    TestConnectionResponse,
    UpdateConnectionRequest,
)
from bowerbird.catalog.v1.connection_service_pb2_grpc import ConnectionServiceStub
from bowerbird.client.names import Names
from bowerbird.client.paging import paged
from bowerbird.client.transport import Transport

# A test signs in somewhere else and may run into that side's time-outs, which its answer then tells.
TEST_DEADLINE_SECONDS = 120.0


class Connections:
    """`client.connections`. Secrets go in and never come out."""

    def __init__(self, transport: Transport, names: Names) -> None:
        self._transport = transport
        self._names = names
        self._stub = ConnectionServiceStub(transport.channel)

    async def create(self, connection_id: str, connection: Connection) -> Connection:
        """`connection` has one config with its secret set."""
        request = CreateConnectionRequest(parent=self._names.parent, connection_id=connection_id, connection=connection)
        return (await self._transport.call(self._stub.CreateConnection, request)).connection

    async def get(self, connection: str) -> Connection:
        request = GetConnectionRequest(name=self._names.connection(connection))
        return (await self._transport.call(self._stub.GetConnection, request)).connection

    def list(self) -> AsyncIterator[Connection]:
        """By id."""
        return paged(
            lambda token: self._transport.call(
                self._stub.ListConnections, ListConnectionsRequest(parent=self._names.parent, page_token=token)
            ),
            lambda page: page.connections,
        )

    async def update(self, connection: Connection, fields: Iterable[str]) -> Connection:
        """Change `fields` of display_name and the config; a config without a secret keeps the old one."""
        request = UpdateConnectionRequest(connection=connection, update_mask=FieldMask(paths=fields))
        return (await self._transport.call(self._stub.UpdateConnection, request)).connection

    async def delete(self, connection: str) -> None:
        request = DeleteConnectionRequest(name=self._names.connection(connection))
        await self._transport.call(self._stub.DeleteConnection, request)

    async def test(self, connection: str, uri: str = "") -> TestConnectionResponse:
        """Whether it works; for object storage also whether `uri` can be listed."""
        request = TestConnectionRequest(name=self._names.connection(connection), uri=uri)
        return await self._transport.call(self._stub.TestConnection, request, deadline_seconds=TEST_DEADLINE_SECONDS)
