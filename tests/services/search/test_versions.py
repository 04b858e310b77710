"""Versions in memory: loaded once for all who wait, kept within a budget, followed, and taken up again from disk."""

import asyncio
import threading
from dataclasses import replace
from pathlib import Path

import grpc.aio
import pytest
import structlog

from services.search import versions as versions_module
from services.search.index.pages import WHOLE_REVISION, Cursor
from services.search.snapshots.arrays_file import Copy
from services.search.snapshots.folder import SnapshotFolder
from services.search.snapshots.snapshot import Snapshot
from services.search.versions import SHORTEST_ROUND_SECONDS, Versions
from tests.deadline import until
from tests.services.search.plain_catalog import PLENTY, PlainCatalog, PlainFeed, expected, searching, shown


@pytest.fixture
def catalog() -> PlainCatalog:
    return PlainCatalog()


async def loads_again(versions: Versions, feed: PlainFeed) -> bool:
    """Whether a query for the version, which is right in any case, reads all of it."""
    feed.read_from.clear()
    assert await shown(versions, feed) == expected(feed)
    return None in feed.read_from


async def test_queries_that_come_together_wait_for_one_load(catalog: PlainCatalog) -> None:
    feed = catalog.add(1, 1500)
    async with searching(catalog) as versions:
        answers = await asyncio.gather(*(shown(versions, feed) for _ in range(20)))
    assert answers == [expected(feed)] * 20
    assert feed.read_from == [None]


async def test_the_least_recently_used_versions_are_dropped_beyond_so_many(catalog: PlainCatalog) -> None:
    feeds = [catalog.add(uid, 50) for uid in range(1, 6)]
    async with searching(catalog, max_versions=3) as versions:
        with structlog.testing.capture_logs() as logs:
            for feed in (*feeds, feeds[2]):
                await shown(versions, feed)
            await until(lambda: sum("dropped" in line["event"] for line in logs) == 2)
        assert [await loads_again(versions, feed) for feed in feeds[2:]] == [False] * 3
        assert await loads_again(versions, feeds[0])


