"""What a dataset's root holds: the images of a bucket, a folder or a single object, as the store names them."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from bowerbird.catalog.v1.dataset_pb2 import Dataset
from libs.objects.config import StorageConfig
from libs.objects.opening import open_store
from libs.objects.store import ObjectStore, Page
from libs.objects.uri import StorageUri, parse_uri
from libs.rpc.addresses import AddressPolicy

# The formats that a dataset takes, by the ending of the name in either case.
CONTENT_TYPES = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "bmp": "image/bmp",
    "tiff": "image/tiff",
    "webp": "image/webp",
}

_ENDINGS = tuple(f".{ending}" for ending in CONTENT_TYPES)
_LONGEST_ENDING = max(map(len, _ENDINGS))
_YEAR_2000 = datetime(2000, 1, 1, tzinfo=UTC)

# Path, size in bytes, etag, and when it was modified, since 2000-01-01 UTC: the columns of `listed`.
ListedFile = tuple[str, int, str, timedelta]


@dataclass(frozen=True)
class ScanSource:
    """Where a version's files are. `key` names the one object of an import in the format FILE, below `root`."""

    config: StorageConfig
    root: StorageUri
    key: str | None

    @classmethod
    def of(cls, config: StorageConfig, root_uri: str, import_format: int) -> Self:
        """What a dataset says of its root. Raises UriInvalid."""
        root, key = parse_uri(root_uri), None
        if import_format == Dataset.IMPORT_FORMAT_FILE:
            root, key = root.split()
        return cls(config, root, key)


@asynccontextmanager
async def open_listing(source: ScanSource, addresses: AddressPolicy) -> AsyncIterator[AsyncGenerator[Page, None]]:
    """The pages of the source. Raises what `open_store` raises, and the pages what `ObjectStore` does."""
    async with open_store(source.config, source.root, addresses) as store:
        pages = store.pages() if source.key is None else _one_object(store, source.key)
        async with aclosing(pages):
            yield pages


def content_type_of(name: str) -> str:
    """The media type of an object that belongs to a dataset, by its name; empty for others."""
    _, dot, ending = name.rpartition(".")
    return CONTENT_TYPES.get(ending.lower(), "") if dot else ""


def images_of(page: Page) -> list[ListedFile]:
    """The objects of a page that belong to a dataset."""
    since_2000 = [modified - _YEAR_2000 for modified in page.modified]
    rows = zip(page.key, page.size_bytes, page.etag, since_2000, strict=True)
    images = [row for row in rows if row[0].endswith(_ENDINGS) or row[0][-_LONGEST_ENDING:].lower().endswith(_ENDINGS)]
    if "\0" in "".join(page.key):  # S3 allows it in a name, PostgreSQL not in a text
        return [row for row in images if "\0" not in row[0]]
    return images


async def _one_object(store: ObjectStore, key: str) -> AsyncGenerator[Page, None]:
    stat = await store.stat(key)
    yield Page([key], [stat.size_bytes], [stat.etag], [stat.modified])
