"""docs/console.md leads to screens, calls, commands and keys that there are, and leaves no screen out."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
import typer
from playwright.async_api import Browser, expect

import services.console.pages
from bowerbird.cli.__main__ import app
from services.console.rest.contract import contract_services
from services.console.rest.routes import Route, routes_of
from tests.console.browser import visiting
from tests.console.scene import DATASET, Scene

DOCS = Path(__file__).parents[2] / "docs" / "console.md"
SCREENS = Path(services.console.pages.__file__).with_name("web") / "src" / "screens"
SIGNS = {"Esc": "Escape", "\u2190": "ArrowLeft", "\u2192": "ArrowRight", "\u2191": "ArrowUp", "\u2193": "ArrowDown"}


@dataclass(frozen=True)
class Step:
    """A row of the page; `rpc`, `call` and `command` are empty where there is none."""

    name: str
    screen: str
    rpc: str
    call: str
    command: str


def cells_of(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def steps() -> list[Step]:
    rows = [cells_of(line) for line in DOCS.read_text("utf-8").splitlines() if line.startswith("| ")]
    found = []
    for name, screen, calls, command in (row for row in rows if len(row) == 4 and row[0] != "Step"):
        rpc, call = re.findall("`([^`]+)`", calls) or ("", "")
        found.append(Step(name, screen.strip("`"), rpc, call, command.strip("`")))
    return found


def keys_of(screen: str) -> set[str]:
    """The keys that the page names for a screen, one by one."""
    table = DOCS.read_text("utf-8").partition(f"\n| {screen} | |\n")[2].partition("\n\n")[0]
    return {
        SIGNS.get(key, key)
        for line in table.splitlines()
        for key in re.findall("`([^`]+)`", cells_of(line)[0])
        if key != "Ctrl"
    }


STEPS = steps()
ROUTES = routes_of(contract_services())


def test_every_screen_of_the_front_end_is_on_the_page() -> None:
    routes = {
        path for file in SCREENS.glob("*/route.ts") for path in re.findall(r'path: "([^"]+)"', file.read_text("utf-8"))
    }
    assert {urlsplit(step.screen).path for step in STEPS} == routes


def test_every_call_is_one_of_the_contracts() -> None:
    routes = {route.rpc.rpartition(".v1.")[2].replace("/", "."): call_of(route) for route in ROUTES}
    named = {step.rpc: step.call for step in STEPS if step.rpc}
    assert named == {rpc: routes.get(rpc) for rpc in named}


def call_of(route: Route) -> str:
    """`GET /v1/{tag definition}`, with names of resources in place of the fields of the request."""
    path = route.template.text
    for variable in route.template.variables:
        collection = re.sub("[A-Z]", lambda letter: f" {letter[0].lower()}", variable.segments[-2])
        path = path.replace(f"{variable.field}={'/'.join(variable.segments)}", collection.removesuffix("s"))
    return f"{route.http_method} {path}"


@pytest.mark.parametrize("command", sorted({step.command for step in STEPS} - {""}))
def test_every_command_is_one_of_the_cli_and_has_all_that_it_needs(command: str) -> None:
    program, *words = shlex.split(command)
    assert program == "bowerbird"
    there = typer.main.get_command(app)
    while isinstance(there, typer.core.TyperGroup):
        there = there.commands[words.pop(0)]
    # Raises a usage error for an option that is unknown and an argument that is missing.
    there.make_context(command, words)


async def test_every_address_shows_its_screen(browser: Browser, scene: Scene) -> None:
    version = scene.version
    values = {
        "$dataset": DATASET,
        "$version": version,
        "$file": scene.file,
        "$job": scene.jobs[0].name.rpartition("/")[2],
        "$connection": "storage",
        "$tagDefinition": "default",
        "s3://my-bucket/a.png": "s3://console/birds/animals/birds/crow.png",
    }
    async with visiting(browser, scene.url, token=scene.token) as visit:
        for address in sorted({step.screen for step in STEPS}):
            path = address
            for placeholder, value in values.items():
                path = path.replace(placeholder, value)
            await visit.page.goto(f"{scene.url}{quote(path, safe='/?&=+$')}")
            await expect(visit.page.get_by_role("heading", level=1), address).not_to_have_text("Nothing is here")
            await visit.settled()
            # What no route reads is taken out of the address.
            kept = urlsplit(visit.page.url).query
            assert [part.partition("=")[0] for part in kept.split("&")] == [
                part.partition("=")[0] for part in urlsplit(path).query.split("&")
            ], f"{address}: {kept}"


async def test_every_key_does_something_and_none_is_left_out(browser: Browser, scene: Scene) -> None:
    job = scene.jobs[0].name.rpartition("/")[2]
    version = scene.data.removesuffix("/data")
    screens = {
        "View data": scene.data,
        "A file": f"{version}/files/{scene.file}?i=0",
        "A job": f"/jobs/{job}",
        "The history of labels": f"{version}/tag-edits",
    }
    async with visiting(browser, scene.url, token=scene.token) as visit:
        page = visit.page
        for name, path in screens.items():
            await page.goto(f"{scene.url}{path}")
            await expect(page.get_by_role("heading", level=1)).to_be_visible()
            await visit.settled()
            await page.keyboard.press("?")
            dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
            await expect(dialog).to_be_visible()
            shown = {SIGNS.get(key, key) for key in await dialog.locator("kbd").all_text_contents()}
            assert shown - {"Ctrl", "?"} == keys_of(name), name
