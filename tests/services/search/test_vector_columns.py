"""A vector column answers exactly and for what is committed, whatever happens to files, database, disk and process."""

import asyncio
import errno
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import numpy as np
import pytest
import structlog
from pyroaring import BitMap

from libs.vectors.table import Metric
from services.search.similarity import columns as columns_module
from services.search.similarity import planner
from services.search.similarity.column_files import ColumnKey
from services.search.similarity.comparison import scores_of, vectors_of
from services.search.similarity.planner import Plan
from tests.deadline import until
from tests.services.search.indexed_version import (
    DIMENSION,
    CatalogWithDatabase,
    ColumnSearch,
    IndexedVersion,
    Vectors,
    column_search,
    indexed_version,
    pgvector,
)

FILES = 2_400
CLUSTERS = 12


def clustered(seed: int, count: int = FILES) -> Vectors:
    """In clusters by ordinal, and every tenth the same as the one before it."""
    random = np.random.default_rng(seed)
    centres = np.random.default_rng(1).normal(size=(CLUSTERS, DIMENSION))
    made = centres[np.arange(count) % CLUSTERS] + 0.3 * random.normal(size=(count, DIMENSION))
    made[10::10] = made[9:-1:10]
    return made.astype(np.float32)


def some(seed: int, count: int) -> list[int]:
    """Some of the ordinals."""
    return sorted(Random(seed).sample(range(FILES), count))  # noqa: S311


@pytest.fixture
def catalog(database: str) -> CatalogWithDatabase:
    return CatalogWithDatabase(pgvector(database))


@pytest.fixture(params=list(Metric))
async def any_metric(catalog: CatalogWithDatabase, request: pytest.FixtureRequest) -> AsyncIterator[IndexedVersion]:
    async with indexed_version(catalog, 41, request.param) as indexed:
        await indexed.index(range(FILES), clustered(2))
        yield indexed


@pytest.fixture
async def indexed(catalog: CatalogWithDatabase) -> AsyncIterator[IndexedVersion]:
    async with indexed_version(catalog, 41) as indexed:
        await indexed.index(range(FILES), clustered(2))
        yield indexed


async def ready(search: ColumnSearch, indexed: IndexedVersion) -> None:
    async with asyncio.timeout(30):
        while not await search.is_ready(indexed):  # noqa: ASYNC110 - each look is a query
            await asyncio.sleep(0.01)


def kept(folder: Path) -> set[str]:
    """The index sets whose columns are on disk."""
    return {column.name for column in folder.iterdir()}


async def test_a_column_is_filled_beside_the_queries_and_then_answers_alone(
    catalog: CatalogWithDatabase, any_metric: IndexedVersion, tmp_path: Path
) -> None:
    in_cluster = BitMap(range(0, FILES, CLUSTERS))
    every = BitMap(range(FILES))
    vector = clustered(3)[0]
    async with column_search(catalog, tmp_path) as search:
        assert (await search.best(any_metric, every, vector, 10)).plan is not Plan.IN_SEARCH
        await ready(search, any_metric)
        for among in (every, in_cluster, every - in_cluster, BitMap(some(1, 700)), BitMap([5])):
            for k in (1, 10, 300, FILES):
                ranking = await search.best(any_metric, among, vector, k)
                assert ranking.plan is Plan.IN_SEARCH
                assert ranking.exact
                rows = list(zip((-ranking.scores).tolist(), ranking.ordinals.tolist(), strict=True))
                assert rows == sorted(rows)


async def test_of_files_that_tie_the_lowest_ordinals_come_first(
    catalog: CatalogWithDatabase, indexed: IndexedVersion, tmp_path: Path
) -> None:
    same = np.tile(np.linspace(-1, 1, DIMENSION, dtype=np.float32), (300, 1))
    await indexed.index(ordinals := some(4, 300), same)
    async with column_search(catalog, tmp_path) as search:
        await ready(search, indexed)
        for among in (BitMap(range(FILES)), BitMap(ordinals[::2])):
            assert (await search.best(indexed, among, same[0], 20)).ordinals.tolist() == list(among & BitMap(ordinals))[
                :20
            ]


async def test_edits_are_seen_by_the_next_query_while_the_column_follows(
    catalog: CatalogWithDatabase, indexed: IndexedVersion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planner, "ALWAYS_EXACT", 100)
    chance = Random(5)  # noqa: S311
    plans = set()
    async with column_search(catalog, tmp_path) as search:
        for turn in range(60):
            await edit(indexed, chance, turn)
            if chance.random() < 0.2:
                await ready(search, indexed)
            among = BitMap(some(turn, chance.choice((1, 60, 1_000, FILES))))
            plans.add((await search.best(indexed, among, clustered(turn, 1)[0], chance.choice((1, 10, 500)))).plan)
        await ready(search, indexed)
        assert await search.plan(indexed) is Plan.IN_SEARCH
    assert Plan.IN_SEARCH in plans


