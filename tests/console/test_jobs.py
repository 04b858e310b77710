"""Jobs in the browser: started, followed by their logs, stopped, and found again by what they do and their state."""

import json
import re
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, Page, expect

from tests.console.browser import visiting
from tests.console.scene import BUCKET, PHOTOS, Scene
from tests.whole_suite import RunningSuite

# Longer than any test looks on: the calls are ended by the stop.
LATENCY_MS = 600_000
# A stop ends calls within 5 seconds; a machine under load may take its time to show it.
ENDED_MS = 60_000


@dataclass(frozen=True)
class Work:
    """A dataset and a tag definition by which nothing was tagged yet, so that every file has to be asked for."""

    dataset: str
    definition: str


@pytest.fixture
async def work(scene: Scene, running_suite: RunningSuite) -> AsyncIterator[Work]:
    client = scene.client
    await client.datasets.create("jobs", f"s3://{BUCKET}/birds", display_name="Photos for jobs")
    await client.jobs.wait((await client.jobs.scan("jobs")).name)
    tags = {"bird": f"A bird, {uuid.uuid4()}.", "tree": "A tree."}
    await client.tag_definitions.create("for-jobs", json.dumps({"tags": tags}))
    yield Work("jobs", "for-jobs")
    running_suite.endpoint.reset()
    async for job in client.jobs.list("jobs"):
        await client.jobs.stop(job.name)
        await client.jobs.wait(job.name)
    await client.datasets.delete("jobs")
    await client.tag_definitions.delete("for-jobs")


async def test_a_tagging_job_is_started_its_log_followed_and_it_is_stopped(
    browser: Browser, scene: Scene, running_suite: RunningSuite, work: Work
) -> None:
    running_suite.endpoint.settings.latency_ms = LATENCY_MS
    async with visiting(browser, scene.url, token=scene.token) as visit:
        page = visit.page
        await visit.open("/jobs", "Jobs")
        await visit.link("New job").click()
        await choose(page, "What to do", "Tagging")
        await choose(page, "Dataset", "Photos for jobs")
        await choose(page, "Model connection", "tagging")
        await choose(page, "Tag definition", work.definition)
        await visit.button("Start").click()

        await expect(page.get_by_role("heading", level=1, name=re.compile("^Tagging "))).to_be_visible()
        await expect(page.get_by_text("Running", exact=True)).to_be_visible()
        await expect(page.get_by_text("Follows as lines come")).to_be_visible()
        await expect(page.get_by_text(f"{PHOTOS} files to work on.")).to_be_visible()
        await visit.button("Stop").click()
        await page.get_by_role("alertdialog").get_by_role("button", name="Stop the job").click()
        stopped = page.get_by_text(f"Stopped: 0 done, 0 failed, of {PHOTOS} files.")
        await expect(stopped).to_be_visible(timeout=ENDED_MS)
        await expect(page.get_by_text("Complete", exact=True)).to_be_visible()
        await expect(page.get_by_text("Stopped", exact=True)).to_be_visible()
        await expect(visit.button("Stop")).to_have_count(0)
        assert running_suite.endpoint.in_flight == 0

        running_suite.endpoint.reset()
        await visit.link("Run again").click()
        await visit.button("Start").click()
        await expect(page.get_by_text(f"{PHOTOS} of {PHOTOS}")).to_be_visible(timeout=ENDED_MS)
        await expect(page.get_by_text("Done", exact=True).first).to_be_visible()


async def test_files_that_failed_are_told_by_reason(
    browser: Browser, scene: Scene, running_suite: RunningSuite, work: Work
) -> None:
    running_suite.endpoint.misbehave("prose")
    client = scene.client
    job = await client.jobs.wait((await client.jobs.tag(work.dataset, tag_definition=work.definition)).name)
    async with visiting(browser, scene.url, token=scene.token) as visit:
        page = visit.page
        await page.goto(f"{scene.url}/jobs/{job.name.rpartition('/')[2]}")
        reasons = page.get_by_role("table", name="Why files failed")
        (failure,) = await client.jobs.failures(job.name)
        await expect(reasons.get_by_role("row", name=re.compile(f" {failure.file_count} "))).to_be_visible()
        await reasons.get_by_role("link").click()
        await expect(page).to_have_url(re.compile(r"\?files=ERROR_REASON_"))
        await expect(page.get_by_role("table", name="Files", exact=True).get_by_role("row")).to_have_count(PHOTOS + 1)


async def test_jobs_are_found_by_kind_state_and_dataset_and_lead_to_both(
    browser: Browser, scene: Scene, work: Work
) -> None:
    (scan,) = [job async for job in scene.client.jobs.list(work.dataset)]
    async with visiting(browser, scene.url, token=scene.token) as visit:
        page = visit.page
        await visit.open("/jobs", "Jobs")
        await choose(page, "Dataset", "Photos for jobs")
        await choose(page, "Kind", "Scan")
        await choose(page, "State", "Done")
        rows = page.get_by_role("table").get_by_role("row")
        await expect(rows).to_have_count(2)
        await expect(page).to_have_url(re.compile("kind=scan"))
        await choose(page, "State", "Not ended")
        await expect(page.get_by_text("No job is like that.")).to_be_visible()
        await page.reload()
        await expect(page.get_by_text("No job is like that.")).to_be_visible()
        await visit.button("Show all").click()
        await expect(page.get_by_role("combobox", name="State")).to_contain_text("All states")

        await choose(page, "Dataset", "Photos for jobs")
        await visit.link(f"Scan {scan.name.rpartition('/')[2]}").click()
        await expect(page.get_by_role("heading", level=1, name=re.compile("^Scan "))).to_be_visible()
        await page.go_back()
        await page.get_by_role("table").get_by_role("link", name=work.dataset, exact=True).click()
        await expect(page.get_by_role("heading", level=1, name="Photos for jobs")).to_be_visible()


async def choose(page: Page, field: str, option: str) -> None:
    await page.get_by_role("combobox", name=field, exact=True).click()
    # The first: other names may begin with it too, and those in the list come after it.
    await page.get_by_role("option", name=re.compile(f"^{option}")).first.click()
