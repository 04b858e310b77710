"""What scans find, by the real scanner: in a real S3 server, in folders, and in a store of any size."""

from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from bowerbird.catalog.v1.connection_pb2 import Connection, FolderConfig
from bowerbird.catalog.v1.dataset_pb2 import Dataset
from bowerbird.catalog.v1.job_pb2 import ScanSummary
from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.objects.store import ObjectStore, Page
from services.catalog.scanner.listing import images_of
from tests.libs.objects.conformance import ODD_KEYS
from tests.services.catalog.jobs_scene import Scene, make_connections, make_definition, make_index_set
from tests.services.catalog.scans.listing_server import ListingServer
from tests.services.catalog.scans.scene import Scanned, ScannerProcess, job_id, make_dataset, until
from tests.suite import WORKSPACE, Catalog


async def test_the_images_of_a_bucket_are_found_by_their_names(
    catalog: Catalog, scanner: ScannerProcess, database: asyncpg.Pool, s3: Connection, bucket_store: ObjectStore
) -> None:
    images = [*ODD_KEYS, "a.JPG", "b.jpeg", "c.Png", "d.gif", "e.bmp", "f.tiff", "g.webp", "deep/er/h.JPEG"]
    others = ["notes.txt", "a.tif", "jpg", "a.jpg/notes", "no-ending", "x.jpg.bak", ".jpgx"]
    for key in [*images, *others]:
        await bucket_store.put(key, b"12345")
    dataset = await make_dataset(catalog, database, s3, str(bucket_store.root))
    before = datetime.now(UTC)
    assert await dataset.scan() == ScanSummary(added=len(images), skipped=len(others))
    files = await dataset.files()
    assert list(files) == sorted(images, key=str.encode)
    assert [row["ordinal"] for row in files.values()] == list(range(len(images)))
    assert {path: files[path]["content_type"] for path in images[-8:]} == {
        "a.JPG": "image/jpeg",
        "b.jpeg": "image/jpeg",
        "c.Png": "image/png",
        "d.gif": "image/gif",
        "e.bmp": "image/bmp",
        "f.tiff": "image/tiff",
        "g.webp": "image/webp",
        "deep/er/h.JPEG": "image/jpeg",
    }
    for path, row in files.items():
        stat = await bucket_store.stat(path)
        assert (row["etag"], row["size_bytes"], row["status"]) == (stat.etag, 5, 1)
        assert abs((row["modified"] - stat.modified).total_seconds()) < 1
        assert row["created"] == row["synced"] >= before
    version = await dataset.now()
    assert (version.file_count, version.size_bytes, version.revision) == (len(images), 5 * len(images), 1)
    assert version.scan_time.ToDatetime(UTC) >= before


async def test_a_folder_of_this_machine_is_scanned(
    catalog: Catalog, scanner: ScannerProcess, database: asyncpg.Pool, tmp_path: Path
) -> None:
    (tmp_path / "photos" / "new folder").mkdir(parents=True)
    (tmp_path / "photos" / "new folder" / "ä.png").write_bytes(b"1")
    (tmp_path / "photos" / "b.jpg").write_bytes(b"22")
    folder = Connection(folder=FolderConfig(root=str(tmp_path)))
    dataset = await make_dataset(catalog, database, folder, f"file://{tmp_path}/photos")
    assert await dataset.scan() == ScanSummary(added=2)
    (tmp_path / "photos" / "b.jpg").write_bytes(b"33")  # the same size
    assert await dataset.scan() == ScanSummary(changed=1, unchanged=1)
    assert await dataset.active() == ["b.jpg", "new folder/ä.png"]


async def test_a_scan_of_what_is_as_it_was_changes_nothing(dataset: Scanned, server: ListingServer) -> None:
    server.objects = {f"{i}.jpg": f"e{i}" for i in range(2500)}
    assert await dataset.scan() == ScanSummary(added=2500)
    files, version = await dataset.files(), await dataset.now()
    assert await dataset.scan() == ScanSummary(unchanged=2500)
    assert await dataset.files() == files
    assert (await dataset.now()).revision == version.revision


async def test_an_empty_bucket_is_no_error(dataset: Scanned) -> None:
    assert await dataset.scan() == ScanSummary()
    assert (await dataset.now()).HasField("scan_time")


async def test_what_changes_comes_and_goes_keeps_its_ordinal(dataset: Scanned, server: ListingServer) -> None:
    server.objects = {"a.jpg": "1", "b.jpg": "2", "c.jpg": "3"}
    await dataset.scan()
    await dataset.database.execute("UPDATE files SET width_px = 7 WHERE version_id = $1", dataset.version_id)
    first = await dataset.files()
    server.objects = {"a.jpg": "1", "b.jpg": "changed", "0.jpg": "4"}
    assert await dataset.scan() == ScanSummary(added=1, changed=1, gone=1, unchanged=1)
    second = await dataset.files()
    assert {path: (row["ordinal"], row["status"]) for path, row in second.items()} == {
        "a.jpg": (0, 1),
        "b.jpg": (1, 1),
        "c.jpg": (2, 2),
        "0.jpg": (3, 1),
    }
    assert second["a.jpg"] == first["a.jpg"]
    assert (second["b.jpg"]["etag"], second["b.jpg"]["width_px"]) == ("changed", 0)
    assert second["b.jpg"]["synced"] > first["b.jpg"]["synced"]
    assert second["b.jpg"]["created"] == first["b.jpg"]["created"]
    version = await dataset.now()
    assert version.file_count == 3
    assert version.size_bytes == sum(row["size_bytes"] for row in second.values() if row["status"] == 1)
    server.objects["c.jpg"] = "3"
    assert await dataset.scan() == ScanSummary(changed=1, unchanged=3)
    back = (await dataset.files())["c.jpg"]
    assert (back["ordinal"], back["status"], back["width_px"]) == (2, 1, 7)
    assert (await dataset.now()).file_count == 4


