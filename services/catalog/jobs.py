"""Jobs as people see them: made, watched, stopped, and read with what they said of each file."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bowerbird.catalog.v1.job_pb2 import Job as JobMessage
from libs.rpc.errors import NotFound
from libs.rpc.names import JOB
from services.catalog.bell import Bell
from services.catalog.database import Database
from services.catalog.job_creation import NewJob, create_job
from services.catalog.job_log import read_log
from services.catalog.job_results import count_failures, read_results
from services.catalog.job_specs import SPECS, ExportSpec, ScanSpec, Selection, Spec, TagEditSpec
from services.catalog.results import ExportSummary, ScanSummary, Summary, TagEditSummary
from services.catalog.schema import datasets, jobs, versions, workspaces
from services.catalog.scope import is_named, workspace_key
from services.catalog.stops import ask_for_stop
from services.catalog.versions import version_name

SUMMARIES: dict[type[Spec], type[Summary]] = {
    ScanSpec: ScanSummary,
    ExportSpec: ExportSummary,
    TagEditSpec: TagEditSummary,
}
WATCH_SECONDS = 0.5
LOG_PAGE = 1_000


@dataclass(frozen=True)
class Job:
    """A job; `state` as Job.State, `reason` as ErrorReason or None. Counts are of files. No selection is in it."""

    id: int
    workspace: str
    version: str
    version_id: int
    spec: Spec
    state: int
    waits_for: int | None
    total: int
    done: int
    failed: int
    reused: int
    input_tokens: int
    output_tokens: int
    summary: Summary | None
    reason: int | None
    message: str
    creator: str
    created: datetime
    started: datetime | None
    ended: datetime | None

    @property
    def name(self) -> str:
        """The resource name."""
        return job_name(self.workspace, self.id)


@dataclass(frozen=True)
class JobFilter:
    """Which jobs a list has: those of the dataset with this id, of these JobKinds, in these Job.States; None or nothing
    stands for all.
    """

    dataset: str | None = None
    kinds: Collection[int] = ()
    states: Collection[int] = ()


def job_name(workspace: str, job_id: int) -> str:
    """`workspaces/{workspace}/jobs/{job}`."""
    return JOB.format(workspace=workspace, job=str(job_id))


def parse_job_id(workspace: str, job: str) -> int:
    """The key of the job with this id. Raises NotFound for text that is none."""
    if not (job.isascii() and job.isdigit() and len(job) < 19):
        raise NotFound(resource="job", name=JOB.format(workspace=workspace, job=job))
    return int(job)


class Jobs:
    """Every method takes the workspace, and raises NotFound for a job that it does not have."""

    def __init__(self, database: Database, bell: Bell) -> None:
        self._database = database
        self._bell = bell

    async def create(self, new: NewJob) -> Job:
        """Make a job with its work. Raises what `create_job` raises."""
        async with self._database.begin() as connection:
            job_id = await create_job(connection, new)
            job = await _find(connection, new.workspace, job_id)
        self._bell.ring()
        return job

    async def get(self, workspace: str, job_id: int) -> Job:
        async with self._database.begin() as connection:
            return await _find(connection, workspace, job_id)

    async def selection(self, workspace: str, job_id: int) -> Selection:
        """The files of an export; empty for other jobs."""
        job = await self.get(workspace, job_id)
        statement = select(jobs.c.selection, jobs.c.scores).where(jobs.c.id == job.id)
        async with self._database.begin() as connection:
            row = (await connection.execute(statement)).one()
        return Selection(row.selection or b"", row.scores or b"")

    async def list(self, workspace: str, which: JobFilter, before: int | None, limit: int) -> Sequence[Job]:
        """Newest first, below the key `before`. By the index of jobs that begins with the workspace and has the kind or
        the state, or by that of their version.
        """
        statement = _columns().where(jobs.c.workspace_id == workspace_key(workspace))
        if which.dataset is not None:
            of_dataset = select(versions.c.id).join(datasets).where(is_named(datasets, workspace, which.dataset))
            statement = statement.where(jobs.c.version_id.in_(of_dataset))
        if which.kinds:
            statement = statement.where(jobs.c.kind.in_(which.kinds))
        if which.states:
            statement = statement.where(jobs.c.state.in_(which.states))
        if before is not None:
            statement = statement.where(jobs.c.id < before)
        async with self._database.begin() as connection:
            return [_job(row) for row in await connection.execute(statement.order_by(jobs.c.id.desc()).limit(limit))]

    async def watch(self, workspace: str, job_id: int) -> AsyncIterator[Job]:
        """The job as it is and whenever it has changed, at most twice a second, until it has ended."""
        shown = None
        while shown is None or shown.ended is None:
            job = await self.get(workspace, job_id)
            if job != shown:
                yield job
            shown = job
            if job.ended is None:
                await asyncio.sleep(WATCH_SECONDS)

    async def stop(self, workspace: str, job_id: int) -> Job:
        """Ask for the job's stop; one that nobody works on has stopped at once."""
        async with self._database.begin() as connection:
            await _find(connection, workspace, job_id)
            await ask_for_stop(connection, job_id)
            return await _find(connection, workspace, job_id)

    async def results(
        self, workspace: str, job_id: int, *, only_failed: bool, reason: int | None, after: int, limit: int
    ) -> tuple[Job, Sequence[Row[Any]]]:
        """The job, and what it said of the next files behind the ordinal `after`, as `read_results` gives it."""
        async with self._database.begin() as connection:
            job = await _find(connection, workspace, job_id)
            return job, await read_results(
                connection, job.version_id, job.id, only_failed=only_failed, reason=reason, after=after, limit=limit
            )

    async def failures(self, workspace: str, job_id: int) -> Sequence[Row[Any]]:
        """How many files failed for which reason, as `count_failures` gives it."""
        async with self._database.begin() as connection:
            job = await _find(connection, workspace, job_id)
            return await count_failures(connection, job.version_id, job.id)

    async def log(self, workspace: str, job_id: int, after: int, follow: bool) -> AsyncIterator[Sequence[Row[Any]]]:
        """Lines behind the sequence `after` in pages; with `follow` also those that come, until the job has ended."""
        while True:
            async with self._database.begin() as connection:
                # Asked first: what is written before the end of a job is read after it.
                ended = (await _find(connection, workspace, job_id)).ended is not None
                lines = await read_log(connection, job_id, after, LOG_PAGE)
            if lines:
                yield lines
                after = lines[-1].sequence
            elif ended or not follow:
                return
            else:
                await asyncio.sleep(WATCH_SECONDS)


