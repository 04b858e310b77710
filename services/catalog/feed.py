"""The change feed: what of a version changed after a place in it, in pages, as columns.

A row of `files` or `file_tags` stands at (revision, ordinal) and moves to the end when it changes. Commits come in the
order of their revisions (see `edits`), so whoever reads on from a place misses nothing and sees nothing twice.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Select, Table, func, outerjoin, select, true, tuple_, union_all

from libs.rpc.errors import NotFound
from libs.rpc.names import JOB
from services.catalog.columns import IDS, TIME, Packed, copy_columns, ids_in, stream_bytes
from services.catalog.database import Database, driver
from services.catalog.index_sets import IndexSet
from services.catalog.schema import file_tags, files, index_sets, versions
from services.catalog.tag_names import tag_names
from services.catalog.versions import Version

ROWS_A_PAGE = 25_000
# While one is unpacked and sent, PostgreSQL works on the next.
PAGES_AT_ONCE = 2
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
    "f.modified AS modify_time, f.created AS create_time, f.synced AS sync_time, "
    "CAST(f.attributes AS text) AS attributes, f.comment"
)
# May be null.
OPTIONAL = ("attributes",)
TAG_KINDS = ("ai", "user", "rejected")
TAGS = pa.schema({"ordinal": pa.uint32(), **dict.fromkeys(TAG_KINDS, IDS), "stale": pa.bool_(), "tag_time": TIME})
TAG_COLUMNS = 't.ordinal, t.ai, t."user", t.rejected, t.stale, t.tagged AS tag_time'
VECTORS = pa.schema({"ordinal": pa.uint32(), "current": pa.bool_(), "index_time": TIME, "job": pa.string()})
VECTOR_COLUMNS = "ordinal, current, indexed AS index_time, CAST(job_id AS text) AS job"
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


@dataclass(frozen=True)
class _Part:
    """What fits into a message: IPC streams, and the place where both end."""

    files: bytes
    tags: bytes
    file_count: int
    end: Place


@dataclass(frozen=True)
class _Span:
    """What one snapshot holds between two places."""

    parts: list[_Part]
    tag_ids: list[int]
    revision: int
    is_last: bool


async def read_files(database: Database, version: Version, after: Place) -> AsyncIterator[FilesPage]:
    """Pages from behind `after` to what is committed when the last one is read. Raises NotFound if the version goes."""
    known: set[int] = set()
    remaining: int | None = None
    async for span in _read_spans(database, version, after):
        if remaining is None:
            remaining = 0 if span.is_last else await _count_files(database, version.id, after)
        # Only in the order in which they are sent is it known which ids are new.
        new = set(span.tag_ids) - known
        known |= new
        names: Mapping[int, str] = {}
        if new:
            async with database.begin() as connection:
                names = await tag_names(connection, version.workspace_id, new)
        for part in span.parts:
            is_last = span.is_last and part is span.parts[-1]
            remaining = 0 if is_last else max(0, remaining - part.file_count)
            yield FilesPage(part.files, part.tags, names, part.end, span.revision, remaining)
            names = {}


async def _read_spans(database: Database, version: Version, after: Place) -> AsyncIterator[_Span]:
    """In their order, while some more are read. Each has a later snapshot than the one before, and the last one a
    snapshot that holds all its revision: so what has left an earlier span meanwhile is in a later one.
    """
    reading: deque[asyncio.Task[_Span]] = deque()
    more = True
    try:
        while more or reading:
            while more and len(reading) < PAGES_AT_ONCE:
                end: asyncio.Future[Place] = asyncio.get_running_loop().create_future()
                task = asyncio.create_task(_read_span(database, version, after, end))
                reading.append(task)
                opening: set[asyncio.Future[Any]] = {end, task}
                await asyncio.wait(opening, return_when=asyncio.FIRST_COMPLETED)
                if task.done():
                    task.result()  # raises if there will be no end
                after = end.result()
                more = after.ordinal != WHOLE_REVISION
            yield await reading.popleft()
    finally:
        for task in reading:
            task.cancel()
        await asyncio.gather(*reading, return_exceptions=True)


async def _read_span(database: Database, version: Version, after: Place, end: asyncio.Future[Place]) -> _Span:
    """Sets `end` to where the span ends as soon as its snapshot is there."""
    async with database.snapshot() as connection:
        row = (await connection.execute(_bounds(version.id, after))).one_or_none()
        if row is None:
            raise NotFound(resource="version", name=version.name)
        is_last = row.end_revision is None
        until = Place(row.revision, WHOLE_REVISION) if is_last else Place(row.end_revision, row.end_ordinal)
        end.set_result(until)
        raw = await driver(connection)
        # By files_version_id_revision_ordinal_idx and file_tags_version_id_revision_ordinal_idx.
        between = _between(after, until)
        files_query = f"SELECT {FILE_COLUMNS}, f.revision FROM files f WHERE f.version_id = {version.id} {between}"  # noqa: S608  (numbers)
        tags_query = f"SELECT {TAG_COLUMNS}, t.revision FROM file_tags t WHERE t.version_id = {version.id} {between}"  # noqa: S608
        found = await copy_columns(raw, files_query, FILES.append(REVISION), OPTIONAL)
        tagged = await copy_columns(raw, tags_query, TAGS.append(REVISION))
    parts, tag_ids = await asyncio.to_thread(_unpacked, found, tagged, until)
    return _Span(parts, tag_ids, row.revision, is_last)


def _bounds(version_id: int, after: Place) -> Select[tuple[int, int | None, int | None]]:
    """The version's revision, and where the files or the tags behind `after` fill a page, whichever is first."""
    full = union_all(*(_fullness(table, version_id, after) for table in (files, file_tags))).subquery()
    end = select(full).order_by(full.c.revision, full.c.ordinal).limit(1).subquery()
    return (
        select(versions.c.revision, end.c.revision.label("end_revision"), end.c.ordinal.label("end_ordinal"))
        .select_from(outerjoin(versions, end, true()))
        .where(versions.c.id == version_id)
    )


