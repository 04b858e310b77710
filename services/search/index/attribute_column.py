"""The values of one attribute of the files of a version."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyroaring import BitMap

from services.search.index.bitmaps import (
    Mask,
    Ordinals,
    bitmap_arrays,
    bitmap_of,
    bitmaps_from,
    ordinals_of,
    size_bytes,
)
from services.search.index.number_column import NO_TIME, NumberColumn
from services.search.index.scalars import NumberScalars, Owners, TextScalars
from services.search.index.stored import Arrays, part, under
from services.search.index.strings import flags
from services.search.index.words import has_words

# The numbers that values always have. Objects and lists without a scalar are values that no scalar speaks for.
ABSENT, FALSE, TRUE, WITHOUT_SCALAR, FIRST = range(5)

# The values of a column of which nearly every row has another one are not looked up: that would take more memory than
# to keep some of them twice.
ALWAYS_LOOKED_UP = 4_096
ROWS_A_VALUE = 8
PACK_VALUES = 16_384

# Beyond this not every whole number is a double.
_EXACT = 2.0**53


class AttributeColumn:
    """Rows hold the number of a value, and values the scalars that speak for them: a text, a number or a Boolean is its
    own, and a list has those of its elements. So a condition is asked of scalars, and each of them is kept about once.

    A value that is written over stays behind; when half of them stayed behind, the column is packed.
    """

    def __init__(self) -> None:
        self.files = BitMap()
        self._numbers: NumberColumn[np.uint32] = NumberColumn(np.uint32)
        self._end = FIRST
        self._texts = TextScalars()
        self._doubles: NumberScalars[np.float64] = NumberScalars(np.float64)
        # Of lists alone.
        self._booleans: NumberScalars[np.bool_] = NumberScalars(np.bool_)
        # None once values are not looked up any more.
        self._number_of: dict[Hashable, int] | None = {}

    def put(self, ordinals: Ordinals, values: Sequence[Any]) -> None:
        """Write rows with values out of JSON, none of them null."""
        self._numbers.put(ordinals, self._numbers_for(values))
        self.files |= bitmap_of(ordinals)
        known = self._number_of
        if known is not None and len(known) > max(ALWAYS_LOOKED_UP, len(self.files) // ROWS_A_VALUE):
            self._number_of = None
        if self._end > 2 * len(self.files) + PACK_VALUES:
            self._pack()

    def remove(self, files: BitMap) -> None:
        """Empty rows."""
        if gone := files & self.files:
            ordinals = ordinals_of(gone)
            self._numbers.put(ordinals, np.zeros(len(ordinals), np.uint32))
            self.files -= gone

    def matching(self, among: BitMap, chosen: Mask) -> BitMap:
        """Those of `among` whose value is chosen; `chosen` has a row for each number of a value."""
        numbers = np.flatnonzero(chosen)
        if not len(numbers):
            return BitMap()
        if len(numbers) == 1:
            return self._numbers.where(among & self.files, lambda values: values == numbers[0])
        return self._numbers.where(among & self.files, lambda values: chosen[values])

    def equal(self, value: str | float | bool) -> Mask:
        """The values that are this one, or a list that has it."""
        if isinstance(value, bool):
            chosen = self._owning(self._booleans.owners[self._booleans.values == value])
            chosen[TRUE if value else FALSE] = True
            return chosen
        if isinstance(value, str):
            return self._with_texts(lambda texts: flags(pc.equal(texts, value)))
        return self._owning(self._doubles.owners[self._doubles.values == value])

    def having_words(self, words: Sequence[str]) -> Mask:
        """The values that are a text that has these words one after the other, in any case, or a list with one."""
        return self._with_texts(lambda texts: has_words(texts, words))

    def numbers_within(
        self, low: float | None, high: float | None, *, includes_low: bool = True, includes_high: bool = True
    ) -> Mask:
        """The values that are a number in this range, or a list with one; None is open."""
        doubles = self._doubles.values
        inside = np.ones(len(doubles), np.bool_)
        if low is not None:
            inside &= doubles >= low if includes_low else doubles > low
        if high is not None:
            inside &= doubles <= high if includes_high else doubles < high
        return self._owning(self._doubles.owners[inside])

    def times_within(self, from_us: int | None, until_us: int | None) -> Mask:
        """The values that are a text that is a time from the one on and before the other, or a list with one."""
        times = self._texts.times()
        inside = times != NO_TIME
        if from_us is not None:
            inside &= times >= from_us
        if until_us is not None:
            inside &= times < until_us
        return self._owning(self._texts.owners[inside])

    def counts(self, among: BitMap) -> list[tuple[pa.StringArray, NDArray[np.int64]]]:
        """How many of `among` have each scalar: texts, then numbers and then Booleans as JSON."""
        numbers = self._numbers.at(ordinals_of(among & self.files))
        files = np.bincount(numbers, minlength=self._end)
        texts = pa.chunked_array(self._texts.chunks, pa.string()).combine_chunks().dictionary_encode()
        doubles, places = np.unique(self._doubles.values, return_inverse=True)
        booleans = np.array([files[FALSE], files[TRUE]])
        np.add.at(booleans, self._booleans.values.astype(np.intp), files[self._booleans.owners])
        counted = [
            (texts.dictionary, _summed(texts.indices.to_numpy(), files[self._texts.owners], len(texts.dictionary))),
            (json_numbers(doubles), _summed(places, files[self._doubles.owners], len(doubles))),
            (pa.array(["false", "true"]), booleans),
        ]
        return [(shown.filter(pa.array(counts > 0)), counts[counts > 0]) for shown, counts in counted]

    @property
    def size_bytes(self) -> int:
        """Memory, roughly."""
        scalars = self._texts.size_bytes + self._doubles.size_bytes + self._booleans.size_bytes
        known = 0 if self._number_of is None else 150 * len(self._number_of)
        return self._numbers.size_bytes + scalars + known + size_bytes((self.files,))

    def dump(self) -> dict[str, NDArray[np.generic]]:
        """See `Stored`."""
        return (
            {"end": np.array([self._end])}
            | under("files", bitmap_arrays([self.files]))
            | under("numbers", self._numbers.dump())
            | under("texts", self._texts.dump())
            | under("doubles", self._doubles.dump())
            | under("booleans", self._booleans.dump())
        )

    def load(self, arrays: Arrays) -> None:
        """See `Stored`."""
        self._end = int(arrays["end"][0])
        self.files = bitmaps_from(part("files", arrays))[0]
        self._numbers.load(part("numbers", arrays))
        self._texts.load(part("texts", arrays))
        self._doubles.load(part("doubles", arrays))
        self._booleans.load(part("booleans", arrays))
        # What is written from now on may be kept a second time, until the column is packed.
        self._number_of = None

    def _numbers_for(self, values: Sequence[Any]) -> Owners:
        """The numbers of values, new ones for those that are not known."""
        kinds = {_KINDS[kind] for kind in set(map(type, values))}
        if len(kinds) == 1:
            return self._numbers_of_kind(kinds.pop(), values)
        kind_of = np.array([_KINDS[type(value)] for value in values])
        numbers = np.empty(len(values), np.uint32)
        for kind in kinds:
            places = np.flatnonzero(kind_of == kind)
            numbers[places] = self._numbers_of_kind(kind, [values[place] for place in places.tolist()])
        return numbers

    def _numbers_of_kind(self, kind: str, values: Sequence[Any]) -> Owners:
        match kind:
            case "text":
                return self._text_numbers(pa.array(values, pa.string()))
            case "number":
                return self._double_numbers(np.array(values, np.float64))
            case "boolean":
                return np.where(np.array(values), np.uint32(TRUE), np.uint32(FALSE))
            case "list":
                elements = [_elements(value) for value in values]
                if all(len(some) > 1 for some in elements):
                    return self._list_numbers(elements)
                # A list of one scalar is as good as the scalar, and one of none as an object.
                return self._numbers_for([some if len(some) > 1 else some[0] if some else {} for some in elements])
        return np.full(len(values), WITHOUT_SCALAR, np.uint32)

    def _text_numbers(self, texts: pa.StringArray) -> Owners:
        encoded = texts.dictionary_encode()
        numbers, is_new = self._looked_up(len(encoded.dictionary), encoded.dictionary.to_pylist)
        self._texts.append(numbers[is_new], encoded.dictionary.filter(pa.array(is_new)))
        found: Owners = numbers[encoded.indices.to_numpy()]
        return found

    def _double_numbers(self, doubles: NDArray[np.float64]) -> Owners:
        distinct, places = np.unique(doubles, return_inverse=True)
        numbers, is_new = self._looked_up(len(distinct), distinct.tolist)
        self._doubles.append(numbers[is_new], distinct[is_new])
        found: Owners = numbers[places]
        return found

    def _list_numbers(self, lists: Sequence[list[Any]]) -> Owners:
        keys = [orjson.dumps(elements) for elements in lists]
        by_key = dict(zip(keys, lists, strict=True))
        numbers, is_new = self._looked_up(len(by_key), lambda: list(by_key))
        owned = [
            (number, element)
            for number, elements, new in zip(numbers.tolist(), by_key.values(), is_new.tolist(), strict=True)
            if new
            for element in elements
        ]
        kind_of = np.array([_KINDS[type(element)] for _, element in owned])
        owners = np.array([number for number, _ in owned], np.uint32)
        scalars = np.array([element for _, element in owned], np.object_)
        self._texts.append(owners[kind_of == "text"], pa.array(scalars[kind_of == "text"], pa.string()))
        self._doubles.append(owners[kind_of == "number"], scalars[kind_of == "number"].astype(np.float64))
        self._booleans.append(owners[kind_of == "boolean"], scalars[kind_of == "boolean"].astype(np.bool_))
        number_by_key = dict(zip(by_key, numbers.tolist(), strict=True))
        return np.array([number_by_key[key] for key in keys], np.uint32)

    def _looked_up(self, count: int, keys: Callable[[], Sequence[Hashable]]) -> tuple[Owners, Mask]:
        """The numbers of so many values that differ, and which of them are new."""
        known = self._number_of
        if known is None:
            numbers = np.arange(self._end, self._end + count, dtype=np.uint32)
        else:
            numbers = np.empty(count, np.uint32)
            end = self._end
            for place, key in enumerate(keys()):
                number = numbers[place] = known.setdefault(key, end)
                end += number == end
        is_new = numbers >= self._end
        self._end += int(np.count_nonzero(is_new))
        return numbers, is_new

    def _owning(self, owners: Owners) -> Mask:
        chosen = np.zeros(self._end, np.bool_)
        chosen[owners] = True
        return chosen

    def _with_texts(self, test: Callable[[pa.StringArray], Mask]) -> Mask:
        passed = [np.empty(0, np.bool_), *map(test, self._texts.chunks)]
        return self._owning(self._texts.owners[np.concatenate(passed)])

    def _pack(self) -> None:
        kept = np.zeros(self._end, np.bool_)
        kept[:FIRST] = True
        kept[self._numbers.values] = True
        number_of = (np.cumsum(kept) - 1).astype(np.uint32)
        for scalars in (self._texts, self._doubles, self._booleans):
            scalars.keep(kept, number_of)
        self._numbers.load({"values": number_of[self._numbers.values]})
        self._end = int(np.count_nonzero(kept))
        if (known := self._number_of) is not None:
            self._number_of = {key: int(number_of[number]) for key, number in known.items() if kept[number]}


def json_numbers(doubles: NDArray[np.float64]) -> pa.StringArray:
    """Numbers as JSON, whole ones without a fraction."""
    whole = (np.trunc(doubles) == doubles) & (np.abs(doubles) <= _EXACT)
    numbers = [int(double) if is_whole else double for double, is_whole in zip(doubles.tolist(), whole, strict=True)]
    return pa.array(orjson.dumps(numbers)[1:-1].decode().split(",") if numbers else [], pa.string())


# Kinds of JSON values. Booleans are not numbers here, though they are in Python.
_KINDS = {str: "text", int: "number", float: "number", bool: "boolean", list: "list", dict: "object"}


def _elements(values: list[Any]) -> list[Any]:
    """The scalars in a list, each once."""
    scalars = [value for value in values if isinstance(value, str | int | float)]
    return list({(_KINDS[type(scalar)], scalar): scalar for scalar in scalars}.values())


def _summed(places: NDArray[np.intp], counts: NDArray[np.int64], length: int) -> NDArray[np.int64]:
    """The sums of the counts of each place."""
    summed: NDArray[np.int64] = np.bincount(places, counts, length).astype(np.int64)
    return summed
