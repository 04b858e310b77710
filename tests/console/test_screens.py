"""The main path of each screen, as a person takes it with a mouse."""

import re

from playwright.async_api import Browser, expect

from tests.console.browser import visiting
from tests.console.scene import BUCKET, DATASET, PHOTOS, TAG, TAGGED, Scene


async def test_a_wrong_token_is_refused_and_the_right_one_leads_to_where_one_wanted_to_go(
    browser: Browser, scene: Scene
) -> None:
    async with visiting(browser, scene.url) as visit:
        page = visit.page
        await page.goto(f"{scene.url}/connections?kind=s3")
        visit.expect_refusal("/session", 401)
        await page.get_by_label("Token").fill("not-a-token-of-anybody")
        await visit.button("Sign in").click()
        await expect(page.get_by_text("This token is unknown or has expired.")).to_be_visible()
        await page.get_by_label("Token").fill(scene.token)
        await visit.button("Sign in").click()
        await expect(page.get_by_role("heading", level=1, name="Connections")).to_be_visible()
        await expect(page).to_have_url(f"{scene.url}/connections?kind=s3")

        await visit.button("Account").click()
        await page.get_by_role("menuitem", name="Sign out").click()
        await expect(page.get_by_role("heading", level=1, name="Sign in")).to_be_visible()
        await page.go_back()
        await expect(page.get_by_role("heading", level=1, name="Sign in")).to_be_visible()


async def test_a_dataset_is_created_of_a_path_that_is_picked_and_found_in_the_list(
    browser: Browser, scene: Scene
) -> None:
    async with visiting(browser, scene.url, token=scene.token) as visit:
        page = visit.page
        await visit.open("/datasets", "Datasets")
        await visit.link("New dataset").click()
        await page.get_by_role("combobox", name="Connection to object storage").click()
        await page.get_by_role("option", name=re.compile("^storage")).click()
        await visit.button("Browse").click()
        picker = page.get_by_role("dialog")
        await picker.get_by_role("button", name=BUCKET, exact=True).click()
        await picker.get_by_role("button", name="birds", exact=True).click()
        await picker.get_by_role("button", name="Use this folder").click()
        await expect(page.get_by_text(f"{PHOTOS} images")).to_be_visible()
        await page.get_by_label("Id", exact=True).fill("picked")
        await page.get_by_label("Display name").fill("Picked by hand")
        await visit.button("Create dataset").click()

        await expect(page.get_by_role("heading", level=1, name="Picked by hand")).to_be_visible()
        await expect(page.get_by_role("row", name=re.compile("Scan.*Done")).first).to_be_visible()
        await expect(page.get_by_text(f"{PHOTOS} new, 0 changed, 0 gone")).to_be_visible()
        await page.get_by_role("navigation").get_by_role("link", name="Datasets").first.click()
        await page.get_by_role("searchbox", name="Filter by name").fill("picked")
        await expect(visit.link("Picked by hand")).to_be_visible()
        await expect(visit.link("Birds and others")).to_have_count(0)
    await scene.client.datasets.delete("picked")


async def test_a_dataset_shows_its_index_and_refreshes_it(browser: Browser, scene: Scene) -> None:
    async with visiting(browser, scene.url, token=scene.token) as visit:
        page = visit.page
        await visit.open(f"/datasets/{DATASET}", "Birds and others")
        await expect(page.get_by_text(f"{PHOTOS} of {PHOTOS} files are indexed")).to_be_visible()
        await visit.button("Refresh now").click()
        await expect(page.get_by_text("The indexing job has started")).to_be_visible()
        await page.get_by_label("Description").fill("Photos of birds, for the cover")
        await page.get_by_role("main").get_by_role("button", name="Save").last.click()
        await expect(page.get_by_text("The settings are saved")).to_be_visible()
        await visit.link("View data").first.click()
        await expect(page.get_by_role("grid")).to_be_visible()


async def test_connections_are_tested_and_a_secret_is_never_shown_again(browser: Browser, scene: Scene) -> None:
    async with visiting(browser, scene.url, token=scene.token) as visit:
        page = visit.page
        await visit.open("/connections", "Connections")
        await visit.button("Test storage").click()
        await expect(page.get_by_role("row", name=re.compile("storage")).get_by_text("Works")).to_be_visible()
        await visit.link("storage").click()
        await expect(page.get_by_text("A secret is kept. It is never shown.")).to_be_visible()

        await visit.open("/new/connection?kind=modelService", "New connection")
        await page.get_by_label("Name", exact=True).fill("taggers")
        await page.get_by_label("Address", exact=True).fill("http://127.0.0.1:9/v1")
        await page.get_by_label("Model 1", exact=True).fill("a-model")
        await page.get_by_label("Key (optional)").fill("a very secret key")
        await visit.button("Create").click()
        await expect(page.get_by_role("heading", level=1, name="taggers")).to_be_visible()
        await page.get_by_role("main").get_by_role("button", name="Test", exact=True).click()
        await expect(page.get_by_text("Does not work")).to_be_visible()
        assert "a very secret key" not in await page.content()
    await scene.client.connections.delete("taggers")


