"""Jobs as people see them, through a real server."""

import asyncio
import struct
from collections.abc import AsyncIterator

import pytest
from pyroaring import BitMap

from bowerbird.catalog.v1.dataset_service_pb2 import DeleteDatasetRequest
from bowerbird.catalog.v1.dataset_service_pb2_grpc import DatasetServiceStub
from bowerbird.catalog.v1.job_pb2 import (
    ExportSpec,
    ExportSummary,
    IndexSpec,
    Job,
    JobLogLine,
    JobMode,
    JobProgress,
    Selection,
    TagSpec,
)
from bowerbird.catalog.v1.job_service_pb2 import (
    CreateJobRequest,
    GetJobRequest,
    ListJobsRequest,
    ReadLogRequest,
    StopJobRequest,
    WatchJobRequest,
)
from bowerbird.catalog.v1.job_service_pb2_grpc import JobServiceStub
from bowerbird.catalog.v1.tag_definition_pb2 import TagDefinition
from bowerbird.catalog.v1.tag_definition_service_pb2 import UpdateTagDefinitionRequest
from bowerbird.catalog.v1.tag_definition_service_pb2_grpc import TagDefinitionServiceStub
from bowerbird.catalog.v1.work_pb2 import JOB_KIND_EXPORT, LeaseStatus
from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from tests.services.catalog.jobs_scene import FOLDER, Scene, failed, make_index_set, scene, tagged
from tests.suite import WORKSPACE, Catalog, refusal


@pytest.fixture
async def photos(catalog: Catalog) -> AsyncIterator[Scene]:
    """A dataset with 100 files: two chunks."""
    async with scene(catalog, files=100) as made:
        yield made


def selection(scene: Scene, *ordinals: int) -> Selection:
    scores = struct.pack(f"<{len(ordinals)}f", *ordinals)
    return Selection(version=scene.version, revision=1, ordinals=BitMap(ordinals).serialize(), scores=scores)


async def test_a_job_says_what_it_was_asked_and_who_asked(photos: Scene) -> None:
    job = await photos.tag()
    assert job.tag.model == "qwen-vl"
    assert (job.tag.max_concurrency, job.tag.mode) == (8, JobMode.JOB_MODE_INCREMENTAL)
    assert (job.tag.definition_revision, job.version) == (1, photos.version)
    assert '"bird"' in job.tag.definition_json
    assert job.creator.startswith(f"{WORKSPACE}/tokens/")
    assert not job.HasField("start_time")
    assert await photos.get(job) == job


async def test_a_job_keeps_to_the_definition_it_was_created_with(photos: Scene) -> None:
    job = await photos.tag()
    changed = TagDefinition(name=photos.tag_definition, definition_json='{"tags": {"boat": "A boat."}}')
    request = UpdateTagDefinitionRequest(tag_definition=changed)
    request.update_mask.paths.append("definition_json")
    await TagDefinitionServiceStub(photos.catalog.editor).UpdateTagDefinition(request)
    assert (await photos.get(job)).tag == job.tag
    assert (await photos.tag()).tag.definition_revision == 2


async def test_a_repeated_request_returns_the_first_ones_job(photos: Scene) -> None:
    job = Job(version=photos.version, tag=TagSpec(model_connection=photos.model_connection,
                                                  tag_definition=photos.tag_definition))  # fmt: skip
    made = await asyncio.gather(*(photos.create(job, request_id=f"{photos.dataset} once") for _ in range(5)))
    assert len({one.name for one in made}) == 1
    assert (await photos.create(job, request_id=f"{photos.dataset} twice")).name != made[0].name


async def test_an_incremental_job_takes_what_has_no_good_result_and_a_full_one_takes_all(photos: Scene) -> None:
    await photos.tag()
    for lease in await photos.lease(100):
        await photos.commit(lease, [failed(f) if f.ordinal < 3 else tagged(f, "bird") for f in lease.files])
    await photos.scan({50: "other", 51: "other"})
    again = await photos.tag()
    assert again.progress.total == 5
    (lease,) = await photos.lease()
    assert [file.ordinal for file in lease.files] == [0, 1, 2, 50, 51]
    assert (await photos.tag(model="other")).progress.total == 100
    assert (await photos.tag(mode=JobMode.JOB_MODE_FULL)).progress.total == 100


