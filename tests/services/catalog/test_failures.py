"""What failed in a job, through a real server."""

from bowerbird.catalog.v1.job_service_pb2 import CountFailuresRequest, FailureCount, ListResultsRequest
from bowerbird.catalog.v1.work_pb2 import FileResult, WorkFile
from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from tests.services.catalog.jobs_scene import Scene, failed, tagged
from tests.suite import WORKSPACE, refusal

CORRUPT = ErrorReason.ERROR_REASON_IMAGE_CORRUPT
EMPTY = ErrorReason.ERROR_REASON_IMAGE_EMPTY


def judged(file: WorkFile) -> FileResult:
    if file.ordinal % 10 == 3:
        return failed(file, CORRUPT)
    return failed(file, EMPTY) if file.ordinal % 50 == 7 else tagged(file, "bird")


async def test_failures_are_counted_and_listed_by_reason(photos: Scene) -> None:
    job = await photos.tag()
    assert list((await photos.jobs.CountFailures(CountFailuresRequest(name=job.name))).failures) == []
    while leases := await photos.lease():
        for lease in leases:
            await photos.commit(lease, [judged(file) for file in lease.files])
    counted = (await photos.jobs.CountFailures(CountFailuresRequest(name=job.name))).failures
    assert list(counted) == [
        FailureCount(reason=CORRUPT, file_count=15, message="It is broken."),
        FailureCount(reason=EMPTY, file_count=3, message="It is broken."),
    ]
    assert sum(count.file_count for count in counted) == (await photos.get(job)).progress.failed

    async def paths(**which: object) -> list[str]:
        request = ListResultsRequest(parent=job.name, page_size=2, **which)  # type: ignore[arg-type]
        found: list[str] = []
        while True:
            page = await photos.jobs.ListResults(request)
            found += [result.path for result in page.results]
            request.page_token = page.next_page_token
            if not page.next_page_token:
                return found

    assert await paths(reason=EMPTY) == ["photo-7.jpg", "photo-57.jpg", "photo-107.jpg"]
    assert await paths(only_failed=True, reason=CORRUPT) == [f"photo-{n}.jpg" for n in range(3, 150, 10)]
    assert await paths(reason=ErrorReason.ERROR_REASON_MODEL_UNAVAILABLE) == []
    assert (await refusal(paths(reason=70_000))).reason_name == "FIELD_INVALID"
    missing = photos.jobs.CountFailures(CountFailuresRequest(name=f"{WORKSPACE}/jobs/999999"))
    assert (await refusal(missing)).reason_name == "NOT_FOUND"