async def test_versions_of_more_bytes_than_the_budget_drop_the_least_recently_used(catalog: PlainCatalog) -> None:
    small, middle, large = (catalog.add(uid, files) for uid, files in enumerate((500, 700, 2_500), start=1))
    sizes = []
    async with searching(catalog) as versions:
        for feed in (small, middle, large):
            async with versions.use(feed.info) as version:
                await version.catch_up(feed.info.revision)
                await version.measure()
                sizes.append(version.size_bytes)
    async with searching(catalog, budget_bytes=sum(sizes[1:]) + sizes[0] // 2) as versions:
        with structlog.testing.capture_logs() as logs:
            for feed in (small, middle, large):
                await shown(versions, feed)
            await until(lambda: any("dropped" in line["event"] for line in logs))
        assert [line["version"] for line in logs if "dropped" in line["event"]] == [small.info.name]
        assert [await loads_again(versions, feed) for feed in (large, middle)] == [False, False]


async def test_a_version_larger_than_the_budget_is_kept_while_it_is_used(catalog: PlainCatalog) -> None:
    feed, other = catalog.add(1, 1_000), catalog.add(2, 10)
    async with searching(catalog, budget_bytes=1000) as versions, versions.use(feed.info) as version:
        await version.catch_up(feed.info.revision)
        with structlog.testing.capture_logs() as logs:
            await shown(versions, other)
            await until(lambda: any(line.get("version") == other.info.name for line in logs))
        feed.version.edit(100)
        feed.commit()
        assert await shown(versions, feed) == expected(feed)
        assert len(version.index.active) == len(expected(feed))
        assert feed.read_from == [None, Cursor(1, WHOLE_REVISION)]


async def test_a_dropped_version_comes_back_from_disk(catalog: PlainCatalog, tmp_path: Path) -> None:
    feed, other = catalog.add(1, 3000), catalog.add(2, 10)
    async with searching(catalog, tmp_path, max_versions=1) as versions:
        await shown(versions, feed)
        feed.version.edit(2000)
        feed.commit()
        with structlog.testing.capture_logs() as logs:
            await shown(versions, feed)
            await shown(versions, other)
            await until(lambda: any("dropped" in line["event"] for line in logs))
        assert not await loads_again(versions, feed)
        assert feed.read_from == []


async def test_after_a_clean_stop_nothing_is_read_again(catalog: PlainCatalog, tmp_path: Path) -> None:
    feed = catalog.add(1, 3000)
    feed.commit_vectors(dict.fromkeys(range(100, 900), True))
    async with searching(catalog, tmp_path) as versions:
        await shown(versions, feed)
    feed.read_from.clear()
    async with searching(catalog, tmp_path) as versions:
        assert await shown(versions, feed) == expected(feed)
    assert feed.read_from == []


async def test_without_a_folder_nothing_is_kept(catalog: PlainCatalog) -> None:
    feed = catalog.add(1, 100)
    for _ in range(2):
        async with searching(catalog) as versions:
            assert await loads_again(versions, feed)


async def test_a_snapshot_is_written_after_the_load_and_again_once_much_has_changed(
    catalog: PlainCatalog, tmp_path: Path
) -> None:
    feed = catalog.add(1, 6000)
    async with searching(catalog, tmp_path, snapshot_seconds=0) as versions:
        with structlog.testing.capture_logs() as logs:

            def written() -> int:
                return sum(line["event"] == "a snapshot is written" for line in logs)

            await shown(versions, feed)
            await until(lambda: written() == 1)
            feed.version.edit(9000)
            feed.commit()
            await shown(versions, feed)
            await until(lambda: written() == 2)
            for _ in range(3):
                feed.version.edit(1)
                feed.commit()
                await shown(versions, feed)
                await asyncio.sleep(SHORTEST_ROUND_SECONDS)
            assert written() == 2


async def test_a_snapshot_that_is_not_due_waits_until_the_end(catalog: PlainCatalog, tmp_path: Path) -> None:
    feed = catalog.add(1, 2000)
    with structlog.testing.capture_logs() as logs:
        async with searching(catalog, tmp_path, snapshot_seconds=1000) as versions:
            await shown(versions, feed)
            await until(lambda: any(line["event"] == "a snapshot is written" for line in logs))
            feed.version.edit(2000)
            feed.commit()
            await shown(versions, feed)
            await asyncio.sleep(2 * SHORTEST_ROUND_SECONDS)
            assert sum(line["event"] == "a snapshot is written" for line in logs) == 1
    assert sum(line["event"] == "a snapshot is written" for line in logs) == 2


class SlowFolder(SnapshotFolder):
    """Holds up the writing of a snapshot until a test lets it go on."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, budget_bytes=PLENTY)
        self.begun, self.go_on = threading.Event(), threading.Event()

    def save(self, snapshot: Snapshot, copy: Copy) -> None:
        self.begun.set()
        assert self.go_on.wait(10)
        super().save(snapshot, copy)


def left_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_a_change_waits_for_no_snapshot_and_ends_the_one_that_is_being_written(
    catalog: PlainCatalog, tmp_path: Path
) -> None:
    feed = catalog.add(1, 500)
    folder = SlowFolder(tmp_path)
    with structlog.testing.capture_logs() as logs:
        async with Versions(catalog, folder, max_versions=9, budget_bytes=PLENTY, snapshot_seconds=0) as versions:
            await shown(versions, feed)
            await until(folder.begun.is_set)
            feed.version.edit(300)
            feed.commit()
            assert await shown(versions, feed) == expected(feed)
            folder.go_on.set()
            await until(lambda: any(line["event"] == "a snapshot is written" for line in logs))
    events = [line["event"] for line in logs if "snapshot" in line["event"]]
    assert events[:2] == ["a snapshot was overtaken by a change", "a snapshot is written"]
    async with searching(catalog, tmp_path) as versions:
        assert await shown(versions, feed) == expected(feed)


async def test_a_stop_ends_the_snapshot_that_is_being_written(catalog: PlainCatalog, tmp_path: Path) -> None:
    feed = catalog.add(1, 500)
    folder = SlowFolder(tmp_path)
    async with Versions(catalog, folder, max_versions=9, budget_bytes=PLENTY) as versions:
        await shown(versions, feed)
        await until(folder.begun.is_set)
        asyncio.get_running_loop().call_later(0.1, folder.go_on.set)
    # The one that was cut off left nothing behind, the last one is whole.
    assert left_in(tmp_path) == ["1.snapshot"]
    feed.read_from.clear()
    async with searching(catalog, tmp_path) as versions:
        assert await shown(versions, feed) == expected(feed)
    assert feed.read_from == []


async def test_a_load_goes_on_without_the_query_that_began_it(catalog: PlainCatalog) -> None:
    feed = catalog.add(1, 5000)
    feed.gate.clear()
    async with searching(catalog, budget_bytes=1) as versions:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await shown(versions, feed)
        feed.gate.set()
        await until(lambda: feed.pages_sent == 5)
    assert feed.read_from == [None]


async def test_a_load_that_broke_off_goes_on_from_the_disk_where_it_was(catalog: PlainCatalog, tmp_path: Path) -> None:
    feed = catalog.add(1, 5000)
    feed.breaks_after = 3000
    async with searching(catalog, tmp_path) as versions:
        with pytest.raises(grpc.aio.AioRpcError):
            await shown(versions, feed)
    feed.breaks_after = None
    feed.read_from.clear()
    async with searching(catalog, tmp_path) as versions:
        assert await shown(versions, feed) == expected(feed)
    assert feed.read_from == [Cursor(1, 2999)]


async def test_a_version_that_loads_holds_up_no_other(catalog: PlainCatalog) -> None:
    slow, quick = catalog.add(1, 5000), catalog.add(2, 100)
    async with searching(catalog) as versions:
        slow.gate.clear()
        loading = asyncio.create_task(shown(versions, slow))
        await until(lambda: slow.read_from == [None])
        assert await shown(versions, quick) == expected(quick)
        quick.version.edit(50)
        quick.commit()
        assert await shown(versions, quick) == expected(quick)
        assert not loading.done()
        slow.gate.set()
        assert await loading == expected(slow)


async def test_a_load_says_in_the_log_how_far_it_is(catalog: PlainCatalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.search.progress.SECONDS_BETWEEN_LINES", 0)
    feed = catalog.add(1, 5000)
    async with searching(catalog) as versions:
        with structlog.testing.capture_logs() as logs:
            await shown(versions, feed)
    name, seconds = feed.info.name, logs[-1]["seconds"]
    assert [line for line in logs if "load" in line["event"]] == [
        {"event": "a version is loading", "files": 4000, "version": name, "log_level": "info"},
        *(
            {"event": "a version is loading", "percent": percent, "version": name, "log_level": "info"}
            for percent in (25, 50, 75)
        ),
        {
            "event": "a version is loaded",
            "seconds": seconds,
            "version": feed.info.name,
            "log_level": "info",
        },
    ]


async def test_a_catalog_that_was_put_back_is_loaded_anew(catalog: PlainCatalog, tmp_path: Path) -> None:
    feed = catalog.add(1, 300)
    feed.version.edit(200)
    feed.commit()
    async with searching(catalog, tmp_path) as versions:
        await shown(versions, feed)
    older = catalog.add(1, 300)
    async with searching(catalog, tmp_path) as versions:
        assert await loads_again(versions, older)


async def test_a_version_of_the_same_number_in_a_new_catalog_is_another_one(
    catalog: PlainCatalog, tmp_path: Path
) -> None:
    async with searching(catalog, tmp_path) as versions:
        await shown(versions, catalog.add(1, 300))
    made_anew = catalog.add(1, 200, seed=99, create_us=2)
    async with searching(catalog, tmp_path) as versions:
        assert await loads_again(versions, made_anew)


async def test_an_index_set_that_was_made_anew_has_no_vector_of_the_old_one(
    catalog: PlainCatalog, tmp_path: Path
) -> None:
    feed = catalog.add(1, 300)
    feed.commit_vectors(dict.fromkeys(range(200), True))
    feed.commit_vectors(dict.fromkeys(range(100), False))
    async with searching(catalog, tmp_path) as versions:
        await shown(versions, feed)
        feed.vectors, feed.vectors_revision, feed.index_set_id = {}, 0, "another"
        feed.commit_vectors({7: True})
        assert await shown(versions, feed) == expected(feed)
    async with searching(catalog, tmp_path) as versions:
        assert await shown(versions, feed) == expected(feed)


async def test_what_catalog_no_longer_has_goes_from_memory_and_disk(
    catalog: PlainCatalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions_module, "SECONDS_BETWEEN_ROUNDS", 0.05)
    monkeypatch.setattr(versions_module, "SECONDS_BETWEEN_COMPARISONS", 0)
    gone, kept, put_back = catalog.add(1, 100), catalog.add(2, 100), catalog.add(3, 100)
    put_back.version.edit(50)
    put_back.commit()
    async with searching(catalog, tmp_path) as versions:
        for feed in (gone, kept, put_back):
            await shown(versions, feed)
        await until(lambda: len(list(tmp_path.glob("*.snapshot"))) == 3)
        del catalog.feeds[gone.info.name]
        put_back.info = replace(put_back.info, revision=1)
        await until(lambda: [path.name for path in tmp_path.glob("*.snapshot")] == ["2.snapshot"])
        await until(lambda: len(versions._loaded) == 1)
        put_back.info = replace(put_back.info, revision=2)
        assert await loads_again(versions, put_back)
        assert not await loads_again(versions, kept)
