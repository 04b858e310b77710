"""The vectors of texts and images."""

from hashlib import sha256

from cachetools import LRUCache

from libs.endpoints.embedding import Content
from libs.endpoints.errors import EndpointError
from libs.vectors.batches import Vector, check_vector
from libs.vectors.table import IndexTable
from services.search.catalog import DatasetInfo, IndexSetInfo
from services.search.connections import Connections
from services.search.query import Image, ImageUri, Text
from services.search.similarity.example_image import ExampleImages

REMEMBERED_VECTORS = 1000


class Embedder:
    """Asks the model of an index set, and remembers the last answers."""

    def __init__(self, connections: Connections, images: ExampleImages) -> None:
        self._connections = connections
        self._images = images
        self._remembered: LRUCache[tuple[object, ...], Vector] = LRUCache(REMEMBERED_VECTORS)

    async def vector(
        self, example: Text | Image | ImageUri, index_set: IndexSetInfo, table: IndexTable, dataset: DatasetInfo
    ) -> Vector:
        """The vector, not normalised, as the table takes it.

        Raises an EndpointError, after 5 s at the latest; DimensionMismatch or VectorInvalid where it does not fit the
        table; and for images what ExampleImages raises.
        """
        if isinstance(example, ImageUri):
            example = Image(await self._images.read(example.uri, dataset))
        async with self._connections.embedding(index_set) as client:
            # The client stands for the connection as it is now: with another key or address comes another client.
            key = (client, table, fingerprint(example))
            if (vector := self._remembered.get(key)) is None:
                content = await self._content(example)
                (entry,) = (await client.embed([content])).entries
                if isinstance(entry, EndpointError):
                    raise entry
                check_vector(entry, table)
                vector = self._remembered[key] = entry
            return vector

    async def _content(self, example: Text | Image) -> Content:
        return example.text if isinstance(example, Text) else await self._images.prepare(example.data)


def fingerprint(example: Text | Image) -> bytes:
    """Tells examples apart without keeping them."""
    kind, content = (b"t", example.text.encode()) if isinstance(example, Text) else (b"i", example.data)
    return sha256(kind + content).digest()
