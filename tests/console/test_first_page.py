"""The first minutes: the link that `make run` prints, searches to try, and images from wherever a person has them."""

import asyncio
import re
from base64 import b64encode
from urllib.parse import quote

from playwright.async_api import Browser, JSHandle, Locator, Page, Request, Route, expect

from bowerbird.catalog.v1.file_pb2 import File
from deploy.local.link import sign_in_link
from deploy.local.photos.gallery import sample_gallery
from tests.console.accessibility import violations
from tests.console.browser import Visit, visiting
from tests.console.scene import DATASET, PHOTOS, Scene

TITLE = "Birds and others"
# As a browser makes it when an image is dragged onto its window or pasted.
_CARRIED = """([name, type, content]) => {
  const carried = new DataTransfer();
  const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
  carried.items.add(new File([bytes], name, { type }));
  return carried;
}"""
_PASTE = """(element, clipboardData) =>
  element.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }))"""


async def test_the_printed_link_signs_in_and_keeps_its_token_to_itself(browser: Browser, scene: Scene) -> None:
    link = sign_in_link(scene.url, scene.token, DATASET)
    async with visiting(browser, scene.url) as visit:
        page = visit.page
        requests: list[Request] = []
        page.on("request", lambda request: requests.append(request))  # noqa: PLW0108 (a built-in one is refused)
        await page.goto(link)
        await expect(page.get_by_role("heading", level=1, name=TITLE)).to_be_visible()
        await expect(page).to_have_url(f"{scene.url}{scene.data}")
        await expect(total(page, f"{PHOTOS} files")).to_be_visible()
        # The one request that has it is the one that signs in, in its body.
        assert not [one for one in requests if told(one, scene.token)]
        assert len(signing_in(requests)) == 1

        # Whoever is signed in with the token already is not signed in again.
        await page.goto(f"{scene.url}/datasets")
        await expect(page.get_by_role("heading", level=1, name="Datasets")).to_be_visible()
        await page.goto(link)
        await expect(total(page, f"{PHOTOS} files")).to_be_visible()
        assert len(signing_in(requests)) == 1
        await page.goto(scene.url)
        await expect(page.get_by_role("heading", level=1, name="Datasets")).to_be_visible()
        assert scene.token not in await page.evaluate("JSON.stringify([history.state, localStorage, sessionStorage])")


async def test_each_search_to_try_finds_something(browser: Browser, scene: Scene) -> None:
    async with visiting(browser, scene.url, token=scene.token) as visit:
        page = visit.page
        await visit.open(scene.data, TITLE)
        row = page.get_by_role("region", name="Searches to try")
        examples = row.get_by_role("button").filter(has_text=re.compile(r"\S"))
        await expect(examples).to_have_count(4)
        await visit.settled()
        assert await violations(page) == []
        for name, asks in (
            (re.compile("^Like “"), "q="),
            (re.compile(", not "), "all="),
            (re.compile("^size_bytes >= "), "expr="),
            ("Like this image", "like="),
        ):
            await examples.filter(has_text=name).click()
            await expect(row).to_have_count(0)
            await expect(page).to_have_url(re.compile(re.escape(asks)))
            await expect(total(page, re.compile(r"^[1-9]\d* "))).to_be_visible()
            await expect(page.get_by_role("gridcell").first).to_be_visible()
            await page.go_back()
            await expect(total(page, f"{PHOTOS} files")).to_be_visible()
        await visit.button("Hide the searches to try").click()
        await page.reload()
        await visit.button("Searches to try").click()
        await expect(examples).to_have_count(4)


async def test_an_image_of_the_bucket_is_picked_by_its_picture_and_found(browser: Browser, scene: Scene) -> None:
    file = await wanted(scene)
    *folders, name = file.path.split("/")
    async with visiting(browser, scene.url, token=scene.token) as visit:
        page = visit.page
        await visit.open(scene.data, TITLE)
        await visit.button("Search by an image").click()
        await page.get_by_role("menuitem", name="From the bucket").click()
        dialog = page.get_by_role("dialog", name="Search by an image of the bucket")
        for folder in folders:
            await dialog.get_by_role("button", name=folder, exact=True).click()
        image = dialog.get_by_role("button", name=name)
        await image.scroll_into_view_if_needed()
        # It is a file of the version, and has a thumbnail.
        await expect(image.locator("img")).to_have_js_property("complete", True)
        await expect(image.locator("img")).to_have_attribute("src", re.compile(f"{file.name}:thumbnail"))
        assert await violations(page) == []
        await image.click()
        await expect(dialog).to_have_count(0)
        await first_is(page, file)
        await expect(page).to_have_url(re.compile(re.escape(quote(file.uri, safe=""))))
        await expect(visit.button(f"Remove Like {file.uri}")).to_be_visible()


