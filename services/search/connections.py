"""Model services, vector databases and object stores, opened once by their connections and shared by queries."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from bowerbird.catalog.v1.connection_pb2 import Connection
from libs.endpoints.connection import endpoint_of
from libs.endpoints.embedding import EmbeddingClient, open_embedding
from libs.endpoints.endpoint import CallLimits
from libs.objects.config import storage_config
from libs.objects.opening import open_store
from libs.objects.store import ObjectStore
from libs.objects.uri import StorageUri
from libs.rpc.addresses import AddressPolicy
from libs.rpc.errors import BowerbirdError
from libs.vectors.config import database_config
from libs.vectors.opening import open_database
from libs.vectors.port import VectorDatabase
from services.search.catalog import Catalog, IndexSetInfo

# An edit of a connection is seen after this at the latest, and at once where the old one fails.
REMEMBERED_SECONDS = 30.0
MAX_OPEN = 256
# A person waits for the answer.
EMBEDDING_LIMITS = CallLimits(max_concurrency=32, request_seconds=5, overall_seconds=5, attempts=3)

Resource = TypeVar("Resource")
Open = Callable[[Connection, AsyncExitStack], Awaitable[Resource]]


class Connections:
    """What queries connect to."""

    def __init__(self, catalog: Catalog, addresses: AddressPolicy) -> None:
        self._addresses = addresses
        self._embeddings: SharedResources[EmbeddingClient] = SharedResources(catalog)
        self._databases: SharedResources[VectorDatabase] = SharedResources(catalog)
        self._stores: SharedResources[ObjectStore] = SharedResources(catalog)

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


@dataclass
class Opened(Generic[Resource]):
    """Something open by one state of a connection, which `etag` names."""

    etag: str
    resource: Resource
    closing: AsyncExitStack
    checked_at: float
    users: int = 0
    is_outdated: bool = False


class SharedResources(Generic[Resource]):
    """Resources by connection and purpose. One is closed when it is outdated and its last user is gone."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._opened: dict[tuple[str, str], Opened[Resource]] = {}

    @asynccontextmanager
    async def use(self, connection: str, purpose: str, open_: Open[Resource]) -> AsyncIterator[Resource]:
        """What `open_` makes of the connection, now or before. After an error the next user looks at it anew."""
        opened = await self._acquire(connection, purpose, open_)
        try:
            yield opened.resource
        except BowerbirdError:
            opened.checked_at = -REMEMBERED_SECONDS
            raise
        finally:
            opened.users -= 1
            await self._close_unused(opened)

    async def close(self) -> None:
        """Close all."""
        for opened in self._opened.values():
            await opened.closing.aclose()
        self._opened.clear()

    async def _acquire(self, connection: str, purpose: str, open_: Open[Resource]) -> Opened[Resource]:
        opened = self._opened.get((connection, purpose))
        if opened is None or time.monotonic() >= opened.checked_at + REMEMBERED_SECONDS:
            resolved = await self._catalog.connection(connection)
            opened = self._opened.get((connection, purpose))
            if opened is None or opened.etag != resolved.etag:
                return await self._replace((connection, purpose), resolved, open_)
            opened.checked_at = time.monotonic()
        opened.users += 1
        return opened

    async def _replace(self, key: tuple[str, str], resolved: Connection, open_: Open[Resource]) -> Opened[Resource]:
        async with AsyncExitStack() as stack:
            resource = await open_(resolved, stack)
            opened = Opened(resolved.etag, resource, stack.pop_all(), time.monotonic(), users=1)
        before = self._opened.pop(key, None)
        self._opened[key] = opened
        if before is not None:
            await self._retire(before)
        for other, idle in [(other, idle) for other, idle in self._opened.items() if not idle.users]:
            if len(self._opened) > MAX_OPEN:
                del self._opened[other]
                await self._retire(idle)
        return opened

    async def _retire(self, opened: Opened[Resource]) -> None:
        opened.is_outdated = True
        await self._close_unused(opened)

    async def _close_unused(self, opened: Opened[Resource]) -> None:
        if opened.is_outdated and not opened.users:
            await opened.closing.aclose()
