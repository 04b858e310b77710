"""What a job said of its files."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalog.statements import statements

SQL = statements("job_results")


async def read_results(
    connection: AsyncConnection, version_id: int, job_id: int, *, only_failed: bool, after: int, limit: int
) -> Sequence[Row[Any]]:
    """Rows with ordinal, path, done, reason, message, answer and tags (names), by ordinal behind `after`."""
    parameters = {"version": version_id, "job": job_id, "only_failed": only_failed, "after": after, "most": limit}
    return (await connection.execute(SQL["read_results"], parameters)).all()
