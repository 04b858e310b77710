"""Files are found by text, image, tags, metadata, all of these and the query language, and looked at either way."""

import re
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from bowerbird.catalog.v1.file_pb2 import File
from bowerbird.catalog.v1.job_pb2 import Job
from bowerbird.catalog.v1.tag_edit_pb2 import TagChanges
from deploy.local.photos.gallery import sample_gallery
from tests.console.browser import visiting
from tests.console.scene import BUCKET, PHOTOS, Scene

DATASET = "searched"
BIRDS, FROGS = "animals/birds", "animals/amphibians"


@dataclass(frozen=True)
class Searched:
    """A version whose files are known: four are red, four blue, and two of these both. `data` is its path."""

    data: str
    files: tuple[File, ...]

    def tagged(self, tag: str) -> set[str]:
        return {file.path for file in self.files if tag in file.tags.user}

    def below(self, directory: str) -> set[str]:
        return {file.path for file in self.files if file.path.startswith(f"{directory}/")}

    def of_type(self, content_type: str) -> set[str]:
        return {file.path for file in self.files if file.content_type == content_type}


@pytest.fixture(scope="module")
async def searched(scene: Scene) -> Searched:
    client = scene.client
    await client.datasets.create(DATASET, f"s3://{BUCKET}/birds", display_name="To be searched")
    await client.index_sets.set(DATASET)
    for job in (await client.jobs.scan(DATASET), await client.jobs.index(DATASET)):
        assert (await client.jobs.wait(job.name)).state == Job.STATE_SUCCEEDED
    names = [file.name async for file in client.files.list(DATASET)]
    for tag, chosen in (("red", names[1:5]), ("blue", names[3:7])):
        await client.tag_edits.edit(DATASET, chosen, TagChanges(add=[tag]))
    version = (await client.datasets.version(DATASET)).name.rpartition("/")[2]
    files = tuple([file async for file in client.files.list(DATASET)])
    return Searched(f"/datasets/{DATASET}/versions/{version}/data", files)


async def test_tags_are_asked_for_all_any_and_none_of_them(browser: Browser, scene: Scene, searched: Searched) -> None:
    red, blue = searched.tagged("red"), searched.tagged("blue")
    async with visiting(browser, scene.url, token=scene.token) as visit:
        page = visit.page
        await visit.open(searched.data, "To be searched")
        await tag(page, "red").click()
        await shows(page, red)
        await tag(page, "blue").click()
        await shows(page, red & blue)
        await condition(page, "red", "Has any of these")
        await condition(page, "blue", "Has any of these")
        await shows(page, red | blue)
        await condition(page, "blue", "Has none of these")
        await shows(page, red - blue)
        await visit.button("Remove any: red").click()
        await shows(page, {file.path for file in searched.files} - blue)
        await condition(page, "blue", "No condition")

        # The same with a mouse and the keys that are held.
        await tag(page, "red").click(modifiers=["Alt"])
        await tag(page, "blue").click(modifiers=["Shift"])
        await shows(page, blue - red)
        await page.get_by_role("searchbox", name="Find a tag").fill("re")
        await expect(tag(page, "blue")).to_have_count(0)
        await tag(page, "red").click()
        await shows(page, blue)
        await tag(page, "red").click()
        await shows(page, blue & red)


async def test_files_are_narrowed_by_directory_type_and_size(
    browser: Browser, scene: Scene, searched: Searched
) -> None:
    async with visiting(browser, scene.url, token=scene.token) as visit:
        page = visit.page
        await visit.open(searched.data, "To be searched")
        await value(page, FROGS).click()
        await shows(page, searched.below(FROGS))
        await value(page, BIRDS).click()
        await shows(page, searched.below(FROGS) | searched.below(BIRDS))
        await value(page, "image/png").click()
        await shows(page, searched.of_type("image/png"))
        await value(page, "image/gif").click()
        await visit.button(f"Remove in {BIRDS}").click()
        await shows(page, searched.below(FROGS) & (searched.of_type("image/png") | searched.of_type("image/gif")))
        await visit.button("Clear all").click()
        await expect(total(page, f"{PHOTOS} files")).to_be_visible()

        await page.get_by_role("slider", name="Size: from").press("ArrowRight")
        await expect(page.get_by_role("button", name=re.compile("^Remove Size ≥"))).to_be_visible()
        least = int(re.search(r"size=(\d+)", page.url)[1])  # type: ignore[index]  # the chip says that it is there
        await shows(page, {file.path for file in searched.files if file.size_bytes >= least})


