"""All figures of the console: `python -m benchmarks.console --files N`, or `make bench-console`.

The real console over a million files, in headless Chromium, with pictures that are read and made smaller when they are
looked at. Ends with 1 if a figure falls short.
"""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from playwright.async_api import Browser

from benchmarks.console.choosing import facet_figures
from benchmarks.console.first_view import first_view_figures
from benchmarks.console.gateway import gateway_figures
from benchmarks.console.jumping import jump_figures
from benchmarks.console.memory import memory_figures
from benchmarks.console.pictures import put_pictures
from benchmarks.console.room import Room
from benchmarks.console.scrolling import scroll_figures
from benchmarks.console.tab import CHROMIUM, chromium, tab
from benchmarks.report import Figure, report
from benchmarks.search.scene import scene
from benchmarks.search.suite import check_disk
from libs.rpc.logs import configure_logs
from services.console.pages import BUILT

# In PostgreSQL, in search, and as a name of a picture.
FILE_BYTES: Final = 4_500


async def figures(files: int, kept: Path | None) -> AsyncIterator[Figure]:
    """In the order of a visit: one tab scrolls, jumps and chooses, and its memory is looked at behind that."""
    async with scene(files, kept) as ready:
        await put_pictures(ready)
        thumbnails = ready.suite.folder / "thumbnails"
        async with ready.search(), ready.suite.console(thumbnails) as url, chromium() as browser:
            room = Room(ready, url, thumbnails)
            room.forget_thumbnails()
            async for figure in gateway_figures(room):
                yield figure
            async for figure in _visit(room, browser):
                yield figure


async def _visit(room: Room, browser: Browser) -> AsyncIterator[Figure]:
    async for figure in first_view_figures(room, browser):
        yield figure
    async with tab(browser, room.url, room.token) as gallery:
        for part in (
            scroll_figures(room, browser, gallery),
            jump_figures(room, gallery),
            facet_figures(room, gallery),
            memory_figures(room, browser),
        ):
            async for figure in part:
                yield figure


async def run(files: int, kept: Path | None) -> bool:
    """Prints each figure when it is known; whether all hold."""
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240  (nothing else runs yet)
    check_disk(files * FILE_BYTES, kept)
    held = True
    async for figure in figures(files, kept):
        held = report([figure]) and held
    return held


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.console", description=__doc__)
    parser.add_argument("--files", type=int, default=1_000_000, help="how many files the dataset has")
    parser.add_argument("--keep", type=Path, help="a folder for what is made, which a later run takes up")
    options = parser.parse_args()
    for needed, remedy in ((CHROMIUM, "apt-get install chromium"), (BUILT / "index.html", "make web")):
        if not needed.is_file():
            parser.error(f"there is no {needed}: {remedy}")
    configure_logs("benchmarks", "text")  # to standard error; the figures alone are the output
    sys.exit(0 if asyncio.run(run(options.files, options.keep and options.keep.resolve())) else 1)
