"""Connections and their secrets."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Row, delete, func, literal, select, tuple_, union_all, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.rpc.errors import AlreadyExists, FieldInvalid, NotFound
from libs.rpc.names import CONNECTION, DATASET, INDEX_SET
from services.catalog.connection_configs import Config
from services.catalog.database import Database
from services.catalog.errors import InUse
from services.catalog.fields import check_etag
from services.catalog.schema import connections, datasets, index_sets, versions
from services.catalog.scope import is_named, workspace_key
from services.catalog.secrets import SecretBox

Lock = Literal["edit", "use"]
# The ids of a dataset and of an index set in it, 0 for the dataset itself.
UseKey = tuple[str, int]
FIRST_USE: UseKey = ("", 0)


@dataclass(frozen=True)
class Use:
    """Something that needs a connection: the name of a dataset or of an index set, and its place in the list."""

    user: str
    key: UseKey


class Connections:
    """Rows go out with their secrets sealed; only `secret` opens one."""

    def __init__(self, database: Database, secrets: SecretBox) -> None:
        self._database = database
        self._secrets = secrets

    async def create(self, workspace: str, slug: str, display_name: str, config: Config) -> Row[Any]:
        """Raises AlreadyExists."""
        statement = (
            insert(connections)
            .values(
                workspace_id=workspace_key(workspace),
                slug=slug,
                display_name=display_name,
                kind=config.kind,
                config=config.public,
            )
            .on_conflict_do_nothing()
            .returning(connections)
        )
        async with self._database.begin() as connection:
            row = (await connection.execute(statement)).one_or_none()
            if row is None:
                name = CONNECTION.format(workspace=workspace, connection=slug)
                raise AlreadyExists(resource="connection", name=name)
            return await self._seal(connection, row, config.secret)

    async def get(self, workspace: str, slug: str) -> Row[Any]:
        """Raises NotFound."""
        async with self._database.begin() as connection:
            return await find_connection(connection, workspace, slug)

    async def list(self, workspace: str, after: str, limit: int) -> Sequence[Row[Any]]:
        """Rows behind the id `after`, by id."""
        statement = (
            select(connections)
            .where(connections.c.workspace_id == workspace_key(workspace), connections.c.slug > after)
            .order_by(connections.c.slug)
            .limit(limit)
        )
        async with self._database.begin() as connection:
            return (await connection.execute(statement)).all()

    async def update(
        self, workspace: str, slug: str, etag: str, *, display_name: str | None, config: Config | None
    ) -> Row[Any]:
        """Change what is not None; a config without a secret keeps the secret.

        Raises NotFound, EditConflict, and FieldInvalid for a config of another kind.
        """
        name = CONNECTION.format(workspace=workspace, connection=slug)
        async with self._database.begin() as connection:
            old = await find_connection(connection, workspace, slug, lock="edit")
            check_etag(name, old, etag)
            changed: dict[str, Any] = {"edits": connections.c.edits + 1, "updated": func.now()}
            if display_name is not None:
                changed["display_name"] = display_name
            if config is not None:
                if config.kind != old.kind:
                    expected = f"{old.kind}: a connection keeps its kind"
                    raise FieldInvalid(field="connection.config", value=config.kind, expected=expected)
                changed["config"] = config.public
            statement = update(connections).where(connections.c.id == old.id).values(changed).returning(connections)
            row = (await connection.execute(statement)).one()
            return await self._seal(connection, row, config.secret if config else "")

    async def delete(self, workspace: str, slug: str) -> None:
        """Raises NotFound, and InUse while a dataset or an index set needs it."""
        async with self._database.begin() as connection:
            row = await find_connection(connection, workspace, slug, lock="edit")
            for use in await _uses(connection, workspace, row.id, FIRST_USE, 1):
                raise InUse(name=CONNECTION.format(workspace=workspace, connection=slug), used_by=use.user)
            await connection.execute(delete(connections).where(connections.c.id == row.id))

    async def uses(self, workspace: str, slug: str, after: UseKey, limit: int) -> Sequence[Use]:
        """What needs the connection, behind the key `after`. Raises NotFound."""
        async with self._database.begin() as connection:
            row = await find_connection(connection, workspace, slug)
            return await _uses(connection, workspace, row.id, after, limit)

    def secret(self, row: Row[Any]) -> str:
        """The secret of a row, empty if it has none. Raises SecretUnreadable."""
        return self._secrets.open(row.secret, _identity(row.id)) if row.secret is not None else ""

    async def check_key(self) -> None:
        """Raises SecretUnreadable where the secrets were encrypted with another key."""
        statement = select(connections).where(connections.c.secret.is_not(None)).limit(1)
        async with self._database.begin() as connection:
            row = (await connection.execute(statement)).one_or_none()
        if row is not None:
            self.secret(row)

    async def _seal(self, connection: AsyncConnection, row: Row[Any], secret: str) -> Row[Any]:
        if not secret:
            return row
        statement = (
            update(connections)
            .where(connections.c.id == row.id)
            .values(secret=self._secrets.seal(secret, _identity(row.id)))
            .returning(connections)
        )
        sealed: Row[Any] = (await connection.execute(statement)).one()
        return sealed


async def find_connection(
    connection: AsyncConnection, workspace: str, slug: str, *, lock: Lock | None = None
) -> Row[Any]:
    """The row by the ids in its name, locked to edit it, or to use it: then nobody deletes it before the commit.

    Raises NotFound.
    """
    statement = select(connections).where(is_named(connections, workspace, slug))
    if lock is not None:
        statement = statement.with_for_update(read=lock == "use", key_share=lock == "use")
    row: Row[Any] | None = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise NotFound(resource="connection", name=CONNECTION.format(workspace=workspace, connection=slug))
    return row


def _identity(connection_id: int) -> str:
    return f"connections/{connection_id}"


async def _uses(
    connection: AsyncConnection, workspace: str, connection_id: int, after: UseKey, limit: int
) -> Sequence[Use]:
    """Behind the key `after`, by dataset: it first, then its index sets, oldest first. By the indexes of columns that
    name a connection.
    """
    of_files = select(datasets.c.slug, literal(0).label("number"), literal(0).label("index_set_id")).where(
        datasets.c.storage_connection_id == connection_id
    )
    of_vectors = (
        select(datasets.c.slug, versions.c.number, index_sets.c.id)
        .join_from(index_sets, versions, index_sets.c.version_id == versions.c.id)
        .join(datasets, versions.c.dataset_id == datasets.c.id)
        .where(
            (index_sets.c.model_connection_id == connection_id) | (index_sets.c.database_connection_id == connection_id)
        )
    )
    use = union_all(of_files, of_vectors).subquery()
    key = tuple_(use.c.slug, use.c.index_set_id)
    rows = await connection.execute(
        select(use).where(key > after).order_by(use.c.slug, use.c.index_set_id).limit(limit)
    )
    return [Use(_user(workspace, row), (row.slug, row.index_set_id)) for row in rows]


def _user(workspace: str, row: Row[Any]) -> str:
    if row.index_set_id == 0:
        return DATASET.format(workspace=workspace, dataset=row.slug)
    return INDEX_SET.format(
        workspace=workspace, dataset=row.slug, version=f"v{row.number}", index_set=str(row.index_set_id)
    )