async def test_an_image_of_the_computer_is_picked_dropped_or_pasted(browser: Browser, scene: Scene) -> None:
    file = await wanted(scene)
    photo = sample_gallery().folder / file.path
    async with visiting(browser, scene.url, token=scene.token) as visit:
        page = visit.page
        await visit.open(scene.data, TITLE)
        await visit.button("Search by an image").click()
        async with page.expect_file_chooser() as choosing:
            await page.get_by_role("menuitem", name="From this computer").click()
        await (await choosing.value).set_files(photo)
        await first_is(page, file)
        await without_example(visit)

        image = await carried(page, file.path, file.content_type, photo.read_bytes())
        main = page.get_by_role("main")
        await main.dispatch_event("dragover", {"dataTransfer": image})
        await expect(page.get_by_text("Drop the image to find similar ones")).to_be_visible()
        await main.dispatch_event("drop", {"dataTransfer": image})
        await first_is(page, file)
        await expect(page.get_by_text("Drop the image to find similar ones")).to_have_count(0)
        await without_example(visit)

        await page.get_by_role("grid").evaluate(_PASTE, image)
        await first_is(page, file)


async def test_files_are_narrowed_by_a_part_of_their_names(browser: Browser, scene: Scene) -> None:
    names = [file.path.rpartition("/")[2] async for file in scene.client.files.list(DATASET)]
    part = "heron"
    matching = [name for name in names if part in name]
    assert 0 < len(matching) < len(names)
    async with visiting(browser, scene.url, token=scene.token) as visit:
        page = visit.page
        await visit.open(scene.data, TITLE)
        await page.get_by_role("searchbox", name="Part of the file name").fill(part.upper())
        await expect(page.get_by_role("gridcell")).to_have_count(len(matching))
        await expect(visit.button(f"Remove name has {part.upper()}")).to_be_visible()
        # Facets count what is left.
        types = {name.rpartition(".")[2] for name in matching}
        assert types == {"jpeg", "png"}
        await expect(page.get_by_role("button", name=re.compile("^image"))).to_have_count(len(types))
        await visit.button(f"Remove name has {part.upper()}").click()
        await expect(total(page, f"{PHOTOS} files")).to_be_visible()
        await expect(page.get_by_role("searchbox", name="Part of the file name")).to_have_value("")


async def test_a_slash_leads_to_the_search_bar_before_any_file_is_there(browser: Browser, scene: Scene) -> None:
    released = asyncio.Event()

    async def hold(route: Route) -> None:
        await released.wait()
        await route.continue_()

    async with visiting(browser, scene.url, token=scene.token) as visit:
        page = visit.page
        await page.route(re.compile(":search$"), hold)
        await visit.open(scene.data, TITLE)
        await page.keyboard.press("/")
        box = page.get_by_role("textbox", name="Search by text or image")
        await expect(box).to_be_focused()
        await expect(page.get_by_role("gridcell")).to_have_count(0)
        released.set()
        await expect(page.get_by_role("gridcell").first).to_be_visible()
        await expect(box).to_be_focused()


def told(request: Request, token: str) -> bool:
    """Whether the token is where others may read it: in an address, or in a header but that which asks whose it is."""
    headers = {name: value for name, value in request.headers.items() if name != "authorization"}
    return token in request.url or any(token in value for value in headers.values())


def signing_in(requests: list[Request]) -> list[Request]:
    return [one for one in requests if one.method == "POST" and one.url.endswith("/session")]


async def wanted(scene: Scene) -> File:
    """A file whose bytes are those of a sample photo that browsers know."""
    files = [file async for file in scene.client.files.list(DATASET)]
    return next(file for file in files if file.path.endswith("/hen.png"))


async def first_is(page: Page, file: File) -> None:
    """Wait until the file itself is the most similar one."""
    await expect(total(page, f"{PHOTOS} most similar")).to_be_visible()
    await expect(page.get_by_role("gridcell").first).to_have_attribute("title", f"{file.path}, score 1")


async def without_example(visit: Visit) -> None:
    await visit.button("Remove the example image").click()
    await expect(total(visit.page, f"{PHOTOS} files")).to_be_visible()


async def carried(page: Page, path: str, content_type: str, content: bytes) -> JSHandle:
    """An image as a browser carries it over a page."""
    name = path.rpartition("/")[2]
    return await page.evaluate_handle(_CARRIED, [name, content_type, b64encode(content).decode()])


def total(page: Page, text: str | re.Pattern[str]) -> Locator:
    return page.get_by_role("status").get_by_text(text, exact=True)
