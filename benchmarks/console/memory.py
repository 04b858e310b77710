"""What the tab holds of the machine's memory after all that was done in it."""

from collections.abc import AsyncIterator
from typing import Final

import psutil
from playwright.async_api import Browser

from benchmarks.console.room import Room
from benchmarks.console.tab import tab
from benchmarks.report import Figure, within

LIMIT_MB: Final = 400.0


async def memory_figures(room: Room, browser: Browser) -> AsyncIterator[Figure]:
    """Of the largest process that draws a page, beside one that draws an empty page. All of its resident memory counts,
    also what it shares with the other processes of the browser.
    """
    of_tab = max((await _renderers(browser)).values())
    before = await _renderers(browser)
    async with tab(browser, room.url, room.token) as other:
        await other.page.goto(f"{room.url}/healthz", wait_until="load")
        after = await _renderers(browser)
    empty = max(size for pid, size in after.items() if pid not in before)
    yield within("tab_memory", of_tab / 1e6, "MB", against=empty / 1e6, limit=LIMIT_MB)


async def _renderers(browser: Browser) -> dict[int, int]:
    """Resident bytes by process."""
    tools = await browser.new_browser_cdp_session()
    found = await tools.send("SystemInfo.getProcessInfo")
    await tools.detach()
    pids = [int(one["id"]) for one in found["processInfo"] if one["type"] == "renderer"]
    return {pid: psutil.Process(pid).memory_info().rss for pid in pids}
