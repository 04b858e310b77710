"""The index of a dataset is configured, saved and refreshed; what is searched afterwards is found in it."""

from playwright.async_api import Browser, Page, expect

from tests.console.browser import visiting
from tests.console.scene import BUCKET, Scene
from tests.flow.terminal import filled
from tests.whole_suite import RunningSuite

FEW = 4
MORE = 6


async def test_an_index_is_configured_saved_refreshed_and_searched(
    browser: Browser, scene: Scene, running_suite: RunningSuite
) -> None:
    root = f"s3://{BUCKET}/few"
    await filled(running_suite, root, FEW)
    await scene.client.datasets.create("few", root, display_name="A few")
    await scene.client.jobs.wait((await scene.client.jobs.scan("few")).name)
    async with visiting(browser, scene.url, token=scene.token) as visit:
        page = visit.page
        await visit.open("/datasets/few", "A few")
        await expect(page.get_by_text("No index is configured.")).to_be_visible()
        index = page.get_by_role("region", name="Index", exact=True)
        await choose(page, "Model connection", "embedding")
        await choose(page, "Database connection", "database")
        visit.expect_refusal("/v1/workspaces/default/datasets/few/versions/", 400)
        await index.get_by_label("Table").fill("Not a name")
        await index.get_by_role("button", name="Save").click()
        await expect(index.get_by_label("Table")).to_have_attribute("aria-invalid", "true")
        await index.get_by_label("Table").fill("a_few")
        await index.get_by_role("button", name="Save").click()
        await expect(page.get_by_text("The index configuration is saved")).to_be_visible()
        await expect(index.get_by_text(f"0 of {FEW} files are indexed")).to_be_visible()
        await index.get_by_role("button", name="Refresh now").click()
        await expect(index.get_by_text(f"{FEW} of {FEW} files are indexed")).to_be_visible()

        # What comes later is found by a scan, and indexed by the next refresh.
        await filled(running_suite, root, MORE)
        await visit.button("Scan now").click()
        await expect(index.get_by_text(f"{FEW} of {MORE} files are indexed")).to_be_visible()
        await index.get_by_label("Table").fill("another")
        await expect(index.get_by_text("Save first: what is refreshed is the saved configuration.")).to_be_visible()
        await expect(index.get_by_role("button", name="Refresh now")).to_be_disabled()
        await index.get_by_label("Table").fill("a_few")
        await index.get_by_role("button", name="Refresh now").click()
        await expect(index.get_by_text(f"{MORE} of {MORE} files are indexed")).to_be_visible()

        await visit.link("View data").first.click()
        await page.get_by_role("textbox", name="Search by text or image").fill("a frog")
        await expect(page.get_by_text(f"{MORE} most similar", exact=True)).to_be_visible()
    [made] = [one async for one in scene.client.index_sets.list("few")]
    assert (made.table, made.file_count) == ("a_few", MORE)


async def choose(page: Page, label: str, option: str) -> None:
    await page.get_by_role("combobox", name=label, exact=True).click()
    await page.get_by_role("option", name=option).click()
