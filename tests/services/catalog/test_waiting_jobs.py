"""Jobs that wait for a scan of their version, through a real server; the scanner is played on the same queue."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bowerbird.catalog.v1.job_pb2 import Job
from bowerbird.catalog.v1.job_service_pb2 import ListJobsRequest, StopJobRequest
from bowerbird.catalog.v1.work_pb2 import JobKind
from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from services.catalog.bell import Bell
from services.catalog.database import Database
from services.catalog.leases import Demand, Lease
from services.catalog.results import Failed, LeaseUpdate, ScanSummary
from services.catalog.tags import Tags
from services.catalog.work import WorkQueue
from tests.services.catalog.jobs_scene import Scene, play_scan, scene
from tests.suite import WORKSPACE, Catalog

FOUND = ScanSummary(added=100, changed=0, gone=0, unchanged=0, skipped=7)


@pytest.fixture(scope="module")
async def queue(catalog: Catalog) -> AsyncIterator[WorkQueue]:
    database = Database(catalog.database_url, connections=2)
    yield WorkQueue(database, Bell(), Tags(database), lease_seconds=30)
    await database.close()


@pytest.fixture
async def new(catalog: Catalog) -> AsyncIterator[Scene]:
    """A dataset that was never scanned."""
    async with scene(catalog, files=0, scanned=False) as made:
        yield made


async def take_scan(queue: WorkQueue) -> Lease:
    (lease,) = await queue.lease(Demand("scanner", [JobKind.JOB_KIND_SCAN], 1))
    return lease


async def start_scan(scene: Scene) -> Job:
    scan = Job(version=scene.version)
    scan.scan.SetInParent()
    return await scene.create(scan)


async def test_a_job_on_a_version_that_was_never_scanned_scans_it_first(new: Scene, queue: WorkQueue) -> None:
    job = await new.tag()
    assert job.state == Job.STATE_PENDING
    assert job.progress.total == 0
    assert await new.lease() == []
    lease = await take_scan(queue)
    assert job.waits_for == f"{WORKSPACE}/jobs/{lease.job.id}"
    assert len(lease.files) == 0
    await play_scan(new.database, new.version_id, 100)
    await queue.commit([LeaseUpdate(lease.lease, end=FOUND)])
    scan = (await new.jobs.ListJobs(ListJobsRequest(parent=WORKSPACE, dataset=new.dataset))).jobs[1]
    assert (scan.name, scan.state, scan.scan_summary.added) == (job.waits_for, Job.STATE_SUCCEEDED, 100)
    assert (scan.progress.total, scan.progress.done) == (100, 100)
    started = await new.get(job)
    assert (started.waits_for, started.progress.total) == ("", 100)
    await new.finish(job, "bird")
    assert (await new.get(job)).state == Job.STATE_SUCCEEDED
    assert (await new.tag()).waits_for == ""


async def test_jobs_made_at_once_wait_for_one_scan(new: Scene) -> None:
    jobs = await asyncio.gather(*(new.tag() for _ in range(6)))
    assert len({job.waits_for for job in jobs}) == 1
    every = (await new.jobs.ListJobs(ListJobsRequest(parent=WORKSPACE, dataset=new.dataset))).jobs
    assert len(every) == 7


async def test_a_job_made_while_its_version_is_scanned_sees_what_the_scan_found(
    catalog: Catalog, queue: WorkQueue
) -> None:
    async with scene(catalog, files=10) as known:
        scan = await start_scan(known)
        lease = await take_scan(queue)
        job = await known.tag()
        assert job.waits_for == scan.name
        await known.database.execute("DELETE FROM files WHERE version_id = $1", known.version_id)
        await play_scan(known.database, known.version_id, 30)
        await queue.commit([LeaseUpdate(lease.lease, end=FOUND)])
        assert (await known.get(job)).progress.total == 30


async def test_jobs_that_are_made_while_a_scan_ends_never_wait_for_ever(new: Scene, queue: WorkQueue) -> None:
    scan = await start_scan(new)
    lease = await take_scan(queue)
    async with asyncio.TaskGroup() as group:
        group.create_task(queue.commit([LeaseUpdate(lease.lease, end=FOUND)]))
        making = [group.create_task(new.tag()) for _ in range(12)]
    jobs = [task.result() for task in making]
    assert (await new.get(scan)).state == Job.STATE_SUCCEEDED
    assert {(await new.get(job)).state for job in jobs} == {Job.STATE_SUCCEEDED}


async def test_a_failed_scan_fails_those_who_wait_for_it(new: Scene, queue: WorkQueue) -> None:
    job = await new.tag()
    lease = await take_scan(queue)
    reason = ErrorReason.ERROR_REASON_BUCKET_NOT_FOUND
    await queue.commit([LeaseUpdate(lease.lease, end=Failed(reason, "There is no bucket 'photos'."))])
    failed = await new.get(job)
    assert failed.state == Job.STATE_FAILED
    assert "There is no bucket 'photos'." in failed.message
    assert failed.reason == reason
    again = await new.tag()
    assert again.waits_for not in ("", job.waits_for)


async def test_a_stopped_scan_ends_those_who_wait_for_it(new: Scene) -> None:
    job = await new.tag()
    await new.jobs.StopJob(StopJobRequest(name=job.waits_for))
    ended = await new.get(job)
    assert (ended.state, ended.reason) == (Job.STATE_FAILED, ErrorReason.ERROR_REASON_JOB_STOPPED)
    assert "was stopped" in ended.message


async def test_a_scan_waits_for_the_scan_before_it(new: Scene, queue: WorkQueue) -> None:
    first, second = await start_scan(new), await start_scan(new)
    assert second.waits_for == first.name
    lease = await take_scan(queue)
    assert await queue.lease(Demand("scanner", [JobKind.JOB_KIND_SCAN], 64)) == []
    await queue.commit([LeaseUpdate(lease.lease, end=Failed(ErrorReason.ERROR_REASON_INTERNAL, "It broke."))])
    lease = await take_scan(queue)
    assert lease.job.id == int(second.name.rpartition("/")[2])


async def test_a_waiting_job_can_be_stopped(new: Scene, queue: WorkQueue) -> None:
    job = await new.tag()
    stopped = (await new.jobs.StopJob(StopJobRequest(name=job.name))).job
    assert stopped.state == Job.STATE_STOPPED
    lease = await take_scan(queue)
    await queue.commit([LeaseUpdate(lease.lease, end=FOUND)])
    assert await new.get(job) == stopped
