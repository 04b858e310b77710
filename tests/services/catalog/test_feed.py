"""The change feed through a real server, against what the database holds."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest
from pyroaring import BitMap
from sqlalchemy import text

from bowerbird.catalog.v1.feed_service_pb2 import (
    Cursor,
    ReadFilesRequest,
    ReadFilesResponse,
    ReadSelectionRequest,
    ReadVectorsRequest,
)
from bowerbird.catalog.v1.feed_service_pb2_grpc import FeedServiceStub
from libs.rpc.names import file_id
from services.catalog import feed
from services.catalog.database import Database
from services.catalog.edits import stamp_version
from tests.services.catalog.jobs_scene import Scene, make_index_set, scene, tagged
from tests.suite import Catalog, refusal

TIMES = pa.timestamp("us", tz="UTC")


@dataclass
class Reader:
    """Follows the files of a version as search does, and checks the order on its way."""

    catalog: Catalog
    version: str
    after: Cursor | None = None
    files: dict[int, dict[str, Any]] = field(default_factory=dict)
    tags: dict[int, dict[str, Any]] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    pages: list[ReadFilesResponse] = field(default_factory=list)

    async def read(self) -> "Reader":
        """Everything up to now."""
        last = (0, 0) if self.after is None else (self.after.revision, self.after.ordinal)
        request = ReadFilesRequest(version=self.version, after=self.after)
        async for page in FeedServiceStub(self.catalog.service).ReadFiles(request):
            self.pages.append(page)
            assert last <= (page.next.revision, page.next.ordinal)
            last = (page.next.revision, page.next.ordinal)
            self.files |= {row["ordinal"]: row for row in rows(page.files)}
            self.tags |= {row["ordinal"]: row for row in rows(page.tags)}
            for name in page.tag_names:
                assert self.names.setdefault(name.id, name.name) == name.name
            self.after = page.next
        assert self.after is not None
        assert self.after.ordinal == 2**32 - 1
        return self


def rows(stream: bytes) -> list[dict[str, Any]]:
    if not stream:
        return []
    batches = list(pa.ipc.open_stream(stream))
    assert len(batches) == 1
    found: list[dict[str, Any]] = batches[0].to_pylist()
    assert len({row["ordinal"] for row in found}) == len(found)
    return found


@pytest.fixture
async def database(catalog: Catalog) -> AsyncIterator[Database]:
    database = Database(catalog.database_url, connections=4)
    yield database
    await database.close()


async def test_the_whole_version_comes_as_columns_of_the_promised_types(catalog: Catalog) -> None:
    async with scene(catalog, files=3) as made:
        odd = "a,b\"c\"'d'\r\n\\.\t鸟"
        attributes = {"camera": 'say "x"', "n": None}
        await made.database.execute(
            "UPDATE files SET path = $2, comment = $3, attributes = $4, modified = $5 "
            "WHERE version_id = $1 AND ordinal = 1",
            made.version_id, odd, "", json.dumps(attributes), datetime(1999, 12, 31, 23, 59, 59, 999999, UTC),
        )  # fmt: skip
        await made.finish(await made.tag(), "bird", "sky")
        reader = await Reader(catalog, made.version).read()
        (page,) = reader.pages
        assert pa.ipc.open_stream(page.files).schema == pa.schema(
            {
                "ordinal": pa.uint32(), "path": pa.string(), "size_bytes": pa.int64(), "etag": pa.string(),
                "content_type": pa.string(), "status": pa.int8(), "width_px": pa.int32(), "height_px": pa.int32(),
                "modify_time": TIMES, "create_time": TIMES, "sync_time": TIMES, "attributes": pa.string(),
                "comment": pa.string(),
            }
        )  # fmt: skip
        assert [(f.name, f.type) for f in pa.ipc.open_stream(page.tags).schema] == [
            ("ordinal", pa.uint32()), ("ai", pa.list_(pa.int32())), ("user", pa.list_(pa.int32())),
            ("rejected", pa.list_(pa.int32())), ("stale", pa.bool_()), ("tag_time", TIMES),
        ]  # fmt: skip
        row = reader.files[1]
        assert (row["path"], row["comment"], json.loads(row["attributes"])) == (odd, "", attributes)
        assert row["modify_time"] == datetime(1999, 12, 31, 23, 59, 59, 999999, UTC)
        assert reader.files[0]["attributes"] is None
        assert (row["width_px"], row["status"]) == (640, 1)
        assert {reader.names[tag_id] for tag_id in reader.tags[1]["ai"]} == {"bird", "sky"}
        assert reader.tags[1]["ai"] == sorted(reader.tags[1]["ai"])
        assert (reader.tags[1]["user"], reader.tags[1]["stale"]) == ([], False)
        assert page.remaining == 0
        assert page.revision == page.next.revision


async def test_a_version_without_files_is_one_empty_page(catalog: Catalog) -> None:
    async with scene(catalog, files=0, scanned=False) as made:
        (page,) = (await Reader(catalog, made.version).read()).pages
        assert (page.files, page.tags, page.revision, page.next.revision) == (b"", b"", 0, 0)


async def test_from_a_cursor_only_what_changed_since_comes(catalog: Catalog) -> None:
    async with scene(catalog, files=40) as made:
        reader = await Reader(catalog, made.version).read()
        assert (len(reader.files), len(reader.tags)) == (40, 0)
        reader.pages.clear()
        await reader.read()
        assert [(page.files, page.tags) for page in reader.pages] == [(b"", b"")]
        await made.tag()
        (lease,) = await made.lease()
        await made.commit(lease, [tagged(file, "bird") for file in lease.files[:4]])
        reader.files.clear()
        await reader.read()
        assert set(reader.tags) == {file.ordinal for file in lease.files[:4]}
        assert set(reader.files) == set(reader.tags)  # their sizes are known now


async def test_pages_end_where_files_and_tags_end_alike(
    catalog: Catalog, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "ROWS_A_PAGE", 7)
    async with scene(catalog, files=50) as made:
        for _ in range(12):  # files and tags mixed over the revisions
            await restamp(database, made, random.sample(range(50), 9), random.sample(range(50), 9))
        reader = await Reader(catalog, made.version).read()
        assert len(reader.pages) >= 8  # 50 files, 7 a page
        sent = [row["ordinal"] for page in reader.pages for row in rows(page.files)]
        assert sorted(sent) == list(range(50))
        assert [page.remaining for page in reader.pages][-1] == 0
        assert_equal(reader, await held(made))


async def test_a_page_too_large_for_a_message_is_cut(
    catalog: Catalog, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "MOST_BYTES", 3000)
    async with scene(catalog, files=100) as made:
        await restamp(database, made, [], range(100))
        reader = await Reader(catalog, made.version).read()
        assert all(len(page.files) < 6000 for page in reader.pages)
        assert len(reader.pages) > 3
        assert_equal(reader, await held(made))


async def test_while_writers_go_on_nothing_is_missed(
    catalog: Catalog, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "ROWS_A_PAGE", 40)
    async with scene(catalog, files=200) as made:
        reader = Reader(catalog, made.version)

        async def write() -> None:
            for _ in range(40):
                await restamp(database, made, random.sample(range(200), 10), random.sample(range(200), 10), pause=0.002)

        async with asyncio.TaskGroup() as tasks:
            writers = [tasks.create_task(write()) for _ in range(3)]
            while not all(writer.done() for writer in writers):
                await reader.read()
        await reader.read()
        assert_equal(reader, await held(made))
        assert reader.after is not None
        assert reader.after.revision == 1 + 3 * 40


async def test_every_change_of_a_revision_comes_once_and_in_order(catalog: Catalog, database: Database) -> None:
    async with scene(catalog, files=30) as made:
        reader = await Reader(catalog, made.version).read()
        for round_number in range(5):
            changed = random.sample(range(30), 6)
            await restamp(database, made, changed, [])
            reader.pages.clear()
            await reader.read()
            sent = [row["ordinal"] for page in reader.pages for row in rows(page.files)]
            assert sent == sorted(changed), round_number


async def test_vectors_follow_the_revision_of_their_index_set(catalog: Catalog) -> None:
    async with scene(catalog, files=6) as made:
        index_set = f"{made.version}/indexSets/{await make_index_set(made)}"
        job = await made.index()
        await made.finish(job)
        stub = FeedServiceStub(catalog.service)
        pages = [page async for page in stub.ReadVectors(ReadVectorsRequest(index_set=index_set))]
        assert pa.ipc.open_stream(pages[0].vectors).schema == pa.schema(
            {"ordinal": pa.uint32(), "current": pa.bool_(), "index_time": TIMES, "job": pa.string()}
        )
        found = [row for page in pages for row in rows(page.vectors)]
        assert sorted(row["ordinal"] for row in found) == list(range(6))
        assert {(row["current"], row["job"]) for row in found} == {(True, job.name)}
        later = ReadVectorsRequest(index_set=index_set, after=pages[-1].next)
        (page,) = [page async for page in stub.ReadVectors(later)]
        assert page.vectors == b""
        assert page.revision == pages[-1].revision > 0


async def test_a_selection_comes_whole_with_the_names_of_its_tags(catalog: Catalog) -> None:
    async with scene(catalog, files=5000) as made:
        await made.database.execute(
            "WITH t AS (INSERT INTO tags (workspace_id, name) SELECT workspace_id, name FROM versions, "
            "unnest(ARRAY['zebra', 'ant']) AS name WHERE versions.id = $1 ON CONFLICT (workspace_id, name) DO UPDATE "
            "SET name = excluded.name RETURNING id) INSERT INTO file_tags (version_id, ordinal, ai, tagged, revision) "
            "SELECT $1, 7, array_agg(id), now(), 1 FROM t", made.version_id,
        )  # fmt: skip
        wanted = BitMap([7, 4, 99_999, *range(100, 4500)])
        request = ReadSelectionRequest(version=made.version, ordinals=wanted.serialize())
        pages = [page async for page in FeedServiceStub(catalog.service).ReadSelection(request)]
        found = [row for page in pages for row in rows(page.files)]
        assert [row["ordinal"] for row in found] == [4, 7, *range(100, 4500)]
        assert all(len(rows(page.files)) <= 4096 for page in pages)
        assert found[1]["ai"] == ["ant", "zebra"]
        assert (found[0]["ai"], found[0]["stale"], found[0]["tag_time"]) == ([], False, None)
        assert found[0]["file_id"] == file_id(made.version_id, 4)
        assert (found[0]["path"], found[0]["revision"]) == ("photo-4.jpg", 1)


async def test_a_selection_of_nothing_is_nothing_and_no_bitmap_is_refused(catalog: Catalog) -> None:
    async with scene(catalog, files=1) as made:
        stub = FeedServiceStub(catalog.service)
        for ordinals in (b"", BitMap().serialize(), BitMap([5]).serialize()):
            request = ReadSelectionRequest(version=made.version, ordinals=ordinals)
            assert [page async for page in stub.ReadSelection(request)] == []
        broken = ReadSelectionRequest(version=made.version, ordinals=b"no bitmap")
        error = await refusal(anext(aiter(stub.ReadSelection(broken))))
        assert (error.reason_name, error.details["field"]) == ("FIELD_INVALID", "ordinals")


async def test_the_feed_is_read_by_the_number_of_a_version(catalog: Catalog) -> None:
    async with scene(catalog, files=1) as made:
        stub = FeedServiceStub(catalog.service)
        latest = ReadFilesRequest(version=f"{made.dataset}/versions/latest")
        assert (await refusal(anext(aiter(stub.ReadFiles(latest))))).reason_name == "NAME_INVALID"
        unknown = ReadFilesRequest(version=f"{made.dataset}/versions/v9")
        assert (await refusal(anext(aiter(stub.ReadFiles(unknown))))).reason_name == "NOT_FOUND"


async def restamp(
    database: Database, made: Scene, changed: Iterable[int], retagged: Iterable[int], *, pause: float = 0
) -> None:
    """One change of the version: sizes of some files, tags of others."""
    async with database.begin() as connection:
        stamp = await stamp_version(connection, made.version_id)
        values = {"version": made.version_id, "revision": stamp.revision}
        await connection.execute(
            text(
                "UPDATE files SET size_bytes = :revision, revision = :revision "
                "WHERE version_id = :version AND ordinal = ANY(CAST(:ordinals AS bigint[]))"
            ),
            {**values, "ordinals": list(changed)},
        )
        await asyncio.sleep(pause)
        await connection.execute(
            text(
                "INSERT INTO file_tags (version_id, ordinal, ai, tagged, revision) "
                "SELECT :version, ordinal, '{}', now(), :revision "
                "FROM unnest(CAST(:ordinals AS bigint[])) AS ordinal "
                "ON CONFLICT (version_id, ordinal) DO UPDATE SET tagged = now(), revision = :revision"
            ),
            {**values, "ordinals": list(retagged)},
        )


async def held(made: Scene) -> tuple[dict[int, int], dict[int, datetime]]:
    """Sizes of files and times of tags as the database has them."""
    sizes = await made.database.fetch("SELECT ordinal, size_bytes FROM files WHERE version_id = $1", made.version_id)
    times = await made.database.fetch("SELECT ordinal, tagged FROM file_tags WHERE version_id = $1", made.version_id)
    return dict(map(tuple, sizes)), dict(map(tuple, times))


def assert_equal(reader: Reader, expected: tuple[dict[int, int], dict[int, datetime]]) -> None:
    sizes = {ordinal: row["size_bytes"] for ordinal, row in reader.files.items()}
    times = {ordinal: row["tag_time"] for ordinal, row in reader.tags.items()}
    assert (sizes, times) == expected
