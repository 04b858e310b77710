"""Makes thumbnails: once each, a few at a time, and only while somebody waits for them."""

import asyncio
from dataclasses import dataclass
from hashlib import sha256
from types import TracebackType
from typing import Self

import orjson
from cachetools import TTLCache

from libs.images.errors import ImageError
from libs.images.pool import ImagePool
from libs.images.shape import Shape
from libs.objects.errors import ObjectTooLarge
from services.console.media.cache import DiskCache, Entry
from services.console.media.errors import NoPicture, QueueFull, no_picture, pictured
from services.console.media.files import MediaFile
from services.console.media.flights import Flights
from services.console.media.storage import Place, Storage

MEDIA_TYPE = "image/jpeg"
QUALITY = 80
# Part of every key: another number makes all thumbnails anew. Raise it when they come out differently.
RECIPE = 1
# A file that cannot be opened is not tried again before this.
REFUSED_SECONDS = 300
REFUSED_FILES = 10_000


@dataclass(frozen=True)
class Thumbnail:
    """A picture of type MEDIA_TYPE, and what names exactly its bytes."""

    content: bytes
    etag: str


class Thumbnails:
    """Thumbnails of files that the caller may see. Use as an async context manager."""

    def __init__(
        self, storage: Storage, images: ImagePool, cache: DiskCache | None, *, at_once: int, max_waiting: int
    ) -> None:
        """At most `at_once` originals are read and decoded at a time, and `max_waiting` thumbnails waited for."""
        self._storage = storage
        self._images = images
        self._cache = cache
        self._places = asyncio.Semaphore(at_once)
        self._max_waiting = max_waiting
        self._flights: Flights[bytes, Thumbnail] = Flights()
        self._refused: TTLCache[bytes, NoPicture] = TTLCache(REFUSED_FILES, REFUSED_SECONDS)

    async def __aenter__(self) -> Self:
        await self._flights.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._flights.__aexit__(kind, error, traceback)

    async def get(self, file: MediaFile, shape: Shape) -> Thumbnail:
        """The thumbnail, kept or made now.

        Raises NoPicture with what libs.images or libs.objects says, QueueFull, and other errors of libs.objects.
        """
        place = await self._storage.place(file)
        source = _source(file, place)
        key = _key(source, shape)
        if (entry := await self._kept(key)) is not None:
            return _thumbnail(entry)
        if (refused := self._refused.get(source)) is not None:
            raise refused.again()
        if key not in self._flights and len(self._flights) >= self._max_waiting:
            raise QueueFull(service="thumbnails", waiting=len(self._flights))
        return await self._flights.join(key, lambda: self._made(file, place, shape, source, key))

    async def _kept(self, key: bytes) -> Entry | None:
        return await asyncio.to_thread(self._cache.get, key) if self._cache is not None else None

    async def _made(self, file: MediaFile, place: Place, shape: Shape, source: bytes, key: bytes) -> Thumbnail:
        with pictured():
            async with self._places:
                content = await self._developed(file, place, shape, source)
        if self._cache is None:
            return _thumbnail(Entry(content, sha256(content).digest()))
        return _thumbnail(await asyncio.to_thread(self._cache.put, key, content))

    async def _developed(self, file: MediaFile, place: Place, shape: Shape, source: bytes) -> bytes:
        limit = self._images.limits.size_bytes
        if file.size_bytes > limit:
            raise ObjectTooLarge(uri=file.uri, limit=limit, value=file.size_bytes)
        async with self._storage.opened(place) as store:
            original = await store.read(file.path, limit, etag=file.etag)
        try:
            return (await self._images.thumbnail(original, shape, quality=QUALITY)).data
        except ImageError as error:
            if refused := no_picture(error):
                self._refused[source] = refused
            raise


def _source(file: MediaFile, place: Place) -> bytes:
    """What stands for the content. The connection is part of it, which belongs to one workspace: an etag alone, which
    any server can claim, would show a neighbour's picture.
    """
    return sha256(orjson.dumps([place.connection, file.uri, file.etag])).digest()


def _key(source: bytes, shape: Shape) -> bytes:
    """What stands for the thumbnail."""
    asked = [shape.fit, shape.width_px, shape.height_px, shape.percent, shape.colour]
    return sha256(source + orjson.dumps([RECIPE, QUALITY, asked])).digest()


def _thumbnail(entry: Entry) -> Thumbnail:
    return Thumbnail(entry.content, entry.sha256.hex()[:32])
