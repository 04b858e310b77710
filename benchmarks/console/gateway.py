"""What the gateway adds to a call: the same calls by REST and by gRPC, in turns."""

from collections.abc import AsyncIterator
from typing import Any, Final

import aiohttp
import orjson

from benchmarks.console.room import Room
from benchmarks.report import Figure, within
from benchmarks.search.latency import in_turns
from benchmarks.search.loading import NAME
from bowerbird.search.v1.search_pb2 import Query

CALLS: Final = 300
WARM_UP: Final = 50
ADDED_MS: Final = 3.0
PAGE_HITS: Final = 100  # as the gallery asks


async def gateway_figures(room: Room) -> AsyncIterator[Figure]:
    """The medians of a small call and of a page of hits, each on a connection that is open."""
    client = room.scene.suite.client
    headers = {"Authorization": f"Bearer {room.token}"}
    async with aiohttp.ClientSession(headers=headers, raise_for_status=True) as session:

        async def get_by_rest(_: int) -> Any:
            async with session.get(room.version_url) as answer:
                return orjson.loads(await answer.read())

        async def search_by_rest(number: int) -> Any:
            body = {"query": {}, "pageSize": PAGE_HITS, "skip": number * PAGE_HITS}
            async with session.post(f"{room.version_url}:search", json=body) as answer:
                return orjson.loads(await answer.read())

        async def get_by_grpc(_: int) -> Any:
            return await client.datasets.version(NAME, "v1")

        async def search_by_grpc(number: int) -> Any:
            return await client.search.page(NAME, Query(), "v1", page_size=PAGE_HITS, skip=number * PAGE_HITS)

        for name, by_rest, by_grpc in (
            ("gateway_overhead, GetVersion", get_by_rest, get_by_grpc),
            (f"gateway_overhead, Search of {PAGE_HITS} hits", search_by_rest, search_by_grpc),
        ):
            rest, grpc = await in_turns(by_rest, by_grpc, range(CALLS + WARM_UP), warm_up=WARM_UP)
            yield within(name, rest.p50 - grpc.p50, "ms", against=grpc.p50, limit=ADDED_MS)
