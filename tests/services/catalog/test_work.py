"""Leases and commits through a real server: every file has exactly one outcome, whatever happens to workers."""

import asyncio
from collections import Counter

import pytest

from bowerbird.catalog.v1.job_pb2 import ExportSummary, Job, JobLogLine, JobMode, JobProgress
from bowerbird.catalog.v1.job_service_pb2 import ReadLogRequest, StopJobRequest
from bowerbird.catalog.v1.work_pb2 import (
    JOB_KIND_SCAN,
    JOB_KIND_TAG,
    FailedOutcome,
    LeaseStatus,
    LeaseUpdate,
    Released,
    WorkDemand,
)
from bowerbird.catalog.v1.work_service_pb2 import CommitWorkRequest, LeaseWorkRequest, LookUpAnswersRequest
from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from tests.services.catalog.jobs_scene import Scene, failed, indexed, scene, sha256, tagged
from tests.suite import Catalog, refusal


async def test_a_job_ends_when_each_file_has_an_outcome(photos: Scene) -> None:
    job = await photos.tag()
    assert (job.state, job.progress.total) == (Job.STATE_PENDING, 150)
    leases = await photos.lease(150)
    assert sorted(len(lease.files) for lease in leases) == [22, 64, 64]
    assert (await photos.get(job)).state == Job.STATE_RUNNING
    for lease in leases:
        status = await photos.commit(lease, [tagged(file, "bird", "tree") for file in lease.files])
        assert status.state == LeaseStatus.STATE_ENDED
    ended = await photos.get(job)
    assert (ended.state, ended.progress.done, ended.progress.failed) == (Job.STATE_SUCCEEDED, 150, 0)
    assert ended.HasField("end_time")
    assert await photos.ai() == dict.fromkeys(range(150), frozenset({"bird", "tree"}))
    assert await photos.lease() == []


async def test_failures_are_kept_with_their_reasons_and_the_rest_goes_on(photos: Scene) -> None:
    job = await photos.tag()
    for lease in await photos.lease(150):
        await photos.commit(lease, [tagged(f, "bird") if f.ordinal % 50 else failed(f) for f in lease.files])
    ended = await photos.get(job)
    assert (ended.state, ended.progress.done, ended.progress.failed) == (Job.STATE_PARTIALLY_FAILED, 147, 3)
    bad = await photos.results(job, only_failed=True)
    assert [result.path for result in bad] == ["photo-0.jpg", "photo-50.jpg", "photo-100.jpg"]
    assert {(result.reason, result.message) for result in bad} == {
        (ErrorReason.ERROR_REASON_IMAGE_CORRUPT, "It is broken.")
    }
    good = [result for result in await photos.results(job) if result.done]
    assert len(good) == 147
    assert all(list(result.tags) == ["bird"] for result in good)


async def test_repeated_and_concurrent_commits_count_each_file_once(photos: Scene) -> None:
    job = await photos.tag()
    leases = await photos.lease(150)
    commits = [
        photos.commit(lease, [tagged(file, "bird", paid=True) for file in lease.files[part::3]])
        for lease in leases
        for part in (0, 1, 2, 2, 1, 0)
    ]
    statuses = await asyncio.gather(*commits)
    assert {status.state for status in statuses} <= {LeaseStatus.STATE_HELD, LeaseStatus.STATE_ENDED}
    progress = (await photos.get(job)).progress
    assert (progress.total, progress.done, progress.input_tokens, progress.output_tokens) == (150, 150, 1500, 300)
    assert len(await photos.results(job)) == 150
    again = await photos.commit(leases[0], [failed(file) for file in leases[0].files])
    assert again.state == LeaseStatus.STATE_ENDED
    assert (await photos.get(job)).progress == progress


async def test_workers_never_have_the_same_file_at_once(photos: Scene) -> None:
    await photos.tag()
    leased = await asyncio.gather(*(photos.lease(64) for _ in range(12)))
    counted = Counter(file.ordinal for leases in leased for lease in leases for file in lease.files)
    assert max(counted.values()) == 1
    rest = await photos.lease(1024)
    counted.update(file.ordinal for lease in rest for file in lease.files)
    assert counted == Counter(range(150))


async def test_a_lease_that_ran_out_goes_to_another_worker_with_the_remaining_files_only(photos: Scene) -> None:
    job = await photos.tag()
    leases = await photos.lease(150)
    slow = leases[0]
    await photos.commit(slow, [tagged(file, "bird") for file in slow.files[:10]])
    await photos.run_out(slow)
    (other,) = await photos.lease(150)
    assert [file.ordinal for file in other.files] == [file.ordinal for file in slow.files[10:]]
    assert other.lease != slow.lease
    status = await photos.commit(slow, [tagged(file, "tree", paid=True) for file in slow.files[10:]])
    assert status.state == LeaseStatus.STATE_LOST
    assert (await photos.get(job)).progress.done == 10
    kept = await photos.work.LookUpAnswers(LookUpAnswersRequest(job=job.name, sha256=map(sha256, slow.files[9:12])))
    assert [answer.text for answer in kept.answers] == [
        "", *(f"answer to {file.etag}" for file in slow.files[10:12]),
    ]  # fmt: skip
    await photos.commit(other, [tagged(file, "sky") for file in other.files])
    assert {frozenset(tags) for tags in (await photos.ai()).values()} == {frozenset({"bird"}), frozenset({"sky"})}


