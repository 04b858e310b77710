"""Columns of a version: what is known of the file with ordinal i stands in row i.

They grow with the ordinals and are written in place. Where a file has no value yet, a row holds the column's `absent`.
"""

from collections.abc import Iterator
from typing import Generic, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyroaring import BitMap

from services.search.index.bitmaps import Ordinals, bitmap_of, ordinals_of

Scalar = TypeVar("Scalar", bound=np.generic)

# Times are microseconds since 1970.
NO_TIME = int(np.iinfo(np.int64).min)


class NumberColumn(Generic[Scalar]):
    """Numbers of one width."""

    def __init__(self, dtype: type[Scalar], absent: int = 0) -> None:
        self._absent = absent
        self._values: NDArray[Scalar] = np.empty(0, dtype)

    @property
    def values(self) -> NDArray[Scalar]:
        """All rows, and beyond them some that are absent."""
        return self._values

    def put(self, ordinals: Ordinals, values: NDArray[Scalar]) -> None:
        """Write rows."""
        if len(ordinals):
            self._reserve(int(ordinals.max()) + 1)
            self._values[ordinals] = values

    def at(self, ordinals: Ordinals) -> NDArray[Scalar]:
        """The rows of these ordinals, which may lie beyond those that were written."""
        if len(ordinals):
            self._reserve(int(ordinals.max()) + 1)
        taken: NDArray[Scalar] = self._values[ordinals]
        return taken

    @property
    def size_bytes(self) -> int:
        """Memory."""
        return int(self._values.nbytes)

    def _reserve(self, rows: int) -> None:
        if rows > len(self._values):
            # An eighth of room keeps appending cheap and memory within the budget a file.
            grown = np.full(max(rows + rows // 8, 1024), self._absent, self._values.dtype)
            grown[: len(self._values)] = self._values
            self._values = grown


class DictionaryColumn:
    """Strings of which there are few: rows hold a number, and each string is kept once. Row 0 of the strings is ""."""

    def __init__(self) -> None:
        self._numbers: NumberColumn[np.uint32] = NumberColumn(np.uint32)
        self._number_of: dict[str, int] = {"": 0}
        self.strings: list[str] = [""]
        self._arrow = pa.array(self.strings, pa.string())

    def put(self, ordinals: Ordinals, values: pa.StringArray) -> None:
        """Write rows."""
        encoded = values.dictionary_encode()
        numbers = np.fromiter((self._number(string) for string in encoded.dictionary.to_pylist()), np.uint32)
        if len(ordinals):
            self._numbers.put(ordinals, numbers[encoded.indices.to_numpy()])

    def numbers_at(self, ordinals: Ordinals) -> NDArray[np.uint32]:
        """For each of these ordinals the index of its string in `strings`."""
        return self._numbers.at(ordinals)

    def matching(self, among: BitMap, chosen: NDArray[np.bool_]) -> BitMap:
        """Those of `among` whose string is chosen; `chosen` has a row for each of `strings`."""
        if not chosen.any():
            return BitMap()
        ordinals = ordinals_of(among)
        return bitmap_of(ordinals[chosen[self._numbers.at(ordinals)]])

    def arrow(self) -> pa.StringArray:
        """`strings` as an Arrow array."""
        if len(self._arrow) != len(self.strings):
            self._arrow = pa.array(self.strings, pa.string())
        return self._arrow

    def among(self, values: tuple[str, ...]) -> NDArray[np.bool_]:
        """Which of `strings` are one of these values."""
        chosen = np.zeros(len(self.strings), np.bool_)
        chosen[[self._number_of[value] for value in values if value in self._number_of]] = True
        return chosen

    @property
    def size_bytes(self) -> int:
        """Memory, roughly."""
        return self._numbers.size_bytes + 200 * len(self.strings)

    def _number(self, string: str) -> int:
        number = self._number_of.setdefault(string, len(self.strings))
        if number == len(self.strings):
            self.strings.append(string)
        return number


class TextColumn:
    """Strings that are all different, kept in Arrow chunks in the order in which they came.

    A row that is written again leaves its old string behind; when half of them are left behind, the column is packed.
    """

    CHUNK_STRINGS = 16_384

    def __init__(self) -> None:
        self._chunks: list[pa.StringArray] = []
        self._starts: list[int] = []
        self._length = 0
        self._rows = 0
        # Position of an ordinal's string, plus one; 0 where it has none.
        self._position: NumberColumn[np.uint32] = NumberColumn(np.uint32)

    def put(self, ordinals: Ordinals, values: pa.StringArray) -> None:
        """Write rows; the ordinals differ from each other."""
        if not len(ordinals):
            return
        self._rows += int(np.count_nonzero(self._position.at(ordinals) == 0))
        first = self._length + 1
        self._position.put(ordinals, np.arange(first, first + len(ordinals), dtype=np.uint32))
        self._append(values)
        if self._length > 2 * self._rows + self.CHUNK_STRINGS:
            self._pack()

    def at(self, ordinals: Ordinals) -> list[str]:
        """The strings of these ordinals, "" where there is none."""
        found = [""] * len(ordinals)
        for rows, chunk, within in self._located(ordinals):
            for row, string in zip(rows.tolist(), chunk.take(pa.array(within)).to_pylist(), strict=True):
                found[row] = string
        return found

    def has(self, ordinals: Ordinals) -> NDArray[np.bool_]:
        """Which of these ordinals have a string."""
        known: NDArray[np.bool_] = self._position.at(ordinals) != 0
        return known

    def containing(self, among: BitMap, text: str) -> BitMap:
        """Those of `among` whose string has this part, in any case."""
        ordinals = ordinals_of(among)
        # To gather strings costs more than to look into some more of them.
        if len(ordinals) * 4 > self._length:
            matched = np.concatenate([np.zeros(1, np.bool_), *(contains(chunk, text) for chunk in self._chunks)])
            return bitmap_of(ordinals[matched[self._position.at(ordinals)]])
        found = np.zeros(len(ordinals), np.bool_)
        for rows, chunk, within in self._located(ordinals):
            found[rows] = contains(chunk.take(pa.array(within)), text)
        return bitmap_of(ordinals[found])

    @property
    def size_bytes(self) -> int:
        """Memory."""
        return self._position.size_bytes + sum(int(chunk.nbytes) for chunk in self._chunks)

    def _append(self, values: pa.StringArray) -> None:
        if self._chunks and len(self._chunks[-1]) < self.CHUNK_STRINGS:
            self._chunks[-1] = pa.concat_arrays([self._chunks[-1], values])
        else:
            self._chunks.append(values)
            self._starts.append(self._length)
        self._length += len(values)

    def _located(self, ordinals: Ordinals) -> Iterator[tuple[NDArray[np.intp], pa.StringArray, NDArray[np.int64]]]:
        """By chunk: rows of `ordinals`, the chunk, and where their strings stand in it."""
        positions = self._position.at(ordinals).astype(np.int64) - 1
        chunk_of = np.where(positions < 0, -1, np.searchsorted(self._starts, positions, side="right") - 1)
        order = np.argsort(chunk_of, kind="stable")
        bounds = np.searchsorted(chunk_of[order], np.arange(len(self._chunks) + 1))
        for number, chunk in enumerate(self._chunks):
            rows = order[bounds[number] : bounds[number + 1]]
            if len(rows):
                yield rows, chunk, positions[rows] - self._starts[number]

    def _pack(self) -> None:
        owners = np.flatnonzero(self._position.values).astype(np.uint32)
        owners = owners[np.argsort(self._position.values[owners])]
        strings = [chunk.take(pa.array(within)) for _, chunk, within in self._located(owners)]
        self._chunks, self._starts, self._length = [], [], 0
        for part in strings:
            self._append(part)
        self._position.put(owners, np.arange(1, len(owners) + 1, dtype=np.uint32))


def contains(strings: pa.StringArray, text: str) -> NDArray[np.bool_]:
    """Which strings have this part, in any case (Unicode's simple case folding)."""
    matched: NDArray[np.bool_] = pc.match_substring(strings, text, ignore_case=True).to_numpy(zero_copy_only=False)
    return matched
