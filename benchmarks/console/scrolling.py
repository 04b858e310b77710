"""Frames while the gallery is scrolled fast, as the browser traces them, beside a page of as many plain elements."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from playwright.async_api import Browser

from benchmarks.console.room import Room
from benchmarks.console.tab import WINDOW, Tab, tab
from benchmarks.report import Figure, at_most, within
from benchmarks.search.suite import say

ROWS: Final = 5_000
LONG_MS: Final = 50.0
LONG_LIMIT_PERCENT: Final = 5.0
_REPEATS: Final = 3
# A hard fling: some 80 rows a second.
_SPEED_PX_S: Final = 16_000
# The main thread draws the rows: a frame without it would show none where new ones should be.
_FRAME: Final = "BeginMainThreadFrame"
_TRACED: Final = ("devtools.timeline", "devtools.timeline.frame", "disabled-by-default-devtools.timeline.frame")
# What a tile has, and nothing in it.
_PLAIN: Final = """
([rows, columns, rowPx]) => {
  document.body.style.cssText = "margin: 0; height: 100vh; overflow: hidden";
  const box = document.createElement("div");
  box.style.cssText = "height: 100%; overflow-y: scroll";
  for (let row = 0; row < rows; row += 1) {
    const line = document.createElement("div");
    line.style.cssText = `display: flex; gap: 8px; height: ${rowPx}px`;
    for (let column = 0; column < columns; column += 1) {
      const tile = document.createElement("div");
      tile.style.cssText = `flex: 1; background: hsl(${(row * 37 + column * 11) % 360} 40% 60%)`;
      tile.textContent = `${row}/${column}`;
      line.append(tile);
    }
    box.append(line);
  }
  document.body.append(box);
}
"""
_ROW: Final = """
() => {
  const [row, next] = document.querySelectorAll("main [role=row]");
  return [row.children.length, next.getBoundingClientRect().top - row.getBoundingClientRect().top];
}
"""


@dataclass(frozen=True)
class Frames:
    """Milliseconds from one frame of a scroll to the next."""

    milliseconds: Sequence[float]

    @property
    def long_percent(self) -> float:
        return 100 * float(np.mean(np.array(self.milliseconds) > LONG_MS))

    @property
    def p95(self) -> float:
        return float(np.percentile(self.milliseconds, 95))


async def scroll_figures(room: Room, browser: Browser, gallery: Tab) -> AsyncIterator[Figure]:
    """Each time further down, so that all rows are new; the peer draws nothing anew."""
    await gallery.opened(room.data_url, "filled")
    columns, row_px = await gallery.page.evaluate(_ROW)
    frames = [await _scrolled(browser, gallery, row_px) for _ in range(_REPEATS)]
    async with tab(browser, room.url, room.token) as other:
        await other.page.goto("about:blank")
        await other.page.evaluate(_PLAIN, [ROWS + 10, columns, row_px])
        plain = await _scrolled(browser, other, row_px)
    every = Frames([one for scroll in frames for one in scroll.milliseconds])
    shares = " ".join(f"{scroll.long_percent:.1f}" for scroll in frames)
    say(f"scrolling: {len(every.milliseconds):,} frames, long {shares} %; plain page {plain.long_percent:.1f} %")
    yield at_most("scroll_long_frames", every.long_percent, "%", limit=LONG_LIMIT_PERCENT)
    yield within("scroll_frame_p95", every.p95, "ms", against=plain.p95)


async def _scrolled(browser: Browser, gallery: Tab, row_px: float) -> Frames:
    """By the wheel, as the browser makes it up."""
    await browser.start_tracing(page=gallery.page, categories=list(_TRACED))
    await gallery.tools.send(
        "Input.synthesizeScrollGesture",
        {
            "x": WINDOW["width"] // 2,
            "y": WINDOW["height"] // 2,
            "yDistance": -round(ROWS * row_px),
            "speed": _SPEED_PX_S,
            "gestureSourceType": "mouse",
            "preventFling": True,
        },
    )
    events: list[dict[str, Any]] = json.loads(await browser.stop_tracing())["traceEvents"]
    return frames_of(events)


def frames_of(events: Sequence[dict[str, Any]]) -> Frames:
    """The frames of the process that drew most of them, which is the tab's. Raises ValueError where there are none."""
    begins: dict[int, list[float]] = {}
    for event in events:
        if event["name"] == _FRAME:
            begins.setdefault(event["pid"], []).append(event["ts"] / 1000)
    ours: list[float] = max(begins.values(), key=len, default=[])
    if len(ours) < 2:
        raise ValueError("the trace has no frames")
    return Frames([after - before for before, after in pairwise(sorted(ours))])
