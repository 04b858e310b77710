"""Tag definitions: made of a template, written as form and as JSON, with mistakes pointed at, and deleted."""

import json
import re

import pytest
from playwright.async_api import Browser, expect

from bowerbird.client import NotFound
from bowerbird.client.defaults import TAG_DEFINITION
from tests.console.browser import Visit, visiting
from tests.console.scene import Scene

TRAM = {"Tram": {"description": "A tram on its rails", "values": {"ahead": "", "beside": "in the next lane"}}}


async def test_the_driving_template_is_changed_in_both_forms_and_kept(browser: Browser, scene: Scene) -> None:
    async with visiting(browser, scene.url, token=scene.token) as visit:
        page = visit.page
        await visit.open("/tag-definitions", "Tag definitions")
        await visit.link("Begin with driving tags").click()
        await expect(page.get_by_role("heading", level=1, name="New tag definition")).to_be_visible()
        await page.get_by_label("Name", exact=True).fill("streets")
        await page.get_by_label("Title").fill("Streets")
        await expect(page.get_by_label("Name of tag 1", exact=True)).to_have_value("Weather")

        # What is written as JSON stands in the form at once, and the other way round.
        text = page.get_by_label("The tags as JSON")
        tags = json.loads(await text.input_value())["tags"]
        last = len(tags) + 1
        await text.fill(json.dumps({"tags": tags | TRAM}))
        await expect(page.get_by_label(f"Name of tag {last}", exact=True)).to_have_value("Tram")
        value = page.get_by_label(f"Meaning of value 2 of tag {last}", exact=True)
        await expect(value).to_have_value("in the next lane")
        await page.get_by_label(f"Meaning of tag {last}", exact=True).fill("A tram, on rails or not")
        await visit.button("Remove the tag Weather").click()
        await expect(text).to_have_value(re.compile("A tram, on rails or not"))
        await expect(page.get_by_text(f"{last - 1} tags, no mistake.")).to_be_visible()

        await visit.button("Create").click()
        await expect(page.get_by_role("heading", level=1, name="Streets")).to_be_visible()
        await expect(page.get_by_text("Revision 1")).to_be_visible()
    made = await scene.client.tag_definitions.get("streets")
    kept = json.loads(made.definition_json)["tags"]
    assert kept["Tram"] == TRAM["Tram"] | {"description": "A tram, on rails or not"}
    assert list(kept) == [*list(tags)[1:], "Tram"]
    assert made.guide_prompt.startswith("You look at single images of cameras on a moving vehicle.")
    await scene.client.tag_definitions.delete("streets")


async def test_mistakes_are_pointed_at_in_both_forms_and_nothing_wrong_is_sent(browser: Browser, scene: Scene) -> None:
    async with visiting(browser, scene.url, token=scene.token) as visit:
        page = visit.page
        await visit.open("/new/tag-definition", "New tag definition")
        text = page.get_by_label("The tags as JSON")
        await text.fill('{"tags": {"bird": "A bird." "fish": ""}}')
        await expect(page.get_by_text("Line 1, column 29: This is not JSON (CommaExpected).")).to_be_visible()
        await expect(page.get_by_text("The JSON has a mistake. Once it is mended, the form goes on.")).to_be_visible()
        await visit.button("Show").click()
        await expect(text).to_be_focused()
        assert await text.evaluate("(area) => area.value.slice(area.selectionStart, area.selectionEnd)") == '"fish"'

        await text.fill('{"tags": {"bird": "A bird.", "fish": ""}}')
        await page.get_by_label("Name of tag 2", exact=True).fill("bird")
        await expect(page.get_by_text("“bird” stands there twice.").first).to_be_visible()
        await expect(page.get_by_label("Name of tag 2", exact=True)).to_have_attribute("aria-invalid", "true")
        await visit.button("Create").click()
        await expect(page.get_by_text("1 to 127 letters, digits, “-”, “_” or “.”, beginning")).to_be_visible()
        await page.get_by_label("Name of tag 2", exact=True).fill("fish")

        # A mistake that the console cannot know of comes back from the catalog, to the field that it is about.
        visit.expect_refusal("/v1/workspaces/default/tagDefinitions", 409)
        await page.get_by_label("Name", exact=True).fill(TAG_DEFINITION)
        await visit.button("Create").click()
        await expect(page.get_by_text("exists already; choose another name.")).to_be_visible()
        await page.get_by_label("Name", exact=True).fill("animals")
        await visit.button("Create").click()
        await expect(page.get_by_role("heading", level=1, name="animals")).to_be_visible()
    await scene.client.tag_definitions.delete("animals")


async def test_a_definition_is_edited_and_deleted_and_what_is_unsaved_is_not_lost(
    browser: Browser, scene: Scene
) -> None:
    tags = json.dumps({"tags": {"bird": "A bird."}})
    await scene.client.tag_definitions.create("edited", tags, display_name="To be edited")
    async with visiting(browser, scene.url, token=scene.token) as visit:
        page = visit.page
        await visit.open("/tag-definitions", "Tag definitions")
        await visit.link("To be edited").click()
        await expect(page.get_by_role("heading", level=1, name="To be edited")).to_be_visible()
        await expect(visit.button("Save")).to_be_disabled()
        await visit.button("Add a tag").click()
        await page.get_by_label("Name of tag 2", exact=True).fill("nest")

        await stay(visit)
        await expect(page.get_by_label("Name of tag 2", exact=True)).to_have_value("nest")
        await visit.button("Save").click()
        await expect(page.get_by_text("Saved edited")).to_be_visible()
        await expect(page.get_by_text("Revision 2")).to_be_visible()

        await visit.button("Delete").click()
        question = page.get_by_role("alertdialog", name="Delete the tag definition edited?")
        await question.get_by_role("button", name="Delete").click()
        await expect(page.get_by_role("heading", level=1, name="Tag definitions")).to_be_visible()
        await expect(visit.link("default")).to_be_visible()
        await expect(visit.link("To be edited")).to_have_count(0)
    with pytest.raises(NotFound):
        await scene.client.tag_definitions.get("edited")


async def stay(visit: Visit) -> None:
    """Begin to leave for the jobs, and stay when the screen asks."""
    async with visit.page.expect_event("dialog") as asked:
        # A click returns when its question is answered, so it is not waited for before that.
        visit.page.once("dialog", lambda dialog: dialog.dismiss())
        await visit.page.get_by_role("navigation").get_by_role("link", name="Jobs").click()
    assert (await asked.value).message == "What you have changed is not saved yet. Leave it?"
