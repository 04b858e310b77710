"""From a navigation to the filled first screen of View data, with nothing cached anywhere."""

import statistics
import time
from collections.abc import AsyncIterator
from typing import Final

from playwright.async_api import Browser

from benchmarks.console.room import Room
from benchmarks.console.tab import Tab, tab
from benchmarks.report import Figure, within
from benchmarks.search.suite import say

LIMIT_S: Final = 1.5
_REPEATS: Final = 7


async def first_view_figures(room: Room, browser: Browser) -> AsyncIterator[Figure]:
    """The median, beside that of a page with nothing in it."""
    filled, empty = [], []
    for _ in range(_REPEATS):
        room.forget_thumbnails()
        async with tab(browser, room.url, room.token) as fresh:
            empty.append(await _empty(fresh, room))
        async with tab(browser, room.url, room.token) as fresh:
            filled.append(await fresh.opened(room.data_url, "filled") / 1000)
    say(f"first view: {' '.join(f'{one:.2f}' for one in filled)} s")
    yield within("first_view", statistics.median(filled), "s", against=statistics.median(empty), limit=LIMIT_S)


async def _empty(fresh: Tab, room: Room) -> float:
    began = time.time()
    await fresh.page.goto(f"{room.url}/healthz", wait_until="load")
    return time.time() - began
