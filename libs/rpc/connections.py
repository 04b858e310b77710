"""What a service opens by connections: once, shared by all requests, and anew when a connection was edited."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from bowerbird.catalog.v1.connection_pb2 import Connection
from libs.rpc.errors import BowerbirdError

# An edit of a connection is seen after this at the latest, and at once where the old one fails.
REMEMBERED_SECONDS = 30.0
MAX_OPEN = 256

Resource = TypeVar("Resource")
Open = Callable[[Connection, AsyncExitStack], Awaitable[Resource]]


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

    def __init__(self, resolve: Callable[[str], Awaitable[Connection]]) -> None:
        """`resolve` gives the connection of that name with its secret."""
        self._resolve = resolve
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
            resolved = await self._resolve(connection)
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