async def _find(connection: AsyncConnection, workspace: str, job_id: int) -> Job:
    """By jobs_pkey."""
    statement = _columns().where(jobs.c.id == job_id, workspaces.c.slug == workspace)
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise NotFound(resource="job", name=job_name(workspace, job_id))
    return _job(row)


def _columns() -> Select[Any]:
    """All columns but the selection, which may be large, with the ids of the version's name."""
    kept = [column for column in jobs.c if column not in (jobs.c.selection, jobs.c.scores)]
    return (
        select(*kept, workspaces.c.slug.label("workspace"), datasets.c.slug.label("dataset"), versions.c.number)
        .join(workspaces, jobs.c.workspace_id == workspaces.c.id)
        .join(versions, jobs.c.version_id == versions.c.id)
        .join(datasets, versions.c.dataset_id == datasets.c.id)
    )


def _job(row: Row[Any]) -> Job:
    spec = SPECS[row.kind](**row.spec)
    # A scan that goes on, or that broke off, keeps part of its summary there.
    has_summary = row.summary is not None and row.state == JobMessage.STATE_SUCCEEDED
    return Job(
        id=row.id,
        workspace=row.workspace,
        version=version_name(row.workspace, row.dataset, row.number),
        version_id=row.version_id,
        spec=spec,
        state=row.state,
        waits_for=row.waits_for,
        total=row.total,
        done=row.done,
        failed=row.failed,
        reused=row.reused,
        input_tokens=row.input_tokens,
        output_tokens=row.output_tokens,
        summary=SUMMARIES[type(spec)](**row.summary) if has_summary else None,
        reason=row.reason,
        message=row.message,
        creator=row.creator,
        created=row.created,
        started=row.started,
        ended=row.ended,
    )
