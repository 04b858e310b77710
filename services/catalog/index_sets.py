"""Index sets: by which model and in which table a version's files are embedded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from grpc import StatusCode
from sqlalchemy import BigInteger, ColumnElement, Select, bindparam, func, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.rpc.errors import BowerbirdError, FieldInvalid, NotFound
from libs.rpc.names import CONNECTION, INDEX_SET
from services.catalog.connections import find_connection
from services.catalog.schema import connections, file_vectors, index_sets, versions
from services.catalog.versions import Version


class DimensionMismatch(BowerbirdError):
    """The index set has {expected} dimensions and the model gives {found}; choose the model it was made with, or
    another table."""

    status, reason = StatusCode.FAILED_PRECONDITION, ErrorReason.ERROR_REASON_DIMENSION_MISMATCH


_MODEL, _DATABASE = connections.alias(), connections.alias()
_COLUMNS = (
    index_sets.c.id,
    _MODEL.c.slug.label("model_connection"),
    index_sets.c.model,
    _DATABASE.c.slug.label("database_connection"),
    index_sets.c.table_name,
    index_sets.c.metric,
    index_sets.c.dimension,
    index_sets.c.revision,
    index_sets.c.created,
)
_NO_FILE_COUNT: ColumnElement[int] = literal_column("0").label("file_count")


@dataclass(frozen=True)
class IndexSetting:
    """What tells one index set from another; connections by their ids, an empty model is the connection's first."""

    model_connection: str
    model: str
    database_connection: str
    table: str
    metric: int


@dataclass(frozen=True)
class IndexSet:
    """An index set of `version`; connections by their ids as users know them."""

    version: Version
    id: int
    model_connection: str
    model: str
    database_connection: str
    table_name: str
    metric: int
    dimension: int
    revision: int
    created: datetime
    file_count: int

    @property
    def name(self) -> str:
        """The resource name."""
        return index_set_name(self.version, self.id)


def index_set_name(version: Version, index_set_id: int) -> str:
    """`workspaces/{workspace}/datasets/{dataset}/versions/{version}/indexSets/{index_set}`."""
    return f"{version.name}/indexSets/{index_set_id}"


async def set_index_set(connection: AsyncConnection, version: Version, setting: IndexSetting) -> IndexSet:
    """Get or make the index set of this setting, and make it the version's own.

    Raises NotFound for a connection, and FieldInvalid for one that is no model service of such a model, or no database.
    """
    model_connection = await find_connection(connection, version.workspace, setting.model_connection, lock="use")
    database_connection = await find_connection(connection, version.workspace, setting.database_connection, lock="use")
    if database_connection.kind != "pgvector":
        raise FieldInvalid(
            field="index_set.database_connection",
            value=CONNECTION.format(workspace=version.workspace, connection=setting.database_connection),
            expected="a connection to a vector database",
        )
    model = _embedding_model(model_connection.kind, model_connection.config, setting.model)
    key = {
        "version_id": version.id,
        "model_connection_id": model_connection.id,
        "model": model["model"],
        "database_connection_id": database_connection.id,
        "table_name": setting.table,
        "metric": setting.metric,
    }
    made = insert(index_sets).values(**key, dimension=model.get("dimension", 0)).on_conflict_do_nothing()
    await connection.execute(made)
    found = select(index_sets.c.id).where(*(index_sets.c[column] == value for column, value in key.items()))
    index_set_id = await connection.scalar(found)
    await connection.execute(update(versions).where(versions.c.id == version.id).values(index_set_id=index_set_id))
    return await find_index_set(connection, version, str(index_set_id))


async def find_index_set(
    connection: AsyncConnection, version: Version, index_set: str, *, is_counted: bool = True
) -> IndexSet:
    """The index set by the id in its name; its `file_count` is 0 unless it is counted. Raises NotFound."""
    statement = index_set_columns(version.id, is_counted=is_counted).where(index_sets.c.id == key_in(index_set))
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        name = INDEX_SET.format(
            workspace=version.workspace, dataset=version.dataset, version=f"v{version.number}", index_set=index_set
        )
        raise NotFound(resource="index set", name=name)
    return IndexSet(version, *row)


def key_in(index_set: str) -> int:
    """The key by the id in a name; 0, which leads nowhere, for what is never given out."""
    return int(index_set) if index_set.isascii() and index_set.isdigit() and len(index_set) < 19 else 0


async def list_index_sets(connection: AsyncConnection, version: Version, after: int, limit: int) -> Sequence[IndexSet]:
    """Behind the key `after`, oldest first."""
    statement = index_set_columns(version.id).where(index_sets.c.id > after).order_by(index_sets.c.id).limit(limit)
    return [IndexSet(version, *row) for row in await connection.execute(statement)]


async def record_dimension(connection: AsyncConnection, index_set: IndexSet, dimension: int) -> None:
    """Raises DimensionMismatch where another one is recorded."""
    statement = (
        update(index_sets)
        .where(index_sets.c.id == index_set.id, index_sets.c.dimension.in_((0, dimension)))
        .values(dimension=dimension)
        .returning(index_sets.c.id)
    )
    if await connection.scalar(statement) is None:
        raise DimensionMismatch(expected=index_set.dimension, found=dimension)


def index_set_columns(version_id: int, *, is_counted: bool = True) -> Select[Any]:
    """Selects the fields of IndexSet but the version, in their order."""
    # By the primary key of file_vectors: one index set's rows lie together.
    file_count = (
        select(func.count())
        .where(
            file_vectors.c.version_id == version_id,
            file_vectors.c.index_set_id == index_sets.c.id,
            file_vectors.c.current,
        )
        .scalar_subquery()
    )
    return (
        select(*_COLUMNS, file_count.label("file_count") if is_counted else _NO_FILE_COUNT)
        .join_from(index_sets, _MODEL, index_sets.c.model_connection_id == _MODEL.c.id)
        .join(_DATABASE, index_sets.c.database_connection_id == _DATABASE.c.id)
        .where(index_sets.c.version_id == version_id)
    )


def with_index_set(selected: Select[Any]) -> Select[Any]:
    """Selects an index set of each version too: the one with the id that the parameter `index_set` gives, or the
    version's own where that is null. The fields of IndexSet but the version, in their order and not counted; its id is
    null where the version has none such.
    """
    wanted = func.coalesce(bindparam("index_set", type_=BigInteger), versions.c.index_set_id)
    is_wanted = (index_sets.c.id == wanted) & (index_sets.c.version_id == versions.c.id)
    return (
        selected.add_columns(*_COLUMNS, _NO_FILE_COUNT)
        .outerjoin(index_sets, is_wanted)
        .outerjoin(_MODEL, index_sets.c.model_connection_id == _MODEL.c.id)
        .outerjoin(_DATABASE, index_sets.c.database_connection_id == _DATABASE.c.id)
    )


def _embedding_model(kind: str, config: dict[str, Any], wanted: str) -> dict[str, Any]:
    """The model of a connection's config. Raises FieldInvalid."""
    if kind != "model_service" or not config["protocol"].endswith("_EMBEDDING"):
        raise FieldInvalid(field="index_set.model_connection", value=kind, expected="a model service that embeds")
    models: dict[str, dict[str, Any]] = {model["model"]: model for model in config["models"]}
    chosen = wanted or next(iter(models))
    if chosen not in models:
        raise FieldInvalid(field="index_set.model", value=wanted, expected=f"one of {', '.join(models)}")
    return models[chosen]
