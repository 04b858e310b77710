"""What commits leave behind: answers in the ledger, tags united over definitions, vectors, revisions."""

import asyncio

from bowerbird.catalog.v1.job_pb2 import Job, JobMode
from bowerbird.catalog.v1.job_service_pb2 import StopJobRequest
from bowerbird.catalog.v1.work_pb2 import (
    JOB_KIND_INDEX,
    Answer,
    LeaseUpdate,
)
from bowerbird.catalog.v1.work_service_pb2 import CommitWorkRequest, LookUpAnswersRequest
from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from tests.services.catalog.jobs_scene import Scene, failed, indexed, make_index_set, sha256, tagged


async def test_what_was_paid_for_comes_with_the_lease_of_a_later_job(photos: Scene) -> None:
    first = await photos.tag()
    for lease in await photos.lease(150):
        await photos.commit(lease, [tagged(file, "bird", paid=True) for file in lease.files])
    second = await photos.tag(mode=JobMode.JOB_MODE_FULL)
    assert second.progress.total == 150
    leases = await photos.lease(150)
    for file in (file for lease in leases for file in lease.files):
        assert file.sha256 == sha256(file)
        assert (file.answer.text, file.answer.input_tokens) == (f"answer to {file.etag}", 10)
    for lease in leases:
        results = [tagged(file, "bird") for file in lease.files]
        for result in results:
            result.reused = True
        await photos.commit(lease, results)
    progress = (await photos.get(second)).progress
    assert (progress.done, progress.reused, progress.input_tokens) == (150, 150, 0)
    assert (await photos.get(first)).progress.input_tokens == 1500
    assert {result.answer for result in await photos.results(second)} == {
        f"answer to etag-{photos.version_id}-{n}" for n in range(150)
    }


async def test_a_weak_etag_identifies_no_content(photos: Scene) -> None:
    await photos.scan({n: f"W/{n}" for n in range(150)})
    await photos.finish(await photos.tag(), "bird")
    await photos.tag(mode=JobMode.JOB_MODE_FULL)
    (lease,) = await photos.lease(1)
    assert {file.sha256 for file in lease.files} == {b""}


async def test_a_good_answer_takes_the_place_of_a_bad_one_and_never_the_other_way_round(photos: Scene) -> None:
    def answered(text: str, *, good: bool) -> LeaseUpdate:
        result = tagged(file, "bird") if good else failed(file, ErrorReason.ERROR_REASON_TAG_ANSWER_MALFORMED)
        result.sha256 = sha256(file)
        result.answer.CopyFrom(Answer(text=text))
        return LeaseUpdate(lease=lease.lease, results=[result])

    async def known() -> str:
        request = LookUpAnswersRequest(job=job.name, sha256=[sha256(file)])
        return (await photos.work.LookUpAnswers(request)).answers[0].text

    seen = []
    for text, good in (("prose", False), ("tags", True), ("prose", False), ("other tags", True)):
        job = await photos.tag(mode=JobMode.JOB_MODE_FULL)
        (lease,) = await photos.lease(1)
        file = lease.files[0]
        await photos.work.CommitWork(CommitWorkRequest(updates=[answered(text, good=good)]))
        seen.append(await known())
        await photos.jobs.StopJob(StopJobRequest(name=job.name))
        await photos.run_out(lease)
        await photos.lease(1)
    assert seen == ["", "tags", "tags", "tags"]


async def test_what_several_definitions_gave_is_united_and_each_ones_latest_job_counts(photos: Scene) -> None:
    other = await photos.definition()
    await photos.finish(await photos.tag(), "bird", "tree")
    await photos.finish(await photos.tag(tag_definition=other), "sky")
    assert (await photos.ai())[7] == {"bird", "tree", "sky"}
    await photos.finish(await photos.tag(model="other"), "bird")
    assert (await photos.ai())[7] == {"bird", "sky"}


async def test_jobs_of_two_definitions_that_commit_at_once_lose_no_tag(photos: Scene) -> None:
    jobs = {job.name: job for job in (await photos.tag(), await photos.tag(tag_definition=await photos.definition()))}
    tags = dict(zip(jobs, ("bird", "sky"), strict=True))
    leases = await photos.lease(1024)
    while more := await photos.lease(1024):
        leases += more
    await asyncio.gather(
        *(
            photos.commit(lease, [tagged(file, tags[lease.job]) for file in lease.files[part::4]])
            for lease in leases
            for part in range(4)
        )
    )
    assert await photos.ai() == dict.fromkeys(range(150), frozenset({"bird", "sky"}))
    assert {(await photos.get(job)).state for job in jobs.values()} == {Job.STATE_SUCCEEDED}


async def test_tags_are_one_however_they_are_written(photos: Scene) -> None:
    await photos.tag()
    (lease,) = await photos.lease(1)
    await photos.commit(lease, [tagged(lease.files[0], " cafe\u0301 "), tagged(lease.files[1], "caf\u00e9")])
    assert await photos.ai() == {lease.files[0].ordinal: {"caf\u00e9"}, lease.files[1].ordinal: {"caf\u00e9"}}


async def test_changes_carry_the_next_revisions_of_the_version(photos: Scene) -> None:
    await photos.tag()
    (lease,) = await photos.lease(1)
    for file in lease.files[:3]:
        await photos.commit(lease, [tagged(file, "bird")])
        await photos.commit(lease, [tagged(file, "bird")])
    revisions = await photos.database.fetch(
        "SELECT t.revision, f.revision, f.width_px, f.height_px "
        "FROM file_tags t JOIN files f USING (version_id, ordinal) WHERE version_id = $1 ORDER BY 1", photos.version_id,
    )  # fmt: skip
    assert [tuple(row) for row in revisions] == [(2, 2, 640, 480), (3, 3, 640, 480), (4, 4, 640, 480)]
    assert await photos.database.fetchval("SELECT revision FROM versions WHERE id = $1", photos.version_id) == 4


async def test_an_indexing_job_records_vectors_of_present_content_alone(photos: Scene) -> None:
    index_set = int(await make_index_set(photos))
    job = await photos.index()
    leases = await photos.lease(150, kinds=[JOB_KIND_INDEX])
    await photos.scan({3: "other"})
    for lease in leases:
        await photos.commit(lease, [indexed(file) for file in lease.files])
    assert (await photos.get(job)).progress.failed == 1
    rows = await photos.database.fetch(
        "SELECT ordinal, etag, current, revision FROM file_vectors WHERE version_id = $1 AND index_set_id = $2",
        photos.version_id, index_set,
    )  # fmt: skip
    assert {row["ordinal"] for row in rows} == set(range(150)) - {3}
    assert all(row["current"] and row["etag"] == f"etag-{photos.version_id}-{row['ordinal']}" for row in rows)
    assert {row["revision"] for row in rows} == {1, 2, 3}
    again = await photos.index()
    assert again.progress.total == 1
    await photos.finish(again)
    assert (await photos.index()).state == Job.STATE_SUCCEEDED
    assert (await photos.index(mode=JobMode.JOB_MODE_FULL)).progress.total == 150
