"""A column takes what the database held at one moment, and what changed after it is not taken for right."""

import asyncio
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pyroaring import BitMap

from libs.vectors.table import IndexTable
from services.search.similarity.column_files import ColumnFiles, ColumnKey
from services.search.similarity.readings import Readings
from services.search.similarity.vector_column import ColumnThreads, VectorColumn

DIMENSION = 8
KEY = ColumnKey("1-a", IndexTable("t", DIMENSION))
Vectors = NDArray[np.float32]


def vectors(seed: int, count: int) -> Vectors:
    return np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)


def ordinals(*chosen: int) -> NDArray[np.uint32]:
    return np.array(chosen, np.uint32)


@pytest.fixture
def threads() -> Iterator[ColumnThreads]:
    threads = ColumnThreads()
    yield threads
    threads.close()


def opened(folder: Path, threads: ColumnThreads, newest_revision: int = 100) -> tuple[VectorColumn, int]:
    files, revision, right = ColumnFiles.open(folder / "column", KEY, newest_revision)
    return VectorColumn(files, right, threads), revision


@pytest.fixture
async def column(tmp_path: Path, threads: ColumnThreads) -> VectorColumn:
    """With vectors 0 to 99 at the even ordinals."""
    column, _ = opened(tmp_path, threads)
    column.begin_filling()
    await column.put(np.arange(0, 200, 2, dtype=np.uint32), vectors(1, 100))
    return column


async def test_what_was_put_is_right_and_all_else_is_lacking(column: VectorColumn) -> None:
    assert column.right == BitMap(range(0, 200, 2))
    assert column.lacking(BitMap(range(10))) == BitMap([1, 3, 5, 7, 9])
    found, scores = await column.best(BitMap([4, 6, 8]), vectors(1, 100)[3], 2)
    assert found[0] == 6
    assert scores[0] == pytest.approx(1, abs=1e-4)


async def test_what_changed_while_it_was_read_stays_lacking(column: VectorColumn) -> None:
    column.mark(ordinals(4, 6))
    column.begin_filling()
    # The database answers; then the vector of 6 is changed again, and only then the answer arrives.
    column.mark(ordinals(6, 8))
    await column.put(ordinals(4, 6, 8), vectors(2, 3))
    assert column.lacking(BitMap([4, 6, 8])) == BitMap([6, 8])
    column.begin_filling()
    await column.put(ordinals(6, 8), vectors(3, 2))
    assert not column.lacking(BitMap([4, 6, 8]))
    assert (await column.best(BitMap([4, 6, 8]), vectors(3, 2)[0], 1))[0].tolist() == [6]


async def test_what_changes_while_it_is_written_stays_lacking(column: VectorColumn) -> None:
    column.mark(ordinals(4, 6))
    column.begin_filling()
    putting = asyncio.create_task(column.put(ordinals(4, 6), vectors(2, 2)))
    await asyncio.sleep(0)
    column.mark(ordinals(6))
    await putting
    assert column.lacking(BitMap([4, 6])) == BitMap([6])


async def test_a_row_is_overwritten_only_when_nobody_reads_it_any_more(
    column: VectorColumn, threads: ColumnThreads
) -> None:
    gate = threading.Event()
    for _ in range(os.cpu_count() or 1):
        threads.scanners.submit(gate.wait, 10)
    reading = asyncio.create_task(column.best(BitMap([4]), vectors(1, 100)[2], 1))
    await asyncio.sleep(0)
    column.mark(ordinals(4))
    column.begin_filling()
    putting = asyncio.create_task(column.put(ordinals(4), vectors(2, 1)))
    done, _ = await asyncio.wait([putting], timeout=0.2)
    assert not done
    gate.set()
    assert (await reading)[1][0] == pytest.approx(1, abs=1e-4)
    await putting
    assert (await column.best(BitMap([4]), vectors(2, 1)[0], 1))[1][0] == pytest.approx(1, abs=1e-4)


async def test_a_right_row_is_not_written(column: VectorColumn) -> None:
    column.begin_filling()
    await column.put(ordinals(4, 5), vectors(2, 2))
    assert (await column.best(BitMap([4]), vectors(1, 100)[2], 1))[1][0] == pytest.approx(1, abs=1e-4)


