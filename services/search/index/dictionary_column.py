"""A column of strings of which there are few."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyroaring import BitMap

from services.search.index.bitmaps import Mask, Ordinals, blocks_of
from services.search.index.number_column import NumberColumn
from services.search.index.stored import Arrays, part, under
from services.search.index.strings import string_arrays, strings_from

Number = np.uint8 | np.uint16 | np.uint32

_WIDTHS: tuple[type[Number], ...] = (np.uint8, np.uint16, np.uint32)


class DictionaryColumn:
    """Rows hold a number, as narrow as will do, and each string is kept once. Row 0 of the strings is ""."""

    def __init__(self) -> None:
        self.strings: list[str] = [""]
        self._numbers: NumberColumn[Number] = NumberColumn(np.uint8)
        # Made when it is first needed: a column that was loaded may never be written.
        self._number_of: dict[str, int] = {}
        self._arrow = pa.array(self.strings, pa.string())

    def put(self, ordinals: Ordinals, values: pa.StringArray) -> None:
        """Write rows."""
        if not len(ordinals):
            return
        encoded = values.dictionary_encode()
        numbers = np.array([self._number(string) for string in encoded.dictionary.to_pylist()])
        self._widen()
        dtype = self._numbers.values.dtype
        self._numbers.put(ordinals, numbers.astype(dtype)[encoded.indices.to_numpy()])

    def at(self, ordinals: Ordinals) -> list[str]:
        """The strings of these ordinals."""
        return [self.strings[number] for number in self._numbers.at(ordinals).tolist()]

    def numbers_at(self, ordinals: Ordinals) -> NDArray[Number]:
        """For each of these ordinals the index of its string in `strings`."""
        return self._numbers.at(ordinals)

    def matching(self, among: BitMap, chosen: Mask) -> BitMap:
        """Those of `among` whose string is chosen; `chosen` has a row for each of `strings`."""
        numbers = np.flatnonzero(chosen)
        if not len(numbers):
            return BitMap()
        if len(numbers) == 1:
            return self._numbers.where(among, lambda values: values == numbers[0])
        return self._numbers.where(among, lambda values: chosen[values])

    def counts(self, among: BitMap) -> NDArray[np.int64]:
        """How many of `among` have each of `strings`."""
        counts = np.zeros(len(self.strings), np.int64)
        for _, ordinals in blocks_of(among):
            counts += np.bincount(self._numbers.at(ordinals), minlength=len(counts))
        return counts

    def arrow(self) -> pa.StringArray:
        """`strings` as an Arrow array."""
        if len(self._arrow) != len(self.strings):
            self._arrow = pa.array(self.strings, pa.string())
        return self._arrow

    def among(self, values: tuple[str, ...]) -> Mask:
        """Which of `strings` are one of these values."""
        number_of = self._numbers_by_string()
        chosen = np.zeros(len(self.strings), np.bool_)
        chosen[[number_of[value] for value in values if value in number_of]] = True
        return chosen

    @property
    def size_bytes(self) -> int:
        """Memory, roughly."""
        return self._numbers.size_bytes + 200 * len(self.strings)

    def dump(self) -> dict[str, NDArray[np.generic]]:
        """See `Stored`."""
        return under("numbers", self._numbers.dump()) | under("strings", string_arrays(self.arrow()))

    def load(self, arrays: Arrays) -> None:
        """See `Stored`."""
        self._numbers.load(part("numbers", arrays))
        self._arrow = strings_from(part("strings", arrays))
        self.strings = self._arrow.to_pylist()
        self._number_of = {}

    def _number(self, string: str) -> int:
        number = self._numbers_by_string().setdefault(string, len(self.strings))
        if number == len(self.strings):
            self.strings.append(string)
        return number

    def _numbers_by_string(self) -> dict[str, int]:
        if not self._number_of:
            self._number_of = {string: number for number, string in enumerate(self.strings)}
        return self._number_of

    def _widen(self) -> None:
        narrow = self._numbers.values
        width = next(width for width in _WIDTHS if len(self.strings) - 1 <= np.iinfo(width).max)
        if width != narrow.dtype:
            self._numbers = NumberColumn(width)
            self._numbers.load({"values": narrow.astype(width)})