async def edit(indexed: IndexedVersion, chance: Random, turn: int) -> None:
    """Some files get other vectors, or lose theirs, or get new ones."""
    ordinals = some(turn, chance.choice((1, 40, 600)))
    kind = chance.random()
    if kind < 0.4:
        await indexed.index(ordinals, clustered(turn, len(ordinals)))
    elif kind < 0.6:
        indexed.lose(ordinals)
    elif kind < 0.7:
        first = max(indexed.vectors) + 1
        await indexed.index(range(first, first + 30), clustered(turn, 30))


async def test_an_old_vector_is_never_shown_for_a_file_that_has_another(
    catalog: CatalogWithDatabase, indexed: IndexedVersion, tmp_path: Path
) -> None:
    async with column_search(catalog, tmp_path) as search:
        await ready(search, indexed)
        for turn in range(15):
            ordinals = some(turn, 50)
            vectors = clustered(100 + turn, 50)
            # Long before the commit, as a chunk of the indexer is written.
            await indexed.write(ordinals, vectors)
            await asyncio.sleep(0)
            indexed.commit(ordinals, vectors)
            ranking = await search.best(indexed, indexed.current, vectors[7], 1)
            assert ranking.scores[0] == pytest.approx(1, abs=1e-6)


async def test_scores_and_vectors_of_chosen_files_are_the_same_with_and_without_a_column(
    catalog: CatalogWithDatabase, any_metric: IndexedVersion, tmp_path: Path
) -> None:
    vector, among = clustered(30)[0], BitMap(some(30, 500))
    largest = np.abs(any_metric.scores(list(among), vector)).max()

    async def look() -> None:
        async with search.table(any_metric) as vectors:
            ordinals, scores = await scores_of(vectors, among & any_metric.current, vector)
            assert ordinals.tolist() == list(among & any_metric.current)
            np.testing.assert_allclose(scores, any_metric.scores(ordinals.tolist(), vector), atol=0.02 * largest)
            found, rows = await vectors_of(vectors, among & any_metric.current)
            assert found.tolist() == ordinals.tolist()
            expected = np.array([any_metric.vectors[ordinal] for ordinal in found.tolist()])
            if any_metric.table.metric is Metric.COSINE:
                expected /= np.linalg.norm(expected, axis=1, keepdims=True)
            np.testing.assert_allclose(rows, expected, atol=1e-4)

    async with column_search(catalog, tmp_path) as search:
        await look()
        await ready(search, any_metric)
        await look()
        await any_metric.index(some(30, 30), clustered(31, 30))
        await look()
        any_metric.lose(some(30, 10))
        await look()
        async with search.table(any_metric) as vectors:
            assert len((await scores_of(vectors, BitMap(), vector))[0]) == 0
            assert (await vectors_of(vectors, BitMap()))[1].shape == (0, DIMENSION)


async def test_files_whose_vector_the_database_lost_are_left_out(
    catalog: CatalogWithDatabase, indexed: IndexedVersion, tmp_path: Path
) -> None:
    lost = some(6, 20)
    await indexed.forget(lost)
    async with column_search(catalog, tmp_path) as search:
        await ready(search, indexed)
        for ordinal in lost:
            del indexed.vectors[ordinal]
        indexed.feed.commit_vectors(dict.fromkeys(lost, False))
        await search.best(indexed, indexed.current, clustered(7)[0], FILES)


async def test_a_restart_reads_only_what_changed(
    catalog: CatalogWithDatabase, indexed: IndexedVersion, tmp_path: Path
) -> None:
    async with column_search(catalog, tmp_path) as search:
        await ready(search, indexed)
    changed, lost = some(8, 40), some(9, 30)
    await indexed.index(changed, clustered(8, 40))
    indexed.lose(lost)
    # What is not in the database any more can only come from the disk.
    await indexed.forget(set(range(FILES)) - set(changed))
    async with column_search(catalog, tmp_path) as search:
        await ready(search, indexed)
        await search.best(indexed, indexed.current, clustered(10)[0], FILES)


