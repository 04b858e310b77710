"""How a job comes to be: in one transaction with its work, or with the scan that it waits for."""

from dataclasses import asdict, dataclass

from grpc import StatusCode
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bowerbird.catalog.v1.dataset_pb2 import Version as VersionMessage
from bowerbird.catalog.v1.job_pb2 import Job, JobLogLine
from bowerbird.catalog.v1.work_pb2 import JobKind
from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.rpc.errors import BowerbirdError, NotFound
from services.catalog.chunks import start_jobs
from services.catalog.errors import VersionPublished
from services.catalog.job_log import write_log
from services.catalog.job_specs import KINDS, AskedSpec, Plan, ScanSpec, Selection, TagEditSpec, plan
from services.catalog.request_ids import lock_request
from services.catalog.results import LogLine
from services.catalog.schema import datasets, jobs, versions
from services.catalog.scope import workspace_key
from services.catalog.versions import Version, find_version

# Of the advisory locks of versions, apart from those of request ids.
VERSION_LOCKS = 1
OVER_FILES = (JobKind.JOB_KIND_TAG, JobKind.JOB_KIND_INDEX)


class NothingToScan(BowerbirdError):
    """{name} is {state} and has no storage of its own; expected {expected}."""

    status, reason = StatusCode.FAILED_PRECONDITION, ErrorReason.ERROR_REASON_STATE_CONFLICT


@dataclass(frozen=True)
class NewJob:
    """A job to be made. `version` and `dataset` are the ids in the version's name, `creator` is who asks."""

    workspace: str
    dataset: str
    version: str
    spec: AskedSpec
    selection: Selection | None
    creator: str
    request_id: str | None


async def create_job(connection: AsyncConnection, new: NewJob) -> int:
    """The id of the job, of the one that the same request made before. Raises what `plan` raises, NotFound,
    VersionPublished and NothingToScan.
    """
    if new.request_id and (made := await _made_before(connection, new.workspace, new.request_id)):
        return made
    version = await find_version(connection, workspace=new.workspace, dataset=new.dataset, version=new.version)
    await _lock_against_others(connection, version)
    kind = KINDS[type(new.spec)]
    can_scan = await _can_scan(connection, version, kind)
    planned = await plan(connection, version, new.spec, new.selection)
    scan = await _scan_going_on(connection, version.id) if kind != JobKind.JOB_KIND_EXPORT else None
    if kind in OVER_FILES and scan is None and can_scan and not await _was_scanned(connection, version.id):
        scan = await _insert(connection, version, Plan(ScanSpec()), creator=new.creator)
        await start_jobs(connection, version.id, [scan])
    job = await _insert(
        connection,
        version,
        planned,
        creator=new.creator,
        request_id=new.request_id,
        waits_for=scan,
        selection=new.selection,
    )
    if scan is None:
        await start_jobs(connection, version.id, [job])
    else:
        line = f"Waits for the scan workspaces/{version.workspace}/jobs/{scan}."
        await write_log(connection, job, [LogLine(JobLogLine.LEVEL_INFO, line)])
    return job


async def create_tag_edit_job(
    connection: AsyncConnection, version: Version, spec: TagEditSpec, *, files: int, creator: str
) -> int:
    """The id of the job that does or undoes an edit of at most so many files."""
    job = await _insert(connection, version, Plan(spec, files=files), creator=creator)
    await start_jobs(connection, version.id, [job])
    return job


async def _made_before(connection: AsyncConnection, workspace: str, request_id: str) -> int | None:
    """The job of an earlier request with this id."""
    await lock_request(connection, workspace, request_id)
    made: int | None = await connection.scalar(
        select(jobs.c.id).where(jobs.c.workspace_id == workspace_key(workspace), jobs.c.request_id == request_id)
    )
    return made


async def _lock_against_others(connection: AsyncConnection, version: Version) -> None:
    """Two jobs are made one after the other, so that both do not bring a scan; and no version is deleted meanwhile."""
    await connection.execute(select(func.pg_advisory_xact_lock(VERSION_LOCKS, version.id % 2**31)))
    there = await connection.scalar(
        select(versions.c.id).where(versions.c.id == version.id).with_for_update(read=True, key_share=True)
    )
    if there is None:
        raise NotFound(resource="version", name=version.name)


async def _can_scan(connection: AsyncConnection, version: Version, kind: int) -> bool:
    """Whether the version follows a storage. Raises where the kind of job needs what the version is not."""
    storage = await connection.scalar(
        select(datasets.c.storage_connection_id).where(datasets.c.id == version.dataset_id)
    )
    is_open = version.state == VersionMessage.STATE_OPEN
    if kind in (JobKind.JOB_KIND_SCAN, JobKind.JOB_KIND_TAG) and not is_open:
        raise VersionPublished(version=version.name)
    if kind == JobKind.JOB_KIND_SCAN and storage is None:
        raise NothingToScan(name=version.name, state="of a logical dataset", expected="a version of a premium dataset")
    return is_open and storage is not None


async def _scan_going_on(connection: AsyncConnection, version_id: int) -> int | None:
    """The newest scan of the version that has not ended. It cannot end before this transaction has: whoever waits for
    it is seen by its end.
    """
    scan: int | None = await connection.scalar(
        select(jobs.c.id)
        .where(jobs.c.version_id == version_id, jobs.c.kind == JobKind.JOB_KIND_SCAN, jobs.c.ended.is_(None))
        .order_by(jobs.c.id.desc())
        .limit(1)
        .with_for_update()
    )
    return scan


async def _was_scanned(connection: AsyncConnection, version_id: int) -> bool:
    """Asked after the scan that goes on: one that has just ended counts."""
    scanned = await connection.scalar(select(versions.c.scanned).where(versions.c.id == version_id))
    return scanned is not None


async def _insert(
    connection: AsyncConnection,
    version: Version,
    planned: Plan,
    *,
    creator: str,
    request_id: str | None = None,
    waits_for: int | None = None,
    selection: Selection | None = None,
) -> int:
    statement = (
        insert(jobs)
        .values(
            workspace_id=version.workspace_id,
            version_id=version.id,
            kind=KINDS[type(planned.spec)],
            spec=asdict(planned.spec),
            selection=selection.ordinals if selection else None,
            scores=selection.scores if selection else None,
            state=Job.STATE_PENDING,
            mode=planned.mode,
            fingerprint=planned.fingerprint,
            tag_definition_id=planned.tag_definition_id,
            index_set_id=planned.index_set_id,
            waits_for=waits_for,
            total=planned.files,
            creator=creator,
            request_id=request_id or None,
        )
        .returning(jobs.c.id)
    )
    job_id: int = (await connection.execute(statement)).scalar_one()
    return job_id
