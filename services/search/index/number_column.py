"""A column of numbers: what is known of the file with ordinal i stands in row i."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from services.search.index.bitmaps import BLOCK_ROWS, Mask, Ordinals, bitmap_of, bitmap_of_mask, ordinals_of
from services.search.index.stored import Arrays

Scalar = TypeVar("Scalar", bound=np.integer[Any])

# Times are microseconds since 1970.
NO_TIME = int(np.iinfo(np.int64).min)

# To look at a row out of order costs as much as to look at so many in order.
GATHERING_COSTS = 24

# Of numbers that lie between a least and a greatest one: whether all of them meet a condition (True) or none (False).
Decided = Callable[[int, int], bool | None]


class NumberColumn(Generic[Scalar]):
    """Whole numbers of one width. It grows with the ordinals and is written in place; a row without a value holds
    `absent`, which is in no range.

    Files near to each other tend to be alike, so the bounds of a block often tell that a range has all of it or none.
    """

    def __init__(self, dtype: type[Scalar], absent: int = 0) -> None:
        self._absent = absent
        self._rows = 0
        self._values: NDArray[Scalar] = np.empty(0, dtype)
        # The least and the greatest number of blocks, by their numbers; found when they are first asked for.
        self._bounds: dict[int, tuple[int, int]] = {}

    @property
    def values(self) -> NDArray[Scalar]:
        """The rows up to the last that was written."""
        return self._values[: self._rows]

    def put(self, ordinals: Ordinals, values: NDArray[Scalar]) -> None:
        """Write rows."""
        if len(ordinals):
            last = int(ordinals.max())
            self._reserve(last + 1)
            self._rows = max(self._rows, last + 1)
            self._forget_bounds(ordinals)
            if int(ordinals[0]) + len(ordinals) - 1 == last == int(ordinals[-1]) and is_ascending(ordinals):
                self._values[ordinals[0] : last + 1] = values
            else:
                self._values[ordinals] = values

    def at(self, ordinals: Ordinals) -> NDArray[Scalar]:
        """The rows of these ordinals, which may lie beyond those that were written."""
        try:
            return self._values.take(ordinals)
        except IndexError:
            self._reserve(int(ordinals.max()) + 1)
            return self._values.take(ordinals)

    def within(self, among: BitMap, low: int | None, high: int | None) -> BitMap:
        """Those of `among` whose number is from `low` to `high`, both included; None is open."""
        least, most = int(np.iinfo(self._values.dtype).min), int(np.iinfo(self._values.dtype).max)
        low = least if low is None else max(low, least)
        high = most if high is None else min(high, most)
        low, high = low + (low == self._absent), high - (high == self._absent)
        if low > high:
            return BitMap()
        has_absent = low <= self._absent <= high

        def holds(values: NDArray[Scalar]) -> Mask:
            inside: Mask = values >= low
            if high < most:
                inside &= values <= high
            if has_absent:
                inside &= values != self._absent
            return inside

        def decided(smallest: int, greatest: int) -> bool | None:
            if greatest < low or high < smallest:
                return False
            return True if low <= smallest and greatest <= high and not has_absent else None

        return self.where(among, holds, decided)

    def filled(self, among: BitMap) -> BitMap:
        """Those of `among` that have a number."""

        def decided(smallest: int, greatest: int) -> bool | None:
            return None if smallest <= self._absent <= greatest else True

        return self.where(among, lambda values: values != self._absent, decided)

    def where(self, among: BitMap, holds: Callable[[NDArray[Scalar]], Mask], decided: Decided | None = None) -> BitMap:
        """Those of `among` whose number `holds` is true of; it is asked for many numbers at a time, and only where
        their bounds do not decide.
        """
        if not among:
            return BitMap()
        first, end = among.min() // BLOCK_ROWS * BLOCK_ROWS, among.max() + 1
        self._reserve(end)
        if len(among) * GATHERING_COSTS < end - first:
            ordinals = ordinals_of(among)
            return bitmap_of(ordinals[holds(self._values[ordinals])])
        mask = np.empty(end - first, np.bool_)
        # A block at a time stays in the cache from one comparison to the next.
        for start in range(first, end, BLOCK_ROWS):
            block = self._values[start : min(start + BLOCK_ROWS, end)]
            known = None if decided is None else self._decided(start // BLOCK_ROWS, decided)
            mask[start - first : start - first + len(block)] = holds(block) if known is None else known
        return bitmap_of_mask(mask, first) & among

    @property
    def size_bytes(self) -> int:
        """Memory."""
        return int(self._values.nbytes)

    def dump(self) -> dict[str, NDArray[np.generic]]:
        """See `Stored`."""
        return {"values": self.values}

    def load(self, arrays: Arrays) -> None:
        """See `Stored`."""
        self._values = arrays["values"]
        self._rows = len(self._values)
        self._bounds.clear()

    def _decided(self, number: int, decided: Decided) -> bool | None:
        """What the bounds of a block say; nothing where the block is still being filled."""
        if (number + 1) * BLOCK_ROWS > self._rows:
            return None
        if number not in self._bounds:
            block = self._values[number * BLOCK_ROWS : (number + 1) * BLOCK_ROWS]
            self._bounds[number] = int(block.min()), int(block.max())
        return decided(*self._bounds[number])

    def _forget_bounds(self, ordinals: Ordinals) -> None:
        if self._bounds:
            for number in np.unique(ordinals // BLOCK_ROWS).tolist():
                self._bounds.pop(number, None)

    def _reserve(self, rows: int) -> None:
        if rows > len(self._values):
            # An eighth of room keeps appending cheap and memory within the budget a file.
            grown = np.empty(max(rows + rows // 8, 1024), self._values.dtype)
            grown[: len(self._values)] = self._values
            grown[len(self._values) :] = self._absent
            self._values = grown


def is_ascending(ordinals: Ordinals) -> bool:
    """Whether each is greater than the one before."""
    return bool((ordinals[1:] > ordinals[:-1]).all())
