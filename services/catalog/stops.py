"""How a job stops: it takes no more leases, its workers hear of it when they renew theirs, and then it has ended."""

from sqlalchemy.ext.asyncio import AsyncConnection

from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from services.catalog.chunks import fail_waiting
from services.catalog.statements import statements

SQL = statements("stops")


async def ask_for_stop(connection: AsyncConnection, job_id: int) -> None:
    """Where nobody works on the job it has stopped at once. A job that has ended stays as it is."""
    await connection.execute(SQL["ask_for_stop"], {"job": job_id})
    await end_stopped(connection)


async def end_stopped(connection: AsyncConnection) -> None:
    """End every job that was asked to stop and that nobody works on any more."""
    parameters = {"reason": int(ErrorReason.ERROR_REASON_JOB_STOPPED)}
    scans = (await connection.execute(SQL["end_stopped"], parameters)).all()
    for scan in scans:  # rarely one, never more than a few
        message = f"The scan that it waited for, jobs/{scan.id}, was stopped."
        await fail_waiting(connection, scan.version_id, scan.id, ErrorReason.ERROR_REASON_JOB_STOPPED, message)
