"""Many workers that die, stall and repeat themselves, on one queue with short leases: the job still ends complete."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from bowerbird.catalog.v1.job_pb2 import Job
from bowerbird.catalog.v1.work_pb2 import JobKind
from services.catalog.answers import Answer
from services.catalog.bell import Bell
from services.catalog.database import Database
from services.catalog.leases import Demand, Lease
from services.catalog.results import FileResult, LeaseUpdate, Tagged
from services.catalog.tags import Tags
from services.catalog.work import WorkQueue
from tests.services.catalog.jobs_scene import Scene, scene
from tests.suite import Catalog

LEASE_SECONDS = 0.3
FILES = 1_000


@pytest.fixture
async def queue(catalog: Catalog) -> AsyncIterator[WorkQueue]:
    database = Database(catalog.database_url, connections=8)
    yield WorkQueue(database, Bell(), Tags(database), LEASE_SECONDS)
    await database.close()


async def test_a_job_ends_complete_whatever_its_workers_do(catalog: Catalog, queue: WorkQueue) -> None:
    async with scene(catalog, files=FILES) as photos:
        jobs = [await photos.tag(), await photos.tag(tag_definition=await photos.definition())]
        async with asyncio.timeout(60), asyncio.TaskGroup() as group:
            for seed in range(8):
                group.create_task(work(queue, photos, jobs, random.Random(seed)))  # noqa: S311  # no secret
        for job in jobs:
            ended = await photos.get(job)
            assert (ended.state, ended.progress.done) == (Job.STATE_SUCCEEDED, FILES)
            # Tokens are counted with the outcome, so they tell how often each was.
            assert ended.progress.input_tokens == 10 * FILES
            counted = Counter(result.path for result in await photos.results(job))
            assert (len(counted), set(counted.values())) == (FILES, {1})
        assert set((await photos.ai()).keys()) == set(range(FILES))
        assert {frozenset(tags) for tags in (await photos.ai()).values()} == {frozenset(job.name for job in jobs)}


async def work(queue: WorkQueue, photos: Scene, jobs: list[Job], dice: random.Random) -> None:
    """A worker until both jobs have ended; it misbehaves with leases that were not lost often."""
    demand = Demand(f"worker {dice.random()}", [JobKind.JOB_KIND_TAG], 64)
    while any([not (await photos.get(job)).HasField("end_time") for job in jobs]):
        for lease in await queue.lease(demand, wait_seconds=0.1):
            fate = dice.choice(["dies", "stalls", "repeats", "good", "good"]) if lease.losses < 2 else "good"
            files = list(lease.files)
            dice.shuffle(files)
            half = [said(lease, file.ordinal, file.etag) for file in files[: len(files) // 2]]
            rest = [said(lease, file.ordinal, file.etag) for file in files[len(files) // 2 :]]
            await queue.commit([LeaseUpdate(lease.lease, half)])
            if fate == "dies":
                continue
            if fate == "stalls":
                await asyncio.sleep(1.5 * LEASE_SECONDS)
            await queue.commit([LeaseUpdate(lease.lease), LeaseUpdate(lease.lease, rest)])
            if fate == "repeats":
                await queue.commit([LeaseUpdate(lease.lease, rest + half)])


def said(lease: Lease, ordinal: int, etag: str) -> FileResult:
    """The job gives its own name as a tag, so that `ai` tells whose word it holds."""
    name = f"workspaces/{lease.job.workspace}/jobs/{lease.job.id}"
    content = f"{etag:>32}"[-32:].encode()
    return FileResult(ordinal, etag, content, 640, 480, Tagged([name]), Answer("{}", 10, 1))
