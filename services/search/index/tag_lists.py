"""The tags of each file as a list of numbers."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.search.index.bitmaps import BLOCK_ROWS, Ordinals, bounds_of_blocks
from services.search.index.stored import Arrays, part, under

Numbers = NDArray[np.unsignedinteger[Any]]
Lengths = NDArray[np.integer[Any]]


class TagLists:
    """Lists by ordinal. A file that was never written has an empty one."""

    def __init__(self) -> None:
        self._blocks: dict[int, _Block] = {}

    def put(self, ordinals: Ordinals, numbers: Numbers, lengths: Lengths) -> None:
        """Write the lists of ordinals that ascend: `numbers` one list behind the other, as long as `lengths` says."""
        ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)])
        for block, start, end in bounds_of_blocks(ordinals):
            if block not in self._blocks:
                self._blocks[block] = _Block()
            there = numbers[ends[start] : ends[end]]
            self._blocks[block].put(ordinals[start:end] % BLOCK_ROWS, there, lengths[start:end])

    def of(self, ordinal: int) -> list[int]:
        """The list of a file."""
        block = self._blocks.get(ordinal // BLOCK_ROWS)
        return [] if block is None else block.of(ordinal % BLOCK_ROWS)

    def at(self, ordinals: Ordinals) -> Iterator[tuple[int, Ordinals, Numbers, Lengths]]:
        """The lists of ordinals that ascend and were written. By block: its number, its rows that are asked for, their
        lists one behind the other, not to be changed, and how long each is.
        """
        for block, start, end in bounds_of_blocks(ordinals):
            rows = ordinals[start:end] % BLOCK_ROWS
            yield block, rows, *self._blocks[block].at(rows)

    @property
    def size_bytes(self) -> int:
        """Memory."""
        return sum(block.size_bytes for block in self._blocks.values())

    def dump(self) -> dict[str, NDArray[np.generic]]:
        """See `Stored`."""
        arrays: dict[str, NDArray[np.generic]] = {"blocks": np.fromiter(self._blocks, np.int64)}
        for number, block in self._blocks.items():
            arrays |= under(f"block/{number}", block.dump())
        return arrays

    def load(self, arrays: Arrays) -> None:
        """See `Stored`."""
        self._blocks = {number: _Block() for number in arrays["blocks"].tolist()}
        for number, block in self._blocks.items():
            block.load(part(f"block/{number}", arrays))


class _Block:
    """The lists of BLOCK_ROWS files in the order in which they came. One that is written again leaves its old numbers
    behind; when half of them are left behind, the block is packed.
    """

    def __init__(self) -> None:
        self._starts: NDArray[np.uint32] = np.zeros(BLOCK_ROWS, np.uint32)
        # As narrow as will do, both.
        self._lengths: Numbers = np.zeros(BLOCK_ROWS, np.uint16)
        self._numbers: Numbers = np.empty(0, np.uint16)
        self._used = 0
        self._live = 0
        # Rows behind these take no memory: the system gives it when it is written.
        self._written_rows = 0

    def put(self, rows: Ordinals, numbers: Numbers, lengths: Lengths) -> None:
        self._live += len(numbers) - int(self._lengths[rows].sum(dtype=np.int64))
        self._numbers = _wide_enough(self._numbers, numbers)
        self._lengths = _wide_enough(self._lengths, lengths)
        self._reserve(len(numbers))
        self._numbers[self._used : self._used + len(numbers)] = numbers
        self._starts[rows] = self._used + np.cumsum(lengths, dtype=np.int64) - lengths
        self._lengths[rows] = lengths
        self._used += len(numbers)
        self._written_rows = max(self._written_rows, int(rows[-1]) + 1)
        if self._used > 2 * self._live + BLOCK_ROWS:
            self._pack()

    def of(self, row: int) -> list[int]:
        start = self._starts.item(row)
        numbers: list[int] = self._numbers[start : start + self._lengths.item(row)].tolist()
        return numbers

    def at(self, rows: Ordinals) -> tuple[Numbers, Lengths]:
        starts, lengths = self._starts[rows], self._lengths[rows]
        ends = np.cumsum(lengths, dtype=np.uint32)
        shifts = starts - (ends - lengths)
        total = int(ends[-1]) if len(ends) else 0
        if total and (shifts == shifts[0]).all():
            # As they were loaded, one behind the other.
            return self._numbers[int(starts[0]) : int(starts[0]) + total], lengths
        return self._numbers[np.repeat(shifts, lengths) + np.arange(total, dtype=np.uint32)], lengths

    @property
    def size_bytes(self) -> int:
        a_row = self._starts.itemsize + self._lengths.itemsize
        return a_row * self._written_rows + self._numbers.nbytes

    def dump(self) -> dict[str, NDArray[np.generic]]:
        return {"starts": self._starts, "lengths": self._lengths, "numbers": self._numbers[: self._used]}

    def load(self, arrays: Arrays) -> None:
        self._starts, self._lengths, self._numbers = arrays["starts"], arrays["lengths"], arrays["numbers"]
        self._used, self._live = len(self._numbers), int(self._lengths.sum(dtype=np.int64))
        self._written_rows = BLOCK_ROWS

    def _reserve(self, more: int) -> None:
        needed = self._used + more
        if needed > len(self._numbers):
            grown = np.empty(needed + needed // 16, self._numbers.dtype)
            grown[: self._used] = self._numbers[: self._used]
            self._numbers = grown

    def _pack(self) -> None:
        rows = np.flatnonzero(self._lengths).astype(np.uint32)
        numbers, lengths = self.at(rows)
        self._numbers = numbers.copy()
        self._starts[rows] = np.cumsum(lengths, dtype=np.int64) - lengths
        self._used = self._live = len(numbers)


def _wide_enough(kept: Numbers, new: NDArray[np.integer[Any]]) -> Numbers:
    if not len(new) or new.max() <= np.iinfo(kept.dtype).max:
        return kept
    return kept.astype(np.uint32)
