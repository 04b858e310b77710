"""Which jobs a list has, through a real server."""

from bowerbird.catalog.v1.job_pb2 import Job, JobMode
from bowerbird.catalog.v1.job_service_pb2 import ListJobsRequest, StopJobRequest
from bowerbird.catalog.v1.work_pb2 import JobKind
from tests.services.catalog.jobs_scene import Scene, make_index_set
from tests.suite import WORKSPACE, refusal


async def test_jobs_are_listed_by_what_they_do_and_by_their_state(photos: Scene) -> None:
    await make_index_set(photos)
    done = await photos.tag()
    await photos.finish(done, "bird")
    active = await photos.index()
    waiting = await photos.tag(mode=JobMode.JOB_MODE_FULL)
    stopped = await photos.tag(mode=JobMode.JOB_MODE_FULL)
    await photos.jobs.StopJob(StopJobRequest(name=stopped.name))

    async def listed(**which: object) -> list[str]:
        request = ListJobsRequest(parent=WORKSPACE, dataset=photos.dataset, **which)  # type: ignore[arg-type]
        return [job.name for job in (await photos.jobs.ListJobs(request)).jobs]

    assert await listed() == [stopped.name, waiting.name, active.name, done.name]
    assert await listed(kinds=[JobKind.JOB_KIND_TAG]) == [stopped.name, waiting.name, done.name]
    assert await listed(states=[Job.STATE_PENDING, Job.STATE_RUNNING]) == [waiting.name, active.name]
    assert await listed(kinds=[JobKind.JOB_KIND_INDEX, JobKind.JOB_KIND_SCAN]) == [active.name]
    assert await listed(kinds=[JobKind.JOB_KIND_TAG], states=[Job.STATE_SUCCEEDED]) == [done.name]
    assert await listed(kinds=[JobKind.JOB_KIND_EXPORT]) == []
    unset = await refusal(listed(states=[Job.STATE_UNSPECIFIED]))
    assert "STATE_PENDING or" in str(unset)
    assert (await refusal(listed(kinds=[99]))).details["field"] == "kinds"


async def test_pages_of_a_filtered_list_go_on_with_its_filter_alone(photos: Scene) -> None:
    made = [await photos.tag(mode=JobMode.JOB_MODE_FULL) for _ in range(3)]
    await make_index_set(photos)
    await photos.index()
    request = ListJobsRequest(parent=WORKSPACE, dataset=photos.dataset, page_size=2, kinds=[JobKind.JOB_KIND_TAG])
    first = await photos.jobs.ListJobs(request)
    request.page_token = first.next_page_token
    second = await photos.jobs.ListJobs(request)
    assert [job.name for job in (*first.jobs, *second.jobs)] == [job.name for job in reversed(made)]
    assert second.next_page_token == ""
    del request.kinds[:]
    assert (await refusal(photos.jobs.ListJobs(request))).reason_name == "PAGE_TOKEN_INVALID"