def _fullness(table: Table, version_id: int, after: Place) -> Select[tuple[int, int]]:
    place = (table.c.revision, table.c.ordinal)
    rows = select(*place).where(
        table.c.version_id == version_id, tuple_(*place) > tuple_(after.revision, after.ordinal)
    )
    return rows.order_by(*place).offset(ROWS_A_PAGE - 1).limit(1)


def _between(after: Place, end: Place) -> str:
    # The limit cuts nothing off: it tells the planner that the index has the rows in order.
    return (
        f"AND (revision, ordinal) > ({after.revision}, {after.ordinal}) "
        f"AND (revision, ordinal) <= ({end.revision}, {end.ordinal}) ORDER BY revision, ordinal LIMIT {ROWS_A_PAGE}"
    )


def _unpacked(found: Packed, tagged: Packed, end: Place) -> tuple[list[_Part], list[int]]:
    """The parts of a span, and the ids of its tags."""
    tags = tagged.unpacked()
    tag_ids = set().union(*(ids_in(tags.column(kind)) for kind in TAG_KINDS))
    return list(_parts(found.unpacked(), tags, end)), list(tag_ids)


def _parts(found: pa.RecordBatch, tags: pa.RecordBatch, end: Place) -> Iterator[_Part]:
    longer = max(found, tags, key=len)
    if longer.num_rows > 1 and found.nbytes + tags.nbytes > MOST_BYTES:
        half = _place(longer, longer.num_rows // 2 - 1)
        file_count, tag_count = _count_until(found, half), _count_until(tags, half)
        yield from _parts(found.slice(0, file_count), tags.slice(0, tag_count), half)
        yield from _parts(found.slice(file_count), tags.slice(tag_count), end)
    else:
        sent, sent_tags = (stream_bytes(rows.drop_columns(["revision"])) for rows in (found, tags))
        yield _Part(sent, sent_tags, found.num_rows, end)


def _place(rows: pa.RecordBatch, row: int) -> Place:
    return Place(rows.column("revision")[row].as_py(), rows.column("ordinal")[row].as_py())


def _count_until(rows: pa.RecordBatch, end: Place) -> int:
    revisions, ordinals = rows.column("revision").to_numpy(), rows.column("ordinal").to_numpy()
    before = (revisions < end.revision) | ((revisions == end.revision) & (ordinals <= end.ordinal))
    return int(np.count_nonzero(before))


async def _count_files(database: Database, version_id: int, after: Place) -> int:
    """Roughly, for it is another moment."""
    place = tuple_(files.c.revision, files.c.ordinal)
    statement = select(func.count()).where(
        files.c.version_id == version_id, place > tuple_(after.revision, after.ordinal)
    )
    if after == START:
        # Each ordinal that was given has a row, and to count millions of them takes seconds.
        statement = select(versions.c.next_ordinal).where(versions.c.id == version_id)
    async with database.begin() as connection:
        counted: int = await connection.scalar(statement) or 0
    return counted


async def read_vectors(database: Database, index_set: IndexSet, after: Place) -> AsyncIterator[VectorsPage]:
    """The same for the vectors of an index set."""
    prefix = JOB.format(workspace=index_set.version.workspace, job="")
    more = True
    while more:
        async with database.snapshot() as connection:
            revision = await connection.scalar(select(index_sets.c.revision).where(index_sets.c.id == index_set.id))
            if revision is None:
                raise NotFound(resource="index set", name=index_set.name)
            whole = Place(revision, WHOLE_REVISION)
            # By file_vectors_version_id_index_set_id_revision_ordinal_idx.
            query = (
                f"SELECT {VECTOR_COLUMNS}, revision FROM file_vectors "  # noqa: S608  (numbers alone)
                f"WHERE version_id = {index_set.version.id} AND index_set_id = {index_set.id} {_between(after, whole)}"
            )
            packed = await copy_columns(await driver(connection), query, VECTORS.append(REVISION))
        found = await asyncio.to_thread(packed.unpacked)
        more = found.num_rows == ROWS_A_PAGE
        after = _place(found, -1) if more else whole
        jobs = pc.binary_join_element_wise(prefix, found.column("job"), "")
        vectors = found.drop_columns(["revision"])
        vectors = vectors.set_column(vectors.schema.get_field_index("job"), "job", jobs)
        yield VectorsPage(stream_bytes(vectors), after, revision)
