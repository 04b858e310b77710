"""Tag definitions as the database keeps them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, case, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.rpc.errors import AlreadyExists, NotFound
from libs.rpc.names import TAG_DEFINITION
from services.catalog.database import Database
from services.catalog.fields import check_etag
from services.catalog.schema import tag_definitions
from services.catalog.scope import is_named, workspace_key


class TagDefinitions:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(
        self, workspace: str, slug: str, *, display_name: str, guide_prompt: str, definition: str
    ) -> Row[Any]:
        """`definition` is in its normal form. Raises AlreadyExists."""
        statement = (
            insert(tag_definitions)
            .values(
                workspace_id=workspace_key(workspace),
                slug=slug,
                display_name=display_name,
                guide_prompt=guide_prompt,
                definition=definition,
            )
            .on_conflict_do_nothing()
            .returning(tag_definitions)
        )
        async with self._database.begin() as connection:
            row: Row[Any] | None = (await connection.execute(statement)).one_or_none()
        if row is None:
            name = TAG_DEFINITION.format(workspace=workspace, tag_definition=slug)
            raise AlreadyExists(resource="tag definition", name=name)
        return row

    async def get(self, workspace: str, slug: str) -> Row[Any]:
        """Raises NotFound."""
        async with self._database.begin() as connection:
            return await find_tag_definition(connection, workspace, slug)

    async def list(self, workspace: str, after: str, limit: int) -> Sequence[Row[Any]]:
        """Rows behind the id `after`, by id."""
        statement = (
            select(tag_definitions)
            .where(tag_definitions.c.workspace_id == workspace_key(workspace), tag_definitions.c.slug > after)
            .order_by(tag_definitions.c.slug)
            .limit(limit)
        )
        async with self._database.begin() as connection:
            return (await connection.execute(statement)).all()

    async def update(self, workspace: str, slug: str, etag: str, changed: dict[str, Any]) -> Row[Any]:
        """Set columns; the revision rises if prompt or tags are other ones. Raises NotFound and EditConflict."""
        async with self._database.begin() as connection:
            old = await find_tag_definition(connection, workspace, slug, lock=True)
            check_etag(TAG_DEFINITION.format(workspace=workspace, tag_definition=slug), old, etag)
            other = or_(
                tag_definitions.c.guide_prompt != changed.get("guide_prompt", old.guide_prompt),
                tag_definitions.c.definition != changed.get("definition", old.definition),
            )
            statement = (
                update(tag_definitions)
                .where(tag_definitions.c.id == old.id)
                .values(
                    **changed,
                    revision=tag_definitions.c.revision + case((other, 1), else_=0),
                    edits=tag_definitions.c.edits + 1,
                    updated=func.now(),
                )
                .returning(tag_definitions)
            )
            row: Row[Any] = (await connection.execute(statement)).one()
            return row

    async def delete(self, workspace: str, slug: str) -> None:
        """Raises NotFound."""
        statement = delete(tag_definitions).where(is_named(tag_definitions, workspace, slug))
        async with self._database.begin() as connection:
            deleted = await connection.scalar(statement.returning(tag_definitions.c.id))
        if deleted is None:
            name = TAG_DEFINITION.format(workspace=workspace, tag_definition=slug)
            raise NotFound(resource="tag definition", name=name)


async def find_tag_definition(
    connection: AsyncConnection, workspace: str, slug: str, *, lock: bool = False
) -> Row[Any]:
    """The row by the ids in its name. Raises NotFound."""
    statement = select(tag_definitions).where(is_named(tag_definitions, workspace, slug))
    row: Row[Any] | None = (await connection.execute(statement.with_for_update() if lock else statement)).one_or_none()
    if row is None:
        name = TAG_DEFINITION.format(workspace=workspace, tag_definition=slug)
        raise NotFound(resource="tag definition", name=name)
    return row
