"""The names of a version's tags, each with a number of its own."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from services.search.index.stored import Arrays
from services.search.index.strings import string_arrays, strings_from

# Ids from the least to the greatest are looked up in a table unless they lie further apart: then by hashing.
WIDEST_TABLE = 1 << 20

_UNKNOWN = -1


class TagNumbers:
    """Numbers count up from 0 in the order in which names become known. Catalog's ids may be far apart."""

    def __init__(self) -> None:
        self.names: list[str] = []
        """By number."""
        self.number_of: dict[str, int] = {}
        self._number_of_id: dict[int, int] = {}
        self._least_id = 0
        self._table: NDArray[np.int32] = np.empty(0, np.int32)

    def learn(self, names: Mapping[int, str]) -> None:
        """Take the names of ids."""
        if not names:
            return
        for tag_id, name in names.items():
            number = self._number_of_id[tag_id] = self.number_of.setdefault(name, len(self.names))
            if number == len(self.names):
                self.names.append(name)
        least, greatest = min(self._number_of_id), max(self._number_of_id)
        self._least_id = least
        self._table = np.full(greatest - least + 1 if greatest - least < WIDEST_TABLE else 0, _UNKNOWN, np.int32)
        if len(self._table):
            self._table[self._known_ids() - least] = self._known_numbers()

    def of_ids(self, ids: NDArray[np.int32]) -> NDArray[np.int32]:
        """The numbers of tags by their ids, of which the names must be known."""
        if not len(ids):
            return np.empty(0, np.int32)
        if len(self._table):
            numbers = self._table.take(ids - self._least_id, mode="clip")
            is_known = ids.min() >= self._least_id and ids.max() < self._least_id + len(self._table)
        else:
            places = pc.index_in(pa.array(ids), pa.array(self._known_ids())).fill_null(_UNKNOWN).to_numpy()
            numbers = np.append(self._known_numbers(), np.int32(_UNKNOWN))[places]
            is_known = True
        if not is_known or numbers.min() == _UNKNOWN:
            unknown = sorted(set(ids.tolist()) - self._number_of_id.keys())
            raise ValueError(f"tags came without their names: {unknown[:10]}")
        return numbers

    @property
    def size_bytes(self) -> int:
        """Memory, roughly."""
        return 400 * len(self.names) + self._table.nbytes

    def dump(self) -> dict[str, NDArray[np.generic]]:
        """See `Stored`."""
        names = string_arrays(pa.array(self.names, pa.string()))
        return names | {"ids": self._known_ids(), "numbers": self._known_numbers()}

    def load(self, arrays: Arrays) -> None:
        """See `Stored`."""
        names = strings_from(arrays).to_pylist()
        self.names = names
        self.number_of = {name: number for number, name in enumerate(names)}
        ids, numbers = arrays["ids"].tolist(), arrays["numbers"].tolist()
        self.learn({tag_id: names[number] for tag_id, number in zip(ids, numbers, strict=True)})

    def _known_ids(self) -> NDArray[np.int32]:
        return np.fromiter(self._number_of_id, np.int32, len(self._number_of_id))

    def _known_numbers(self) -> NDArray[np.int32]:
        return np.fromiter(self._number_of_id.values(), np.int32, len(self._number_of_id))
