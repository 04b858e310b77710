"""What a scan lists: the images of a dataset's bucket, folder or single object, as its store names them."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from bowerbird.catalog.v1.dataset_pb2 import Dataset
from libs.objects.config import StorageConfig, storage_config
from libs.objects.opening import open_store
from libs.objects.store import ObjectStore, Page
from libs.objects.uri import StorageUri, parse_uri
from libs.rpc.addresses import AddressPolicy
from libs.rpc.errors import NotFound
from services.catalog.connections import Connections
from services.catalog.database import Database
from services.catalog.schema import connections, datasets, versions
from services.catalog.servicers.connection import encoded_connection

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


async def find_source(database: Database, secrets: Connections, workspace: str, version_id: int) -> ScanSource:
    """Raises NotFound where the version has no bucket or folder."""
    statement = (
        select(datasets.c.root_uri, datasets.c.import_format, connections)
        .join_from(versions, datasets, versions.c.dataset_id == datasets.c.id)
        .join(connections, datasets.c.storage_connection_id == connections.c.id)
        .where(versions.c.id == version_id)
    )
    async with database.begin() as connection:
        row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise NotFound(resource="bucket or folder of the version", name=version_id)
    config = storage_config(encoded_connection(workspace, row, secrets.secret(row)))
    root, key = parse_uri(row.root_uri), None
    if row.import_format == Dataset.IMPORT_FORMAT_FILE:
        root, key = root.split()
    return ScanSource(config, root, key)


@asynccontextmanager
async def open_listing(source: ScanSource, addresses: AddressPolicy) -> AsyncIterator[AsyncGenerator[Page, None]]:
    """The pages of the source. Raises what `open_store` raises, and the pages what `ObjectStore` does."""
    async with open_store(source.config, source.root, addresses) as store:
        pages = store.pages() if source.key is None else _one_object(store, source.key)
        async with aclosing(pages):
            yield pages


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
