"""A click on a facet, until the grid and the facets show what is left."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any, Final

import aiohttp
import numpy as np

from benchmarks.console.room import Room
from benchmarks.console.tab import Tab
from benchmarks.report import Figure, within
from benchmarks.search.suite import say

LIMIT_MS: Final = 150.0
_ROUNDS: Final = 14
# Tags that are chosen one upon the other in a round; with each, fewer files are left.
_CHOICES: Final = 3
# The first tags of the list; no round asks what an earlier one asked.
_TAGS: Final = 20
_FACETS: Final = ("FIELD_TAGS", "FIELD_DIRECTORY", "FIELD_CONTENT_TYPE")
_HISTOGRAMS: Final = ("FIELD_SIZE", "FIELD_MODIFY_TIME")


async def facet_figures(room: Room, gallery: Tab) -> AsyncIterator[Figure]:
    """The 95th percentile, from the click to the names and counts; beside that of the bare calls, made at once."""
    milliseconds, bare = [], []
    headers = {"Authorization": f"Bearer {room.token}"}
    async with aiohttp.ClientSession(headers=headers, raise_for_status=True) as session:
        for number in range(_ROUNDS):
            await gallery.opened(room.data_url, "filled")
            chosen: list[str] = []
            for step in range(_CHOICES):
                milliseconds.append(await _chosen(gallery, (number + step * 5) % _TAGS, chosen))
                bare.append(await _bare(room, session, chosen))
    say(f"facets: median {np.median(milliseconds):.0f} ms, most {max(milliseconds):.0f}")
    p95, of_bare = (float(np.percentile(one, 95)) for one in (milliseconds, bare))
    yield within("facet_update_p95", p95, "ms", against=of_bare, limit=LIMIT_MS)


async def _chosen(gallery: Tab, place: int, chosen: list[str]) -> float:
    """Milliseconds from the click on the tag at a place among those that are not chosen, which is added to them."""
    tag = gallery.page.locator("aside ul").first.locator("button[aria-pressed=false]").nth(place)
    chosen.append(await tag.locator("span").first.inner_text())
    await tag.scroll_into_view_if_needed()
    answer = asyncio.ensure_future(gallery.measured("() => bench.afterClick('answered')"))
    await tag.click()
    return await answer


async def _bare(room: Room, session: aiohttp.ClientSession, tags: list[str]) -> float:
    # Another way to ask the same, which nothing can have kept.
    query = {"expression": " AND ".join(f'tags.all = "{tag}"' for tag in tags)}

    async def call(verb: str, body: dict[str, Any]) -> None:
        async with session.post(f"{room.version_url}:{verb}", json={"query": query, **body}) as answer:
            await answer.read()

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        group.create_task(call("search", {"pageSize": 100}))
        group.create_task(call("countFacets", {"fields": _FACETS, "maxValues": 60}))
        group.create_task(call("countHistograms", {"fields": _HISTOGRAMS, "maxRanges": 40}))
    return (time.perf_counter() - began) * 1000
