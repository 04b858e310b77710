"""Whatever texts people, files, models and servers bring in, the screens show them as texts."""

import asyncio
import io
import itertools
import json
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from PIL import Image
from playwright.async_api import Browser, expect

from bowerbird.catalog.v1.connection_pb2 import Connection, Model, ModelServiceConfig
from bowerbird.catalog.v1.job_pb2 import Job
from bowerbird.catalog.v1.tag_edit_pb2 import TagChanges
from deploy.local.servers.seaweedfs import create_bucket
from deploy.local.walk.tour import ADDRESSES, storage_config
from libs.objects.opening import open_store
from tests.console.browser import Visit, visiting
from tests.console.payloads import PAYLOADS
from tests.fakes.rules import Rule
from tests.whole_suite import RunningSuite

DATASET = "hostile"
ROOT = "s3://hostile/files"
# With an attribute of a file, and in the error text of a model.
FIRST = PAYLOADS[1]
# Counts calls from the page and from frames in it, and what would need a person to answer.
_HOOK = """
window.ran = (number) => window.tell(`payload ${number}`);
for (const name of ["alert", "confirm", "prompt"]) window[name] = () => window.tell(name);
"""


@pytest.fixture(scope="module")
async def version(running_suite: RunningSuite) -> str:
    """A version whose files, tags, errors and everything around it have payloads in their texts."""
    client, storage = running_suite.client, running_suite.suite.object_storage
    await create_bucket(storage, "hostile")
    async with open_store(storage_config(storage), ROOT, ADDRESSES) as store:
        await asyncio.gather(*(store.put(f"{text}.png", image) for text, image in zip(PAYLOADS, images(), strict=True)))
    await client.datasets.create(
        DATASET, ROOT, display_name=FIRST, description=PAYLOADS[0], labels={"label": PAYLOADS[3]}, mount_path="/mnt/"
    )
    for number, text in enumerate(PAYLOADS):
        service = ModelServiceConfig(
            base_url=f"{running_suite.endpoint.url}/v1",
            protocol=ModelServiceConfig.PROTOCOL_OPENAI_CHAT,
            models=[Model(model=text)],
        )
        await client.connections.create(f"hostile-{number}", Connection(display_name=text, model_service=service))
    # Names of defined tags have no slash and no control characters.
    definition = json.dumps({"tags": {text.replace("/", "|"): text for text in PAYLOADS if text.isprintable()}})
    await client.tag_definitions.create(DATASET, definition, display_name=FIRST, guide_prompt=FIRST)
    await client.jobs.wait((await client.jobs.scan(DATASET)).name)
    # One file fails, by an answer that is hostile as well.
    running_suite.endpoint.rules.append(Rule("status", count=1, status=400, message=FIRST, code=PAYLOADS[0]))
    job = await client.jobs.wait((await client.jobs.tag(DATASET, tag_definition=DATASET)).name)
    assert job.state == Job.STATE_PARTIALLY_FAILED
    await _answered(running_suite)
    files = [file.name async for file in client.files.list(DATASET)]
    assert len(files) == len(PAYLOADS)
    await client.tag_edits.edit(DATASET, files, TagChanges(add=list(PAYLOADS)))
    return (await client.datasets.version(DATASET)).name


async def _answered(running_suite: RunningSuite) -> None:
    """Have a model answer of each file with a payload: of half of them as it is, else as a tag that nobody defined."""
    client, rules = running_suite.client, running_suite.endpoint.rules
    await client.tag_definitions.create(f"{DATASET}-again", json.dumps({"tags": {"bird": "A bird."}}))
    answers = [text if number % 2 else json.dumps({"tags": [text]}) for number, text in enumerate(PAYLOADS)]
    rules.append(rule := Rule("texts", texts=tuple(answers)))
    job = await client.jobs.wait((await client.jobs.tag(DATASET, tag_definition=f"{DATASET}-again")).name)
    rules.remove(rule)
    assert job.state == Job.STATE_PARTIALLY_FAILED
    kept = [
        answer.answer async for file in client.files.list(DATASET) async for answer in client.files.answers(file.name)
    ]
    assert set(answers) <= set(kept)


