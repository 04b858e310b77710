"""Files of a version with their tags, row by row, for people. Services read them as columns: see `feed`."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bowerbird.catalog.v1.file_pb2 import File
from libs.rpc.errors import NotFound
from libs.rpc.names import file_id
from services.catalog.schema import file_tags, file_vectors, files
from services.catalog.versions import Version


async def find_file(connection: AsyncConnection, version: Version, ordinal: int) -> Row[Any]:
    """The row of `file_columns`. Raises NotFound."""
    statement = file_columns(version).where(files.c.ordinal == ordinal)
    row: Row[Any] | None = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise NotFound(resource="file", name=f"{version.name}/files/{file_id(version.id, ordinal)}")
    return row


async def list_files(
    connection: AsyncConnection, version: Version, after: int, limit: int, *, deleted: bool, path: str = ""
) -> Sequence[Row[Any]]:
    """Rows behind the ordinal `after`, by ordinal; those with status DELETED only if asked for. With a path that of one
    file at most.
    """
    statement = file_columns(version).where(files.c.ordinal > after).order_by(files.c.ordinal).limit(limit)
    if not deleted:
        statement = statement.where(files.c.status == File.STATUS_ACTIVE)
    if path:
        statement = statement.where(files.c.path == path)
    rows: Sequence[Row[Any]] = (await connection.execute(statement)).all()
    return rows


def file_columns(version: Version) -> Select[Any]:
    """Selects a file's columns, its tag ids (null where it never had tags), and when the version's index set last took
    it in. By the primary keys of the three tables.
    """
    same_file = (file_tags.c.version_id == files.c.version_id) & (file_tags.c.ordinal == files.c.ordinal)
    its_vector = and_(
        file_vectors.c.version_id == files.c.version_id,
        file_vectors.c.index_set_id == version.index_set_id,
        file_vectors.c.ordinal == files.c.ordinal,
    )
    return (
        select(
            files,
            file_tags.c.ai,
            file_tags.c.user,
            file_tags.c.rejected,
            file_tags.c.stale,
            file_tags.c.tagged,
            file_tags.c.edited,
            file_tags.c.editor,
            file_vectors.c.indexed,
        )
        .outerjoin_from(files, file_tags, same_file)
        .outerjoin(file_vectors, its_vector)
        .where(files.c.version_id == version.id)
    )
