"""Connections are made in the browser, by form and by a pasted config; they are tried, and secrets stay inside."""

import json

from playwright.async_api import Browser, Page, expect

from deploy.local.parts import VECTOR_DATABASE
from tests.console.browser import Visit, visiting
from tests.console.scene import DATASET, Scene
from tests.fakes.endpoint import running
from tests.whole_suite import RunningSuite

KEY = "a key that nobody may see"
WRONG = "a wrong secret"


async def test_a_model_connection_is_made_by_form_and_works_once_its_key_is_right(
    browser: Browser, scene: Scene
) -> None:
    async with running() as endpoint, visiting(browser, scene.url, token=scene.token) as visit:
        endpoint.settings.api_key = KEY
        page = visit.page
        await visit.open("/connections", "Connections")
        await visit.link("New connection").click()
        await choose(page, "Kind", "Model service")
        await page.get_by_label("Name", exact=True).fill("by-form")
        await page.get_by_label("Title").fill("Made by form")
        await choose(page, "Protocol", "Embeddings (DashScope)")
        await page.get_by_label("Address", exact=True).fill(endpoint.dashscope_url)
        await page.get_by_label("Key (optional)").fill(WRONG)
        await visit.button("Create").click()
        await expect(page.get_by_text("At least one model is needed.")).to_be_visible()
        await page.get_by_label("Model 1", exact=True).fill("an-embedder")
        await page.get_by_label("Dimension of model 1").fill("16")
        await visit.button("Create").click()
        await expect(page.get_by_role("heading", level=1, name="Made by form")).to_be_visible()
        await trial(visit, "Does not work")
        await is_nowhere(visit, WRONG, "by-form")

        await visit.button("Replace").click()
        await page.get_by_label("Key (optional)").fill(KEY)
        await visit.button("Save").click()
        await expect(page.get_by_text("Saved by-form")).to_be_visible()
        await expect(page.get_by_text("A secret is kept. It is never shown.")).to_be_visible()
        await trial(visit, "Works")
        await is_nowhere(visit, KEY, "by-form")
        await delete(visit, "by-form")


async def test_a_database_connection_is_made_of_a_pasted_config_and_works(
    browser: Browser, scene: Scene, running_suite: RunningSuite
) -> None:
    server = running_suite.suite.postgres
    config = {
        "Host": server.host,
        "port": server.port,
        "dbname": VECTOR_DATABASE,
        "user": server.user,
        "password": server.password,
        "pool_size": 5,
    }
    async with visiting(browser, scene.url, token=scene.token) as visit:
        page = visit.page
        await visit.open("/new/connection?kind=pgvector", "New connection")
        await visit.button("Fill in from JSON").click()
        dialog = page.get_by_role("dialog", name="Fill in from JSON")
        await dialog.get_by_label("Config").fill("host: 127.0.0.1")
        await dialog.get_by_role("button", name="Fill in").click()
        await expect(dialog.get_by_text("This is not a JSON object")).to_be_visible()
        await dialog.get_by_label("Config").fill(json.dumps(config))
        await dialog.get_by_role("button", name="Fill in").click()
        await expect(page.get_by_text("5 fields were filled in.")).to_be_visible()
        await expect(page.get_by_text("Not used: pool_size.")).to_be_visible()
        await expect(page.get_by_label("Host")).to_have_value(server.host)
        await expect(page.get_by_label("Port")).to_have_value(str(server.port))
        await expect(page.get_by_label("Password")).to_have_attribute("type", "password")
        await page.get_by_label("Name", exact=True).fill("pasted")
        await visit.button("Create").click()
        await expect(page.get_by_role("heading", level=1, name="pasted")).to_be_visible()
        await trial(visit, "Works")
        await is_nowhere(visit, server.password, "pasted")
        await delete(visit, "pasted")


async def test_a_connection_to_storage_is_made_of_a_pasted_config_and_named_where_it_is_needed(
    browser: Browser, scene: Scene, running_suite: RunningSuite
) -> None:
    storage = running_suite.suite.object_storage
    config = {"endpoint_url": storage.endpoint, "aws_access_key_id": storage.access_key, "region": storage.region}
    async with visiting(browser, scene.url, token=scene.token) as visit:
        page = visit.page
        await visit.open("/new/connection?kind=s3", "New connection")
        await visit.button("Fill in from JSON").click()
        dialog = page.get_by_role("dialog", name="Fill in from JSON")
        await dialog.get_by_label("Config").fill(json.dumps(config | {"aws_secret_access_key": storage.secret_key}))
        await dialog.get_by_role("button", name="Fill in").click()
        await expect(page.get_by_text("4 fields were filled in.")).to_be_visible()
        await page.get_by_label("Name", exact=True).fill("bucket")
        await visit.button("Create").click()
        await expect(page.get_by_role("heading", level=1, name="bucket")).to_be_visible()
        await trial(visit, "Works")
        await is_nowhere(visit, storage.secret_key, "bucket")
        await delete(visit, "bucket")

        visit.expect_refusal("/v1/workspaces/default/connections/storage", 400)
        await visit.open("/connections/storage", "storage")
        await visit.button("Delete").click()
        question = page.get_by_role("alertdialog", name="Delete the connection storage?")
        await question.get_by_role("button", name="Delete").click()
        await expect(question.get_by_text("It is still needed by")).to_be_visible()
        await expect(question.get_by_role("link", name=f"The dataset {DATASET}")).to_be_visible()


async def choose(page: Page, label: str, option: str) -> None:
    await page.get_by_role("combobox", name=label, exact=True).click()
    await page.get_by_role("option", name=option).click()


async def trial(visit: Visit, outcome: str) -> None:
    """Press the button that tries the connection, and wait for what comes of it."""
    await visit.page.get_by_role("main").get_by_role("button", name="Test", exact=True).click()
    await expect(visit.page.get_by_role("status").get_by_text(outcome, exact=True)).to_be_visible()


async def is_nowhere(visit: Visit, secret: str, connection: str) -> None:
    """Neither on the screen, also when it is opened anew, nor in a field, nor in what the API answers."""
    for path in ("/connections", f"/connections/{connection}"):
        await visit.page.goto(f"{visit.url}{path}")
        await expect(visit.page.get_by_role("heading", level=1)).to_be_visible()
        await visit.settled()
        assert secret not in await visit.page.content()
        typed: list[str] = await visit.page.evaluate(
            "[...document.querySelectorAll('input')].map(({ value }) => value)"
        )
        assert secret not in typed
    for name in ("connections", f"connections/{connection}"):
        answer = await visit.page.request.get(f"{visit.url}/v1/workspaces/default/{name}")
        assert answer.ok
        assert connection in (text := await answer.text())
        assert secret not in text


async def delete(visit: Visit, connection: str) -> None:
    await visit.button("Delete").click()
    question = visit.page.get_by_role("alertdialog", name=f"Delete the connection {connection}?")
    await question.get_by_role("button", name="Delete").click()
    await expect(visit.page.get_by_role("heading", level=1, name="Connections")).to_be_visible()
    await expect(visit.link("storage")).to_be_visible()
    await expect(visit.link(connection)).to_have_count(0)