def images() -> Iterator[bytes]:
    """Small images, no two of them alike, with a payload where cameras write."""
    for number, text in enumerate(PAYLOADS):
        image = Image.new("RGB", (32, 32), (4 * number, 90, 255 - 4 * number))
        exif = Image.Exif()
        exif[0x010E] = text  # ImageDescription
        content = io.BytesIO()
        image.save(content, "png", exif=exif)
        yield content.getvalue()


def paths(version: str, files: list[str], failed: str, job: str) -> Iterator[str]:
    """Where texts are shown."""
    data = f"/datasets/{DATASET}/versions/{version.rpartition('/')[2]}"
    yield from ("/datasets", f"/datasets/{DATASET}", "/connections", "/connections/hostile-1", "/jobs", f"/jobs/{job}")
    yield from (f"/jobs/{job}?files=all", f"/new/job?dataset={DATASET}&kind=tag", f"{data}/data?tile=96")
    for text in PAYLOADS[:4]:
        yield f"{data}/data?list=true&q={quote(text)}&all={quote(json.dumps([text]))}&dir={quote(json.dumps([text]))}"
    yield f"{data}/data?expr={quote(FIRST)}"
    yield f"/datasets/{quote(FIRST, safe='')}"
    yield from (f"{data}/files/{quote(FIRST, safe='')}", f"{data}/files/{failed}")
    yield from itertools.islice(paths_of_files(version, files), 4)
    yield from ("/new/dataset", "/sign-in?to=javascript:ran(99)", f"/{quote(PAYLOADS[0])}")


def paths_of_files(version: str, files: list[str]) -> Iterator[str]:
    for name in files:
        yield f"/datasets/{DATASET}/versions/{version.rpartition('/')[2]}/files/{name.rpartition('/')[2]}"


async def test_no_payload_runs_on_any_screen_even_without_the_content_security_policy(
    browser: Browser, running_suite: RunningSuite, version: str
) -> None:
    client, suite = running_suite.client, running_suite.suite
    # The newest comes first; of the first one, a single file failed.
    *_, job = [job async for job in client.jobs.list(DATASET) if job.WhichOneof("spec") == "tag"]
    [failed] = [result.file async for result in client.jobs.results(job.name, only_failed=True)]
    files = [file.name async for file in client.files.list(DATASET)]
    told: list[str] = []
    requests: list[str] = []
    # Without the policy a mistake would run: it may not be what alone prevents it.
    async with visiting(
        browser, suite.console_url, token=suite.secrets.admin_token, bypass_csp=True, checked=False
    ) as visit:
        await visit.page.expose_function("tell", lambda what: told.append(what))  # noqa: PLW0108 (a built-in one is refused)
        await visit.page.add_init_script(_HOOK)
        visit.page.on("request", lambda request: requests.append(request.url))
        for path in paths(version, files, failed.rpartition("/")[2], job.name.rpartition("/")[2]):
            await visit.page.goto(f"{suite.console_url}{path}")
            await visit.settled()
            await touch(visit)
        await walk(visit, f"{suite.console_url}{next(paths_of_files(version, files))}?i=0")
        assert await visit.page.evaluate("ran(-1), 'counts'") == "counts"
    assert told == ["payload -1"]
    assert [url for url in requests if not url.startswith(f"{suite.console_url}/")] == []


async def walk(visit: Visit, first: str) -> None:
    """Look at one file after another, with all that models said of them."""
    await visit.page.goto(first)
    for number, _ in enumerate(PAYLOADS, 1):
        await expect(visit.page.get_by_text(f"{number} of {len(PAYLOADS)}", exact=True)).to_be_visible()
        await expect(visit.page.get_by_role("article")).to_have_count(2)
        await visit.settled()
        await touch(visit)
        # Not by a key: the focus may be in a field now.
        if number < len(PAYLOADS):
            await visit.button("Next").click()


async def touch(visit: Visit) -> None:
    """What a person's mouse and focus would set off."""
    await visit.page.evaluate(
        """() => {
          for (const element of document.querySelectorAll("main *")) {
            element.dispatchEvent(new MouseEvent("mouseover", { bubbles: true }));
            if (element instanceof HTMLElement && element.tabIndex >= 0) element.focus();
            if (element instanceof HTMLAnchorElement && element.protocol === "javascript:") element.click();
          }
        }"""
    )