async def test_tags_are_stale_until_all_definitions_have_seen_the_new_content(photos: Scene) -> None:
    other = await photos.definition()
    for definition in (photos.tag_definition, other):
        await photos.finish(await photos.tag(tag_definition=definition), "bird")
    await photos.scan({5: "other"})
    stale = "SELECT stale FROM file_tags WHERE version_id = $1 AND ordinal = 5"
    seen = []
    for definition in (photos.tag_definition, other):
        await photos.finish(await photos.tag(tag_definition=definition), "tree")
        seen.append(await photos.database.fetchval(stale, photos.version_id))
    assert seen == [True, False]


async def test_a_job_without_files_succeeds_at_once(catalog: Catalog) -> None:
    async with scene(catalog, files=0) as empty:
        job = await empty.tag()
        assert (job.state, job.progress.total) == (Job.STATE_SUCCEEDED, 0)
        assert job.HasField("end_time")


async def test_a_watcher_sees_the_job_until_its_end(photos: Scene) -> None:
    job = await photos.tag()
    seen: list[Job] = []
    began = asyncio.Event()

    async def watch() -> None:
        async for answer in photos.jobs.WatchJob(WatchJobRequest(name=job.name)):
            seen.append(answer.job)
            began.set()

    async with asyncio.timeout(15), asyncio.TaskGroup() as group:
        group.create_task(watch())
        await began.wait()
        await photos.finish(job, "bird")
    assert seen[0].state == Job.STATE_PENDING
    assert (seen[-1].state, seen[-1].progress.done) == (Job.STATE_SUCCEEDED, 100)
    assert len({one.SerializeToString(deterministic=True) for one in seen}) == len(seen)


async def test_a_followed_log_goes_on_until_the_job_has_ended(photos: Scene) -> None:
    job = await photos.tag()
    lines: list[JobLogLine] = []
    began = asyncio.Event()

    async def follow() -> None:
        async for page in photos.jobs.ReadLog(ReadLogRequest(name=job.name, follow=True)):
            lines.extend(page.lines)
            began.set()

    async with asyncio.timeout(15), asyncio.TaskGroup() as group:
        group.create_task(follow())
        await began.wait()
        await photos.finish(job, "bird")
    assert [line.message for line in lines] == [
        "100 files to work on.", "Ended: 100 done (0 by earlier answers), 0 failed.",
    ]  # fmt: skip
    assert lines[0].sequence < lines[1].sequence


async def test_jobs_are_listed_newest_first_and_by_dataset(catalog: Catalog) -> None:
    async with scene(catalog, files=1) as one, scene(catalog, files=1) as other:
        made = [await (one if n % 2 else other).tag(mode=JobMode.JOB_MODE_FULL) for n in range(6)]
        request = ListJobsRequest(parent=WORKSPACE, page_size=2, dataset=one.dataset)
        names: list[str] = []
        while True:
            answer = await one.jobs.ListJobs(request)
            names += [job.name for job in answer.jobs]
            request.page_token = answer.next_page_token
            if not request.page_token:
                break
        assert names == [made[5].name, made[3].name, made[1].name]
        every = (await one.jobs.ListJobs(ListJobsRequest(parent=WORKSPACE))).jobs
        assert [job.name for job in every[:6]] == [job.name for job in reversed(made)]


async def test_results_come_in_pages_in_the_order_of_the_version(catalog: Catalog) -> None:
    async with scene(catalog, files=230) as large:
        job = await large.tag()
        await large.finish(job, "bird")
        assert [result.path for result in await large.results(job)] == [f"photo-{n}.jpg" for n in range(230)]


