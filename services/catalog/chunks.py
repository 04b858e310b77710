"""How a job gets its work, and how the jobs that wait for a scan go on or fail with it.

Rows are locked in one order everywhere: chunk, then jobs by ascending id, then version, then index set, then what is
written below these two. Nothing waits for a second chunk.
"""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bowerbird.catalog.v1.work_pb2 import JobKind
from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from services.catalog.statements import statements

SQL = statements("chunks")


async def start_jobs(connection: AsyncConnection, version_id: int, jobs: Sequence[int]) -> None:
    """Make the chunks of jobs on one version, of at most 64 files; any other job is one chunk without files.

    In incremental mode files with a good result are left out: for tags a done outcome with the job's fingerprint for
    the file's content, for an index set a current vector of it.
    """
    # Both sides may have grown by a million rows since their statistics; a nested loop over them would take hours.
    await connection.execute(text("SET LOCAL enable_nestloop = off"))
    await connection.execute(SQL["start_jobs"], {"version": version_id, "jobs": list(jobs)})
    await connection.execute(text("SET LOCAL enable_nestloop = on"))


async def start_waiting(connection: AsyncConnection, version_id: int, scan_id: int) -> None:
    """Start the jobs that wait for a scan. Call it in the transaction that ends the scan's job, after that."""
    waiting = (await connection.execute(SQL["waiting_jobs"], {"scan": scan_id})).all()
    if waiting:
        await start_jobs(connection, version_id, [row.id for row in waiting])


async def fail_waiting(
    connection: AsyncConnection, version_id: int, scan_id: int, reason: ErrorReason.ValueType, message: str
) -> None:
    """End the jobs that wait for a scan that failed or was stopped; a scan among them starts, it may fare better."""
    waiting = (await connection.execute(SQL["waiting_jobs"], {"scan": scan_id})).all()
    scans = [row.id for row in waiting if row.kind == JobKind.JOB_KIND_SCAN]
    others = [row.id for row in waiting if row.kind != JobKind.JOB_KIND_SCAN]
    if others:
        await fail_jobs(connection, others, reason, message)
    if scans:
        await start_jobs(connection, version_id, scans)


async def fail_jobs(
    connection: AsyncConnection, jobs: Sequence[int], reason: ErrorReason.ValueType, message: str
) -> None:
    """End jobs as a whole, with a line in their logs; those that have ended stay as they are."""
    await connection.execute(SQL["fail_jobs"], {"jobs": list(jobs), "reason": int(reason), "message": message})
