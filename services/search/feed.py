"""Following a feed of catalog: reading what was committed since the last time, once for all who wait for it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Generic, Protocol, TypeVar

from services.search.errors import FeedBehind
from services.search.index.pages import WHOLE_REVISION, Cursor


class Page(Protocol):
    """What a feed is read in."""

    @property
    def next(self) -> Cursor:
        """Where the page ends."""

    @property
    def size_bytes(self) -> int:
        """What it carries."""


AnyPage = TypeVar("AnyPage", bound=Page)


class Follower(Generic[AnyPage]):
    """Keeps something up to date by a feed.

    A reading belongs to the follower and not to the query that began it: it goes on when that query is cancelled, and
    what it applied is kept if it breaks off.
    """

    def __init__(
        self,
        read: Callable[[Cursor | None], AsyncIterator[AnyPage]],
        apply: Callable[[AnyPage], Awaitable[None]],
    ) -> None:
        self._read = read
        self._apply = apply
        self._cursor: Cursor | None = None
        self._reading: asyncio.Task[None] | None = None
        self._broken_off = False

    @property
    def revision(self) -> int:
        """The newest revision of which nothing is missing; -1 before the first reading."""
        return -1 if self._cursor is None else self._cursor.whole_revision

    @property
    def cursor(self) -> Cursor | None:
        """Up to where it has read; None before the first page."""
        return self._cursor

    @property
    def is_reading(self) -> bool:
        """Whether a reading is under way: until it ends, `cursor` may be behind what was applied."""
        return self._reading is not None

    def go_on_from(self, cursor: Cursor) -> None:
        """What is kept up to date has everything up to a place already. Before the first reading."""
        self._cursor = cursor
        self._broken_off = cursor.ordinal != WHOLE_REVISION

    async def catch_up(self, revision: int) -> None:
        """Returns once all that was committed up to `revision` is there, and no reading is half applied.

        Between the return and the caller's next `await` nothing changes. Raises what reading raises.
        """
        if self._reading is not None:
            await asyncio.shield(self._reading)
        if self.revision < revision or self._broken_off:
            # Whoever waited for the same reading finds here the next one, which began after it came.
            self._reading = self._reading or self._begin()
            await asyncio.shield(self._reading)
        if self.revision < revision:
            raise FeedBehind(service="catalog", found=self.revision, expected=revision)

    async def close(self) -> None:
        """End the reading."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait([self._reading])

    def _begin(self) -> asyncio.Task[None]:
        reading = asyncio.create_task(self._read_on())
        # If all who waited were cancelled, nobody is left to take its error; the next query tries again.
        reading.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
        return reading

    async def _read_on(self) -> None:
        self._broken_off = True
        try:
            async for page in self._read(self._cursor):
                await self._apply(page)
                self._cursor = page.next
            self._broken_off = False
        finally:
            self._reading = None
