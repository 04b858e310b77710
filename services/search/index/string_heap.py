"""Strings in the order in which they came."""

from bisect import bisect_right
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from services.search.index.bitmaps import Ordinals
from services.search.index.number_column import NumberColumn
from services.search.index.stored import Arrays, part, under
from services.search.index.strings import string_arrays, strings_from

JOINED_BYTES = 1 << 30


class StringHeap:
    """Strings by ordinal, in Arrow chunks.

    A row that is written again leaves its old string behind; when half of them are left behind, the heap is packed.
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

    def discard(self, ordinals: Ordinals) -> None:
        """Forget the strings of these ordinals, which have one."""
        self._position.put(ordinals, np.zeros(len(ordinals), np.uint32))
        self._rows -= len(ordinals)

    def of(self, ordinal: int) -> str:
        """The string of an ordinal, which has one."""
        position = int(self._position.values[ordinal]) - 1
        number = bisect_right(self._starts, position) - 1
        string: str = self._chunks[number][position - self._starts[number]].as_py()
        return string

    def strings_at(self, ordinals: Ordinals) -> pa.StringArray:
        """The strings of these ordinals, which have one."""
        found, places = [pa.array([], pa.string())], [np.empty(0, np.intp)]
        for rows, chunk, within in self._located(ordinals):
            found.append(chunk.take(pa.array(within)))
            places.append(rows)
        order = np.argsort(np.concatenate(places))
        return pa.concat_arrays(found).take(pa.array(order))

    @property
    def size_bytes(self) -> int:
        """Memory."""
        return self._position.size_bytes + sum(int(chunk.nbytes) for chunk in self._chunks)

    def dump(self) -> dict[str, NDArray[np.generic]]:
        """See `Stored`."""
        arrays = under("positions", self._position.dump())
        for number, strings in enumerate(self._joined_chunks()):
            arrays |= under(f"strings/{number}", string_arrays(strings))
        return arrays

    def load(self, arrays: Arrays) -> None:
        """See `Stored`."""
        self._position.load(part("positions", arrays))
        self._rows = int(np.count_nonzero(self._position.values))
        self._chunks, self._starts, self._length = [], [], 0
        number = 0
        while kept := part(f"strings/{number}", arrays):
            strings = strings_from(kept)
            for start in range(0, len(strings), self.CHUNK_STRINGS):
                self._append(strings.slice(start, self.CHUNK_STRINGS))
            number += 1

    def _joined_chunks(self) -> Iterator[pa.StringArray]:
        """Few arrays, each of no more bytes than Arrow can join."""
        joined: list[pa.StringArray] = []
        for chunk in self._chunks:
            if joined and sum(one.nbytes for one in joined) + chunk.nbytes > JOINED_BYTES:
                yield pa.concat_arrays(joined)
                joined = []
            joined.append(chunk)
        if joined:
            yield pa.concat_arrays(joined)

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
        for chunk in strings:
            self._append(chunk)
        self._position.put(owners, np.arange(1, len(owners) + 1, dtype=np.uint32))