async def test_what_the_database_has_not_is_not_asked_for_until_it_changes(column: VectorColumn) -> None:
    column.begin_filling()
    column.mark(ordinals(3))
    column.put_absent(BitMap([1, 3]))
    assert column.lacking(BitMap([1, 3])) == BitMap([3])
    column.mark(ordinals(1))
    assert column.lacking(BitMap([1, 3])) == BitMap([1, 3])


async def test_vectors_without_a_direction_are_not_taken(column: VectorColumn) -> None:
    strange = vectors(4, 4)
    strange[0], strange[1, 3], strange[2, 0] = 0, np.nan, np.inf
    column.begin_filling()
    await column.put(ordinals(1, 3, 5, 7), strange)
    assert column.right & BitMap([1, 3, 5, 7]) == BitMap([7])


async def test_a_row_far_away_makes_the_files_grow_and_leaves_the_others(column: VectorColumn) -> None:
    column.begin_filling()
    await column.put(ordinals(300_001), vectors(5, 1))
    found, _ = await column.best(column.right, vectors(5, 1)[0], 1)
    assert found.tolist() == [300_001]
    assert (await column.best(column.right, vectors(1, 100)[9], 1))[0].tolist() == [18]


async def test_scores_and_rows_come_in_order(column: VectorColumn) -> None:
    asked = vectors(6, 1)[0]
    written = vectors(1, 100)
    written /= np.linalg.norm(written, axis=1, keepdims=True)
    scores = await column.scores(BitMap([198, 0, 10]), asked)
    np.testing.assert_allclose(scores, written[[0, 5, 99]] @ asked / np.linalg.norm(asked), atol=0.02)
    np.testing.assert_allclose(await column.rows(ordinals(198, 0)), written[[99, 0]], atol=1e-4)
    assert len(await column.scores(BitMap(), asked)) == 0


async def test_what_was_recorded_is_there_again(column: VectorColumn, tmp_path: Path, threads: ColumnThreads) -> None:
    await column.record(7)
    column.begin_filling()
    await column.put(ordinals(1), vectors(7, 1))
    again, revision = opened(tmp_path, threads)
    assert revision == 7
    assert again.right == BitMap(range(0, 200, 2))
    assert (await again.best(again.right, vectors(1, 100)[50], 1))[0].tolist() == [100]


async def test_a_record_of_a_later_revision_than_catalog_has_is_not_believed(
    column: VectorColumn, tmp_path: Path, threads: ColumnThreads
) -> None:
    await column.record(7)
    assert not opened(tmp_path, threads, newest_revision=6)[0].right
    assert not opened(tmp_path, threads)[0].right


async def test_a_writer_waits_for_those_who_read_before_and_not_for_those_who_came_later() -> None:
    with ThreadPoolExecutor(3) as pool:
        readings, gate = Readings(pool), threading.Event()
        with readings.begin() as first:
            waiting = asyncio.create_task(first.run(gate.wait, 10))
            await asyncio.sleep(0)
            over = asyncio.create_task(readings.over())
            await asyncio.sleep(0)
            with readings.begin() as second:
                assert await second.run(lambda: 3) == 3
                assert not over.done()
                gate.set()
                await waiting
                first_is_left = over
        await first_is_left


async def test_a_reading_that_is_cancelled_is_over_only_when_its_thread_is_done() -> None:
    with ThreadPoolExecutor(1) as pool:
        readings, gate, began = Readings(pool), threading.Event(), threading.Event()
        later: list[int] = []

        def work(piece: int) -> None:
            began.set()
            gate.wait(10)
            later.append(piece)

        async def read() -> None:
            with readings.begin() as reading:
                await reading.run(reading.map, work, range(5))

        reading = asyncio.create_task(read())
        await asyncio.to_thread(began.wait, 10)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        over = asyncio.create_task(readings.over())
        await asyncio.sleep(0.02)
        assert not over.done()
        gate.set()
        await over
        assert later == [0]


async def test_pieces_are_done_though_no_other_thread_is_free_and_come_in_order() -> None:
    with ThreadPoolExecutor(1) as pool, Readings(pool).begin() as reading:
        async with asyncio.timeout(10):
            assert await reading.run(reading.map, lambda piece: piece * piece, range(5)) == [0, 1, 4, 9, 16]


async def test_the_error_of_a_piece_comes_through_from_any_thread() -> None:
    def fail(piece: int) -> None:
        if piece == 3:
            raise OSError(piece)

    with ThreadPoolExecutor(2) as pool, Readings(pool).begin() as reading, pytest.raises(OSError, match="3"):
        await reading.run(reading.map, fail, range(5))