async def test_what_a_killed_process_left_is_right_or_read_again(
    catalog: CatalogWithDatabase, indexed: IndexedVersion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.search.similarity.column_filling.SECONDS_A_RECORD", 0.02)
    chance = Random(11)  # noqa: S311
    async with column_search(catalog, tmp_path / "killed") as search:
        for turn in range(8):
            await search.column(indexed)
            await edit(indexed, chance, turn)
            await search.column(indexed)
            await asyncio.sleep(chance.random() * 0.1)
            left = tmp_path / f"left {turn}"
            await asyncio.to_thread(copy_as_left_by_kill, tmp_path / "killed", left)
            await edit(indexed, chance, turn + 1)
            async with column_search(catalog, left) as restarted:
                await restarted.best(indexed, indexed.current, clustered(turn, 1)[0], FILES)
                await ready(restarted, indexed)
                assert await restarted.plan(indexed) is Plan.IN_SEARCH
                await restarted.best(indexed, indexed.current, clustered(turn, 1)[0], FILES)


def copy_as_left_by_kill(folder: Path, copy: Path) -> None:
    """First the record and then what it speaks of: bytes may be newer than the record, and never older."""
    for column in folder.glob("*"):
        (copy / column.name).mkdir(parents=True)
        if (column / "rows").exists():
            shutil.copy(column / "rows", copy / column.name)
            for part in ("coarse", "fine", "measures"):
                shutil.copy(column / part, copy / column.name)


@pytest.mark.parametrize("damage", ["no record", "half a record", "a short file", "another table"])
async def test_damaged_files_are_made_anew(
    catalog: CatalogWithDatabase, indexed: IndexedVersion, tmp_path: Path, damage: str
) -> None:
    async with column_search(catalog, tmp_path) as search:
        await ready(search, indexed)
    folder = tmp_path / indexed.index_set.id
    record = (folder / "rows").read_bytes()
    match damage:
        case "no record":
            (folder / "rows").unlink()
        case "half a record":
            (folder / "rows").write_bytes(record[: len(record) // 2])
        case "a short file":
            os.truncate(folder / "fine", 1000)
        case "another table":
            (folder / "rows").write_bytes(record.replace(indexed.table.name.encode(), b"t_00000000"))
    async with column_search(catalog, tmp_path) as search:
        await ready(search, indexed)
        await search.best(indexed, indexed.current, clustered(12)[0], FILES)


async def test_a_column_of_a_future_that_catalog_does_not_know_is_made_anew(
    catalog: CatalogWithDatabase, indexed: IndexedVersion, tmp_path: Path
) -> None:
    before = dict(indexed.vectors)
    for seed in range(3):
        await indexed.index(range(FILES), clustered(20 + seed))
    async with column_search(catalog, tmp_path) as search:
        await ready(search, indexed)
    # Catalog and database are put back.
    indexed.feed.vectors_revision = 0
    await indexed.index(range(FILES), np.array(list(before.values())))
    async with column_search(catalog, tmp_path) as search:
        await ready(search, indexed)
        await search.best(indexed, indexed.current, clustered(13)[0], FILES)


async def test_without_a_folder_or_a_budget_the_database_answers(
    catalog: CatalogWithDatabase, indexed: IndexedVersion, tmp_path: Path
) -> None:
    for folder, budget_bytes in ((None, 2**40), (tmp_path, 0), (tmp_path, 1000)):
        async with column_search(catalog, folder, budget_bytes) as search:
            for _ in range(3):
                assert await search.plan(indexed) is not Plan.IN_SEARCH
            assert not kept(tmp_path)


async def test_a_full_disk_leaves_searches_to_the_database(
    catalog: CatalogWithDatabase, indexed: IndexedVersion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    async with column_search(catalog, tmp_path) as search:
        await ready(search, indexed)
        monkeypatch.setattr(os, "posix_fallocate", full)
        await indexed.index([70_000], clustered(14, 1))
        await search.best(indexed, indexed.current, clustered(14)[0], 10)
        await until(lambda: not kept(tmp_path))
        assert await search.plan(indexed) is not Plan.IN_SEARCH


class Clock:
    """A time that goes on when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def time(self) -> float:
        return self.now


async def test_the_least_recently_used_columns_make_room(
    catalog: CatalogWithDatabase, indexed: IndexedVersion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr(columns_module, "time", clock)
    room_for_two = 2 * ColumnKey("", indexed.table).size_bytes(FILES)
    async with (
        indexed_version(catalog, 42) as second,
        indexed_version(catalog, 43) as third,
        column_search(catalog, tmp_path, room_for_two) as search,
    ):
        for other in (second, third):
            await other.index(range(FILES), clustered(other.feed.info.uid))
        await ready(search, indexed)
        await ready(search, second)
        # Both were just used, and one would have to go: the third waits.
        with structlog.testing.capture_logs() as logs:
            assert await search.plan(third) is not Plan.IN_SEARCH
            await until(lambda: any("no room" in line["event"] for line in logs))
        assert await search.plan(indexed) is Plan.IN_SEARCH
        clock.now += 1_000
        assert await search.plan(second) is Plan.IN_SEARCH
        await ready(search, third)
        assert await search.plan(second) is Plan.IN_SEARCH
        assert await search.plan(indexed) is not Plan.IN_SEARCH
        assert kept(tmp_path) == {second.index_set.id, third.index_set.id}


async def test_columns_of_an_earlier_process_make_room_first(
    catalog: CatalogWithDatabase, indexed: IndexedVersion, tmp_path: Path
) -> None:
    async with column_search(catalog, tmp_path) as search:
        await ready(search, indexed)
    room_for_one = ColumnKey("", indexed.table).size_bytes(FILES)
    async with indexed_version(catalog, 42) as second, column_search(catalog, tmp_path, room_for_one) as search:
        await second.index(range(FILES), clustered(15))
        await ready(search, second)
        assert kept(tmp_path) == {second.index_set.id}