async def test_a_text_an_image_and_all_conditions_together_find_what_a_person_asks_for(
    browser: Browser, scene: Scene, searched: Searched
) -> None:
    photo = sample_gallery().photos[4].path
    async with visiting(browser, scene.url, token=scene.token) as visit:
        page = visit.page
        await visit.open(searched.data, "To be searched")
        await page.locator("input[type=file]").set_input_files(sample_gallery().folder / photo)
        await expect(total(page, f"{PHOTOS} most similar")).to_be_visible()
        # The photo itself is the most similar one.
        await expect(page.get_by_role("gridcell").first).to_have_attribute("title", f"{photo}, score 1")
        await page.reload()
        await expect(page.get_by_role("gridcell").first).to_have_attribute("title", f"{photo}, score 1")
        await visit.button("Remove Like this image").click()
        await expect(total(page, f"{PHOTOS} files")).to_be_visible()

        await page.get_by_role("textbox", name="Search by text or image").fill("a bird")
        await expect(total(page, f"{PHOTOS} most similar")).to_be_visible()
        await tag(page, "red").click()
        await condition(page, "blue", "Has none of these")
        await value(page, BIRDS).click()
        left = (searched.tagged("red") - searched.tagged("blue")) & searched.below(BIRDS)
        assert left
        await expect(total(page, f"{len(left)} most similar")).to_be_visible()
        await page.get_by_label("How many of the most similar").fill("1")
        await page.keyboard.press("Enter")
        await expect(visit.button("Remove 1 most similar")).to_be_visible()
        await visit.button("How this was found").click()
        plan = page.get_by_role("region", name="How this was found")
        await expect(plan.get_by_text("exact")).to_be_visible()


async def test_the_query_language_finds_files_and_a_caret_stands_below_a_mistake(
    browser: Browser, scene: Scene, searched: Searched
) -> None:
    async with visiting(browser, scene.url, token=scene.token) as visit:
        page = visit.page
        await visit.open(searched.data, "To be searched")
        await visit.button("Query language").click()
        editor = page.get_by_role("textbox", name="Query in the query language")
        await editor.fill('Tags.user = "red" AND NOT Tags.all = "blue" AND width >= 16')
        await editor.press("Enter")
        await shows(page, searched.tagged("red") - searched.tagged("blue"))
        visit.expect_refusal(f"/v1/workspaces/default{searched.data.removesuffix('/data')}:", 400)
        wrong = 'Tags.user = "red" AND widht >= 16'
        await editor.fill(wrong)
        await editor.press("Enter")
        mistake = page.get_by_role("alert")
        await expect(mistake).to_contain_text("The query is wrong at column 23")
        await expect(mistake).to_contain_text("Did you mean width?")
        assert await mistake.locator("pre").text_content() == f"{wrong}\n{wrong[:22]}^"
        await editor.fill(wrong.replace("widht", "width"))
        await editor.press("Enter")
        await shows(page, searched.tagged("red"))
        await expect(mistake).to_have_count(0)


async def test_gallery_and_list_show_the_same_and_keep_what_is_chosen(
    browser: Browser, scene: Scene, searched: Searched
) -> None:
    async with visiting(browser, scene.url, token=scene.token) as visit:
        page = visit.page
        await visit.open(f"{searched.data}?sort=name&asc=true", "To be searched")
        cells = page.get_by_role("gridcell")
        await expect(cells).to_have_count(PHOTOS)
        await visit.settled()
        await cells.nth(2).hover()
        await cells.nth(2).get_by_role("button", name="Select").click()
        await cells.nth(6).click(modifiers=["Shift"])
        await expect(page.get_by_text("5 selected")).to_be_visible()

        await visit.button("Show as list").click()
        file = sorted(searched.files, key=name_of)[2]
        await expect(cells.nth(2)).to_have_attribute("title", file.path)
        await expect(page.get_by_role("gridcell", selected=True)).to_have_count(5)
        await expect(cells.nth(2)).to_contain_text(f"{file.width_px} \u00d7 {file.height_px}")
        await visit.button("Show as gallery").click()
        await expect(page.get_by_role("gridcell", selected=True)).to_have_count(5)
        await visit.button("Clear").click()

        await cells.nth(2).click()
        await expect(page.get_by_role("heading", level=1, name=name_of(file))).to_be_visible()
        await expect(page.get_by_text(f"3 of {PHOTOS}")).to_be_visible()
        await expect(page.get_by_text(f"{file.width_px} \u00d7 {file.height_px} px")).to_be_visible()
        await page.go_back()
        await expect(cells.nth(2)).to_have_attribute("title", file.path)


async def shows(page: Page, paths: set[str]) -> None:
    """Wait until exactly these files are shown."""
    counted = f"{len(paths)} file" + "s" * (len(paths) != 1)
    await expect(total(page, counted)).to_be_visible()
    cells = page.get_by_role("gridcell")
    await expect(cells).to_have_count(len(paths))
    await expect(page.locator("[role=gridcell][aria-busy]")).to_have_count(0)
    assert {await cell.get_attribute("title") for cell in await cells.all()} == paths


def name_of(file: File) -> str:
    return file.path.rpartition("/")[2]


def total(page: Page, text: str) -> Locator:
    return page.get_by_role("status").get_by_text(text, exact=True)


def tag(page: Page, name: str) -> Locator:
    """A tag of the filter, whose button also tells its condition and its number of files."""
    return page.get_by_role("complementary", name="Filters").get_by_role("button", name=named(rf"{name} (\w+ )?\d+"))


def value(page: Page, name: str) -> Locator:
    """A directory or a type of the filters, beside which its number of files stands."""
    return page.get_by_role("complementary", name="Filters").get_by_role("button", name=named(rf"{name} \d+"))


def named(pattern: str) -> re.Pattern[str]:
    # The pattern becomes one of JavaScript between slashes.
    return re.compile(f"^{pattern}$".replace("/", r"\/"))


async def condition(page: Page, name: str, wanted: str) -> None:
    await page.get_by_role("button", name=f"Condition on {name}", exact=True).click()
    await page.get_by_role("menuitemradio", name=wanted).click()
