"""Datasets, each with its versions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bowerbird.catalog.v1.dataset_pb2 import Version
from libs.rpc.errors import AlreadyExists, NotFound
from libs.rpc.names import DATASET, JOB
from services.catalog.connections import find_connection
from services.catalog.database import Database
from services.catalog.errors import InUse
from services.catalog.fields import check_etag
from services.catalog.schema import connections, datasets, discarded_versions, jobs, versions
from services.catalog.scope import is_named, workspace_key


@dataclass(frozen=True)
class NewDataset:
    """A dataset to be made; `connection` is the id of its storage connection, None for a logical one."""

    slug: str
    display_name: str
    kind: int
    content_type: int
    connection: str | None
    root_uri: str
    import_format: int
    mount_path: str
    description: str
    labels: dict[str, str]


class Datasets:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, workspace: str, new: NewDataset) -> Row[Any]:
        """Make the dataset and its version v1. Raises AlreadyExists, and NotFound for the connection."""
        async with self._database.begin() as connection:
            storage = None
            if new.connection is not None:
                storage = await find_connection(connection, workspace, new.connection, lock="use")
            statement = (
                insert(datasets)
                .values(
                    workspace_id=workspace_key(workspace),
                    slug=new.slug,
                    display_name=new.display_name,
                    kind=new.kind,
                    content_type=new.content_type,
                    storage_connection_id=storage.id if storage else None,
                    root_uri=new.root_uri,
                    import_format=new.import_format,
                    mount_path=new.mount_path,
                    description=new.description,
                    labels=new.labels,
                )
                .on_conflict_do_nothing()
                .returning(datasets.c.id, datasets.c.workspace_id)
            )
            row = (await connection.execute(statement)).one_or_none()
            if row is None:
                raise AlreadyExists(resource="dataset", name=DATASET.format(workspace=workspace, dataset=new.slug))
            await connection.execute(
                insert(versions).values(
                    dataset_id=row.id, workspace_id=row.workspace_id, number=1, state=Version.STATE_OPEN
                )
            )
            return await find_dataset(connection, workspace, new.slug)

    async def get(self, workspace: str, slug: str) -> Row[Any]:
        """Raises NotFound."""
        async with self._database.begin() as connection:
            return await find_dataset(connection, workspace, slug)

    async def list(self, workspace: str, after: str, limit: int) -> Sequence[Row[Any]]:
        """Rows behind the id `after`, by id."""
        statement = (
            dataset_columns()
            .where(datasets.c.workspace_id == workspace_key(workspace), datasets.c.slug > after)
            .order_by(datasets.c.slug)
            .limit(limit)
        )
        async with self._database.begin() as connection:
            rows: Sequence[Row[Any]] = (await connection.execute(statement)).all()
            return rows

    async def update(self, workspace: str, slug: str, etag: str, changed: dict[str, Any]) -> Row[Any]:
        """Set columns. Raises NotFound and EditConflict."""
        async with self._database.begin() as connection:
            old = await _lock(connection, workspace, slug)
            check_etag(DATASET.format(workspace=workspace, dataset=slug), old, etag)
            await connection.execute(
                update(datasets)
                .where(datasets.c.id == old.id)
                .values(**changed, edits=datasets.c.edits + 1, updated=func.now())
            )
            return await find_dataset(connection, workspace, slug)

    async def delete(self, workspace: str, slug: str) -> None:
        """Delete the dataset with all that hangs off it; `Discarded` deletes the rows of its large tables after that.

        Raises NotFound, and InUse while a job goes on.
        """
        async with self._database.begin() as connection:
            dataset = await _lock(connection, workspace, slug)
            # A new job locks its version against this, so either it is seen here or it finds no version.
            locked = select(versions.c.id).where(versions.c.dataset_id == dataset.id).with_for_update()
            ids = (await connection.scalars(locked)).all()
            job = await connection.scalar(
                select(jobs.c.id).where(jobs.c.version_id.in_(ids), jobs.c.ended.is_(None)).limit(1)
            )
            if job is not None:
                name = DATASET.format(workspace=workspace, dataset=slug)
                raise InUse(name=name, used_by=JOB.format(workspace=workspace, job=str(job)))
            await connection.execute(insert(discarded_versions), [{"version_id": version_id} for version_id in ids])
            await connection.execute(delete(datasets).where(datasets.c.id == dataset.id))


async def find_dataset(connection: AsyncConnection, workspace: str, slug: str) -> Row[Any]:
    """The row of `dataset_columns`. Raises NotFound."""
    statement = dataset_columns().where(is_named(datasets, workspace, slug))
    row: Row[Any] | None = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise NotFound(resource="dataset", name=DATASET.format(workspace=workspace, dataset=slug))
    return row


def dataset_columns() -> Select[Any]:
    """Selects all columns, with the id of the connection as users know it, and of the newest version its number
    (`latest`), its state, what it holds (`file_count`, `size_bytes`) and when it was scanned.
    """
    of_dataset, newest = versions.alias(), versions.alias()
    number = select(func.max(of_dataset.c.number)).where(of_dataset.c.dataset_id == datasets.c.id).scalar_subquery()
    return (
        select(
            datasets,
            connections.c.slug.label("connection"),
            newest.c.number.label("latest"),
            newest.c.state,
            newest.c.file_count,
            newest.c.size_bytes,
            newest.c.scanned,
        )
        .outerjoin_from(datasets, connections, datasets.c.storage_connection_id == connections.c.id)
        .join(newest, (newest.c.dataset_id == datasets.c.id) & (newest.c.number == number))
    )


async def _lock(connection: AsyncConnection, workspace: str, slug: str) -> Row[Any]:
    statement = select(datasets).where(is_named(datasets, workspace, slug)).with_for_update()
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise NotFound(resource="dataset", name=DATASET.format(workspace=workspace, dataset=slug))
    return row
