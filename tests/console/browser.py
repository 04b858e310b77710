"""A real browser on the console: what it does, and whatever goes wrong in it meanwhile."""

import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Playwright,
    Request,
    Response,
    expect,
)

# Two cores may have to do for the suite, the browser and the tests of others.
PATIENCE_MS = 60_000
WINDOW = {"width": 1440, "height": 900}
_ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# What the policy of the page refuses is an error of the page, whatever the browser makes of it.
_TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sample }) =>
  console.error(`refused by the content security policy: ${violatedDirective} ${blockedURI} ${sample}`));
"""
# What the browser itself writes of an answer that is an error, also where the page expects it.
_REFUSED = re.compile(r"Failed to load resource: the server responded with a status of (\d+)")
# What stands where something is on its way says so, in either language.
_COMING = re.compile(r"^(Loading|\u52a0\u8f7d\u4e2d)$")
_ALL_IMAGES = "() => Promise.all([...document.images].map((image) => image.decode().catch(() => undefined)))"

expect.set_options(timeout=PATIENCE_MS)


async def launched(playwright: Playwright, executable: Path) -> Browser:
    """The browser, with an empty profile of its own."""
    arguments = [*_ARGUMENTS, *(("--no-sandbox",) if os.geteuid() == 0 else ())]
    return await playwright.chromium.launch(executable_path=executable, args=arguments)


class Visit:
    """One person's window on the console at `url`. `problems` is what went wrong so far, a line each."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.problems: list[str] = []
        self._refusals: list[tuple[str, int]] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.problems.append(f"error in the page: {error}"))
        page.on("crash", lambda _: self.problems.append("the page crashed"))
        page.on("request", self._see)
        page.on("response", self._read)

    def expect_refusal(self, path: str, status: int) -> None:
        """Have a request to a path that begins so be refused with this status: the browser logs that by itself."""
        self._refusals.append((path, status))

    async def open(self, path: str, heading: str) -> None:
        """Go to a path as if it were typed, and wait for the screen with this heading."""
        await self.page.goto(f"{self.url}{path}")
        await expect(self.page.get_by_role("heading", level=1, name=heading)).to_be_visible()

    async def settled(self) -> None:
        """Wait until everything that the screen asks for is there."""
        await expect(self.page.get_by_role("status", name=_COMING)).to_have_count(0)
        await expect(self.page.locator("[aria-busy=true]")).to_have_count(0)
        # Not `wait_for_function`: it makes code of a text again and again, which the policy of the page forbids.
        await self.page.evaluate(_ALL_IMAGES)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def link(self, name: str) -> Locator:
        return self.page.get_by_role("link", name=name, exact=True)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        path = urlsplit(message.location.get("url", "")).path
        refused = _REFUSED.match(message.text)
        expected = [one for one in self._refusals if refused and path.startswith(one[0]) and one[1] == int(refused[1])]
        if not expected:
            self.problems.append(f"{message.type} in the console: {message.text} ({path})")

    def _see(self, request: Request) -> None:
        if not request.url.startswith((f"{self.url}/", "blob:", "data:")):
            self.problems.append(f"a request to elsewhere: {request.url}")

    def _read(self, response: Response) -> None:
        if response.status >= 500:
            self.problems.append(f"{response.status} from {response.url}")


@asynccontextmanager
async def visiting(
    browser: Browser, url: str, *, token: str | None = None, checked: bool = True, **options: Any
) -> AsyncIterator[Visit]:
    """A visit in a profile of its own, signed in where a token is given.

    Where it is `checked`, it fails at its end if anything went wrong in it. `options` are those of
    `Browser.new_context`, like `color_scheme`.
    """
    context = await browser.new_context(
        **{"viewport": WINDOW, "locale": "en-GB", "reduced_motion": "reduce", **options}
    )
    context.set_default_timeout(PATIENCE_MS)
    try:
        await context.add_init_script(_TELL_VIOLATIONS)
        if token is not None:
            await _sign_in(context, url, token)
        visit = Visit(await context.new_page(), url)
        yield visit
        if checked and visit.problems:
            raise AssertionError("\n".join(visit.problems))
    finally:
        await context.close()


async def _sign_in(context: BrowserContext, url: str, token: str) -> None:
    headers = {"Origin": url, "X-Bowerbird-CSRF": "1"}
    answer = await context.request.post(f"{url}/session", data={"token": token}, headers=headers)
    assert answer.ok, await answer.text()
