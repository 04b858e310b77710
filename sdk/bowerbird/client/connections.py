"""Connections to object storage, model services and vector databases."""

from collections.abc import AsyncIterator, Iterable

from google.protobuf.field_mask_pb2 import FieldMask

from bowerbird.catalog.v1.connection_pb2 import Connection
from bowerbird.catalog.v1.connection_service_pb2 import (
    CountObjectsRequest,
    CountObjectsResponse,
    CreateConnectionRequest,
    DeleteConnectionRequest,
    GetConnectionRequest,
    ListConnectionsRequest,
    ListFolderRequest,
    ListFolderResponse,
    ListUsesRequest,
    TestConnectionRequest,
    TestConnectionResponse,
    UpdateConnectionRequest,
)
from bowerbird.catalog.v1.connection_service_pb2_grpc import ConnectionServiceStub
from bowerbird.catalog.v1.dataset_pb2 import Dataset
from bowerbird.client.names import Names
from bowerbird.client.paging import paged
from bowerbird.client.transport import Transport

# These ask somewhere else and may run into that side's time-outs, which their answers then tell.
ELSEWHERE_DEADLINE_SECONDS = 120.0


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

    def uses(self, connection: str) -> AsyncIterator[str]:
        """Names of the datasets and index sets that need it; while there is any, it cannot be deleted."""
        name = self._names.connection(connection)
        return paged(
            lambda token: self._transport.call(
                self._stub.ListUses, ListUsesRequest(name=name, page_size=1000, page_token=token)
            ),
            lambda page: page.users,
        )

    async def delete(self, connection: str) -> None:
        request = DeleteConnectionRequest(name=self._names.connection(connection))
        await self._transport.call(self._stub.DeleteConnection, request)

    async def test(self, connection: str, uri: str = "") -> TestConnectionResponse:
        """Whether it works; for object storage also whether `uri` can be listed."""
        request = TestConnectionRequest(name=self._names.connection(connection), uri=uri)
        return await self._transport.call(
            self._stub.TestConnection, request, deadline_seconds=ELSEWHERE_DEADLINE_SECONDS
        )

    async def folder(
        self, connection: str, uri: str = "", *, page_size: int = 0, page_token: str = ""
    ) -> ListFolderResponse:
        """One page of what lies directly below `uri`, with the token of the next; without a uri the buckets, or the
        folder of the connection. `page_size` 1 to 1,000, the server's default for 0.
        """
        request = ListFolderRequest(
            name=self._names.connection(connection), uri=uri, page_size=page_size, page_token=page_token
        )
        return await self._transport.call(self._stub.ListFolder, request, deadline_seconds=ELSEWHERE_DEADLINE_SECONDS)

    def count(
        self,
        connection: str,
        uri: str,
        *,
        import_format: Dataset.ImportFormat.ValueType = Dataset.IMPORT_FORMAT_FOLDER,
    ) -> AsyncIterator[CountObjectsResponse]:
        """How many files a dataset with this root would have: what was found so far, at last with `done` all of it."""
        request = CountObjectsRequest(name=self._names.connection(connection), uri=uri, import_format=import_format)
        return self._transport.stream(self._stub.CountObjects, request)
