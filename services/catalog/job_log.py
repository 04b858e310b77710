"""The log of a job. Lines are written while its row is locked, so that their sequence is the order of the commits."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalog.results import LogLine
from services.catalog.schema import job_log

MAX_LINE = 4_096


async def write_log(connection: AsyncConnection, job_id: int, lines: Sequence[LogLine]) -> None:
    """Append lines in their order; one that is there already, with its time, is not written again."""
    if not lines:
        return
    rows = [
        {
            "job_id": job_id,
            "time": line.time or func.clock_timestamp(),
            "level": line.level,
            "message": line.message.replace("\0", "\ufffd")[:MAX_LINE],
        }
        for line in lines
    ]
    await connection.execute(insert(job_log).values(rows).on_conflict_do_nothing())


async def read_log(connection: AsyncConnection, job_id: int, after: int, limit: int) -> Sequence[Row[Any]]:
    """The next lines behind a sequence, oldest first. By job_log_pkey."""
    statement = (
        select(job_log)
        .where(job_log.c.job_id == job_id, job_log.c.sequence > after)
        .order_by(job_log.c.sequence)
        .limit(limit)
    )
    return (await connection.execute(statement)).all()