async def test_files_are_searched_narrowed_by_a_tag_and_back_takes_each_step_back(
    browser: Browser, scene: Scene
) -> None:
    async with visiting(browser, scene.url, token=scene.token) as visit:
        page = visit.page
        await visit.open(f"/datasets/{DATASET}/versions/latest/data", "Birds and others")
        await expect(page.get_by_text(f"{PHOTOS} files", exact=True)).to_be_visible()
        await page.get_by_role("textbox", name="Search by text or image").fill("a bird")
        await expect(page.get_by_text(f"{PHOTOS} most similar", exact=True)).to_be_visible()
        await expect(page.get_by_title(re.compile(", score 0")).first).to_be_visible()
        await page.get_by_role("button", name=re.compile(f"^{TAG}")).click()
        await expect(page.get_by_text(f"{TAGGED} most similar", exact=True)).to_be_visible()
        await expect(page.get_by_role("gridcell")).to_have_count(TAGGED)
        await visit.settled()

        await visit.button("Remove Like “a bird”").click()
        await expect(page.get_by_text(f"{TAGGED} files", exact=True)).to_be_visible()
        await visit.button("Show as list").click()
        await expect(page.get_by_role("gridcell")).to_have_count(TAGGED)
        for shown in (f"{TAGGED} files", f"{TAGGED} most similar", f"{PHOTOS} most similar", f"{PHOTOS} files"):
            await page.go_back()
            await expect(page.get_by_text(shown, exact=True)).to_be_visible()


async def test_a_query_in_the_query_language_is_answered_and_a_wrong_one_is_pointed_at(
    browser: Browser, scene: Scene
) -> None:
    async with visiting(browser, scene.url, token=scene.token) as visit:
        page = visit.page
        visit.expect_refusal(f"/v1/workspaces/default/datasets/{DATASET}/versions/{scene.version}:", 400)
        await visit.open(scene.data, "Birds and others")
        await page.get_by_role("textbox", name="Search by text or image").press_sequentially("?")
        editor = page.get_by_role("textbox", name="Query in the query language")
        await editor.fill(f'Tags.user = "{TAG}"')
        await editor.press("Enter")
        await expect(page.get_by_text(f"{TAGGED} files", exact=True)).to_be_visible()
        await editor.fill("Tags.usr = 1")
        await editor.press("Enter")
        await expect(page.get_by_text("The query is wrong at column 1")).to_be_visible()


async def test_a_file_shows_its_tags_which_one_rejects_and_adds(browser: Browser, scene: Scene) -> None:
    async with visiting(browser, scene.url, token=scene.token) as visit:
        page = visit.page
        await visit.open(scene.data, "Birds and others")
        await page.get_by_role("gridcell").nth(4).click()
        await expect(page.get_by_text(f"5 of {PHOTOS}")).to_be_visible()
        await page.get_by_role("combobox", name="Add a tag").fill("a new one")
        await page.keyboard.press("Enter")
        await expect(visit.button("Take a new one away")).to_be_visible()
        await visit.button("Take a new one away").click()
        await expect(visit.button("Take a new one away")).to_have_count(0)
        await visit.settled()
        await visit.button("Next").click()
        await expect(page.get_by_text(f"6 of {PHOTOS}")).to_be_visible()
        await visit.button("Back to the files").click()
        await expect(page.get_by_role("grid")).to_be_visible()


async def test_a_range_is_chosen_with_shift_labelled_and_the_labels_undone(browser: Browser, scene: Scene) -> None:
    async with visiting(browser, scene.url, token=scene.token) as visit:
        page = visit.page
        await visit.open(scene.data, "Birds and others")
        cells = page.get_by_role("gridcell")
        await cells.nth(1).hover()
        await cells.nth(1).get_by_role("button", name="Select").click()
        await cells.nth(5).click(modifiers=["Shift"])
        await expect(page.get_by_text("5 selected")).to_be_visible()
        await visit.button("Label").click()
        await page.get_by_role("combobox", name="Tag to add").fill("chosen")
        await page.keyboard.press("Enter")
        await expect(visit.button("Remove chosen")).to_be_visible()
        await visit.button("Apply").click()
        await expect(page.get_by_text("Changed the tags of 5 files")).to_be_visible()
        await visit.button("Undo").click()
        await expect(page.get_by_text("Undone for 5 files")).to_be_visible()


async def test_a_job_shows_what_it_did_and_its_log(browser: Browser, scene: Scene) -> None:
    tag = scene.jobs[1].name.rpartition("/")[2]
    async with visiting(browser, scene.url, token=scene.token) as visit:
        page = visit.page
        await visit.open("/jobs?kind=tag", "Jobs")
        await visit.link(f"Tagging {tag}").click()
        await expect(page.get_by_role("heading", level=1, name=f"Tagging {tag}")).to_be_visible()
        await expect(page.get_by_role("heading", name="Log")).to_be_visible()
        await expect(page.get_by_text("Complete", exact=True)).to_be_visible()
        await expect(page.get_by_text(f"{PHOTOS} of {PHOTOS}")).to_be_visible()

        await visit.open(f"/new/job?kind=scan&dataset={DATASET}", "New job")
        await visit.button("Start").click()
        await expect(page.get_by_text("Done", exact=True)).to_be_visible()
