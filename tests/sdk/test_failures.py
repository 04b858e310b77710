"""`bowerbird job show --failed` and `job list --active` against a scripted server."""

from bowerbird.catalog.v1.job_pb2 import Job, JobProgress, JobResult, TagSpec
from bowerbird.catalog.v1.job_service_pb2 import (
    CountFailuresResponse,
    FailureCount,
    GetJobResponse,
    ListJobsResponse,
    ListResultsResponse,
)
from bowerbird.catalog.v1.work_pb2 import JobKind
from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from tests.sdk.conftest import Bowerbird
from tests.sdk.scripted import ScriptedServer

CORRUPT = ErrorReason.ERROR_REASON_IMAGE_CORRUPT


def script(scripted: ScriptedServer) -> None:
    progress = JobProgress(total=1500, failed=1234)
    job = Job(name="workspaces/default/jobs/7", tag=TagSpec(), state=Job.STATE_PARTIALLY_FAILED, progress=progress)
    scripted.script("GetJob", GetJobResponse(job=job))
    counts = [FailureCount(reason=CORRUPT, file_count=1234, message="The image is\ntruncated.")]
    scripted.script("CountFailures", CountFailuresResponse(failures=counts))
    result = JobResult(path="a\nb.jpg", reason=CORRUPT, message="The image is\ntruncated.")
    scripted.script("ListResults", ListResultsResponse(results=[result]))


async def test_failures_are_told_by_reason_and_file_by_file(scripted: ScriptedServer, bowerbird: Bowerbird) -> None:
    script(scripted)
    outcome = await bowerbird("job", "show", "7", "--failed")
    assert outcome.code == 0
    words = " ".join(outcome.out.split())
    assert "REASON FILES SUCH AS IMAGE_CORRUPT 1,234 The image is\\ntruncated." in words
    assert "FILE REASON WHAT HAPPENED a\\nb.jpg IMAGE_CORRUPT The image is\\ntruncated." in words
    document = (await bowerbird("job", "show", "7", "--failed", "--json")).document
    assert list(document) == ["job", "failure_counts", "failed"]
    assert document["failure_counts"][0]["reason"] == document["failed"][0]["reason"] == "IMAGE_CORRUPT"


async def test_failures_of_one_reason_are_asked_for(scripted: ScriptedServer, bowerbird: Bowerbird) -> None:
    script(scripted)
    assert (await bowerbird("job", "show", "7", "--reason", "image_corrupt")).code == 0
    (call,) = scripted.called("ListResults")
    assert (call.request.only_failed, call.request.reason) == (True, CORRUPT)
    wrong = await bowerbird("job", "show", "7", "--reason", "BAD_LUCK")
    assert wrong.code == 2
    assert "BAD_LUCK" in wrong.err


async def test_a_job_without_failures_says_so(scripted: ScriptedServer, bowerbird: Bowerbird) -> None:
    script(scripted)
    scripted.script("CountFailures", CountFailuresResponse())
    scripted.script("ListResults", ListResultsResponse())
    assert "No file failed." in (await bowerbird("job", "show", "7", "--failed")).out
    assert "No file failed." not in (await bowerbird("job", "show", "7")).out


async def test_only_active_jobs_are_asked_for(scripted: ScriptedServer, bowerbird: Bowerbird) -> None:
    scripted.script("ListJobs", ListJobsResponse())
    outcome = await bowerbird("job", "list", "--active")
    assert "No job is like that." in outcome.out
    assert set(scripted.called("ListJobs")[0].request.states) == {
        Job.STATE_PENDING,
        Job.STATE_RUNNING,
        Job.STATE_STOPPING,
    }


async def test_jobs_of_some_kinds_in_some_states_are_asked_for(scripted: ScriptedServer, bowerbird: Bowerbird) -> None:
    scripted.script("ListJobs", ListJobsResponse())
    asked = ["--kind", "tag", "--kind", "tag_edit", "--state", "partially_failed"]
    assert (await bowerbird("job", "list", "photos", *asked)).code == 0
    request = scripted.called("ListJobs")[0].request
    assert list(request.kinds) == [JobKind.JOB_KIND_TAG, JobKind.JOB_KIND_TAG_EDIT]
    assert list(request.states) == [Job.STATE_PARTIALLY_FAILED]
    assert request.dataset == "workspaces/default/datasets/photos"
    wrong = await bowerbird("job", "list", "--kind", "dance")
    assert wrong.code == 2
    assert "dance" in wrong.err
