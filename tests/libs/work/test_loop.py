"""The loop of workers against a real catalog: each file has one result, whatever happens to either side."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import grpc.aio
import pytest

from bowerbird.catalog.v1.job_pb2 import Job
from bowerbird.catalog.v1.job_service_pb2 import ReadLogRequest, StopJobRequest
from bowerbird.catalog.v1.job_service_pb2_grpc import JobServiceStub
from deploy.local.ports import LOOPBACK, free_ports
from deploy.local.program import Program
from libs.rpc.channel import open_channel
from libs.rpc.errors import BowerbirdError, NotFound, ServiceUnavailable, Unauthenticated
from libs.work.handler import JobFailed
from libs.work.loop import run_worker
from tests.deadline import until
from tests.libs.work.worker import WatchedWorker, running
from tests.services.catalog.jobs_scene import Scene, scene
from tests.suite import Catalog, CatalogProcess, catalog_environment, connected, settings_of


@pytest.fixture
async def photos(catalog: Catalog) -> AsyncIterator[Scene]:
    """A dataset with 300 files: five chunks."""
    async with scene(catalog, files=300) as made:
        yield made


async def job_is(photos: Scene, job: Job, holds: Callable[[Job], bool], seconds: float = 60.0) -> Job:
    """The job as soon as that holds of it."""
    async with asyncio.timeout(seconds):
        while True:
            with suppress(grpc.aio.AioRpcError):  # catalog may just be away
                if holds(found := await photos.get(job)):
                    return found
            await asyncio.sleep(0.05)


async def ended(photos: Scene, job: Job) -> Job:
    return await job_is(photos, job, lambda found: found.HasField("end_time"))


async def test_every_file_is_called_for_once_and_the_job_ends(photos: Scene) -> None:
    worker = WatchedWorker()
    async with running(worker, photos.catalog.service):
        job = await ended(photos, await photos.tag())
        assert (job.state, job.progress.done, job.progress.input_tokens) == (Job.STATE_SUCCEEDED, 300, 3000)
    assert len(worker.called) == worker.called.total() == 300
    assert await photos.ai() == {ordinal: {"bird"} for ordinal in range(300)}
    assert worker.open_now == 0


async def test_a_job_that_comes_while_the_worker_waits_is_begun_at_once(photos: Scene) -> None:
    worker = WatchedWorker()
    async with running(worker, photos.catalog.service):
        await asyncio.sleep(0.3)
        begun = time.monotonic()
        await ended(photos, await photos.tag())
        assert time.monotonic() - begun < 5


async def test_a_stop_ends_calls_in_flight_within_5_seconds(photos: Scene) -> None:
    worker = WatchedWorker()
    worker.gate.clear()
    async with running(worker, photos.catalog.service):
        job = await photos.tag()
        await job_is(photos, job, lambda _: worker.in_flight == 8)
        await JobServiceStub(photos.catalog.editor).StopJob(StopJobRequest(name=job.name))
        begun = time.monotonic()
        await job_is(photos, job, lambda found: worker.in_flight == 0 and found.state == Job.STATE_STOPPED)
        assert time.monotonic() - begun < 5
        assert worker.cancelled == 8
        assert worker.called.total() == 8


async def test_a_lost_lease_is_dropped_and_its_files_are_done_once_more(photos: Scene) -> None:
    first = WatchedWorker()
    first.gate.clear()
    job = await photos.tag()
    async with running(first, photos.catalog.service, "first"):
        await job_is(photos, job, lambda _: first.in_flight == 8)
        await photos.database.execute("UPDATE chunks SET lease_end = now() - interval '1 s' WHERE lease IS NOT NULL")
        second = WatchedWorker()
        async with running(second, photos.catalog.service, "second"):
            await job_is(photos, job, lambda _: first.in_flight == 0 and first.cancelled >= 8)
            first.gate.set()
            found = await ended(photos, job)
    assert (found.state, found.progress.done) == (Job.STATE_SUCCEEDED, 300)
    assert len(await photos.results(job)) == 300


async def test_two_workers_share_a_job_and_no_file_is_called_for_twice(photos: Scene) -> None:
    one, two = WatchedWorker(concurrency=2), WatchedWorker(concurrency=2)
    async with running(one, photos.catalog.service, "one"), running(two, photos.catalog.service, "two"):
        assert (await ended(photos, await photos.tag())).progress.done == 300
    assert (one.called + two.called).total() == 300
    assert min(one.called.total(), two.called.total()) > 0


async def test_a_drain_commits_what_is_in_flight_and_gives_the_rest_back_at_once(photos: Scene) -> None:
    worker = WatchedWorker()
    worker.gate.clear()
    job = await photos.tag()
    async with running(worker, photos.catalog.service) as stopped:
        await job_is(photos, job, lambda _: worker.in_flight == 8)
        stopped.set()
        await asyncio.sleep(0.1)
        worker.gate.set()
    assert (await photos.get(job)).progress.done == worker.called.total() == 8
    assert sum(len(lease.files) for lease in await photos.lease(300)) == 292


async def test_what_takes_longer_than_a_drain_is_given_back_undone(photos: Scene) -> None:
    worker = WatchedWorker()
    worker.gate.clear()
    job = await photos.tag()
    begun = time.monotonic()
    stopped = asyncio.Event()
    task = asyncio.create_task(run_worker(worker, photos.catalog.service, name="w", stopped=stopped, drain_seconds=0.2))
    await job_is(photos, job, lambda _: worker.in_flight == 8)
    stopped.set()
    await task
    assert time.monotonic() - begun < 5
    assert worker.cancelled == 8
    assert sum(len(lease.files) for lease in await photos.lease(300)) == 300


async def test_the_failure_of_a_job_is_told_with_its_reason_and_ends_all_calls(photos: Scene) -> None:
    worker = WatchedWorker()
    worker.call_error = JobFailed(NotFound(resource="model", name="qwen"))
    async with running(worker, photos.catalog.service):
        job = await ended(photos, await photos.tag())
    assert job.state == Job.STATE_FAILED
    assert job.message == "There is no model 'qwen' here."
    assert worker.called.total() <= 16


async def test_a_job_that_cannot_be_opened_fails_with_the_reason(photos: Scene) -> None:
    worker = WatchedWorker()
    worker.open_error = NotFound(resource="connection", name="gone")
    async with running(worker, photos.catalog.service):
        job = await ended(photos, await photos.tag())
    assert (job.state, job.message) == (Job.STATE_FAILED, "There is no connection 'gone' here.")


async def test_a_job_that_cannot_be_opened_for_a_service_that_is_away_is_tried_again(photos: Scene) -> None:
    worker = WatchedWorker()
    worker.open_error = ServiceUnavailable(service="catalog")
    async with running(worker, photos.catalog.service):
        job = await photos.tag()
        await job_is(photos, job, lambda _: worker.opened >= 2)
        assert not (await photos.get(job)).HasField("end_time")
        worker.open_error = None
        assert (await ended(photos, job)).state == Job.STATE_SUCCEEDED
    assert worker.opened < 20


async def test_failures_of_files_are_results_and_the_first_of_each_reason_is_logged(photos: Scene) -> None:
    worker = WatchedWorker()
    worker.call_error = NotFound(resource="object", name="x")
    async with running(worker, photos.catalog.service):
        job = await ended(photos, await photos.tag())
    assert (job.state, job.progress.failed) == (Job.STATE_PARTIALLY_FAILED, 300)
    log = JobServiceStub(photos.catalog.viewer).ReadLog(ReadLogRequest(name=job.name))
    lines = [line.message async for part in log for line in part.lines]
    told = "There is no object 'x' here. (NOT_FOUND; more of these are in the results alone)"
    assert sum(told in line for line in lines) == 1


async def test_a_catalog_that_refuses_the_token_ends_the_worker_with_its_error(catalog: Catalog) -> None:
    async with open_channel(catalog.address, "wrong") as channel:
        with pytest.raises(BowerbirdError) as caught:
            await run_worker(WatchedWorker(), channel, name="w", stopped=asyncio.Event())
    assert caught.value.reason == Unauthenticated.reason


@asynccontextmanager
async def mortal_catalog(
    make_database: Callable[[], Awaitable[str]], folder: Path
) -> AsyncIterator[tuple[Catalog, CatalogProcess]]:
    """A catalog to be killed. Leases are short: one that it gave with its last breath is known to nobody."""
    address = f"{LOOPBACK}:{free_ports(1)[0]}"
    environment = catalog_environment(await make_database(), LISTEN_ADDRESS=address, LEASE_SECONDS="5")
    command = (sys.executable, "-m", "services.catalog")
    process = CatalogProcess(Program("catalog", command, folder / "catalog.log", environment=environment), address)
    await process.start()
    try:
        async with connected(address, settings_of(environment)) as catalog:
            yield catalog, process
    finally:
        await process.stop()


async def test_a_kill_of_catalog_costs_a_pause_and_nothing_else(
    make_database: Callable[[], Awaitable[str]], tmp_path: Path
) -> None:
    worker = WatchedWorker(concurrency=4)
    async with (
        mortal_catalog(make_database, tmp_path) as (catalog, process),
        scene(catalog, files=1000) as photos,
        running(worker, catalog.service),
    ):
        job = await photos.tag()
        await job_is(photos, job, lambda found: found.progress.done >= 100)
        await process.kill()
        await asyncio.sleep(1)
        await process.start()
        found = await ended(photos, job)
        assert (found.state, found.progress.done) == (Job.STATE_SUCCEEDED, 1000)
    assert worker.called.total() == 1000


async def test_a_worker_that_cannot_renew_lets_its_chunks_go_and_keeps_what_was_paid_for(
    make_database: Callable[[], Awaitable[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("libs.work.state.LEASE_SECONDS", 4.0)
    worker = WatchedWorker(concurrency=4)
    async with (
        mortal_catalog(make_database, tmp_path) as (catalog, process),
        scene(catalog, files=200) as photos,
        running(worker, catalog.service),
    ):
        job = await photos.tag()
        await job_is(photos, job, lambda found: found.progress.done >= 20)
        worker.gate.clear()
        await until(lambda: worker.in_flight == 4)
        await process.kill()
        await until(lambda: worker.cancelled == 4 and worker.in_flight == 0, seconds=20)
        worker.gate.set()
        await process.start()
        found = await ended(photos, job)
        assert (found.state, found.progress.done) == (Job.STATE_SUCCEEDED, 200)
    # The four that were cancelled were called for once more; what had an answer was not.
    assert worker.called.total() == 204
