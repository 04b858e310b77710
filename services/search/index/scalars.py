"""Scalars that belong to values: a value that is a list owns several, and any of them speaks for it."""

from collections.abc import Iterator
from typing import Generic, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from services.search.index.bitmaps import Mask
from services.search.index.rfc3339 import times_us
from services.search.index.stored import Arrays, part, under
from services.search.index.strings import string_arrays, strings_from

Scalar = TypeVar("Scalar", bound=np.generic)

Owners = NDArray[np.uint32]


class Vector(Generic[Scalar]):
    """Numbers that are appended."""

    def __init__(self, dtype: type[Scalar]) -> None:
        self._room: NDArray[Scalar] = np.empty(0, dtype)
        self._length = 0

    def __len__(self) -> int:
        return self._length

    @property
    def values(self) -> NDArray[Scalar]:
        """The numbers, in the order in which they came."""
        return self._room[: self._length]

    def append(self, values: NDArray[Scalar]) -> None:
        """Take more."""
        end = self._length + len(values)
        if end > len(self._room):
            grown = np.empty(end + end // 8, self._room.dtype)
            grown[: self._length] = self.values
            self._room = grown
        self._room[self._length : end] = values
        self._length = end

    def replace(self, values: NDArray[Scalar]) -> None:
        """Have these instead."""
        self._room, self._length = values, len(values)

    @property
    def size_bytes(self) -> int:
        """Memory."""
        return int(self._room.nbytes)


class NumberScalars(Generic[Scalar]):
    """Numbers of one kind, in the order in which they came."""

    def __init__(self, dtype: type[Scalar]) -> None:
        self._owners = Vector(np.uint32)
        self._values = Vector(dtype)

    @property
    def owners(self) -> Owners:
        """The number of the value that each belongs to."""
        return self._owners.values

    @property
    def values(self) -> NDArray[Scalar]:
        """The numbers."""
        return self._values.values

    def append(self, owners: Owners, values: NDArray[Scalar]) -> None:
        """Take more."""
        self._owners.append(owners)
        self._values.append(values)

    def keep(self, kept: Mask, number_of: Owners) -> None:
        """Drop those whose owner is not kept, and number the owners anew."""
        stays = kept[self.owners]
        self._values.replace(self.values[stays])
        self._owners.replace(number_of[self.owners[stays]])

    @property
    def size_bytes(self) -> int:
        """Memory."""
        return self._owners.size_bytes + self._values.size_bytes

    def dump(self) -> dict[str, NDArray[np.generic]]:
        """See `Stored`."""
        return {"owners": self.owners, "values": self.values}

    def load(self, arrays: Arrays) -> None:
        """See `Stored`."""
        self._owners.replace(arrays["owners"])
        self._values.replace(arrays["values"])


class TextScalars:
    """Texts, likewise; read as times once somebody asks for times."""

    CHUNK_STRINGS = 65_536

    def __init__(self) -> None:
        self._owners = Vector(np.uint32)
        self._chunks: list[pa.StringArray] = []
        self._times = Vector(np.int64)

    @property
    def owners(self) -> Owners:
        """The number of the value that each belongs to."""
        return self._owners.values

    @property
    def chunks(self) -> list[pa.StringArray]:
        """The texts."""
        return self._chunks

    def append(self, owners: Owners, texts: pa.StringArray) -> None:
        """Take more."""
        if len(owners):
            self._owners.append(owners)
            if self._chunks and len(self._chunks[-1]) + len(texts) <= self.CHUNK_STRINGS:
                self._chunks[-1] = pa.concat_arrays([self._chunks[-1], texts])
            else:
                self._chunks.append(texts)

    def times(self) -> NDArray[np.int64]:
        """The texts as times in microseconds since 1970; NO_TIME for those that are none."""
        for _, chunk in self._from(len(self._times)):
            self._times.append(times_us(chunk))
        return self._times.values

    def keep(self, kept: Mask, number_of: Owners) -> None:
        """Drop those whose owner is not kept, and number the owners anew."""
        stays = kept[self.owners]
        chunks = [chunk.filter(pa.array(stays[start : start + len(chunk)])) for start, chunk in self._from(0)]
        owners = number_of[self.owners[stays]]
        self._owners, self._times = Vector(np.uint32), Vector(np.int64)
        self._chunks, start = [], 0
        for chunk in chunks:
            self.append(owners[start : start + len(chunk)], chunk)
            start += len(chunk)

    @property
    def size_bytes(self) -> int:
        """Memory."""
        texts = sum(int(chunk.nbytes) for chunk in self._chunks)
        return self._owners.size_bytes + texts + self._times.size_bytes

    def dump(self) -> dict[str, NDArray[np.generic]]:
        """See `Stored`."""
        chunks = [under(f"texts/{number}", string_arrays(chunk)) for number, chunk in enumerate(self._chunks)]
        arrays: dict[str, NDArray[np.generic]] = {"owners": self.owners}
        for chunk in chunks:
            arrays |= chunk
        return arrays

    def load(self, arrays: Arrays) -> None:
        """See `Stored`."""
        self._owners.replace(arrays["owners"])
        self._chunks, length = [], 0
        while length < len(arrays["owners"]):
            self._chunks.append(strings_from(part(f"texts/{len(self._chunks)}", arrays)))
            length += len(self._chunks[-1])

    def _from(self, place: int) -> Iterator[tuple[int, pa.StringArray]]:
        """What stands from a place on, by chunk, and where it begins."""
        start = 0
        for chunk in self._chunks:
            end = start + len(chunk)
            if end > place:
                first = max(start, place)
                yield first, chunk.slice(first - start)
            start = end
