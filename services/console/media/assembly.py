"""The pictures put together: who reads, who makes, what is kept, and the two routes."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import grpc.aio
from aiohttp import web
from google.protobuf.message import Message

from libs.images.pool import ImagePool
from libs.rpc.addresses import AddressPolicy
from libs.rpc.channel import open_channel
from services.console.media.cache import DiskCache
from services.console.media.content_route import ContentRoute
from services.console.media.files import Files
from services.console.media.storage import Storage
from services.console.media.thumbnail_route import ThumbnailRoute
from services.console.media.thumbnails import Thumbnails
from services.console.settings import ConsoleSettings
from services.console.tokens import TokenSource

FILE = r"/v1/{name:workspaces/[^/]+/datasets/[^/]+/versions/[^/]+/files/[^/:]+}"


class Media:
    """What the two routes need, open."""

    def __init__(self, files: Files, storage: Storage, thumbnails: Thumbnails) -> None:
        self._files = files
        self._storage = storage
        self._thumbnails = thumbnails

    def see(self, token: str, answer: Message) -> None:
        """What a service answered to the owner of a token, who may ask for the pictures of it next."""
        self._files.see(token, answer)

    def add_routes(self, router: web.UrlDispatcher, token_of: TokenSource) -> None:
        """To be called before what takes all of `/v1/`."""
        router.add_get(f"{FILE}:thumbnail", ThumbnailRoute(self._files, self._thumbnails, token_of).handle)
        router.add_get(f"{FILE}:content", ContentRoute(self._files, self._storage, token_of).handle)


@asynccontextmanager
async def opened_media(settings: ConsoleSettings, catalog: grpc.aio.Channel) -> AsyncIterator[Media]:
    """`catalog` is a channel without a token, for what callers may see."""
    async with AsyncExitStack() as stack:
        own = open_channel(settings.catalog_address, settings.service_token.get_secret_value())
        storage = Storage(await stack.enter_async_context(own), AddressPolicy(settings.allowed_addresses))
        stack.push_async_callback(storage.close)
        images = await stack.enter_async_context(ImagePool(processes=settings.image_processes))
        thumbnails = Thumbnails(
            storage,
            images,
            _cache(settings),
            at_once=settings.thumbnails_at_once,
            max_waiting=settings.thumbnails_waiting,
        )
        yield Media(Files(catalog), storage, await stack.enter_async_context(thumbnails))


def _cache(settings: ConsoleSettings) -> DiskCache | None:
    if settings.thumbnail_directory is None:
        return None
    return DiskCache(settings.thumbnail_directory, budget_bytes=settings.thumbnail_budget_bytes)
