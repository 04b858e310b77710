"""ConnectionService."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from grpc.aio import ServicerContext
from sqlalchemy import Row

from bowerbird.catalog.v1 import connection_pb2, connection_service_pb2_grpc
from bowerbird.catalog.v1.connection_service_pb2 import (
    CountObjectsRequest,
    CountObjectsResponse,
    CreateConnectionRequest,
    CreateConnectionResponse,
    DeleteConnectionRequest,
    DeleteConnectionResponse,
    GetConnectionRequest,
    GetConnectionResponse,
    ListConnectionsRequest,
    ListConnectionsResponse,
    ListFolderRequest,
    ListFolderResponse,
    ListUsesRequest,
    ListUsesResponse,
    ResolveConnectionRequest,
    ResolveConnectionResponse,
    TestConnectionRequest,
    TestConnectionResponse,
    UpdateConnectionRequest,
    UpdateConnectionResponse,
)
from bowerbird.catalog.v1.dataset_pb2 import Dataset
from bowerbird.catalog.v1.storage_pb2 import StorageFolder, StorageObject
from libs.objects.config import StorageConfig, storage_config
from libs.rpc.addresses import AddressPolicy
from libs.rpc.errors import BowerbirdError
from libs.rpc.names import CONNECTION, WORKSPACE
from libs.rpc.paging import PageTokens, page_size
from services.catalog.connection_configs import KINDS, Config, ConfigChecks
from services.catalog.connection_trial import try_connection
from services.catalog.connections import FIRST_USE, Connections
from services.catalog.fields import checked_enum, checked_id, checked_mask, checked_text, etag, timestamp
from services.catalog.object_count import ObjectCount, count_objects
from services.catalog.scanner.listing import ScanSource, content_type_of
from services.catalog.scope import ids_in
from services.catalog.storage_folder import ChildObject, list_folder

Context = ServicerContext[Any, Any]


class ConnectionServicer(connection_service_pb2_grpc.ConnectionServiceServicer):
    def __init__(
        self, connections: Connections, checks: ConfigChecks, addresses: AddressPolicy, page_tokens: PageTokens
    ) -> None:
        self._connections = connections
        self._checks = checks
        self._addresses = addresses
        self._page_tokens = page_tokens

    async def CreateConnection(self, request: CreateConnectionRequest, context: Context) -> CreateConnectionResponse:
        workspace = ids_in(WORKSPACE, request.parent, "workspace")["workspace"]
        slug = checked_id("connection_id", request.connection_id)
        config = Config.of(request.connection)
        display_name = checked_text("connection.display_name", request.connection.display_name, most=127) or slug
        await self._checks.check(request.connection)
        row = await self._connections.create(workspace, slug, display_name, config)
        return CreateConnectionResponse(connection=encoded_connection(workspace, row))

    async def GetConnection(self, request: GetConnectionRequest, context: Context) -> GetConnectionResponse:
        workspace, row = await self._row(request.name)
        return GetConnectionResponse(connection=encoded_connection(workspace, row))

    async def ListConnections(self, request: ListConnectionsRequest, context: Context) -> ListConnectionsResponse:
        workspace = ids_in(WORKSPACE, request.parent, "workspace")["workspace"]
        size = page_size(request.page_size)
        (after,) = self._page_tokens.decode(request) or ("",)
        rows = await self._connections.list(workspace, after, size + 1)
        return ListConnectionsResponse(
            connections=[encoded_connection(workspace, row) for row in rows[:size]],
            next_page_token=self._page_tokens.encode(request, [rows[size - 1].slug]) if len(rows) > size else "",
        )

    async def UpdateConnection(self, request: UpdateConnectionRequest, context: Context) -> UpdateConnectionResponse:
        new = request.connection
        ids = ids_in(CONNECTION, new.name, "connection")
        paths = checked_mask(request.update_mask, ("display_name", *KINDS))
        config = None
        if paths & set(KINDS):
            # The set config is what is changed, so the mask must name it and no other.
            config = Config.of(new)
            checked_mask(request.update_mask, ("display_name", config.kind))
            await self._checks.check(new)
        display_name = None
        if "display_name" in paths:
            display_name = checked_text("connection.display_name", new.display_name, most=127) or ids["connection"]
        row = await self._connections.update(
            ids["workspace"], ids["connection"], new.etag, display_name=display_name, config=config
        )
        return UpdateConnectionResponse(connection=encoded_connection(ids["workspace"], row))

    async def ListUses(self, request: ListUsesRequest, context: Context) -> ListUsesResponse:
        ids = ids_in(CONNECTION, request.name, "connection")
        size = page_size(request.page_size)
        dataset, index_set = self._page_tokens.decode(request) or FIRST_USE
        uses = await self._connections.uses(ids["workspace"], ids["connection"], (dataset, index_set), size + 1)
        return ListUsesResponse(
            users=[use.user for use in uses[:size]],
            next_page_token=self._page_tokens.encode(request, list(uses[size - 1].key)) if len(uses) > size else "",
        )

    async def DeleteConnection(self, request: DeleteConnectionRequest, context: Context) -> DeleteConnectionResponse:
        ids = ids_in(CONNECTION, request.name, "connection")
        await self._connections.delete(ids["workspace"], ids["connection"])
        return DeleteConnectionResponse()

    async def TestConnection(self, request: TestConnectionRequest, context: Context) -> TestConnectionResponse:
        workspace, row = await self._row(request.name)
        connection = encoded_connection(workspace, row, self._connections.secret(row))
        try:
            found = await try_connection(connection, request.uri, self._addresses)
        except BowerbirdError as error:
            return TestConnectionResponse(works=False, reason=error.reason, message=str(error))
        return TestConnectionResponse(works=True, message=found)

    async def ListFolder(self, request: ListFolderRequest, context: Context) -> ListFolderResponse:
        size = page_size(request.page_size)
        (token,) = self._page_tokens.decode(request) or (None,)
        config = await self._storage(request.name)
        found = await list_folder(config, request.uri, self._addresses, limit=size, token=token)
        return ListFolderResponse(
            folders=[StorageFolder(name=folder.name, uri=folder.uri) for folder in found.folders],
            objects=map(encoded_object, found.objects),
            next_page_token=self._page_tokens.encode(request, [found.next_token]) if found.next_token else "",
        )

    async def CountObjects(self, request: CountObjectsRequest, context: Context) -> AsyncIterator[CountObjectsResponse]:
        folder = Dataset.IMPORT_FORMAT_FOLDER
        import_format = checked_enum("import_format", Dataset.ImportFormat, request.import_format, folder)
        source = ScanSource.of(await self._storage(request.name), request.uri, import_format)
        async with aclosing(count_objects(source, self._addresses)) as counts:
            async for count in counts:
                yield encoded_count(count)

    async def ResolveConnection(self, request: ResolveConnectionRequest, context: Context) -> ResolveConnectionResponse:
        workspace, row = await self._row(request.name)
        return ResolveConnectionResponse(connection=encoded_connection(workspace, row, self._connections.secret(row)))

    async def _storage(self, name: str) -> StorageConfig:
        """Raises FieldInvalid for a connection to something else."""
        workspace, row = await self._row(name)
        return storage_config(encoded_connection(workspace, row, self._connections.secret(row)))

    async def _row(self, name: str) -> tuple[str, Row[Any]]:
        ids = ids_in(CONNECTION, name, "connection")
        return ids["workspace"], await self._connections.get(ids["workspace"], ids["connection"])


def encoded_connection(workspace: str, row: Row[Any], secret: str = "") -> connection_pb2.Connection:
    connection = connection_pb2.Connection(
        name=CONNECTION.format(workspace=workspace, connection=row.slug),
        display_name=row.display_name,
        secret_set=row.secret is not None,
        create_time=timestamp(row.created),
        update_time=timestamp(row.updated),
        etag=etag(row),
    )
    Config(row.kind, row.config, secret).fill(connection)
    return connection


def encoded_object(found: ChildObject) -> StorageObject:
    return StorageObject(
        name=found.name,
        uri=found.uri,
        size_bytes=found.size_bytes,
        modify_time=timestamp(found.modified),
        content_type=content_type_of(found.name),
    )


def encoded_count(count: ObjectCount) -> CountObjectsResponse:
    return CountObjectsResponse(
        file_count=count.files,
        size_bytes=count.size_bytes,
        skipped_count=count.skipped,
        sample_paths=count.samples,
        done=count.done,
    )
