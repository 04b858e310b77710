"""JobService."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict
from typing import Any

from grpc.aio import ServicerContext
from sqlalchemy import Row

from bowerbird.catalog.v1 import job_pb2, job_service_pb2_grpc
from bowerbird.catalog.v1.job_service_pb2 import (
    CountFailuresRequest,
    CountFailuresResponse,
    CreateJobRequest,
    CreateJobResponse,
    FailureCount,
    GetJobRequest,
    GetJobResponse,
    ListJobsRequest,
    ListJobsResponse,
    ListResultsRequest,
    ListResultsResponse,
    ReadLogRequest,
    ReadLogResponse,
    StopJobRequest,
    StopJobResponse,
    WatchJobRequest,
    WatchJobResponse,
)
from bowerbird.catalog.v1.work_pb2 import JobKind
from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.rpc.errors import FieldInvalid
from libs.rpc.identity import current_caller
from libs.rpc.names import DATASET, JOB, VERSION, WORKSPACE, file_id
from libs.rpc.paging import PageTokens, page_size
from services.catalog.fields import checked_enum, checked_enums, checked_text, timestamp
from services.catalog.job_creation import NewJob
from services.catalog.job_specs import AskedSpec, ExportSpec, IndexSpec, ScanSpec, Selection, TagEditSpec, TagSpec
from services.catalog.jobs import Job, JobFilter, Jobs, job_name, parse_job_id
from services.catalog.results import ExportSummary, ScanSummary, TagEditSummary
from services.catalog.scope import ids_in

Context = ServicerContext[Any, Any]


class JobServicer(job_service_pb2_grpc.JobServiceServicer):
    def __init__(self, jobs: Jobs, page_tokens: PageTokens) -> None:
        self._jobs = jobs
        self._page_tokens = page_tokens

    async def CreateJob(self, request: CreateJobRequest, context: Context) -> CreateJobResponse:
        workspace = ids_in(WORKSPACE, request.parent, "workspace")["workspace"]
        version = VERSION.parse(request.job.version)
        if version["workspace"] != workspace:
            raise FieldInvalid(
                field="job.version", value=request.job.version, expected=f"a version of {request.parent}"
            )
        new = NewJob(
            workspace=workspace,
            dataset=version["dataset"],
            version=version["version"],
            spec=decoded_spec(request.job),
            selection=decoded_selection(request.job),
            creator=current_caller().subject,
            request_id=checked_text("request_id", request.request_id, most=64),
        )
        return CreateJobResponse(job=encoded_job(await self._jobs.create(new)))

    async def GetJob(self, request: GetJobRequest, context: Context) -> GetJobResponse:
        workspace, job_id = job_in(request.name)
        message = encoded_job(await self._jobs.get(workspace, job_id))
        if message.HasField("export") and current_caller().is_service:
            selection = await self._jobs.selection(workspace, job_id)
            message.export.selection.ordinals = selection.ordinals
            message.export.selection.scores = selection.scores
        return GetJobResponse(job=message)

    async def ListJobs(self, request: ListJobsRequest, context: Context) -> ListJobsResponse:
        workspace = ids_in(WORKSPACE, request.parent, "workspace")["workspace"]
        dataset = DATASET.parse(request.dataset) if request.dataset else None
        if dataset and dataset["workspace"] != workspace:
            raise FieldInvalid(field="dataset", value=request.dataset, expected=f"a dataset of {request.parent}")
        size = page_size(request.page_size)
        (before,) = self._page_tokens.decode(request) or (None,)
        which = JobFilter(
            dataset=dataset["dataset"] if dataset else None,
            kinds=checked_enums("kinds", JobKind, request.kinds),
            states=checked_enums("states", job_pb2.Job.State, request.states),
        )
        jobs = await self._jobs.list(workspace, which, before, size + 1)
        return ListJobsResponse(
            jobs=[encoded_job(job) for job in jobs[:size]],
            next_page_token=self._page_tokens.encode(request, [jobs[size - 1].id]) if len(jobs) > size else "",
        )

    async def WatchJob(self, request: WatchJobRequest, context: Context) -> AsyncIterator[WatchJobResponse]:
        async for job in self._jobs.watch(*job_in(request.name)):
            yield WatchJobResponse(job=encoded_job(job))

    async def StopJob(self, request: StopJobRequest, context: Context) -> StopJobResponse:
        return StopJobResponse(job=encoded_job(await self._jobs.stop(*job_in(request.name))))

    async def ListResults(self, request: ListResultsRequest, context: Context) -> ListResultsResponse:
        workspace, job_id = job_in(request.parent)
        size = page_size(request.page_size)
        reason = checked_enum("reason", ErrorReason, request.reason, ErrorReason.ERROR_REASON_UNSPECIFIED)
        (after,) = self._page_tokens.decode(request) or (-1,)
        job, rows = await self._jobs.results(
            workspace,
            job_id,
            only_failed=request.only_failed,
            reason=reason or None,
            after=after,
            limit=size + 1,
        )
        return ListResultsResponse(
            results=[encoded_result(job, row) for row in rows[:size]],
            next_page_token=self._page_tokens.encode(request, [rows[size - 1].ordinal]) if len(rows) > size else "",
        )

    async def CountFailures(self, request: CountFailuresRequest, context: Context) -> CountFailuresResponse:
        rows = await self._jobs.failures(*job_in(request.name))
        return CountFailuresResponse(
            failures=[FailureCount(reason=row.reason, file_count=row.files, message=row.message) for row in rows]
        )

    async def ReadLog(self, request: ReadLogRequest, context: Context) -> AsyncIterator[ReadLogResponse]:
        workspace, job_id = job_in(request.name)
        async for lines in self._jobs.log(workspace, job_id, request.after_sequence, request.follow):
            yield ReadLogResponse(lines=encoded_lines(lines))


def job_in(name: str) -> tuple[str, int]:
    """Workspace and key of the job in a name. Raises NameInvalid and NotFound."""
    ids = ids_in(JOB, name, "job")
    return ids["workspace"], parse_job_id(ids["workspace"], ids["job"])


def decoded_spec(job: job_pb2.Job) -> AskedSpec:
    """What is asked for; fields that are output only are not read. Raises FieldInvalid without a spec that may be."""
    spec = job.WhichOneof("spec")
    match spec:
        case "scan":
            return ScanSpec()
        case "tag":
            tag = job.tag
            return TagSpec(tag.model_connection, tag.model, tag.tag_definition, tag.max_concurrency, tag.mode)
        case "index":
            return IndexSpec(job.index.index_set, job.index.max_concurrency, job.index.mode)
        case "export":
            export = job.export
            return ExportSpec(
                destination_uri=export.destination_uri,
                filtered_attributes=list(export.filtered_attributes),
                version=export.selection.version,
                revision=export.selection.revision,
            )
    raise FieldInvalid(field="job.spec", value=spec or "", expected="one of scan, tag, index, export")


def decoded_selection(job: job_pb2.Job) -> Selection | None:
    """The files of an export."""
    if not job.HasField("export"):
        return None
    return Selection(job.export.selection.ordinals, job.export.selection.scores)


def encoded_job(job: Job) -> job_pb2.Job:
    message = job_pb2.Job(
        name=job.name,
        version=job.version,
        state=job_pb2.Job.State.ValueType(job.state),
        progress=job_pb2.JobProgress(
            total=job.total,
            done=job.done,
            failed=job.failed,
            reused=job.reused,
            input_tokens=job.input_tokens,
            output_tokens=job.output_tokens,
        ),
        waits_for=job_name(job.workspace, job.waits_for) if job.waits_for else "",
        reason=ErrorReason.ValueType(job.reason or 0),
        message=job.message,
        creator=job.creator,
        create_time=timestamp(job.created),
        start_time=timestamp(job.started),
        end_time=timestamp(job.ended),
    )
    match job.spec:
        case ScanSpec():
            message.scan.SetInParent()
        case TagSpec() as spec:
            message.tag.CopyFrom(job_pb2.TagSpec(**asdict(spec)))
        case IndexSpec() as spec:
            message.index.CopyFrom(job_pb2.IndexSpec(**asdict(spec)))
        case ExportSpec() as spec:
            message.export.destination_uri = spec.destination_uri
            message.export.filtered_attributes.extend(spec.filtered_attributes)
            message.export.selection.version = spec.version
            message.export.selection.revision = spec.revision
        case TagEditSpec() as spec:
            message.tag_edit.CopyFrom(job_pb2.TagEditSpec(**asdict(spec)))
    match job.summary:
        case ScanSummary() as summary:
            message.scan_summary.CopyFrom(job_pb2.ScanSummary(**asdict(summary)))
        case ExportSummary() as summary:
            message.export_summary.CopyFrom(job_pb2.ExportSummary(**asdict(summary)))
        case TagEditSummary() as summary:
            message.tag_edit_summary.CopyFrom(job_pb2.TagEditSummary(**asdict(summary)))
    return message


def encoded_result(job: Job, row: Row[Any]) -> job_pb2.JobResult:
    return job_pb2.JobResult(
        file=f"{job.version}/files/{file_id(job.version_id, row.ordinal)}",
        path=row.path,
        done=row.done,
        reason=ErrorReason.ValueType(row.reason or 0),
        message=row.message,
        tags=row.tags,
        answer=row.answer,
    )


def encoded_lines(rows: Sequence[Row[Any]]) -> list[job_pb2.JobLogLine]:
    return [
        job_pb2.JobLogLine(sequence=row.sequence, time=timestamp(row.time), level=row.level, message=row.message)
        for row in rows
    ]
