"""The change feed: what of a version changed after a place in it, in pages, as columns.

A row of `files` or `file_tags` stands at (revision, ordinal) and moves to the end when it changes. Commits come in the
order of their revisions (see `edits`), so whoever reads on from a place misses nothing and sees nothing twice.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import asyncpg
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.rpc.errors import NotFound
from libs.rpc.names import JOB
from services.catalog.columns import TIME, IdLists, copy_columns, fitting, joined, microseconds, stream_bytes
from services.catalog.database import Database, driver
from services.catalog.index_sets import IndexSet
from services.catalog.schema import files, index_sets, versions
from services.catalog.tag_names import tag_names
from services.catalog.versions import Version

ROWS_A_PAGE = 10_000
# Files and tags of a page, and the names beside them, stay well below the largest message.
MOST_BYTES = 12 * 1024 * 1024
WHOLE_REVISION = 2**32 - 1

FILES = pa.schema(
    {
        "ordinal": pa.uint32(),
        "path": pa.string(),
        "size_bytes": pa.int64(),
        "etag": pa.string(),
        "content_type": pa.string(),
        "status": pa.int8(),
        "width_px": pa.int32(),
        "height_px": pa.int32(),
        "modify_time": TIME,
        "create_time": TIME,
        "sync_time": TIME,
        "attributes": pa.string(),
        "comment": pa.string(),
    }
)
FILE_COLUMNS = (
    "f.ordinal, f.path, f.size_bytes, f.etag, f.content_type, f.status, f.width_px, f.height_px, "
    f"{microseconds('f.modified')}, {microseconds('f.created')}, {microseconds('f.synced')}, f.attributes, f.comment"
)
TAG_KINDS = ("ai", "user", "rejected")
TAGS = pa.schema(
    {"ordinal": pa.uint32(), **dict.fromkeys(TAG_KINDS, pa.string()), "stale": pa.bool_(), "tag_time": TIME}
)
TAG_COLUMNS = f"""ordinal, {joined("ai")}, {joined('"user"')}, {joined("rejected")}, stale, {microseconds("tagged")}"""
VECTORS = pa.schema({"ordinal": pa.uint32(), "current": pa.bool_(), "index_time": TIME, "job": pa.string()})
VECTOR_COLUMNS = f"ordinal, current, {microseconds('indexed')}, job_id"
REVISION = pa.field("revision", pa.int64())


@dataclass(frozen=True, order=True)
class Place:
    """Everything up to and with this row has been seen."""

    revision: int
    ordinal: int


START = Place(0, 0)


@dataclass(frozen=True)
class FilesPage:
    """`files` and `tags` are Arrow IPC streams, empty without a row. `names` are of tag ids that are new to the reader.
    `remaining` is roughly the number of files to come.
    """

    files: bytes
    tags: bytes
    names: Mapping[int, str]
    next: Place
    revision: int
    remaining: int


@dataclass(frozen=True)
class VectorsPage:
    """The same for vectors; `revision` is that of the index set."""

    vectors: bytes
    next: Place
    revision: int


async def read_files(database: Database, version: Version, after: Place) -> AsyncIterator[FilesPage]:
    """Pages from behind `after` to what is committed when the last one is read. Raises NotFound if the version goes."""
    known: set[int] = set()
    remaining: int | None = None
    more = True
    while more:
        async with database.snapshot() as connection:
            revision = await connection.scalar(select(versions.c.revision).where(versions.c.id == version.id))
            if revision is None:
                raise NotFound(resource="version", name=version.name)
            if remaining is None:
                remaining = await _count_files(connection, version.id, after)
            found, tagged, end = await _read_page(connection, version.id, after, Place(revision, WHOLE_REVISION))
            lists = {kind: IdLists(tagged.column(kind)) for kind in TAG_KINDS}
            new = set().union(*(ids.used.tolist() for ids in lists.values())) - known
            names = await tag_names(connection, version.workspace_id, new)
        known |= new
        more = end.ordinal != WHOLE_REVISION
        remaining = max(0, remaining - found.num_rows) if more else 0
        tags = tagged.drop_columns(["revision"])
        for kind, ids in lists.items():
            tags = tags.set_column(tags.schema.get_field_index(kind), kind, ids.as_ids())
        yield FilesPage(
            stream_bytes(found.drop_columns(["revision"])), stream_bytes(tags), names, end, revision, remaining
        )
        after = end


async def read_vectors(database: Database, index_set: IndexSet, after: Place) -> AsyncIterator[VectorsPage]:
    """The same for the vectors of an index set."""
    prefix = JOB.format(workspace=index_set.version.workspace, job="")
    # By file_vectors_version_id_index_set_id_revision_ordinal_idx.
    query = (
        f"SELECT {VECTOR_COLUMNS}, revision FROM file_vectors "  # noqa: S608  (numbers alone)
        f"WHERE version_id = {index_set.version.id} AND index_set_id = {index_set.id}"
    )
    more = True
    while more:
        async with database.snapshot() as connection:
            revision = await connection.scalar(select(index_sets.c.revision).where(index_sets.c.id == index_set.id))
            if revision is None:
                raise NotFound(resource="index set", name=index_set.name)
            whole = Place(revision, WHOLE_REVISION)
            found, end = await _read_rows(await driver(connection), query, VECTORS, after, whole)
        more = end != whole
        jobs = pc.binary_join_element_wise(prefix, found.column("job"), "")
        vectors = found.drop_columns(["revision"])
        vectors = vectors.set_column(vectors.schema.get_field_index("job"), "job", jobs)
        yield VectorsPage(stream_bytes(vectors), end, revision)
        after = end


async def _read_page(
    connection: AsyncConnection, version_id: int, after: Place, whole: Place
) -> tuple[pa.RecordBatch, pa.RecordBatch, Place]:
    """Files and tags up to the same place: where the first of both ends."""
    raw = await driver(connection)
    # By files_version_id_revision_ordinal_idx and file_tags_version_id_revision_ordinal_idx.
    files_query = f"SELECT {FILE_COLUMNS}, revision FROM files f WHERE version_id = {version_id}"  # noqa: S608  (a number)
    tags_query = f"SELECT {TAG_COLUMNS}, revision FROM file_tags WHERE version_id = {version_id}"  # noqa: S608
    found, end = await _read_rows(raw, files_query, FILES, after, whole)
    tagged, end = await _read_rows(raw, tags_query, TAGS, after, end)
    return _until(found, end), tagged, end


async def _read_rows(
    raw: "asyncpg.Connection[asyncpg.Record]", query: str, schema: pa.Schema, after: Place, until: Place
) -> tuple[pa.RecordBatch, Place]:
    """The next rows with their revision, and where they end: at `until` if there are no more before it."""
    query += (
        f" AND (revision, ordinal) > ({after.revision}, {after.ordinal})"
        f" AND (revision, ordinal) <= ({until.revision}, {until.ordinal})"
        f" ORDER BY revision, ordinal LIMIT {ROWS_A_PAGE}"
    )
    rows = await copy_columns(raw, query, schema.append(REVISION))
    found = fitting(rows, MOST_BYTES)
    if rows.num_rows < ROWS_A_PAGE and found.num_rows == rows.num_rows:
        return found, until
    return found, Place(found.column("revision")[-1].as_py(), found.column("ordinal")[-1].as_py())


def _until(rows: pa.RecordBatch, end: Place) -> pa.RecordBatch:
    """Those up to a place."""
    revisions, ordinals = rows.column("revision").to_numpy(), rows.column("ordinal").to_numpy()
    before = (revisions < end.revision) | ((revisions == end.revision) & (ordinals <= end.ordinal))
    return rows.slice(0, int(np.count_nonzero(before)))


async def _count_files(connection: AsyncConnection, version_id: int, after: Place) -> int:
    place = tuple_(files.c.revision, files.c.ordinal)
    statement = select(func.count()).where(
        files.c.version_id == version_id, place > tuple_(after.revision, after.ordinal)
    )
    counted: int = await connection.scalar(statement) or 0
    return counted