async def test_an_export_gives_its_selection_to_services_alone(photos: Scene) -> None:
    chosen = selection(photos, 1, 5, 99)
    spec = ExportSpec(selection=chosen, destination_uri=f"file://{FOLDER}/out", filtered_attributes=["Tags.all"])
    job = await photos.create(Job(version=photos.version, export=spec))
    assert (job.progress.total, job.export.selection.revision) == (3, 1)
    assert job.export.selection.ordinals == b""
    assert (await photos.get(job)).export.selection.ordinals == b""
    as_service = JobServiceStub(photos.catalog.service)
    assert (await as_service.GetJob(GetJobRequest(name=job.name))).job.export.selection == chosen
    (lease,) = await photos.lease(1, kinds=[JOB_KIND_EXPORT])
    assert (lease.job, len(lease.files)) == (job.name, 0)
    await photos.commit(lease, progress=JobProgress(total=3, done=2))
    assert (await photos.get(job)).progress.done == 2
    summary = ExportSummary(manifest_uri=f"file://{FOLDER}/out/manifest.yaml", rows=3, parts=1)
    for _ in range(2):
        assert (await photos.commit(lease, exported=summary)).state == LeaseStatus.STATE_ENDED
    ended = await photos.get(job)
    assert (ended.state, ended.progress.done, ended.export_summary) == (Job.STATE_SUCCEEDED, 3, summary)


async def test_a_dataset_is_not_deleted_while_a_job_goes_on(photos: Scene) -> None:
    job = await photos.tag()
    datasets = DatasetServiceStub(photos.catalog.admin)
    error = await refusal(datasets.DeleteDataset(DeleteDatasetRequest(name=photos.dataset)))
    assert (error.reason, error.details.get("used_by")) == (ErrorReason.ERROR_REASON_IN_USE, job.name), error
    await photos.jobs.StopJob(StopJobRequest(name=job.name))
    await datasets.DeleteDataset(DeleteDatasetRequest(name=photos.dataset))
    gone = await refusal(photos.jobs.GetJob(GetJobRequest(name=job.name)))
    assert gone.reason == ErrorReason.ERROR_REASON_NOT_FOUND


@pytest.mark.parametrize(
    ("job", "reason", "says"),
    [
        (Job(version="VERSION"), "FIELD_INVALID", "one of scan, tag, index, export"),
        (Job(version="nonsense", tag=TagSpec()), "NAME_INVALID", "nonsense"),
        (Job(version="DATASET/versions/v9", tag=TagSpec()), "NOT_FOUND", "versions/v9"),
        (Job(version="workspaces/other/datasets/a/versions/v1", tag=TagSpec()), "FIELD_INVALID", "a version of"),
        (Job(version="VERSION", tag=TagSpec(model_connection="x")), "NAME_INVALID", "connections/"),
        (
            Job(version="VERSION", tag=TagSpec(model_connection=f"{WORKSPACE}/connections/none")),
            "NOT_FOUND",
            "connections/none",
        ),
        (
            Job(version="VERSION", tag=TagSpec(model_connection="MODELS", model="gpt", tag_definition="DEFINITION")),
            "FIELD_INVALID",
            "one of qwen-vl, other",
        ),
        (
            Job(version="VERSION", tag=TagSpec(model_connection="EMBEDDING", tag_definition="DEFINITION")),
            "FIELD_INVALID",
            "chat completions",
        ),
        (
            Job(version="VERSION", tag=TagSpec(model_connection="STORAGE", tag_definition="DEFINITION")),
            "FIELD_INVALID",
            "chat completions",
        ),
        (
            Job(
                version="VERSION",
                tag=TagSpec(model_connection="MODELS", tag_definition=f"{WORKSPACE}/tagDefinitions/none"),
            ),
            "NOT_FOUND",
            "tagDefinitions/none",
        ),
        (
            Job(
                version="VERSION",
                tag=TagSpec(model_connection="MODELS", tag_definition="DEFINITION", max_concurrency=1001),
            ),
            "FIELD_INVALID",
            "1 to 1,000",
        ),
        (Job(version="VERSION", index=IndexSpec()), "INDEX_SET_MISSING", "configure one first"),
        (Job(version="VERSION", index=IndexSpec(index_set="VERSION/indexSets/99")), "NOT_FOUND", "indexSets/99"),
        (
            Job(version="VERSION", export=ExportSpec(destination_uri="s3://bucket/out")),
            "URI_INVALID",
            "storage of the dataset",
        ),
        (
            Job(version="VERSION", export=ExportSpec(destination_uri="file:///etc/out")),
            "URI_INVALID",
            "storage of the dataset",
        ),
        (
            Job(version="VERSION", export=ExportSpec(filtered_attributes=["Colour"])),
            "FIELD_INVALID",
            "DatasetFileMetaId",
        ),
        (
            Job(
                version="VERSION",
                export=ExportSpec(destination_uri="file:///tmp/a", selection=Selection(version="other")),
            ),
            "FIELD_INVALID",
            "versions/v1",
        ),
        (
            Job(
                version="VERSION",
                export=ExportSpec(
                    destination_uri="file:///tmp/a", selection=Selection(version="VERSION", ordinals=b"nonsense")
                ),
            ),
            "FIELD_INVALID",
            "roaring bitmap",
        ),
        (
            Job(
                version="VERSION",
                export=ExportSpec(
                    destination_uri="file:///tmp/a",
                    selection=Selection(version="VERSION", ordinals=BitMap([1, 2]).serialize(), scores=b"1234"),
                ),
            ),
            "FIELD_INVALID",
            "4 bytes for each of 2 files",
        ),
    ],
)
async def test_a_job_that_cannot_be_done_is_refused_with_what_would_be_valid(
    photos: Scene, job: Job, reason: str, says: str
) -> None:
    error = await refusal(photos.create(placed(photos, job)))
    assert error.reason == ErrorReason.Value(f"ERROR_REASON_{reason}")
    assert says in str(error)
    assert await photos.database.fetchval("SELECT count(*) FROM jobs WHERE version_id = $1", photos.version_id) == 0


