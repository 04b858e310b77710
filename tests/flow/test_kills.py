"""kill -9 of every service and of the database, each in the middle of two jobs: both end complete."""

import io
from collections import Counter
from pathlib import Path

import psutil
import pytest
from PIL import Image

from bowerbird.catalog.v1.job_pb2 import Job
from bowerbird.client import Client
from bowerbird.search.v1.search_pb2 import Query
from deploy.local.servers.seaweedfs import create_bucket
from deploy.local.supervisor import Supervisor
from deploy.local.walk.collection import BUCKET, Collection
from deploy.local.walk.tour import ADDRESSES, storage_config
from deploy.local.walk.upload import upload
from libs.objects.opening import open_store
from tests.deadline import until
from tests.whole_suite import RunningSuite

FILES = 2000
CONCURRENCY = 8
COMMIT_BATCH = 32
# Of the files that both jobs have worked on together, when each is killed.
KILLS = {"tagger": 0.1, "indexer": 0.25, "catalog": 0.4, "search": 0.55, "postgres": 0.7}


@pytest.fixture
def images(tmp_path: Path) -> Collection:
    """Small images, no two of them alike."""
    for number in range(FILES):
        image = Image.new("RGB", (16, 16), (number % 256, number // 256, 7))
        content = io.BytesIO()
        image.save(content, "png")
        (tmp_path / f"{number:04}.png").write_bytes(content.getvalue())
    paths = tuple(sorted(path.name for path in tmp_path.iterdir()))
    return Collection("killed", tmp_path, paths, texts=(), like=paths[0])


@pytest.fixture
async def dataset(running_suite: RunningSuite, images: Collection) -> str:
    """The images as a scanned dataset with an index configuration."""
    await create_bucket(running_suite.suite.object_storage, BUCKET)
    config = storage_config(running_suite.suite.object_storage)
    async with open_store(config, images.root_uri, ADDRESSES) as store:
        await upload(images, store)
    await running_suite.client.datasets.create(images.dataset, images.root_uri)
    await running_suite.client.index_sets.set(images.dataset)
    scan = await running_suite.client.jobs.scan(images.dataset)
    assert (await running_suite.client.jobs.wait(scan.name)).state == Job.STATE_SUCCEEDED
    return images.dataset


async def test_jobs_end_complete_with_one_result_a_file_whatever_is_killed_meanwhile(
    running_suite: RunningSuite, dataset: str
) -> None:
    client, endpoint = running_suite.client, running_suite.endpoint
    endpoint.settings.latency_ms = 100
    tag = await client.jobs.tag(dataset, max_concurrency=CONCURRENCY)
    index = await client.jobs.index(dataset, max_concurrency=CONCURRENCY)

    for name, share in KILLS.items():
        await _reach(client, [tag, index], share)
        await _kill(running_suite.supervisor, name)

    for job in (tag, index):
        ended = await client.jobs.wait(job.name)
        assert ended.state == Job.STATE_SUCCEEDED, ended.message
        assert (ended.progress.total, ended.progress.done, ended.progress.failed) == (FILES, FILES, 0)
        results = Counter([result.file async for result in client.jobs.results(job.name)])
        assert len(results) == FILES
        assert set(results.values()) == {1}

    # Never pay twice but for what a kill interrupted.
    allowance = len(KILLS) * (CONCURRENCY + COMMIT_BATCH)
    assert sum(endpoint.by_content.values()) <= 2 * (FILES + allowance)
    assert await client.search.count(dataset, Query()) == FILES
    assert await client.search.count(dataset, Query(text="anything", top_k=FILES)) == FILES


async def _kill(supervisor: Supervisor, name: str) -> None:
    """kill -9, then wait until the supervisor has started it again."""
    killed = supervisor.pids[name]
    psutil.Process(killed).kill()
    await until(lambda: supervisor.pids.get(name, killed) != killed, seconds=60)


async def _reach(client: Client, jobs: list[Job], share: float) -> None:
    """Wait until the jobs have done this share of their work, and make sure that it is not all of it."""
    async for job in client.jobs.watch(jobs[0].name):
        others = [await client.jobs.get(other.name) for other in jobs[1:]]
        done = sum(each.progress.done for each in (job, *others))
        if done >= share * FILES * len(jobs):
            assert job.state == Job.STATE_RUNNING
            return
    pytest.fail(f"the job ended before {share:.0%} of the work was done")
