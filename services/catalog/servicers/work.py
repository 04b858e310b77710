"""WorkService."""

from datetime import UTC
from typing import Any

from grpc.aio import ServicerContext

from bowerbird.catalog.v1 import job_pb2, work_pb2, work_service_pb2_grpc
from bowerbird.catalog.v1.work_service_pb2 import (
    CommitWorkRequest,
    CommitWorkResponse,
    LeaseWorkRequest,
    LeaseWorkResponse,
    LookUpAnswersRequest,
    LookUpAnswersResponse,
)
from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.rpc.errors import FieldInvalid, NotFound
from libs.rpc.names import file_id
from services.catalog.answers import Answer
from services.catalog.chunk_commit import Status
from services.catalog.fields import checked_text, timestamp
from services.catalog.jobs import job_name
from services.catalog.leases import Demand, Lease
from services.catalog.results import (
    ExportSummary,
    Failed,
    FileResult,
    Indexed,
    LeaseUpdate,
    LogLine,
    Progress,
    Released,
    Tagged,
)
from services.catalog.servicers.job import job_in
from services.catalog.tags import tag_name
from services.catalog.work import WorkQueue

Context = ServicerContext[Any, Any]

MAX_WAIT_SECONDS = 20
MAX_FILES = 1_024
MAX_CONTENTS = 1_024
MAX_ANSWER = 16 * 1024
MAX_MESSAGE = 4_096
SHA256_BYTES = 32
# Scans are catalog's own: they need no worker's room.
KINDS = (work_pb2.JOB_KIND_TAG, work_pb2.JOB_KIND_INDEX, work_pb2.JOB_KIND_EXPORT)


class WorkServicer(work_service_pb2_grpc.WorkServiceServicer):
    def __init__(self, queue: WorkQueue) -> None:
        self._queue = queue

    async def LeaseWork(self, request: LeaseWorkRequest, context: Context) -> LeaseWorkResponse:
        if not 0 <= request.wait_seconds <= MAX_WAIT_SECONDS:
            raise FieldInvalid(field="wait_seconds", value=request.wait_seconds, expected=f"0 to {MAX_WAIT_SECONDS}")
        leases = await self._queue.lease(decoded_demand(request.demand), request.wait_seconds)
        return LeaseWorkResponse(leases=map(encoded_lease, leases))

    async def CommitWork(self, request: CommitWorkRequest, context: Context) -> CommitWorkResponse:
        updates = [decoded_update(update) for update in request.updates]
        demand = decoded_demand(request.demand) if request.HasField("demand") else None
        statuses = await self._queue.commit(updates)
        leases = await self._queue.lease(demand) if demand else []
        return CommitWorkResponse(statuses=map(encoded_status, statuses), leases=map(encoded_lease, leases))

    async def LookUpAnswers(self, request: LookUpAnswersRequest, context: Context) -> LookUpAnswersResponse:
        _, job_id = job_in(request.job)
        if len(request.sha256) > MAX_CONTENTS:
            raise FieldInvalid(
                field="sha256", value=f"{len(request.sha256)} contents", expected=f"at most {MAX_CONTENTS:,}"
            )
        contents = [checked_sha256("sha256", content) for content in request.sha256]
        job = await self._queue.facts(job_id)
        if job is None:
            raise NotFound(resource="job", name=request.job)
        answers = await self._queue.look_up_answers(job, contents)
        return LookUpAnswersResponse(answers=[encoded_answer(answer) or work_pb2.Answer() for answer in answers])


def decoded_demand(demand: work_pb2.WorkDemand) -> Demand:
    """Raises FieldInvalid."""
    worker = checked_text("demand.worker", demand.worker, most=255, least=1)
    if not demand.kinds or not set(demand.kinds) <= set(KINDS):
        names = ", ".join(map(work_pb2.JobKind.Name, KINDS))
        raise FieldInvalid(field="demand.kinds", value=list(demand.kinds), expected=f"at least one of {names}")
    if not 1 <= demand.max_files <= MAX_FILES:
        raise FieldInvalid(field="demand.max_files", value=demand.max_files, expected=f"1 to {MAX_FILES:,}")
    return Demand(worker, frozenset(demand.kinds), demand.max_files)


