"""The object storage that files lie in, opened by the console's own right to resolve connections.

Nobody gets here but by a file that catalog let the caller see.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import grpc.aio
from cachetools import TTLCache

from bowerbird.catalog.v1.connection_pb2 import Connection
from bowerbird.catalog.v1.connection_service_pb2 import ResolveConnectionRequest
from bowerbird.catalog.v1.connection_service_pb2_grpc import ConnectionServiceStub
from bowerbird.catalog.v1.dataset_service_pb2 import GetDatasetRequest
from bowerbird.catalog.v1.dataset_service_pb2_grpc import DatasetServiceStub
from libs.objects.config import dataset_root, storage_config
from libs.objects.errors import ObjectNotFound
from libs.objects.opening import open_store
from libs.objects.store import ObjectStore
from libs.objects.uri import StorageUri
from libs.rpc.addresses import AddressPolicy
from libs.rpc.connections import SharedResources
from services.console.media.files import MediaFile

CALL_SECONDS = 10
# Neither the connection nor the root of a dataset ever changes, but its name may be given to another.
REMEMBERED_SECONDS = 30
REMEMBERED_DATASETS = 1000


@dataclass(frozen=True)
class Place:
    """Where a dataset's files are."""

    connection: str
    root: StorageUri


class Storage:
    """Stores by the datasets that they hold. Close it at the end."""

    def __init__(self, catalog: grpc.aio.Channel, addresses: AddressPolicy) -> None:
        """`catalog` is a channel with the console's own token."""
        self._datasets = DatasetServiceStub(catalog)
        self._connections = ConnectionServiceStub(catalog)
        self._addresses = addresses
        self._places: TTLCache[str, Place] = TTLCache(REMEMBERED_DATASETS, REMEMBERED_SECONDS)
        self._stores: SharedResources[ObjectStore] = SharedResources(self._resolve)

    async def place(self, file: MediaFile) -> Place:
        """Raises ObjectNotFound for a dataset without a place of its own, and AioRpcError."""
        place = self._places.get(file.dataset)
        if place is None:
            answer = await self._datasets.GetDataset(GetDatasetRequest(name=file.dataset), timeout=CALL_SECONDS)
            if not answer.dataset.root_uri:
                raise ObjectNotFound(uri=file.uri)
            place = Place(answer.dataset.storage_connection, dataset_root(answer.dataset))
            self._places[file.dataset] = place
        return place

    @asynccontextmanager
    async def opened(self, place: Place) -> AsyncIterator[ObjectStore]:
        """The objects there. Raises what `open_store` raises, and AioRpcError."""

        async def open_(connection: Connection, stack: AsyncExitStack) -> ObjectStore:
            return await stack.enter_async_context(open_store(storage_config(connection), place.root, self._addresses))

        async with self._stores.use(place.connection, str(place.root), open_) as store:
            yield store

    async def close(self) -> None:
        await self._stores.close()

    async def _resolve(self, name: str) -> Connection:
        answer = await self._connections.ResolveConnection(ResolveConnectionRequest(name=name), timeout=CALL_SECONDS)
        return answer.connection
