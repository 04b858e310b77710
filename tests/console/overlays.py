"""What opens over a screen, or beside what it shows: dialogs, menus, lists of choices, notes."""

from collections.abc import Awaitable, Callable

from playwright.async_api import Locator, expect

from bowerbird.client.defaults import TAG_DEFINITION
from tests.console.browser import Visit
from tests.console.scene import DATASET, TAG, Scene

# Opens it on its screen, and gives what is to be seen then.
Opening = Callable[[Visit], Awaitable[Locator]]


def overlays(scene: Scene) -> dict[str, tuple[str, Opening]]:
    """The name of each, the path of its screen and how it is opened there."""
    return {
        "keys": ("/datasets", _pressed("Keyboard shortcuts", "dialog")),
        "preferences": ("/datasets", _pressed("Language, Appearance", "menu")),
        "account": ("/datasets", _pressed("Account", "menu")),
        "folder-picker": ("/new/dataset", _folder_picker),
        "choices": (f"/new/job?kind=tag&dataset={DATASET}", _choices),
        "delete-dataset": (f"/datasets/{DATASET}", _pressed("Delete dataset", "alertdialog")),
        "delete-tag-definition": (f"/tag-definitions/{TAG_DEFINITION}", _pressed("Delete", "alertdialog")),
        "delete-connection": ("/connections/tagging", _pressed("Delete", "alertdialog")),
        "pasted-config": ("/new/connection?kind=pgvector", _pressed("Fill in from JSON", "dialog")),
        "trial": ("/connections/database", _trial),
        "label": (scene.data, _label),
        "export": (scene.data, _export),
        "tag-menu": (scene.data, _pressed(f"Condition on {TAG}", "menu")),
        "image-menu": (scene.data, _pressed("Search by an image", "menu")),
        "image-picker": (scene.data, _image_picker),
        "undo": (f"{scene.data.removesuffix('/data')}/tag-edits", _undo),
        "explanation": (f"{scene.data}?q=a+bird", _explanation),
        "wrong-query": (f"{scene.data}?expr=Tags.usr+%3D+1", _mistake),
        "note": (f"/new/job?kind=scan&dataset={DATASET}", _note),
    }


def _pressed(button: str, role: str) -> Opening:
    async def opened(visit: Visit) -> Locator:
        await visit.button(button).click()
        return visit.page.get_by_role(role)  # type: ignore[arg-type]  # a role that is named above

    return opened


async def _folder_picker(visit: Visit) -> Locator:
    await visit.page.get_by_role("combobox", name="Connection to object storage").click()
    await visit.page.get_by_role("option", name="storage").click()
    await visit.button("Browse").click()
    return visit.page.get_by_role("dialog").get_by_role("button", name="console", exact=True)


async def _choices(visit: Visit) -> Locator:
    await visit.page.get_by_role("combobox", name="Which files").click()
    return visit.page.get_by_role("option", name="All files")


async def _trial(visit: Visit) -> Locator:
    await visit.page.get_by_role("main").get_by_role("button", name="Test", exact=True).click()
    return visit.page.get_by_text("Works", exact=True)


async def _label(visit: Visit) -> Locator:
    await visit.page.get_by_role("gridcell").first.hover()
    await visit.page.get_by_role("gridcell").first.get_by_role("button", name="Select").click()
    await visit.button("Label").click()
    # With suggestions below the field.
    await visit.page.get_by_role("combobox", name="Tag to add").fill(TAG[:2])
    return visit.page.get_by_role("option", name=TAG)


async def _export(visit: Visit) -> Locator:
    await visit.page.get_by_role("gridcell").first.hover()
    await visit.page.get_by_role("gridcell").first.get_by_role("button", name="Select").click()
    await visit.button("Export").click()
    return visit.page.get_by_role("dialog", name="Export 1 file")


async def _image_picker(visit: Visit) -> Locator:
    await visit.button("Search by an image").click()
    await visit.page.get_by_role("menuitem", name="From the bucket").click()
    dialog = visit.page.get_by_role("dialog", name="Search by an image of the bucket")
    for folder in ("animals", "amphibians"):
        await dialog.get_by_role("button", name=folder, exact=True).click()
    return dialog.get_by_role("button", name="frog.jpg")


async def _undo(visit: Visit) -> Locator:
    await expect(visit.page.get_by_role("row", name=TAG).first).to_be_visible()
    await visit.page.keyboard.press("u")
    return visit.page.get_by_role("alertdialog")


async def _explanation(visit: Visit) -> Locator:
    await visit.button("How this was found").click()
    return visit.page.get_by_role("region", name="How this was found").get_by_role("table")


async def _mistake(visit: Visit) -> Locator:
    return visit.page.get_by_role("alert").get_by_text("The query is wrong at column 1")


async def _note(visit: Visit) -> Locator:
    await visit.button("Start").click()
    return visit.page.get_by_role("dialog").get_by_text("Started: Scan")
