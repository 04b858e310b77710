"""Labels by hand in bulk, their history and their undoing, as a person does it with mouse and keys."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from bowerbird.catalog.v1.tag_edit_pb2 import TagEdit
from bowerbird.search.v1.search_pb2 import Query, TagFilter
from bowerbird.type.v1.role_pb2 import Role
from tests.console.browser import Visit, visiting
from tests.console.scene import DATASET, PHOTOS, TAG, TAGGED, Scene

NEW = "seen by hand"


@pytest.fixture
async def without_edits(scene: Scene) -> AsyncIterator[None]:
    """What a test labels is undone behind it, whatever becomes of it."""
    before = [edit.name async for edit in scene.client.tag_edits.list(DATASET)]
    yield
    async for edit in scene.client.tag_edits.list(DATASET):
        if edit.name not in before and edit.state == TagEdit.STATE_DONE:
            await scene.client.tag_edits.undo(edit.name)


async def labelled(scene: Scene) -> int:
    return await scene.client.search.count(DATASET, Query(tags=TagFilter(all_of=[NEW])))


async def label_all(visit: Visit, scene: Scene) -> None:
    """All that match are given a tag, by the keys alone."""
    page = visit.page
    await visit.open(f"{scene.data}?none=%5B%22{TAG.replace(' ', '+')}%22%5D", "Birds and others")
    await expect(page.get_by_text(f"{PHOTOS - TAGGED} files", exact=True)).to_be_visible()
    await page.keyboard.press("t")
    dialog = page.get_by_role("dialog", name=f"Label {PHOTOS - TAGGED} files")
    await dialog.get_by_role("combobox", name="Tag to add").fill(NEW)
    await page.keyboard.press("Enter")
    await expect(visit.button(f"Remove {NEW}")).to_be_visible()
    await visit.button("Apply").click()
    await expect(page.get_by_text(f"Changed the tags of {PHOTOS - TAGGED} files").first).to_be_visible()


@pytest.mark.usefixtures("without_edits")
async def test_labels_in_bulk_stand_in_the_history_and_are_undone_there(browser: Browser, scene: Scene) -> None:
    async with visiting(browser, scene.url, token=scene.token) as visit:
        page = visit.page
        await label_all(visit, scene)
        assert await labelled(scene) == PHOTOS - TAGGED

        await visit.link("Label history").click()
        await expect(page.get_by_role("heading", level=1, name="Label history")).to_be_visible()
        row = page.get_by_role("row").filter(has_text=NEW).first
        await expect(row.get_by_text(f"{PHOTOS - TAGGED} of {PHOTOS - TAGGED}")).to_be_visible()
        await expect(row.get_by_role("link", name=f'NOT tags.all IN ("{TAG}")')).to_be_visible()
        await row.get_by_role("button", name=f"Undo: added {NEW}").click()
        await page.get_by_role("alertdialog").get_by_role("button", name="Undo", exact=True).click()
        await expect(row.get_by_text("Undone", exact=True)).to_be_visible()
        await expect(row.get_by_text(f"{PHOTOS - TAGGED} files changed back")).to_be_visible()
        assert await labelled(scene) == 0

        await row.get_by_role("link", name=f'NOT tags.all IN ("{TAG}")').click()
        await expect(page.get_by_text(f"{PHOTOS - TAGGED} files", exact=True)).to_be_visible()
        await visit.open(f"/datasets/{DATASET}", "Birds and others")
        await visit.link("Label history").click()
        await expect(page.get_by_role("row").filter(has_text=NEW).first).to_be_visible()


@pytest.mark.usefixtures("without_edits")
async def test_notes_of_what_was_done_never_cover_what_can_be_done_next(browser: Browser, scene: Scene) -> None:
    narrow = {"width": 480, "height": 700}
    async with visiting(browser, scene.url, token=scene.token, viewport=narrow) as visit:
        await label_all(visit, scene)
        bar = visit.page.get_by_role("region", name="Selection")
        note = visit.page.get_by_text(f"Changed the tags of {PHOTOS - TAGGED} files").first
        above, below = await note.bounding_box(), await bar.bounding_box()
        assert above is not None
        assert below is not None
        assert above["y"] + above["height"] <= below["y"]
        # Each button can be hit: a click that something else would take does not come through.
        await bar.get_by_role("button", name="Label").click(trial=True)
        await bar.get_by_role("button", name="Export").click(trial=True)
        await bar.get_by_role("button", name="Clear").click()
        await expect(bar).to_be_hidden()


async def test_a_viewer_reads_labels_and_is_offered_none(browser: Browser, scene: Scene) -> None:
    token = (await scene.client.tokens.create("reads labels", Role.ROLE_VIEWER)).secret
    async with visiting(browser, scene.url, token=token) as visit:
        page = visit.page
        await visit.open(scene.data, "Birds and others")
        await page.get_by_role("gridcell").nth(1).hover()
        await page.get_by_role("gridcell").nth(1).get_by_role("button", name="Select").click()
        await expect(page.get_by_text("1 selected")).to_be_visible()
        await keys_do_nothing(page)
        for name in ("Label", "Export"):
            await expect(visit.button(name)).to_have_count(0)

        await visit.link("Label history").click()
        await expect(page.get_by_role("row").filter(has_text=TAG).first).to_be_visible()
        await expect(page.get_by_role("columnheader", name="Undo")).to_have_count(0)


async def keys_do_nothing(page: Page) -> None:
    for key in "te":
        await page.keyboard.press(key)
    await page.keyboard.press("?")
    help_ = page.get_by_role("dialog", name="Keyboard shortcuts")
    await expect(help_).to_be_visible()
    await expect(help_.get_by_text("Export", exact=True)).to_have_count(0)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
