"""Columns of numbers answer as plain lists do, whatever was written before and however many files are asked about."""

import numpy as np
import pytest
from pyroaring import BitMap

from services.search.index.bitmaps import BLOCK_ROWS
from services.search.index.number_column import NO_TIME, NumberColumn
from tests.services.search.index.kept import mapped

ROWS = 2 * BLOCK_ROWS + 777
BOUNDS = [None, NO_TIME, -(2**40), -2, -1, 0, 1, 3, 2**31 - 1, 2**31, 2**63 - 1]


def some_of(rows: int, share: float, seed: int) -> BitMap:
    return BitMap(np.flatnonzero(np.random.default_rng(seed).random(rows) < share).tolist())


@pytest.mark.parametrize(("dtype", "absent"), [(np.int64, NO_TIME), (np.int64, -1), (np.int32, 0), (np.int64, 2)])
def test_a_range_has_the_rows_that_lie_in_it(dtype: type[np.int64], absent: int) -> None:
    random = np.random.default_rng(5)
    column = NumberColumn(dtype, absent)
    values = np.full(ROWS + 1_000, absent, dtype)
    for _ in range(6):
        ordinals = random.choice(ROWS, 30_000, replace=False).astype(np.uint32)
        written = random.integers(-3, 5, len(ordinals)).astype(dtype)
        written[::100], written[::101] = np.iinfo(dtype).min, np.iinfo(dtype).max
        column.put(ordinals, written)
        values[ordinals] = written
    for share in (0.0002, 0.01, 0.5, 1):
        among = some_of(len(values), share, seed=3)
        few = np.array(among, np.int64)
        for low in BOUNDS:
            for high in BOUNDS:
                inside = values[few] != absent
                if low is not None:
                    inside &= values[few].astype(object) >= low
                if high is not None:
                    inside &= values[few].astype(object) <= high
                assert column.within(among, low, high) == BitMap(few[inside].tolist()), (share, low, high)
        assert column.filled(among) == BitMap(few[values[few] != absent].tolist())


def test_a_range_follows_what_is_written_into_rows_that_came_in_order() -> None:
    column = NumberColumn(np.int64, -1)
    values = np.arange(ROWS)
    everything = BitMap(range(ROWS))
    ranges = [(low, high) for low in (None, 0, BLOCK_ROWS, BLOCK_ROWS + 5) for high in (None, 9, 2 * BLOCK_ROWS, ROWS)]
    column.put(values.astype(np.uint32), values)
    for row, number in ((0, 0), (7, ROWS + 1), (BLOCK_ROWS + 3, -1), (BLOCK_ROWS + 3, 4), (ROWS - 1, 3)):
        column.put(np.array([row], np.uint32), np.array([number]))
        values[row] = number
        for low, high in ranges:
            inside = (values >= (low or 0)) & (values <= (2 * ROWS if high is None else high))
            assert column.within(everything, low, high) == BitMap(np.flatnonzero(inside).tolist()), (row, low, high)
        assert column.filled(everything) == BitMap(np.flatnonzero(values >= 0).tolist())


def test_rows_beyond_those_that_were_written_are_absent() -> None:
    column = NumberColumn(np.int32, 7)
    assert column.at(np.array([5], np.uint32)).tolist() == [7]
    assert column.within(BitMap([1, 100_000]), None, None) == BitMap()
    column.put(np.arange(10, 12, dtype=np.uint32), np.array([1, 2], np.int32))
    assert column.values.tolist() == [7] * 10 + [1, 2]
    assert column.within(BitMap(range(200_000)), None, None) == BitMap([10, 11])


def test_numbers_that_were_kept_can_be_read_and_written() -> None:
    column = NumberColumn(np.int64, -1)
    column.put(np.array([3, 1], np.uint32), np.array([30, 10]))
    again = NumberColumn(np.int64, -1)
    again.load(mapped(column.dump()))
    again.put(np.array([2, 90_000], np.uint32), np.array([20, 9]))
    assert again.at(np.array([0, 1, 2, 3, 4, 90_000], np.uint32)).tolist() == [-1, 10, 20, 30, -1, 9]
    assert column.at(np.array([2], np.uint32)).tolist() == [-1]
