"""A store with as many objects as a test wants, which lists them as slowly or badly as it is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from xml.sax.saxutils import escape

from aiohttp import web
from aiohttp.test_utils import RawTestServer

PAGE_KEYS = 1000


class ListingServer:
    """Answers ListObjectsV2 on any bucket over real HTTP. `objects` are ETags by key."""

    def __init__(self) -> None:
        self.endpoint = ""
        self.objects: dict[str, str] = {}
        # The page from which on the server fails, counted from 0; None for never.
        self.fails_at: int | None = None
        # The page at which the server waits until `goes_on` is set; None for never.
        self.waits_at: int | None = None
        self.goes_on = asyncio.Event()
        self.waiting = asyncio.Event()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        page = int(request.query.get("continuation-token", "0"))
        if self.fails_at is not None and page >= self.fails_at:
            return web.Response(status=503, text="<Error><Code>SlowDown</Code></Error>")
        if page == self.waits_at:
            self.waiting.set()
            await self.goes_on.wait()
        keys = list(self.objects)[page * PAGE_KEYS : (page + 1) * PAGE_KEYS]
        return web.Response(text=self._page(keys, page), content_type="application/xml")

    def _page(self, keys: list[str], page: int) -> str:
        rows = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>2024-05-01T12:00:00.000Z</LastModified>"
            f"<ETag>&quot;{self.objects[key]}&quot;</ETag><Size>{1000 + len(key)}</Size></Contents>"
            for key in keys
        )
        more = (page + 1) * PAGE_KEYS < len(self.objects)
        token = f"<NextContinuationToken>{page + 1}</NextContinuationToken>" if more else ""
        return f"<ListBucketResult><IsTruncated>{str(more).lower()}</IsTruncated>{rows}{token}</ListBucketResult>"


@asynccontextmanager
async def listing_server() -> AsyncIterator[ListingServer]:
    """A server for one test."""
    server = ListingServer()
    async with RawTestServer(server.handle) as running:
        server.endpoint = f"http://127.0.0.1:{running.port}"
        try:
            yield server
        finally:
            server.goes_on.set()
