"""The scrollbar dragged to the middle of all files, until the tiles there show their pictures."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator
from typing import Final

import aiohttp
import orjson

from benchmarks.console.room import Room
from benchmarks.console.tab import Tab
from benchmarks.report import Figure, within
from benchmarks.search.suite import say

LIMIT_MS: Final = 500.0
_REPEATS: Final = 15
_STEPS: Final = 8
_STEP_SECONDS: Final = 0.03
# Connections that a browser opens to one host.
_AT_ONCE: Final = 6
_PAGE_HITS: Final = 100
# Of the scrollbar: where it is, and how far down its thumb begins.
_SCROLLBAR: Final = """
() => {
  const grid = document.querySelector("main [role=grid]");
  const { right, top, height } = grid.getBoundingClientRect();
  return [right - (grid.offsetWidth - grid.clientWidth) / 2, top, height];
}
"""
_THUMB_PX: Final = 17


async def jump_figures(room: Room, gallery: Tab) -> AsyncIterator[Figure]:
    """The medians, beside the bare calls for as many tiles at places where nobody was."""
    room.forget_thumbnails()
    await gallery.opened(room.data_url, "filled")
    in_view = int(await gallery.page.evaluate("() => bench.inView()"))
    named, pictured, bare = [], [], []
    for number in range(_REPEATS):
        share = 0.5 + (number - _REPEATS // 2) * 0.004
        named_ms, pictured_ms = await _jump(gallery, share)
        named.append(named_ms)
        pictured.append(pictured_ms)
        bare.append(await _bare(room, round(room.scene.data.files * (share - 0.25)), in_view))
    say(f"jumps: {' '.join(f'{one:.0f}' for one in pictured)} ms")
    against = statistics.median(bare)
    yield within("jump", statistics.median(pictured), "ms", against=against, limit=LIMIT_MS)
    yield within("jump, until tiles have names", statistics.median(named), "ms", against=against)


async def _jump(gallery: Tab, share: float) -> tuple[float, float]:
    """Milliseconds from where the pointer stops to the names of the tiles there, and to their pictures."""
    page = gallery.page
    await page.get_by_role("grid").focus()
    await page.keyboard.press("Home")
    await gallery.when("pictured")
    names = await page.evaluate("() => bench.names()")
    x, top, height = await page.evaluate(_SCROLLBAR)
    begin, end = top + _THUMB_PX * 1.5, top + height * share
    await page.mouse.move(x, begin)
    await page.mouse.down()
    for step in range(1, _STEPS):
        await page.mouse.move(x, begin + (end - begin) * step / _STEPS)
        await asyncio.sleep(_STEP_SECONDS)
    stopped = time.time() * 1000
    await page.mouse.move(x, end)
    names_at = await gallery.measured("(names) => bench.whenElsewhere('named', names)", names)
    pictures_at = await gallery.when("pictured")
    await page.mouse.up()
    return names_at - stopped, pictures_at - stopped


async def _bare(room: Room, first: int, tiles: int) -> float:
    """Milliseconds of the calls alone: a page of hits, then a thumbnail of each tile, as many at once as a browser."""
    headers = {"Authorization": f"Bearer {room.token}"}
    connector = aiohttp.TCPConnector(limit=_AT_ONCE)
    async with aiohttp.ClientSession(headers=headers, connector=connector, raise_for_status=True) as session:
        began = time.perf_counter()
        body = {"query": {}, "pageSize": _PAGE_HITS, "skip": first}
        async with session.post(f"{room.version_url}:search", json=body) as answer:
            hits = orjson.loads(await answer.read())["hits"]

        async def thumbnail(name: str) -> None:
            async with session.get(f"{room.url}/v1/{name}:thumbnail", params={"mode": "m_fill,w_256,h_256"}) as answer:
                await answer.read()

        async with asyncio.TaskGroup() as group:
            for hit in hits[:tiles]:
                group.create_task(thumbnail(hit["file"]["name"]))
        return (time.perf_counter() - began) * 1000
