"""How many files a dataset would have, counted while its root is listed."""

import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace

from libs.objects.store import Page
from libs.rpc.addresses import AddressPolicy
from services.catalog.scanner.listing import ScanSource, images_of, open_listing

TELL_SECONDS = 0.5
SAMPLE_FILES = 5


@dataclass(frozen=True)
class ObjectCount:
    """What was found so far; `skipped` are objects that a dataset does not take. With `done` this is all."""

    files: int = 0
    size_bytes: int = 0
    skipped: int = 0
    samples: tuple[str, ...] = ()
    done: bool = False

    def with_page(self, page: Page) -> "ObjectCount":
        """The count with more of the listing."""
        images = images_of(page)
        return ObjectCount(
            files=self.files + len(images),
            size_bytes=self.size_bytes + sum(size for _, size, _, _ in images),
            skipped=self.skipped + len(page) - len(images),
            samples=(*self.samples, *(path for path, *_ in images[:SAMPLE_FILES]))[:SAMPLE_FILES],
        )


async def count_objects(source: ScanSource, addresses: AddressPolicy) -> AsyncGenerator[ObjectCount, None]:
    """The count after the first page, then at most every half a second, and at the end. Close it to end the listing.

    Raises what `ObjectStore` does.
    """
    count = ObjectCount()
    due = 0.0
    async with open_listing(source, addresses) as pages:
        async for page in pages:
            count = count.with_page(page)
            if time.monotonic() >= due:
                yield count
                due = time.monotonic() + TELL_SECONDS
    yield replace(count, done=True)
