"""In Chinese, everything that the console itself says is Chinese."""

import json
import re
from collections.abc import Iterator

from playwright.async_api import Browser, Page, expect

from tests.console.browser import visiting
from tests.console.scene import Scene
from tests.console.screens import screens

# Three words of Latin letters one after another are a sentence of somebody.
_SENTENCE = re.compile(r"[A-Za-z][a-z']*(?:[ ,;:]+[A-Za-z][a-z']*){2,}")
# Keeps what the API answers: names, tags and messages are not the console's own words.
_KEEP_ANSWERS = """
window.answers = [];
const ask = window.fetch;
window.fetch = async (...request) => {
  const answer = await ask(...request);
  if (/json/.test(answer.headers.get("Content-Type"))) {
    window.answers.push(answer.clone().text().catch(() => ""));
  }
  return answer;
};
"""
# What stands on the screen, is shown in empty fields and at the pointer, or is read out.
_TEXTS = """() => {
  const texts = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { parentElement, data } = walker.currentNode;
    if (!parentElement.closest("script, style, code, kbd, textarea, [role=log]")) texts.push(data);
  }
  for (const name of ["aria-label", "title", "placeholder", "alt"]) {
    for (const element of document.querySelectorAll(`[${name}]`)) texts.push(element.getAttribute(name));
  }
  return texts;
}"""


async def test_no_english_sentence_is_left_on_any_screen_or_in_any_dialog(browser: Browser, scene: Scene) -> None:
    found: dict[str, list[str]] = {}
    async with visiting(browser, scene.url, token=scene.token) as visit:
        page = visit.page
        await page.add_init_script(_KEEP_ANSWERS)
        await visit.open("/datasets", "Datasets")
        await visit.button("Language, Appearance").click()
        await page.get_by_role("menuitemradio", name="\u4e2d\u6587").click()
        await expect(page.get_by_role("heading", level=1, name="\u6570\u636e\u96c6")).to_be_visible()
        await expect(page.locator("html")).to_have_attribute("lang", re.compile("^zh"))
        for name, path in screens(scene).items():
            await page.goto(f"{scene.url}{path}")
            await expect(page.get_by_role("heading", level=1)).to_be_visible()
            await visit.settled()
            found[name] = await english(page)

        await visit.page.goto(f"{scene.url}{scene.data}")
        await expect(page.get_by_role("gridcell").first).to_be_visible()
        await visit.settled()
        for key in ("?", "t", "e"):
            await page.keyboard.press(key)
            await expect(page.get_by_role("dialog")).to_be_visible()
            found[f"dialog of {key}"] = await english(page)
            await page.keyboard.press("Escape")
            await expect(page.get_by_role("dialog")).to_have_count(0)
    assert {name: texts for name, texts in found.items() if texts} == {}


async def english(page: Page) -> list[str]:
    """Texts of the screen that the API did not bring and that hold an English sentence."""
    # First, since the answers only become more: whatever is shown has come by the time they are looked at.
    texts: list[str] = await page.evaluate(_TEXTS)
    answers: list[str] = await page.evaluate("Promise.all(window.answers)")
    brought = {text for answer in answers for line in answer.split("\n") if line for text in texts_in(json.loads(line))}
    longest_first = sorted((text for text in brought if " " in text), key=len, reverse=True)
    left = []
    for text in texts:
        rest = text
        for known in longest_first:
            rest = rest.replace(known, "")
        if _SENTENCE.search(rest):
            left.append(text)
    return left


def texts_in(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for key, item in value.items():
                yield from (key, *texts_in(item))
        case list():
            for item in value:
                yield from texts_in(item)
