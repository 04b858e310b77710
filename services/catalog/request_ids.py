"""The ids that callers give to their requests, so that a repeated one is known."""

import hashlib

from sqlalchemy import BigInteger, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection


async def lock_request(connection: AsyncConnection, *ids: str) -> None:
    """Until the commit nobody else has this lock: of two requests at once the second waits here for the first."""
    key = hashlib.sha256("\0".join(ids).encode()).digest()
    await connection.execute(
        select(func.pg_advisory_xact_lock(literal(int.from_bytes(key[:8], signed=True), BigInteger)))
    )