async def test_a_renewed_lease_is_kept(photos: Scene) -> None:
    await photos.tag()
    leases = await photos.lease(150)
    renewals = [LeaseUpdate(lease=lease.lease) for lease in leases]
    statuses = (await photos.work.CommitWork(CommitWorkRequest(updates=renewals))).statuses
    assert [status.lease for status in statuses] == [lease.lease for lease in leases]
    for status, lease in zip(statuses, leases, strict=True):
        assert status.state == LeaseStatus.STATE_HELD
        assert status.end_time.ToDatetime() > lease.end_time.ToDatetime()


async def test_a_chunk_that_is_given_back_is_free_at_once(photos: Scene) -> None:
    await photos.tag()
    leases = await photos.lease(150)
    assert await photos.lease() == []
    await photos.commit(leases[0], released=Released())
    (again,) = await photos.lease(150)
    assert [file.ordinal for file in again.files] == [file.ordinal for file in leases[0].files]


async def test_a_chunk_that_was_lost_twice_is_leased_file_by_file(photos: Scene) -> None:
    job = await photos.tag()
    await photos.commit((await photos.lease(150))[0], released=Released())
    for _ in range(2):
        (lease,) = await photos.lease(64)
        files = len(lease.files)
        await photos.run_out(lease)
    alone = await photos.lease(1024)
    assert files > 1
    assert [len(lease.files) for lease in alone] == [1] * len(alone)
    seen = Counter(file.ordinal for lease in alone for file in lease.files)
    while more := await photos.lease(1024):
        assert {len(lease.files) for lease in more} == {1}
        seen.update(file.ordinal for lease in more for file in lease.files)
    assert len(seen) == files
    assert (await photos.get(job)).progress.total == 150


async def test_a_file_that_no_worker_survives_fails_and_ends_the_job(catalog: Catalog) -> None:
    async with scene(catalog, files=1) as one:
        job = await one.tag()
        for _ in range(6):
            (lease,) = await one.lease()
            await one.run_out(lease)
        assert await one.lease() == []
        assert (await one.get(job)).state == Job.STATE_PARTIALLY_FAILED
        (result,) = await one.results(job)
        assert result.reason == ErrorReason.ERROR_REASON_INTERNAL
        assert "6 workers" in result.message


async def test_a_stop_reaches_the_workers_and_keeps_what_was_done(photos: Scene) -> None:
    job = await photos.tag()
    first, second, _ = await photos.lease(150)
    await photos.commit(first, [tagged(file, "bird") for file in first.files[:5]])
    stopping = (await photos.jobs.StopJob(StopJobRequest(name=job.name))).job
    assert stopping.state == Job.STATE_STOPPING
    status = await photos.commit(first, [tagged(file, "bird") for file in first.files[5:8]])
    assert status.state == LeaseStatus.STATE_STOPPED
    assert (await photos.commit(second)).state == LeaseStatus.STATE_STOPPED
    assert await photos.lease(64) == []
    assert (await photos.get(job)).state == Job.STATE_STOPPING  # the third worker has not heard of it
    await photos.database.execute("UPDATE chunks SET lease_end = now() - interval '1 ms' WHERE NOT ended")
    assert await photos.lease(64) == []
    stopped = await photos.get(job)
    assert (stopped.state, stopped.progress.done) == (Job.STATE_STOPPED, 8)
    again = (await photos.jobs.StopJob(StopJobRequest(name=job.name))).job
    assert again == stopped


async def test_a_job_that_nobody_works_on_stops_at_once(photos: Scene) -> None:
    job = await photos.tag()
    stopped = (await photos.jobs.StopJob(StopJobRequest(name=job.name))).job
    assert (stopped.state, stopped.reason) == (Job.STATE_STOPPED, ErrorReason.ERROR_REASON_JOB_STOPPED)
    assert await photos.lease() == []


async def test_a_worker_can_fail_the_whole_job(photos: Scene) -> None:
    job = await photos.tag()
    first, second, _ = await photos.lease(150)
    reason = ErrorReason.ERROR_REASON_MODEL_ACCESS_DENIED
    failure = FailedOutcome(reason=reason, message="The endpoint refuses the key.")
    assert (await photos.commit(first, job_failed=failure)).state == LeaseStatus.STATE_ENDED
    ended = await photos.get(job)
    assert (ended.state, ended.reason, ended.message) == (Job.STATE_FAILED, reason, failure.message)
    assert (await photos.commit(second)).state == LeaseStatus.STATE_STOPPED


