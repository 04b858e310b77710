"""The image that files should look like: uploaded, or read from where the caller's workspace may read."""

from collections.abc import AsyncIterator

from libs.endpoints.endpoint import ImageContent
from libs.images.errors import ImageTooLarge
from libs.images.pool import ImagePool
from libs.objects.errors import ObjectNotFound, ObjectTooLarge, UriInvalid
from libs.objects.uri import StorageUri, parse_uri
from services.search.catalog import Catalog, DatasetInfo
from services.search.connections import Connections

MAX_BYTES = 10 * 1024 * 1024
# As the indexer prepares the files that the image is compared with: the same bytes give the same vector.
MAX_SIDE_PX = 1024
JPEG_QUALITY = 90


class ExampleImages:
    """Reads, checks and prepares images."""

    def __init__(self, catalog: Catalog, connections: Connections, pool: ImagePool) -> None:
        self._catalog = catalog
        self._connections = connections
        self._pool = pool

    async def prepare(self, data: bytes) -> ImageContent:
        """The image as a model is shown it. Raises an ImageError."""
        if len(data) > MAX_BYTES:
            raise ImageTooLarge(value=f"{len(data)} bytes", limit=f"{MAX_BYTES}")
        prepared = await self._pool.prepare(data, max_side_px=MAX_SIDE_PX, quality=JPEG_QUALITY)
        return ImageContent(prepared.data, prepared.media_type)

    async def read(self, uri: str, dataset: DatasetInfo) -> bytes:
        """The bytes of an object below the root of this dataset, or of another one of its workspace.

        Two datasets can have the same root at two servers: the first that has the object counts. Raises UriInvalid
        where no root is above it, ObjectNotFound, ImageTooLarge, and what an ObjectStore raises.
        """
        wanted = parse_uri(uri)
        missing: ObjectNotFound | None = None
        async for place in self._datasets(dataset):
            if (found := located(wanted, place)) is None:
                continue
            folder, key = found
            try:
                async with self._connections.store(place.storage_connection, folder) as store:
                    return await store.read(key, MAX_BYTES)
            except ObjectNotFound as error:
                missing = error
            except ObjectTooLarge as error:
                raise ImageTooLarge(value=f"{error.details['value']} bytes", limit=f"{MAX_BYTES}") from error
        raise missing or UriInvalid(uri=uri, expected="a uri below the root of a dataset of this workspace")

    async def _datasets(self, first: DatasetInfo) -> AsyncIterator[DatasetInfo]:
        yield first
        async for dataset in self._catalog.datasets(first.workspace):
            if dataset.name != first.name:
                yield dataset


def located(wanted: StorageUri, dataset: DatasetInfo) -> tuple[StorageUri, str] | None:
    """The folder to open and the key in it, where the object belongs to the dataset; else None."""
    if dataset.folder is None:
        return None
    try:
        key = wanted.key_below(dataset.folder)
    except UriInvalid:
        return None
    return (dataset.folder, key) if dataset.only_key in (None, key) else None
