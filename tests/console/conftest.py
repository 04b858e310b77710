"""A browser, and the whole suite behind it, once for all tests of the screens."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from services.console.pages import BUILT
from tests.backends import BackendSettings, missing
from tests.console.browser import launched
from tests.console.scene import Scene, made_scene
from tests.whole_suite import RunningSuite, whole_suite

# All for the session: the files of a package need not come one behind the other.


@pytest.fixture(scope="session")
async def browser(backend_settings: BackendSettings) -> AsyncIterator[Browser]:
    if not (BUILT / "index.html").is_file():
        missing(backend_settings, "front end: run `make setup`")
    if not backend_settings.chromium.is_file():
        missing(backend_settings, f"{backend_settings.chromium}: run `apt-get install chromium`")
    async with async_playwright() as playwright:
        browser = await launched(playwright, backend_settings.chromium)
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
async def running_suite(server_folder: Path) -> AsyncIterator[RunningSuite]:
    async with whole_suite(server_folder / "console") as suite:
        yield suite


@pytest.fixture(scope="session")
async def scene(running_suite: RunningSuite) -> Scene:
    return await made_scene(running_suite)


@pytest.fixture(scope="session")
def screenshots(backend_settings: BackendSettings) -> Path:
    """The folder that keeps pictures of the screens."""
    backend_settings.screenshots.mkdir(parents=True, exist_ok=True)
    return backend_settings.screenshots