async def test_a_result_about_changed_content_is_dropped(photos: Scene) -> None:
    job = await photos.tag()
    leases = await photos.lease(150)
    await photos.scan({3: "other"})
    for lease in leases:
        await photos.commit(lease, [tagged(file, "bird") for file in lease.files])
    assert 3 not in await photos.ai()
    (changed,) = await photos.results(job, only_failed=True)
    assert (changed.path, changed.reason) == ("photo-3.jpg", ErrorReason.ERROR_REASON_OBJECT_CHANGED)
    again = await photos.tag()
    assert again.progress.total == 1
    ((file,),) = [lease.files for lease in await photos.lease()]
    assert (file.ordinal, file.etag, file.sha256) == (3, "other", b"")


async def test_work_is_shared_among_the_jobs_that_there_are(catalog: Catalog) -> None:
    async with scene(catalog, files=64 * 40) as large:
        jobs = [await large.tag(), await large.tag(mode=JobMode.JOB_MODE_FULL, model="other")]
        leased = Counter([lease.job for _ in range(30) for lease in await large.lease(64)])
        # Each job is as likely as the other; that one of them gets less than 4 of 30 has a chance of 1 in 100,000.
        assert min(leased[job.name] for job in jobs) >= 4
        both = await large.lease(128)
        assert {lease.job for lease in both} == {job.name for job in jobs}


async def test_one_who_waits_for_work_gets_it_when_it_comes(photos: Scene) -> None:
    waiting = asyncio.create_task(photos.lease(64, wait_seconds=20))
    async with asyncio.timeout(10):
        await photos.tag()
        (lease,) = await waiting
    assert len(lease.files) == 64


async def test_a_log_line_is_written_once_however_often_it_is_sent(photos: Scene) -> None:
    job = await photos.tag()
    (lease,) = await photos.lease(1)
    line = JobLogLine(level=JobLogLine.LEVEL_WARNING, message="The endpoint is slow.")
    line.time.GetCurrentTime()
    for _ in range(3):
        await photos.commit(lease, log_lines=[line])
    pages = [page async for page in photos.jobs.ReadLog(ReadLogRequest(name=job.name))]
    lines = [line for page in pages for line in page.lines]
    assert [line.message for line in lines] == ["150 files to work on.", "The endpoint is slow."]
    rest = [page async for page in photos.jobs.ReadLog(ReadLogRequest(name=job.name, after_sequence=lines[0].sequence))]
    assert [line.message for page in rest for line in page.lines] == ["The endpoint is slow."]


@pytest.mark.parametrize(
    ("demand", "field"),
    [
        (WorkDemand(worker="test", kinds=[JOB_KIND_SCAN], max_files=1), "demand.kinds"),
        (WorkDemand(worker="test", max_files=1), "demand.kinds"),
        (WorkDemand(worker="test", kinds=[JOB_KIND_TAG], max_files=1025), "demand.max_files"),
        (WorkDemand(kinds=[JOB_KIND_TAG], max_files=1), "demand.worker"),
    ],
)
async def test_a_demand_that_cannot_be_met_is_refused(photos: Scene, demand: WorkDemand, field: str) -> None:
    error = await refusal(photos.work.LeaseWork(LeaseWorkRequest(demand=demand)))
    assert (error.reason, error.details["field"]) == (ErrorReason.ERROR_REASON_FIELD_INVALID, field)


async def test_a_lease_that_was_never_given_is_refused(photos: Scene) -> None:
    updates = [LeaseUpdate(lease="1-xyz")]
    error = await refusal(photos.work.CommitWork(CommitWorkRequest(updates=updates)))
    assert (error.reason, error.details["field"]) == (ErrorReason.ERROR_REASON_FIELD_INVALID, "lease")


async def test_what_a_kind_of_job_does_not_have_is_refused(photos: Scene) -> None:
    job = await photos.tag()
    (lease,) = await photos.lease(1)
    for update, field in (
        (LeaseUpdate(lease=lease.lease, results=[indexed(lease.files[0])]), "results.outcome"),
        (LeaseUpdate(lease=lease.lease, exported=ExportSummary(rows=1)), "end"),
        (LeaseUpdate(lease=lease.lease, progress=JobProgress(total=1)), "progress"),
    ):
        error = await refusal(photos.work.CommitWork(CommitWorkRequest(updates=[update])))
        assert (error.reason, error.details["field"]) == (ErrorReason.ERROR_REASON_FIELD_INVALID, field)
    assert (await photos.get(job)).progress.total == 150
    assert await photos.results(job) == []
