"""What was chosen leaves as a file list: with the content that was asked for, to where it was asked for."""

import json
from typing import Any

import yaml
from playwright.async_api import Browser, expect

from deploy.local.walk.tour import ADDRESSES, storage_config
from libs.objects.opening import open_store
from tests.console.browser import visiting
from tests.console.scene import BUCKET, PHOTOS, TAG, TAGGED, Scene
from tests.whole_suite import RunningSuite


async def test_chosen_files_are_exported_with_the_chosen_content_to_the_chosen_folder(
    browser: Browser, scene: Scene, running_suite: RunningSuite
) -> None:
    async with visiting(browser, scene.url, token=scene.token) as visit:
        page = visit.page
        await visit.open(f"{scene.data}?sort=name&asc=true", "Birds and others")
        cells = page.get_by_role("gridcell")
        await expect(cells).to_have_count(PHOTOS)
        await cells.nth(1).hover()
        await cells.nth(1).get_by_role("button", name="Select").click()
        await cells.nth(3).click(modifiers=["Shift"])
        await expect(page.get_by_text("3 selected")).to_be_visible()
        chosen = [await cells.nth(at).get_attribute("title") for at in (1, 2, 3)]

        await visit.button("Export").click()
        dialog = page.get_by_role("dialog", name="Export 3 files")
        await expect(dialog.get_by_label("Destination")).to_have_value(f"s3://{BUCKET}/exports")
        await dialog.get_by_label("Destination").fill(f"s3://{BUCKET}/lists/by-hand")
        for box in await dialog.get_by_role("checkbox").all():
            await box.uncheck()
        await expect(dialog.get_by_role("button", name="Export")).to_be_disabled()
        for attribute in ("FileName", "Tags.user"):
            await dialog.get_by_role("checkbox", name=attribute, exact=True).check()
        await dialog.get_by_role("button", name="Export").click()
        await expect(dialog.get_by_text("The export is complete.")).to_be_visible()
        manifest = await dialog.get_by_text(f"s3://{BUCKET}/lists/by-hand/").text_content()
        await dialog.get_by_role("button", name="Close").last.click()
        await expect(page.get_by_text("3 selected")).to_be_visible()
    assert manifest is not None
    rows = await stored(running_suite, manifest)
    assert [row.keys() for row in rows] == [{"Uri", "Revision", "FileName", "Tags.user"}] * 3
    assert {row["Uri"] for row in rows} == {f"s3://{BUCKET}/birds/{path}" for path in chosen}


async def test_all_that_match_are_exported_as_a_job_that_is_followed_on_its_screen(
    browser: Browser, scene: Scene, running_suite: RunningSuite
) -> None:
    async with visiting(browser, scene.url, token=scene.token) as visit:
        page = visit.page
        await visit.open(f"/new/job?kind=export&dataset=birds&expression=Tags.user%3D%22{TAG}%22", "New job")
        await page.get_by_label("Destination").fill(f"s3://{BUCKET}/lists/by-job")
        await visit.button("Start").click()
        await expect(page.get_by_text("Done", exact=True).first).to_be_visible()
        await expect(page.get_by_text(f"{TAGGED} of {TAGGED}")).to_be_visible()
        manifest = await page.get_by_role("main").get_by_text(f"s3://{BUCKET}/lists/by-job/").first.text_content()
    assert manifest is not None
    assert all(TAG in row["Tags.user"] for row in await stored(running_suite, manifest))


async def stored(running_suite: RunningSuite, manifest_uri: str) -> list[dict[str, Any]]:
    """The rows of the file list that a manifest names, read from object storage."""
    folder, _, name = manifest_uri.rpartition("/")
    async with open_store(storage_config(running_suite.suite.object_storage), folder, ADDRESSES) as store:
        manifest = yaml.safe_load(await store.read(name, 2**20))
        parts = [await store.read(part["name"], 2**20) for part in manifest["parts"]]
    return [json.loads(line) for part in parts for line in part.splitlines()]
