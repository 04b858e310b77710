"""How a number or time of files is spread: counts by ranges whose bounds people like."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import count

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from services.search.conditions import NumberField, TimeField
from services.search.index.bitmaps import ordinals_of
from services.search.index.number_column import NumberColumn
from services.search.index.version_index import VersionIndex

Whole = NDArray[np.int64]

# From this ratio of the largest to the smallest on, sizes are counted by ranges that grow.
GROWING_RATIO = 64

# More ranges than anybody may ask for.
_MOST_BOUNDS = 2_000
_LARGEST = int(np.iinfo(np.int64).max)
_SECOND_US = 1_000_000
_DAY_US = 86_400 * _SECOND_US
# 1970 began on a Thursday.
_MONDAY_US = 4 * _DAY_US


class HistogramField(Enum):
    """What is measured."""

    SIZE = "size_bytes"
    WIDTH = "width_px"
    HEIGHT = "height_px"
    MODIFY_TIME = "modify_time"
    CREATE_TIME = "create_time"
    TAG_TIME = "tag_time"


@dataclass(frozen=True, eq=False)
class Histogram:
    """How many files have which values, in the field's unit: bytes, pixels, or seconds since 1970.

    `bounds` (float64) ascend, one more than there are `counts` (int64); both are empty where no file has a value. Range
    i holds the values from bound i on and before bound i + 1, the last one its upper bound too. `absent` files have no
    value.
    """

    field: HistogramField
    bounds: NDArray[np.float64]
    counts: Whole
    absent: int


def histogram(index: VersionIndex, among: BitMap, field: HistogramField, max_ranges: int) -> Histogram:
    """Of these files, by at most `max_ranges` (2 or more: one on either side of zero) ranges."""
    column = _column(index, field)
    filled = column.filled(among)
    absent = len(among) - len(filled)
    if not filled:
        return Histogram(field, np.empty(0), np.empty(0, np.int64), absent)
    values = column.at(ordinals_of(filled))
    bounds = bounds_of(field, int(values.min()), int(values.max()), max_ranges)
    is_time = isinstance(_FIELDS[field], TimeField)
    shown = bounds / _SECOND_US if is_time else bounds.astype(np.float64)
    return Histogram(field, shown, _counted(values, bounds), absent)


_FIELDS: dict[HistogramField, NumberField | TimeField] = {
    HistogramField.SIZE: NumberField.SIZE_BYTES,
    HistogramField.WIDTH: NumberField.WIDTH_PX,
    HistogramField.HEIGHT: NumberField.HEIGHT_PX,
    HistogramField.MODIFY_TIME: TimeField.MODIFY,
    HistogramField.CREATE_TIME: TimeField.CREATE,
    HistogramField.TAG_TIME: TimeField.TAG,
}


def _column(index: VersionIndex, field: HistogramField) -> NumberColumn[np.int64]:
    chosen = _FIELDS[field]
    return index.times[chosen] if isinstance(chosen, TimeField) else index.numbers[chosen]


def _counted(values: Whole, bounds: Whole) -> Whole:
    """Values that are all within the bounds."""
    places = np.searchsorted(bounds[1:-1], values, side="right")
    counts: Whole = np.bincount(places, minlength=len(bounds) - 1)
    return counts


def bounds_of(field: HistogramField, lowest: int, highest: int, max_ranges: int) -> Whole:
    """Bounds around all values from the lowest to the highest, in the finest steps that people like and that fit."""
    if isinstance(_FIELDS[field], TimeField):
        return _first_that_fits(_calendars(lowest, highest), highest, max_ranges)
    if field is HistogramField.SIZE:
        if highest >= GROWING_RATIO * max(lowest, 1):
            return _first_that_fits(_growing(lowest, highest), highest, max_ranges)
        return _first_that_fits((_even(lowest, highest, step) for step in _sizes()), highest, max_ranges)
    return _first_that_fits((_even(lowest, highest, step) for step in _steps()), highest, max_ranges)


def _first_that_fits(candidates: Iterator[Whole], highest: int, max_ranges: int) -> Whole:
    """The finest; a bound beyond the highest value is left out where the bound before it is that value."""
    for bounds in candidates:
        fitting = bounds[:-1] if len(bounds) > 2 and bounds[-2] == highest else bounds
        if len(fitting) - 1 <= max_ranges:
            return fitting
    raise AssertionError(max_ranges)


def _steps() -> Iterator[int]:
    """1, 2, 5, 10, 20, 50 and so on."""
    return (digit * 10**exponent for exponent in count() for digit in (1, 2, 5))


def _sizes() -> Iterator[int]:
    """1 byte to 512 bytes, and the same of KiB, MiB and so on, each twice the one before."""
    return (2**exponent for exponent in count())


def _even(lowest: int, highest: int, step: int) -> Whole:
    """Multiples of a step, from the one at or below the lowest value to the one above the highest."""
    first, last = lowest // step, highest // step + 1
    # More than anybody asks for need not be made to be counted.
    return np.arange(first, min(last, first + _MOST_BOUNDS) + 1, dtype=np.int64) * step


def _growing(lowest: int, highest: int) -> Iterator[Whole]:
    """Powers of 2, of 4, of 8 and so on; the first range begins at 0 where there are empty files."""
    for factor_bits in count(1):
        first = 0 if lowest == 0 else (lowest.bit_length() - 1) // factor_bits
        last = highest.bit_length() // factor_bits + (1 if highest.bit_length() % factor_bits else 0)
        powers = [min(1 << exponent * factor_bits, _LARGEST) for exponent in range(first, max(last, first + 1) + 1)]
        yield np.array([0, *powers] if lowest == 0 else powers, np.int64)


def _calendars(lowest: int, highest: int) -> Iterator[Whole]:
    """By seconds, minutes, hours and days, by weeks from Monday on, by months and by years, all in UTC."""
    for seconds in (1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 43_200, 86_400):
        yield _even(lowest, highest, seconds * _SECOND_US)
    yield _even(lowest - _MONDAY_US, highest - _MONDAY_US, 7 * _DAY_US) + _MONDAY_US
    for unit, steps in (("M", iter((1, 3, 6))), ("Y", _steps())):
        for step in steps:
            yield _dates(lowest, highest, unit, step)


def _dates(lowest: int, highest: int, unit: str, step: int) -> Whole:
    """The beginnings of months or years."""
    moments = np.array([lowest, highest], "datetime64[us]").astype(f"datetime64[{unit}]").astype(np.int64)
    first, last = int(moments[0]) // step, int(moments[1]) // step + 1
    numbers = np.arange(first, min(last, first + _MOST_BOUNDS) + 1, dtype=np.int64) * step
    return numbers.astype(f"datetime64[{unit}]").astype("datetime64[us]").astype(np.int64)
