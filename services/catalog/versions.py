"""Versions: what a name leads to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bowerbird.catalog.v1.dataset_pb2 import Dataset
from libs.objects.uri import StorageUri, parse_uri
from libs.rpc.errors import NotFound
from libs.rpc.names import LATEST, VERSION
from services.catalog.schema import datasets, versions, workspaces


@dataclass(frozen=True)
class Version:
    """A version with the ids of its name. `workspace` and `dataset` are ids as users know them."""

    id: int
    workspace: str
    workspace_id: int
    dataset: str
    dataset_id: int
    number: int
    state: int
    revision: int
    next_ordinal: int
    file_count: int
    size_bytes: int
    scanned: datetime | None
    index_set_id: int | None
    created: datetime
    root_uri: str
    import_format: int

    @property
    def folder(self) -> StorageUri | None:
        """What the paths of its files are relative to; None for a logical dataset, which has no root."""
        if not self.root_uri:
            return None
        root = parse_uri(self.root_uri)
        return root.split()[0] if self.import_format == Dataset.IMPORT_FORMAT_FILE else root

    @property
    def name(self) -> str:
        """The resource name."""
        return version_name(self.workspace, self.dataset, self.number)


def version_name(workspace: str, dataset: str, number: int) -> str:
    """`workspaces/{workspace}/datasets/{dataset}/versions/v{number}`."""
    return VERSION.format(workspace=workspace, dataset=dataset, version=f"v{number}")


async def find_version(connection: AsyncConnection, *, workspace: str, dataset: str, version: str) -> Version:
    """The version by the ids in its name, `latest` among them. Raises NotFound."""
    values = {"workspace": workspace, "dataset": dataset, "number": number_in(version)}
    row = (await connection.execute(_BY_NAME, values)).one_or_none()
    if row is None:
        raise version_missing(workspace, dataset, version)
    return Version(*row)


async def find_version_by_id(connection: AsyncConnection, version_id: int) -> Version:
    """Raises NotFound."""
    row = (await connection.execute(version_columns().where(versions.c.id == version_id))).one_or_none()
    if row is None:
        raise NotFound(resource="version", name=version_id)
    return Version(*row)


async def list_versions(
    connection: AsyncConnection, workspace: str, dataset: str, before: int | None, limit: int
) -> Sequence[Version]:
    """Newest first, below the number `before`."""
    statement = (
        version_columns()
        .where(workspaces.c.slug == workspace, datasets.c.slug == dataset)
        .order_by(versions.c.number.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(versions.c.number < before)
    return [Version(*row) for row in await connection.execute(statement)]


def number_in(version: str) -> int | None:
    """The number of a version by its id: None for `latest`, and 0, which leads nowhere, for what is never given out."""
    if version == LATEST:
        return None
    digits = version.removeprefix("v")
    known = version.startswith("v") and digits.isascii() and digits.isdigit() and len(digits) < 10
    return int(digits) if known and digits[0] != "0" else 0


def version_missing(workspace: str, dataset: str, version: str) -> NotFound:
    """The error for ids that lead to no version."""
    return NotFound(resource="version", name=VERSION.format(workspace=workspace, dataset=dataset, version=version))


def version_columns() -> Select[Any]:
    """Selects the fields of Version, in their order."""
    return select(
        versions.c.id,
        workspaces.c.slug.label("workspace"),
        versions.c.workspace_id,
        datasets.c.slug.label("dataset"),
        versions.c.dataset_id,
        versions.c.number,
        versions.c.state,
        versions.c.revision,
        versions.c.next_ordinal,
        versions.c.file_count,
        versions.c.size_bytes,
        versions.c.scanned,
        versions.c.index_set_id,
        versions.c.created,
        datasets.c.root_uri,
        datasets.c.import_format,
    ).select_from(
        versions.join(datasets, versions.c.dataset_id == datasets.c.id).join(
            workspaces, datasets.c.workspace_id == workspaces.c.id
        )
    )


def is_named_version() -> ColumnElement[bool]:
    """Whether a row of `version_columns` is the one of the parameters `workspace`, `dataset` and `number`: ids, and
    `number_in` of the last.
    """
    of_dataset = versions.alias()
    newest = select(func.max(of_dataset.c.number)).where(of_dataset.c.dataset_id == datasets.c.id).scalar_subquery()
    return (
        (workspaces.c.slug == bindparam("workspace"))
        & (datasets.c.slug == bindparam("dataset"))
        & (versions.c.number == func.coalesce(bindparam("number", type_=Integer), newest))
    )


# Built once, for most calls begin with it and would build it anew.
_BY_NAME = version_columns().where(is_named_version())
