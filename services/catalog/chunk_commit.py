"""One update of a lease in the transaction that holds its chunk: outcomes, counts, tags, vectors, the end of a job.

Locks are taken in the order chunk, job, version, index set; the rows below the last two come behind them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bowerbird.catalog.v1.job_pb2 import Job, JobLogLine
from bowerbird.catalog.v1.work_pb2 import JobKind, LeaseStatus
from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from services.catalog.chunks import fail_jobs, fail_waiting, start_waiting
from services.catalog.edits import stamp_index_set, stamp_version
from services.catalog.job_facts import JobFacts
from services.catalog.job_log import write_log
from services.catalog.results import (
    ExportSummary,
    Failed,
    FileResult,
    LeaseUpdate,
    LogLine,
    Released,
    ScanSummary,
    Summary,
    TagEditSummary,
    Tagged,
)
from services.catalog.schema import jobs, versions
from services.catalog.statements import statements

SQL = statements("commits")

CHANGED = "Its content changed while the job ran; an incremental job takes the new content."
GOES_ON = (Job.STATE_PENDING, Job.STATE_RUNNING)


@dataclass(frozen=True)
class Status:
    """What a lease is worth after an update; `state` as LeaseStatus.State."""

    lease: str
    state: LeaseStatus.State.ValueType
    end: datetime


class Commit:
    """One update, in the transaction that holds its chunk."""

    def __init__(
        self,
        connection: AsyncConnection,
        job: JobFacts,
        chunk: Row[Any],
        tag_ids: Mapping[str, int],
        lease_seconds: float,
    ) -> None:
        self._connection = connection
        self._job = job
        self._chunk = chunk
        self._tag_ids = tag_ids
        self._lease_seconds = lease_seconds

    async def apply(self, said: LeaseUpdate, results: Sequence[FileResult]) -> Status:
        """Outcomes and counts first, then what readers follow, because that locks the version."""
        ordinals = set(self._chunk.ordinals)
        mine = [result for result in results if result.ordinal in ordinals]
        written = await self._record(mine) if mine else []
        advanced = await self._advance(said, {result.ordinal: result for result in mine}, written)
        await write_log(self._connection, self._job.id, said.log_lines)
        if advanced.has_just_ended:
            await write_log(self._connection, self._job.id, [last_line(advanced)])
        await self._end(said)
        await self._publish({result.ordinal: result for result in mine}, written)
        return Status(said.lease, lease_state(said, advanced), advanced.lease_end)

    async def _record(self, results: Sequence[FileResult]) -> Sequence[Row[Any]]:
        """Rows of the outcomes that were written: ordinal, done, reused, is_resized."""
        parameters = {
            "version": self._job.version_id,
            "job": self._job.id,
            "workspace": self._job.workspace_id,
            "kind": self._job.kind,
            "fingerprint": self._job.fingerprint,
            "changed_reason": int(ErrorReason.ERROR_REASON_OBJECT_CHANGED),
            "changed_message": CHANGED,
            **outcome_columns(results, self._tag_ids),
        }
        return (await self._connection.execute(SQL["record_outcomes"], parameters)).all()

    async def _advance(
        self, said: LeaseUpdate, results: Mapping[int, FileResult], written: Sequence[Row[Any]]
    ) -> Row[Any]:
        """The chunk and its job, further by what was written. State, chunk_ended, lease_end, has_just_ended, counts."""
        paid = [answer for row in written if (answer := results[row.ordinal].answer) is not None]
        done = sum(row.done for row in written)
        progress = said.progress
        parameters = {
            "chunk": self._chunk.id,
            "counted": len(written),
            "done": done,
            "failed": len(written) - done,
            "reused": sum(row.reused for row in written),
            "input_tokens": sum(answer.input_tokens for answer in paid),
            "output_tokens": sum(answer.output_tokens for answer in paid),
            "total_files": progress.total if progress else None,
            "done_files": progress.done if progress else None,
            "failed_files": progress.failed if progress else None,
            "ends": isinstance(said.end, Summary | Failed),
            "released": isinstance(said.end, Released),
            "goes_on": self._chunk.goes_on,
            "lease_seconds": self._lease_seconds,
        }
        return (await self._connection.execute(SQL["advance"], parameters)).one()

    async def _end(self, said: LeaseUpdate) -> None:
        """The end of the whole job, where the update brings it."""
        match said.end:
            case ScanSummary() as summary:
                found = summary.added + summary.changed + summary.unchanged
                await self._succeed(found, summary, f"Scanned: {found} files, {summary.gone} are gone.")
                await start_waiting(self._connection, self._job.version_id, self._job.id)
                await self._connection.execute(
                    update(versions).where(versions.c.id == self._job.version_id).values(scanned=func.now())
                )
            case ExportSummary() as summary:
                await self._succeed(summary.rows, summary, f"Exported: {summary.rows} rows to {summary.manifest_uri}.")
            case TagEditSummary() as summary:
                line = f"Worked through {summary.files} files and changed the tags of {summary.changed}."
                await self._succeed(summary.files, summary, line)
            case Failed(reason, message):
                await fail_jobs(self._connection, [self._job.id], reason, message)
                if self._job.kind == JobKind.JOB_KIND_SCAN:
                    message = f"The scan that it waited for, jobs/{self._job.id}, failed: {message}"
                    await fail_waiting(self._connection, self._job.version_id, self._job.id, reason, message)

    async def _succeed(self, files: int, summary: Summary, line: str) -> None:
        await self._connection.execute(
            update(jobs)
            .where(jobs.c.id == self._job.id, jobs.c.ended.is_(None))
            .values(
                state=Job.STATE_SUCCEEDED, ended=func.now(), total=files, done=files, failed=0, summary=asdict(summary)
            )
        )
        await write_log(self._connection, self._job.id, [LogLine(JobLogLine.LEVEL_INFO, line)])

    async def _publish(self, results: Mapping[int, FileResult], written: Sequence[Row[Any]]) -> None:
        """What readers of the version and of the index set follow: sizes, tags, vectors."""
        done = [row.ordinal for row in written if row.done]
        resized = [row.ordinal for row in written if row.is_resized] if self._chunk.version_is_open else []
        tagged = done if self._job.kind == JobKind.JOB_KIND_TAG else []
        version: dict[str, Any] = {"version": self._job.version_id}
        if resized or tagged:
            stamp = await stamp_version(self._connection, self._job.version_id)
            version["revision"] = stamp.revision
        if resized:
            sizes = {
                "ordinal": resized,
                "etag": [results[ordinal].etag for ordinal in resized],
                "width_px": [results[ordinal].width_px for ordinal in resized],
                "height_px": [results[ordinal].height_px for ordinal in resized],
            }
            await self._connection.execute(SQL["resize_files"], version | sizes)
        if tagged:
            await self._connection.execute(SQL["unite_tags"], version | {"ordinal": tagged})
        if done and self._job.kind == JobKind.JOB_KIND_INDEX and self._job.index_set_id is not None:
            vectors = {
                "index_set": self._job.index_set_id,
                "job": self._job.id,
                "revision": await stamp_index_set(self._connection, self._job.index_set_id),
                "ordinal": done,
                "etag": [results[ordinal].etag for ordinal in done],
            }
            await self._connection.execute(SQL["mark_vectors"], version | vectors)


def lease_state(said: LeaseUpdate, advanced: Row[Any]) -> LeaseStatus.State.ValueType:
    """What the worker hears: an ended chunk before a job that does not go on, for there is nothing left to stop."""
    if advanced.chunk_ended or isinstance(said.end, Released):
        return LeaseStatus.STATE_ENDED
    return LeaseStatus.STATE_HELD if advanced.state in GOES_ON else LeaseStatus.STATE_STOPPED


def last_line(job: Row[Any]) -> LogLine:
    """The line that ends the log of a job over files."""
    level = JobLogLine.LEVEL_WARNING if job.failed else JobLogLine.LEVEL_INFO
    return LogLine(level, f"Ended: {job.done} done ({job.reused} by earlier answers), {job.failed} failed.")


def outcome_columns(results: Sequence[FileResult], tag_ids: Mapping[str, int]) -> dict[str, Any]:
    """Results as columns of one length."""
    failures = [result.outcome if isinstance(result.outcome, Failed) else None for result in results]
    given = [result.outcome.tags if isinstance(result.outcome, Tagged) else () for result in results]
    return {
        "ordinal": [result.ordinal for result in results],
        "etag": [result.etag for result in results],
        "sha256": [result.sha256 for result in results],
        "width_px": [result.width_px for result in results],
        "height_px": [result.height_px for result in results],
        "reason": [int(failure.reason) if failure else None for failure in failures],
        "message": [failure.message.replace("\0", "\ufffd") if failure else "" for failure in failures],
        # As text, for unnest would take arrays of arrays apart.
        "tag_ids": [f"{{{','.join(str(one) for one in sorted({tag_ids[tag] for tag in tags}))}}}" for tags in given],
        "reused": [result.reused for result in results],
    }
