"""Lists a bucket by requests and a parser of our own: botocore's parser is the slowest part of a scan by far.

One listing goes page by page, each page naming the next. So a large prefix is split at its sub-prefixes, which are
listed side by side. What a split costs is one request a sub-prefix; a level with more of them than fit in a page is
listed in one go instead, because splitting could cost a request a file.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator

from libs.objects.errors import BucketNotFound, ObjectNotFound, StorageFailed
from libs.objects.s3_errors import translated
from libs.objects.s3_gets import SignedGets
from libs.objects.s3_page import ListedPage, PageMalformed, parse_page
from libs.objects.store import Page
from libs.objects.uri import StorageUri

PARALLEL_LISTINGS = 16
SPLIT_LEVELS = 3


class Lister:
    """Listings of the bucket at `url`; errors name `uri`."""

    def __init__(self, gets: SignedGets, url: str, uri: StorageUri) -> None:
        self._gets = gets
        self._url = url
        self._uri = uri

    async def pages(self, prefix: str) -> AsyncGenerator[Page, None]:
        """Every page below `prefix`, from several listings at once. Close the iterator to end them."""
        found: asyncio.Queue[Page | None] = asyncio.Queue(PARALLEL_LISTINGS)
        listing = asyncio.create_task(self._list_all(prefix, found))
        try:
            while (page := await found.get()) is not None:
                yield page
            await listing
        finally:
            listing.cancel()
            await asyncio.wait([listing])

    async def page(
        self, prefix: str, *, delimiter: str = "", token: str | None = None, limit: int = 1000
    ) -> ListedPage:
        """One page. Raises what `ObjectStore` names."""
        query = {"encoding-type": "url", "list-type": "2", "max-keys": str(limit), "prefix": prefix}
        if delimiter:
            query["delimiter"] = delimiter
        if token:
            query["continuation-token"] = token
        with translated(self._uri, self._url):
            try:
                body = await self._gets.query(self._uri, query)
            except ObjectNotFound as error:  # of a bucket without an error document
                raise BucketNotFound(uri=self._uri) from error
        try:
            # Not on the event loop: catalog serves others while it counts the objects of a bucket.
            return await asyncio.to_thread(parse_page, body)
        except PageMalformed as error:
            raise StorageFailed(uri=self._uri, problem=error) from error

    async def _list_all(self, prefix: str, found: asyncio.Queue[Page | None]) -> None:
        """Puts every page into the queue and then None; where a listing fails too, so that the reader sees why."""
        try:
            whole, shallow = await self._split(prefix)
            for page in shallow:
                await found.put(page)
            prefixes = iter(whole)  # shared: each lister takes the next one
            async with asyncio.TaskGroup() as group:
                for _ in range(min(PARALLEL_LISTINGS, len(whole))):
                    group.create_task(self._list_each(prefixes, found))
        except ExceptionGroup as errors:
            await found.put(None)
            raise errors.exceptions[0] from None
        except Exception:
            await found.put(None)
            raise
        await found.put(None)

    async def _split(self, prefix: str) -> tuple[list[str], list[Page]]:
        """Prefixes to list whole, and the pages of what lies above them. Each object is below or in one of them."""
        whole: list[str] = []
        shallow: list[Page] = []
        level = [prefix]
        for _ in range(SPLIT_LEVELS):
            listed = await asyncio.gather(*(self.page(folder, delimiter="/") for folder in level))
            deeper: list[str] = []
            for folder, page in zip(level, listed, strict=True):
                if page.next_token:
                    whole.append(folder)
                    continue
                deeper += page.prefixes
                if page.objects:
                    shallow.append(page.objects)
            level = deeper
            if not level or len(level) + len(whole) >= PARALLEL_LISTINGS:
                break
        return whole + level, shallow

    async def _list_each(self, prefixes: Iterator[str], found: asyncio.Queue[Page | None]) -> None:
        for prefix in prefixes:
            token = None
            while True:
                page = await self.page(prefix, token=token)
                if page.objects:
                    await found.put(page.objects)
                if (token := page.next_token) is None:
                    break