async def test_a_revision_has_at_most_ten_thousand_rows(dataset: Scanned, server: ListingServer) -> None:
    server.objects = {f"{i:05}.jpg": "1" for i in range(25_000)}
    assert await dataset.scan() == ScanSummary(added=25_000)
    server.objects = {f"{i:05}.jpg": "2" for i in range(12_000)}
    assert await dataset.scan() == ScanSummary(changed=12_000, gone=13_000)
    rows = await dataset.database.fetch(
        "SELECT revision, count(*) FROM files WHERE version_id = $1 GROUP BY 1 ORDER BY 1", dataset.version_id
    )
    assert [tuple(row) for row in rows] == [(4, 10_000), (5, 10_000), (6, 5_000)]
    ordinals = [row["ordinal"] for row in (await dataset.files()).values()]
    assert ordinals == list(range(25_000))
    version = await dataset.now()
    assert (version.file_count, version.revision) == (12_000, 6)


def test_a_name_that_the_database_cannot_hold_is_left_out() -> None:
    now = datetime.now(UTC)
    page = Page(["a\0.jpg", "b.jpg"], [1, 1], ["e", "e"], [now, now])
    assert [path for path, *_ in images_of(page)] == ["b.jpg"]


async def test_a_path_that_is_listed_twice_is_one_file(dataset: Scanned, server: ListingServer) -> None:
    class Twice(dict[str, str]):
        def __iter__(self):  # type: ignore[no-untyped-def]
            yield from [*super().__iter__(), *super().__iter__()]

    server.objects = Twice({"a.jpg": "1", "b.jpg": "1"})
    await dataset.scan()
    assert await dataset.active() == ["a.jpg", "b.jpg"]
    assert (await dataset.now()).file_count == 2


async def test_one_object_is_a_dataset_too(
    catalog: Catalog, scanner: ScannerProcess, database: asyncpg.Pool, s3: Connection, bucket_store: ObjectStore
) -> None:
    for key in ("one photo.jpg", "other.jpg"):
        await bucket_store.put(key, b"1")
    uri = str(bucket_store.root.child("one photo.jpg"))
    dataset = await make_dataset(catalog, database, s3, uri, Dataset.IMPORT_FORMAT_FILE)
    assert await dataset.scan() == ScanSummary(added=1)
    assert await dataset.active() == ["one photo.jpg"]
    await bucket_store.delete("one photo.jpg")
    assert (await dataset.fail()).reason == ErrorReason.ERROR_REASON_OBJECT_NOT_FOUND
    assert await dataset.active() == ["one photo.jpg"]


async def test_progress_and_log_show_while_a_scan_goes_on(dataset: Scanned, server: ListingServer) -> None:
    server.objects = {f"{i:04}.jpg": "1" for i in range(3000)}
    server.waits_at = 2
    job = await dataset.begin()
    await until(lambda: dataset.log(job))
    await until(lambda: dataset.database.fetchval("SELECT true FROM jobs WHERE id = $1 AND done = 2000", job_id(job)))
    server.goes_on.set()
    job = await dataset.end(job)
    assert (job.progress.total, job.progress.done) == (3000, 3000)
    messages = [line.message for line in await dataset.log(job)]
    assert messages[0] == "Scanning s3://photos/."
    assert "Listed 3,000 images and 0 other objects." in messages


async def test_tags_and_vectors_of_other_content_are_stale_until_it_is_back(
    dataset: Scanned, server: ListingServer
) -> None:
    server.objects = {"a.jpg": "1", "b.jpg": "2", "c.jpg": "3"}
    await dataset.scan()
    number = int(dataset.dataset.rpartition("-")[2])
    await make_connections(dataset.catalog, number)
    definition = await make_definition(dataset.catalog, f"definition-{number}")
    models = f"{WORKSPACE}/connections/chat-{number}"
    scene = Scene(
        dataset.catalog, dataset.dataset, dataset.version, dataset.version_id, models, definition, dataset.database
    )
    await make_index_set(scene)
    await scene.finish(await scene.tag(), "bird")
    await scene.finish(await scene.index())
    assert await stale_tags(dataset) == []
    assert await current_vectors(dataset) == [0, 1, 2]
    revision = await dataset.database.fetchval("SELECT max(revision) FROM index_sets")

    server.objects = {"a.jpg": "changed", "c.jpg": "3"}
    await dataset.scan()
    assert await stale_tags(dataset) == [0]
    assert await current_vectors(dataset) == [2]
    assert await dataset.database.fetchval("SELECT max(revision) FROM index_sets") == revision + 1
    assert (await scene.ai())[0] == {"bird"}
    again = await scene.tag()
    assert again.progress.total == 1

    server.objects = {"a.jpg": "1", "b.jpg": "2", "c.jpg": "3"}
    await dataset.scan()
    assert await stale_tags(dataset) == []
    assert await current_vectors(dataset) == [0, 1, 2]


async def stale_tags(dataset: Scanned) -> list[int]:
    query = "SELECT ordinal FROM file_tags WHERE version_id = $1 AND stale ORDER BY ordinal"
    return [row["ordinal"] for row in await dataset.database.fetch(query, dataset.version_id)]


async def current_vectors(dataset: Scanned) -> list[int]:
    query = "SELECT ordinal FROM file_vectors WHERE version_id = $1 AND current ORDER BY ordinal"
    return [row["ordinal"] for row in await dataset.database.fetch(query, dataset.version_id)]
