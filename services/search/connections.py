"""Model services, vector databases and object stores, opened once by their connections and shared by queries."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from bowerbird.catalog.v1.connection_pb2 import Connection
from libs.endpoints.connection import endpoint_of
from libs.endpoints.embedding import EmbeddingClient, open_embedding
from libs.endpoints.endpoint import CallLimits
from libs.objects.config import storage_config
from libs.objects.opening import open_store
from libs.objects.store import ObjectStore
from libs.objects.uri import StorageUri
from libs.rpc.addresses import AddressPolicy
from libs.rpc.connections import SharedResources
from libs.vectors.config import database_config
from libs.vectors.opening import open_database
from libs.vectors.port import VectorDatabase
from services.search.catalog import Catalog, IndexSetInfo

# A person waits for the answer.
EMBEDDING_LIMITS = CallLimits(max_concurrency=32, request_seconds=5, overall_seconds=5, attempts=3)


class Connections:
    """What queries connect to."""

    def __init__(self, catalog: Catalog, addresses: AddressPolicy) -> None:
        self._addresses = addresses
        self._embeddings: SharedResources[EmbeddingClient] = SharedResources(catalog.connection)
        self._databases: SharedResources[VectorDatabase] = SharedResources(catalog.connection)
        self._stores: SharedResources[ObjectStore] = SharedResources(catalog.connection)

    @asynccontextmanager
    async def embedding(self, index_set: IndexSetInfo) -> AsyncIterator[EmbeddingClient]:
        """The client of an index set's model."""

        async def open_(connection: Connection, stack: AsyncExitStack) -> EmbeddingClient:
            endpoint = endpoint_of(connection.model_service, index_set.model)
            return await stack.enter_async_context(open_embedding(endpoint, self._addresses, EMBEDDING_LIMITS))

        async with self._embeddings.use(index_set.model_connection, index_set.model, open_) as client:
            yield client

    @asynccontextmanager
    async def database(self, index_set: IndexSetInfo) -> AsyncIterator[VectorDatabase]:
        """The vector database of an index set."""

        async def open_(connection: Connection, stack: AsyncExitStack) -> VectorDatabase:
            database = await open_database(database_config(connection), self._addresses)
            stack.push_async_callback(database.close)
            return database

        async with self._databases.use(index_set.database_connection, "", open_) as database:
            yield database

    @asynccontextmanager
    async def store(self, storage_connection: str, root: StorageUri) -> AsyncIterator[ObjectStore]:
        """The objects below a root."""

        async def open_(connection: Connection, stack: AsyncExitStack) -> ObjectStore:
            return await stack.enter_async_context(open_store(storage_config(connection), root, self._addresses))

        async with self._stores.use(storage_connection, str(root), open_) as store:
            yield store

    async def close(self) -> None:
        """Close all."""
        for shared in (self._embeddings, self._databases, self._stores):
            await shared.close()
