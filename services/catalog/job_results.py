"""What jobs said of files."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalog.statements import statements

SQL = statements("job_results")
LARGEST_ID = 2**63 - 1


async def read_results(
    connection: AsyncConnection,
    version_id: int,
    job_id: int,
    *,
    only_failed: bool,
    reason: int | None,
    after: int,
    limit: int,
) -> Sequence[Row[Any]]:
    """Rows with ordinal, path, done, reason, message, answer and tags (names), by ordinal behind `after`; with a reason
    those of files that failed for it.
    """
    parameters = {
        "version": version_id,
        "job": job_id,
        "only_failed": only_failed,
        "reason": reason,
        "after": after,
        "most": limit,
    }
    return (await connection.execute(SQL["read_results"], parameters)).all()


async def count_failures(connection: AsyncConnection, version_id: int, job_id: int) -> Sequence[Row[Any]]:
    """Rows with reason, files and message (of the first file), the most frequent reason first."""
    return (await connection.execute(SQL["count_failures"], {"version": version_id, "job": job_id})).all()


async def read_answers(
    connection: AsyncConnection, version_id: int, ordinal: int, *, before: int | None, limit: int
) -> Sequence[Row[Any]]:
    """What each job said of one file, newest job first, below the job `before`: rows with job_id, kind, created, done,
    reason, message, reused, current, answer, input_tokens, output_tokens, tags (names), model and tag_definition.
    """
    newest = before if before is not None else LARGEST_ID
    parameters = {"version": version_id, "ordinal": ordinal, "before": newest, "most": limit}
    return (await connection.execute(SQL["read_answers"], parameters)).all()
