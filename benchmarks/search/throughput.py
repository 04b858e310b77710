"""Queries a second of many clients at once, beside those of one."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Final

from benchmarks.report import Figure, within
from benchmarks.search.filters import SHAPES, SHARES, Filter
from benchmarks.search.loading import NAME
from benchmarks.search.scene import Scene
from benchmarks.search.suite import say
from bowerbird.client import Client

CLIENTS: Final = 16
OF_A_KIND: Final = 20
SECONDS: Final = 8.0


async def throughput_figures(scene: Scene) -> AsyncIterator[Figure]:
    """All shapes and shares in turn."""
    of_kinds = [scene.filters.of(shape, share, OF_A_KIND) for shape in SHAPES for share in SHARES]
    filters = [one for mixed in zip(*of_kinds, strict=True) for one in mixed]
    async with scene.search():
        say("queries of one client")
        alone = await _queries_per_second(scene, filters, 1)
        say(f"queries of {CLIENTS} clients")
        together = await _queries_per_second(scene, filters, CLIENTS)
    yield within(f"throughput_{CLIENTS}", together, "1/s", against=alone)


async def _queries_per_second(scene: Scene, filters: list[Filter], clients: int) -> float:
    names, answered = scene.data.vocabulary.names, 0
    begin = time.perf_counter()

    async def ask(number: int) -> None:
        nonlocal answered
        async with Client(scene.suite.client.settings) as client:
            place = number * len(filters) // clients
            while time.perf_counter() < begin + SECONDS:
                await client.search.page(NAME, filters[place % len(filters)].query(names))
                place, answered = place + 1, answered + 1

    async with asyncio.TaskGroup() as tasks:
        for number in range(clients):
            tasks.create_task(ask(number))
    return answered / (time.perf_counter() - begin)