async def test_an_index_set_of_another_version_is_refused(catalog: Catalog, photos: Scene) -> None:
    async with scene(catalog, files=1) as other:
        key = await make_index_set(other)
        spec = IndexSpec(index_set=f"{other.version}/indexSets/{key}")
        error = await refusal(photos.create(Job(version=photos.version, index=spec)))
        assert (error.reason, error.details["field"]) == (
            ErrorReason.ERROR_REASON_FIELD_INVALID, "job.index.index_set",
        )  # fmt: skip


async def test_a_published_version_is_not_tagged_or_scanned_but_indexed(photos: Scene) -> None:
    await make_index_set(photos)
    await photos.database.execute("UPDATE versions SET state = 2 WHERE id = $1", photos.version_id)
    scan = Job(version=photos.version)
    scan.scan.SetInParent()
    for refused in (photos.tag(), photos.create(scan)):
        assert (await refusal(refused)).reason == ErrorReason.ERROR_REASON_VERSION_PUBLISHED
    job = await photos.index()
    await photos.finish(job)
    assert (await photos.get(job)).state == Job.STATE_SUCCEEDED
    assert await photos.database.fetchval("SELECT revision FROM versions WHERE id = $1", photos.version_id) == 1


async def test_an_unknown_job_is_not_found_and_neither_is_another_workspaces(photos: Scene) -> None:
    for name in (f"{WORKSPACE}/jobs/999999", f"{WORKSPACE}/jobs/x", "workspaces/other/jobs/1"):
        error = await refusal(photos.jobs.GetJob(GetJobRequest(name=name)))
        assert error.reason == ErrorReason.ERROR_REASON_NOT_FOUND
    too_long = CreateJobRequest(parent=WORKSPACE, job=await photos.tag(), request_id="x" * 65)
    assert (await refusal(photos.jobs.CreateJob(too_long))).details["field"] == "request_id"


def placed(scene: Scene, job: Job) -> Job:
    """The job with the names of the scene."""
    number = scene.dataset.rpartition("-")[2]
    names = {
        "VERSION": scene.version,
        "DATASET": scene.dataset,
        "MODELS": scene.model_connection,
        "DEFINITION": scene.tag_definition,
        "EMBEDDING": f"{WORKSPACE}/connections/embedding-{number}",
        "STORAGE": f"{WORKSPACE}/connections/folder-{number}",
    }

    def put(text: str) -> str:
        for word, name in names.items():
            text = text.replace(word, name)
        return text

    job.version = put(job.version)
    for message, field in (
        (job.tag, "model_connection"),
        (job.tag, "tag_definition"),
        (job.index, "index_set"),
        (job.export.selection, "version"),
    ):
        if getattr(message, field):
            setattr(message, field, put(getattr(message, field)))
    return job
