"""A search service that misbehaves on command, over real gRPC: what a healthy one does only in a bad moment."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import grpc
import grpc.aio

from bowerbird.catalog.v1.file_pb2 import File
from bowerbird.search.v1.search_pb2 import Hit
from bowerbird.search.v1.search_service_pb2 import CountRequest, CountResponse, StreamHitsRequest, StreamHitsResponse
from bowerbird.search.v1.search_service_pb2_grpc import SearchServiceServicer, add_SearchServiceServicer_to_server
from deploy.local.ports import LOOPBACK
from libs.rpc.channel import MESSAGE_OPTIONS

Context = grpc.aio.ServicerContext[Any, Any]
Step = Callable[[Context], Awaitable[None]]


class OddSearch(SearchServiceServicer):
    """Does what it was told, and remembers what it saw."""

    def __init__(self) -> None:
        self.address = ""
        self.hits_a_message = 1
        self.messages: int | None = 0
        """How many messages a stream has; None for no end."""
        self.then: Step = nothing
        """What a call does behind its messages; Count has none."""
        self.started = 0
        self.sent = 0
        self.cancelled = 0
        self.metadata: dict[str, str | bytes] = {}
        self.jobs_asked_for = 0
        """CreateJob is UNAVAILABLE, so that it can stand in for catalog too."""

    async def Count(self, request: CountRequest, context: Context) -> CountResponse:  # noqa: N802
        async with self._seen(context):
            await self.then(context)
        return CountResponse(total=1)

    async def StreamHits(  # noqa: N802
        self, request: StreamHitsRequest, context: Context
    ) -> AsyncIterator[StreamHitsResponse]:
        async with self._seen(context):
            message = StreamHitsResponse(hits=[Hit(file=File(path="a" * 1000))] * self.hits_a_message)
            while self.messages is None or self.sent < self.messages:
                yield message
                self.sent += 1
            await self.then(context)

    async def create_job(self, _: bytes, context: Context) -> bytes:
        self.jobs_asked_for += 1
        await context.abort(grpc.StatusCode.UNAVAILABLE, "in a moment")
        return b""

    @asynccontextmanager
    async def _seen(self, context: Context) -> AsyncIterator[None]:
        self.started += 1
        self.metadata = dict(context.invocation_metadata() or ())
        try:
            yield
        except (asyncio.CancelledError, GeneratorExit):
            self.cancelled += 1
            raise


@asynccontextmanager
async def odd_search() -> AsyncIterator[OddSearch]:
    """One that serves."""
    search = OddSearch()  # type: ignore[abstract]  # gRPC refuses the rest itself
    server = grpc.aio.server(options=MESSAGE_OPTIONS)
    add_SearchServiceServicer_to_server(search, server)
    jobs: dict[str, Any] = {"CreateJob": grpc.unary_unary_rpc_method_handler(search.create_job)}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("bowerbird.catalog.v1.JobService", jobs),))
    search.address = f"{LOOPBACK}:{server.add_insecure_port(f'{LOOPBACK}:0')}"
    await server.start()
    try:
        yield search
    finally:
        await server.stop(grace=0)


async def nothing(_: Context) -> None:
    """End well."""


async def silence(_: Context) -> None:
    """Say nothing more for as long as a test lasts."""
    await asyncio.Event().wait()


def failing(code: grpc.StatusCode, words: str) -> Step:
    """End in words of gRPC alone, without those of the suite."""

    async def fail(context: Context) -> None:
        await context.abort(code, words)

    return fail
