"""A tab of headless Chromium on the console, signed in, that tells when what can be seen."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from playwright.async_api import Browser, BrowserContext, CDPSession, Page, ViewportSize, async_playwright

CHROMIUM: Final = Path("/usr/bin/chromium")
WINDOW: Final = ViewportSize(width=1440, height=900)
PATIENCE_MS: Final = 60_000
_WATCH: Final = Path(__file__).with_name("watch.js")
_ARGUMENTS: Final = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip

State = Literal["named", "pictured", "filled", "answered"]
"""What `watch.js` knows of the screen."""


@dataclass(frozen=True)
class Tab:
    """A page, and the protocol of its developer tools."""

    page: Page
    tools: CDPSession

    async def opened(self, url: str, state: State) -> float:
        """Milliseconds from the navigation until the screen is in a state."""
        began = time.time()
        await self.page.goto(url, wait_until="commit")
        return (await self.when(state) / 1000 - began) * 1000

    async def when(self, state: State) -> float:
        """When the screen is in a state, in milliseconds since 1970."""
        return await self.measured("(state) => bench.when(state)", state)

    async def measured(self, script: str, argument: object = None) -> float:
        """What a script of the page measures. Raises TimeoutError where what it waits for does not come."""
        async with asyncio.timeout(PATIENCE_MS / 1000):
            return float(await self.page.evaluate(script, argument))


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser with an empty profile. Its scrollbars can be dragged, which headless ones hide."""
    arguments = [*_ARGUMENTS, *(("--no-sandbox",) if os.geteuid() == 0 else ())]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=arguments, ignore_default_args=["--hide-scrollbars"]
        )
        yield browser
        await browser.close()


@asynccontextmanager
async def tab(browser: Browser, url: str, token: str) -> AsyncIterator[Tab]:
    """A tab of a profile of its own, with nothing cached, in which the token's owner is signed in."""
    context = await browser.new_context(viewport=WINDOW, locale="en-GB")
    context.set_default_timeout(PATIENCE_MS)
    try:
        await _sign_in(context, url, token)
        await context.add_init_script(path=_WATCH)
        page = await context.new_page()
        yield Tab(page, await context.new_cdp_session(page))
    finally:
        await context.close()


async def _sign_in(context: BrowserContext, url: str, token: str) -> None:
    headers = {"Origin": url, "X-Bowerbird-CSRF": "1"}
    answer = await context.request.post(f"{url}/session", data={"token": token}, headers=headers)
    if not answer.ok:
        raise RuntimeError(f"signing in: {answer.status} {await answer.text()}")
