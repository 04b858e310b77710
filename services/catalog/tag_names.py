"""The names of tag ids."""

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalog.schema import tags


async def tag_names(connection: AsyncConnection, workspace_id: int, ids: Collection[int]) -> Mapping[int, str]:
    """By the primary key of tags."""
    if not ids:
        return {}
    statement = select(tags.c.id, tags.c.name).where(tags.c.workspace_id == workspace_id, tags.c.id.in_(ids))
    return {row.id: row.name for row in await connection.execute(statement)}
