"""FeedService."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, TypeVar

from grpc.aio import ServicerContext

from bowerbird.catalog.v1 import feed_service_pb2_grpc
from bowerbird.catalog.v1.feed_service_pb2 import (
    Cursor,
    ReadFilesRequest,
    ReadFilesResponse,
    ReadSelectionRequest,
    ReadSelectionResponse,
    ReadVectorsRequest,
    ReadVectorsResponse,
    TagName,
)
from libs.rpc.errors import NameInvalid
from libs.rpc.names import INDEX_SET, LATEST, VERSION
from services.catalog.database import Database
from services.catalog.feed import START, Place, read_files, read_vectors
from services.catalog.index_sets import find_index_set
from services.catalog.scope import ids_in
from services.catalog.selection import parse_ordinals, read_selection
from services.catalog.versions import Version, find_version

Context = ServicerContext[Any, Any]
T = TypeVar("T")


class FeedServicer(feed_service_pb2_grpc.FeedServiceServicer):
    def __init__(self, database: Database) -> None:
        self._database = database

    async def ReadFiles(self, request: ReadFilesRequest, context: Context) -> AsyncIterator[ReadFilesResponse]:
        version = await self._find_version(request.version)
        async for page in ahead(read_files(self._database, version, decoded_place(request))):
            yield ReadFilesResponse(
                files=page.files,
                tags=page.tags,
                tag_names=[TagName(id=tag_id, name=name) for tag_id, name in page.names.items()],
                next=encoded_place(page.next),
                revision=page.revision,
                remaining=page.remaining,
            )

    async def ReadVectors(self, request: ReadVectorsRequest, context: Context) -> AsyncIterator[ReadVectorsResponse]:
        ids = ids_in(INDEX_SET, request.index_set, "index set")
        index_set_id = ids.pop("index_set")
        async with self._database.begin() as connection:
            version = await find_version(connection, **ids)
            index_set = await find_index_set(connection, version, index_set_id, is_counted=False)
        async for page in ahead(read_vectors(self._database, index_set, decoded_place(request))):
            yield ReadVectorsResponse(vectors=page.vectors, next=encoded_place(page.next), revision=page.revision)

    async def ReadSelection(
        self, request: ReadSelectionRequest, context: Context
    ) -> AsyncIterator[ReadSelectionResponse]:
        ordinals = parse_ordinals(request.ordinals)
        version = await self._find_version(request.version)
        async for page in ahead(read_selection(self._database, version, ordinals)):
            yield ReadSelectionResponse(files=page)

    async def _find_version(self, name: str) -> Version:
        """A reader keeps its place by the version, so a name that means another one tomorrow is refused."""
        ids = ids_in(VERSION, name, "version")
        if ids["version"] == LATEST:
            raise NameInvalid(name=name, expected=f"{VERSION.form} with the number of a version, such as v1")
        async with self._database.begin() as connection:
            return await find_version(connection, **ids)


async def ahead(pages: AsyncIterator[T]) -> AsyncIterator[T]:
    """The same pages; the database works on the next one while the last one is sent."""

    async def take() -> T | None:
        return await anext(pages, None)

    taken = asyncio.create_task(take())
    try:
        while (page := await taken) is not None:
            taken = asyncio.create_task(take())
            yield page
    finally:
        taken.cancel()
        await asyncio.wait([taken])


def decoded_place(request: ReadFilesRequest | ReadVectorsRequest) -> Place:
    if not request.HasField("after"):
        return START
    return Place(request.after.revision, request.after.ordinal)


def encoded_place(place: Place) -> Cursor:
    return Cursor(revision=place.revision, ordinal=place.ordinal)
