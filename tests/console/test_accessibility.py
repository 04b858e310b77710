"""Each screen is open to everybody, in light and dark, with the keyboard alone; and its picture is kept."""

from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.console.accessibility import violations
from tests.console.browser import visiting
from tests.console.overlays import overlays
from tests.console.scene import PHOTOS, Scene
from tests.console.screens import screens

MOST_STEPS = 60


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_serious_on_any_screen(
    browser: Browser, scene: Scene, screenshots: Path, scheme: Literal["light", "dark"]
) -> None:
    found = {}
    async with visiting(browser, scene.url, color_scheme=scheme) as visit:
        await visit.open("/sign-in", "Sign in")
        found["sign-in"] = await violations(visit.page)
        await visit.page.screenshot(path=screenshots / f"sign-in-{scheme}.png")
    async with visiting(browser, scene.url, token=scene.token, color_scheme=scheme) as visit:
        for name, path in screens(scene).items():
            await visit.page.goto(f"{scene.url}{path}")
            await expect(visit.page.get_by_role("heading", level=1)).to_be_visible()
            await visit.settled()
            found[name] = await violations(visit.page)
            await visit.page.screenshot(path=screenshots / f"{name}-{scheme}.png")
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_serious_in_any_dialog_or_menu(
    browser: Browser, scene: Scene, screenshots: Path, scheme: Literal["light", "dark"]
) -> None:
    found = {}
    async with visiting(browser, scene.url, token=scene.token, color_scheme=scheme) as visit:
        visit.expect_refusal(f"/v1/workspaces/default{scene.data.removesuffix('/data')}:", 400)
        for name, (path, opened) in overlays(scene).items():
            await visit.page.goto(f"{scene.url}{path}")
            await expect(visit.page.get_by_role("heading", level=1)).to_be_visible()
            await visit.settled()
            await expect(await opened(visit)).to_be_visible()
            await visit.settled()
            found[name] = await violations(visit.page)
            await visit.page.screenshot(path=screenshots / f"{name}-{scheme}.png")
    assert {name: lines for name, lines in found.items() if lines} == {}


async def test_the_main_path_needs_no_mouse(browser: Browser, scene: Scene) -> None:
    async with visiting(browser, scene.url) as visit:
        page, keyboard = visit.page, visit.page.keyboard
        await visit.open("/datasets", "Sign in")
        await tab_to(page, page.get_by_label("Token"))
        await keyboard.type(scene.token)
        await keyboard.press("Enter")
        await expect(page.get_by_role("heading", level=1, name="Datasets")).to_be_visible()
        await expect(page.get_by_role("searchbox", name="Filter by name")).to_be_visible()
        await keyboard.press("/")
        await expect(page.get_by_role("searchbox", name="Filter by name")).to_be_focused()
        await tab_to(page, visit.link("Birds and others"))
        await keyboard.press("Enter")
        await expect(page.get_by_role("heading", level=1, name="Birds and others")).to_be_visible()
        await tab_to(page, visit.link("View data").first)
        await keyboard.press("Enter")
        await expect(page.get_by_text(f"{PHOTOS} files", exact=True)).to_be_visible()

        await keyboard.press("/")
        await keyboard.type("a bird")
        await keyboard.press("Enter")
        await expect(page.get_by_text(f"{PHOTOS} most similar", exact=True)).to_be_visible()
        await keyboard.press("Escape")
        await keyboard.press("ArrowRight")
        await keyboard.press("x")
        await keyboard.press("Shift+ArrowRight")
        await expect(page.get_by_text("2 selected")).to_be_visible()
        await keyboard.press("t")
        await expect(page.get_by_role("dialog", name="Label 2 files")).to_be_visible()
        await keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await keyboard.press("Escape")
        await expect(page.get_by_text("2 selected")).to_have_count(0)
        await keyboard.press("i")
        await expect(page.get_by_text(f"3 of {PHOTOS}")).to_be_visible()
        # The place among the hits is known before the file is: a key acts on what is there.
        await expect(page.get_by_role("combobox", name="Add a tag")).to_be_visible()
        await keyboard.press("t")
        await expect(page.get_by_role("combobox", name="Add a tag")).to_be_focused()
        await keyboard.press("Escape")
        await page.get_by_role("combobox", name="Add a tag").blur()
        await keyboard.press("ArrowRight")
        await expect(page.get_by_text(f"4 of {PHOTOS}")).to_be_visible()
        await keyboard.press("Escape")
        await expect(page.get_by_role("grid")).to_be_visible()
        await keyboard.press("?")
        await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


async def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus."""
    for _ in range(MOST_STEPS):
        await page.keyboard.press("Tab")
        if await target.evaluate("(element) => element === document.activeElement"):
            return
    pytest.fail(f"{MOST_STEPS} steps with Tab do not lead to {target}")
