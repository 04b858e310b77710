"""The order of hits by a field of files: a page of it, or all."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyroaring import BitMap

from services.search.conditions import NumberField, TimeField
from services.search.index.bitmaps import Ordinals, ordinals_of
from services.search.index.number_column import NumberColumn
from services.search.index.text_column import TextColumn
from services.search.index.version_index import VersionIndex
from services.search.query import Sort, SortField

# A whole number, a time in microseconds since 1970, or a name; None for a file without a value.
Key = int | str | None

# Of more files than this, a sample tells about where the page ends, so that the others need not be sorted.
ALWAYS_SORTED = 32_768
SAMPLE = 8_192
# A page has so many times more of the sample than it should have, and so many files more, before it is too small.
SAMPLED_SHARE, SAMPLED_MORE = 1.5, 24

_END = 2**32
_TIMES = {
    SortField.MODIFY_TIME: TimeField.MODIFY,
    SortField.CREATE_TIME: TimeField.CREATE,
    SortField.TAG_TIME: TimeField.TAG,
}


@dataclass(frozen=True)
class Place:
    """A file in an order, by what it is sorted by."""

    key: Key
    ordinal: int


@dataclass(frozen=True, eq=False)
class Order:
    """Files by a column, those without a value last, equal ones by ordinal. Names go by their UTF-8 bytes.

    It reads the index, so it is used where work on the index is done.
    """

    column: NumberColumn[np.int64] | TextColumn
    is_descending: bool

    def first(self, files: BitMap, count: int, after: Place | None = None) -> Ordinals:
        """The first `count` of the files, of those that come behind a place; its file may be gone, or have moved."""
        filled = self.column.filled(files)
        behind = filled if after is None else self._behind(filled, after)
        found = self._sorted(self._candidates(behind, count))[:count]
        if len(found) == count:
            return found
        absent = files - filled
        if after is not None and after.key is None:
            absent.remove_range(0, after.ordinal + 1)
        return np.concatenate([found, ordinals_of(absent)[: count - len(found)]])

    def all(self, files: BitMap) -> Ordinals:
        """All files."""
        filled = self.column.filled(files)
        return np.concatenate([self._sorted(filled), ordinals_of(files - filled)])

    def place(self, ordinal: int) -> Place:
        """Where a file stands."""
        ordinals = np.array([ordinal], np.uint32)
        is_filled = bool(self.column.filled(BitMap([ordinal])))
        return Place(self._keys(ordinals)[0].as_py() if is_filled else None, ordinal)

    def _behind(self, filled: BitMap, after: Place) -> BitMap:
        if after.key is None:
            return BitMap()
        passed = self._within(filled, after.key, after.key)
        passed.remove_range(after.ordinal + 1, _END)
        return self._from(filled, after.key) - passed

    def _candidates(self, behind: BitMap, count: int) -> BitMap:
        """At least the first `count`, or all."""
        expected = SAMPLED_SHARE * count * SAMPLE / max(len(behind), 1) + SAMPLED_MORE
        if len(behind) <= ALWAYS_SORTED or expected >= SAMPLE / 2:
            return behind
        ordinals = ordinals_of(behind)
        keys = self._keys(ordinals[np.linspace(0, len(ordinals) - 1, SAMPLE).astype(np.intp)])
        bound = keys[pc.array_sort_indices(keys, self._direction)[int(expected)].as_py()].as_py()
        candidates = self._up_to(behind, bound)
        return candidates if len(candidates) >= count else behind

    def _sorted(self, files: BitMap) -> Ordinals:
        ordinals = ordinals_of(files)
        table = pa.table({"key": self._keys(ordinals), "ordinal": ordinals})
        order = pc.sort_indices(table, [("key", self._direction), ("ordinal", "ascending")])
        found: Ordinals = ordinals[order.to_numpy()]
        return found

    def _keys(self, ordinals: Ordinals) -> pa.Array:
        if isinstance(self.column, TextColumn):
            return self.column.strings_at(ordinals)
        return pa.array(self.column.at(ordinals))

    def _from(self, files: BitMap, key: Key) -> BitMap:
        return self._within(files, None, key) if self.is_descending else self._within(files, key, None)

    def _up_to(self, files: BitMap, key: Key) -> BitMap:
        return self._within(files, key, None) if self.is_descending else self._within(files, None, key)

    def _within(self, files: BitMap, low: Key, high: Key) -> BitMap:
        return self.column.within(files, low, high)  # type: ignore[arg-type]  # the keys are of the column

    @property
    def _direction(self) -> str:
        return "descending" if self.is_descending else "ascending"


def order_of(index: VersionIndex, sort: Sort) -> Order:
    """How the files of a version are sorted by a field, other than by relevance."""
    match sort.field:
        case SortField.FILE_NAME:
            return Order(index.name, sort.is_descending)
        case SortField.SIZE:
            return Order(index.numbers[NumberField.SIZE_BYTES], sort.is_descending)
    return Order(index.times[_TIMES[sort.field]], sort.is_descending)