def decoded_update(update: work_pb2.LeaseUpdate) -> LeaseUpdate:
    """Raises FieldInvalid."""
    return LeaseUpdate(
        lease=update.lease,
        results=[decoded_result(result) for result in update.results],
        log_lines=[decoded_line(line) for line in update.log_lines],
        progress=decoded_progress(update.progress) if update.HasField("progress") else None,
        end=decoded_end(update),
    )


def decoded_result(result: work_pb2.FileResult) -> FileResult:
    answer = None
    if result.HasField("answer"):
        answer = Answer(result.answer.text, result.answer.input_tokens, result.answer.output_tokens)
        if len(answer.text.encode()) > MAX_ANSWER:
            raise FieldInvalid(
                field="results.answer.text", value=answer.text, expected=f"at most {MAX_ANSWER:,} bytes of UTF-8"
            )
    return FileResult(
        ordinal=result.ordinal,
        etag=result.etag,
        sha256=checked_sha256("results.sha256", result.sha256) if result.sha256 else b"",
        width_px=result.width_px,
        height_px=result.height_px,
        outcome=decoded_outcome(result),
        answer=answer,
        reused=result.reused,
    )


def decoded_outcome(result: work_pb2.FileResult) -> Tagged | Indexed | Failed:
    match result.WhichOneof("outcome"):
        case "tags":
            return Tagged([tag_name(tag) for tag in result.tags.tags])
        case "index":
            return Indexed()
        case "failed":
            return decoded_failure(result.failed)
    raise FieldInvalid(field="results.outcome", value="", expected="one of tags, index, failed")


def decoded_failure(failed: work_pb2.FailedOutcome) -> Failed:
    """A failure always has a reason; one that a newer worker knows is kept as it is."""
    reason = failed.reason or ErrorReason.ERROR_REASON_INTERNAL
    return Failed(reason, failed.message[:MAX_MESSAGE])


def decoded_line(line: job_pb2.JobLogLine) -> LogLine:
    time = line.time.ToDatetime(UTC) if line.HasField("time") else None
    return LogLine(line.level or job_pb2.JobLogLine.LEVEL_INFO, line.message, time)


def decoded_progress(progress: job_pb2.JobProgress) -> Progress:
    return Progress(progress.total, progress.done, progress.failed)


def decoded_end(update: work_pb2.LeaseUpdate) -> ExportSummary | Failed | Released | None:
    match update.WhichOneof("end"):
        case "exported":
            exported = update.exported
            return ExportSummary(exported.manifest_uri, exported.rows, exported.parts)
        case "job_failed":
            return decoded_failure(update.job_failed)
        case "released":
            return Released()
    return None


def checked_sha256(field: str, value: bytes) -> bytes:
    if len(value) != SHA256_BYTES:
        raise FieldInvalid(field=field, value=value.hex(), expected=f"{SHA256_BYTES} bytes")
    return value


def encoded_lease(lease: Lease) -> work_pb2.Lease:
    return work_pb2.Lease(
        lease=lease.lease,
        job=job_name(lease.job.workspace, lease.job.id),
        end_time=timestamp(lease.end),
        files=[
            work_pb2.WorkFile(
                ordinal=file.ordinal,
                path=file.path,
                size_bytes=file.size_bytes,
                etag=file.etag,
                sha256=file.sha256,
                answer=encoded_answer(file.answer),
                file_id=file_id(lease.job.version_id, file.ordinal),
            )
            for file in lease.files
        ],
    )


def encoded_status(status: Status) -> work_pb2.LeaseStatus:
    return work_pb2.LeaseStatus(lease=status.lease, state=status.state, end_time=timestamp(status.end))


def encoded_answer(answer: Answer | None) -> work_pb2.Answer | None:
    if answer is None:
        return None
    return work_pb2.Answer(text=answer.text, input_tokens=answer.input_tokens, output_tokens=answer.output_tokens)
