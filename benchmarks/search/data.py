"""The made-up dataset: photos of a fleet of cars over two years, the same for the same number of files.

It is made block by block, whenever it is needed and never as a whole, so that memory does not grow with it. Files come
in the order of their paths, as a listing brings them; tags and clusters are drawn for each file alone, so that bitmaps
gain nothing from that order.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from benchmarks.search.embedding import CLUSTERS, Embedding, Matrix
from benchmarks.search.vocabulary import Tags, Vocabulary

SEED: Final = 20250310
BLOCK_FILES: Final = 20_000
BEGIN: Final = np.datetime64("2024-01-01T00:00:00", "us")
DAYS: Final = 731
_DRIVE_FILES: Final = 500
# The cameras of a car in the order of their names, and the photos that each takes in a drive.
_CAMERAS: Final = {"back": 50, "front": 250, "left": 100, "right": 100}
_SECOND_US: Final = 1_000_000


@dataclass(frozen=True)
class Block:
    """Some files in the order of their ordinals, from `first` on. Each column is made when it is asked for."""

    data: "Data"
    first: int
    count: int

    @property
    def ordinals(self) -> NDArray[np.int64]:
        return np.arange(self.first, self.first + self.count)

    @cached_property
    def clusters(self) -> NDArray[np.int32]:
        return self._random(10).integers(CLUSTERS, size=self.count, dtype=np.int32)

    @cached_property
    def tags(self) -> Tags:
        return self.data.vocabulary.draw(self.clusters, self._random(11))

    @cached_property
    def vectors(self) -> Matrix:
        return self.data.embedding.draw(self.clusters, self._random(12))

    @cached_property
    def names(self) -> pa.StringArray:
        """Like `front_20250310_142233_004512.jpg`."""
        taken = self._taken.astype("datetime64[s]")
        day = (taken.astype("datetime64[D]") - np.datetime64("1970-01-01", "D")).astype(np.int64)
        seconds = taken.astype(np.int64) - day * 86_400
        clock = seconds // 3600 * 10_000 + seconds // 60 % 60 * 100 + seconds % 60
        frame = (self._drives * 7_919 + self._places) % 1_000_000
        text = np.empty((self.count, 27), np.uint8)
        text[:] = np.frombuffer(b"_00000000_000000_000000.jpg", np.uint8)
        _write_digits(text, 1, 8, self._dates)
        _write_digits(text, 10, 6, clock)
        _write_digits(text, 17, 6, frame)
        text[frame % 50 == 0, -3:] = np.frombuffer(b"png", np.uint8)
        return pc.binary_join_element_wise(self._cameras, _strings(text), "")

    @cached_property
    def folders(self) -> pa.StringArray:
        """Like `20250310/drive-000123/front/`."""
        text = np.empty((self.count, 22), np.uint8)
        text[:] = np.frombuffer(b"00000000/drive-000000/", np.uint8)
        _write_digits(text, 0, 8, self._dates)
        _write_digits(text, 15, 6, self._drives)
        return pc.binary_join_element_wise(_strings(text), self._cameras, "/", "")

    @cached_property
    def paths(self) -> pa.StringArray:
        return pc.binary_join_element_wise(self.folders, self.names, "")

    @cached_property
    def content_types(self) -> pa.StringArray:
        is_png = pc.ends_with(self.names, "png")
        return pc.if_else(is_png, "image/png", "image/jpeg")

    @cached_property
    def sizes_bytes(self) -> NDArray[np.int64]:
        return self._random(13).lognormal(13, 0.6, self.count).astype(np.int64)

    @cached_property
    def etags(self) -> pa.StringArray:
        digits = self._random(14).bytes(16 * self.count).hex().encode()
        return _strings(np.frombuffer(digits, np.uint8).reshape(self.count, 32))

    @cached_property
    def modified_us(self) -> NDArray[np.int64]:
        """When each was uploaded, some days at most after it was taken; microseconds since 1970."""
        late = self._drives * 104_729 % (3 * 86_400) * _SECOND_US
        modified: NDArray[np.int64] = self._taken.astype(np.int64) + late
        return modified

    @property
    def _places(self) -> NDArray[np.int64]:
        return self.ordinals % _DRIVE_FILES

    @property
    def _drives(self) -> NDArray[np.int64]:
        return self.ordinals // _DRIVE_FILES

    @cached_property
    def _days(self) -> NDArray[np.int64]:
        return self._drives * DAYS // max(1, self.data.files // _DRIVE_FILES)

    @cached_property
    def _dates(self) -> NDArray[np.int64]:
        day = BEGIN.astype("datetime64[D]") + self._days
        month = day.astype("datetime64[M]")
        year = day.astype("datetime64[Y]").astype(np.int64) + 1970
        number = month.astype(np.int64) % 12 + 1
        dates: NDArray[np.int64] = year * 10_000 + number * 100 + (day - month).astype(np.int64) + 1
        return dates

    @cached_property
    def _taken(self) -> NDArray[np.datetime64]:
        start = self._days * 86_400 + 6 * 3600 + self._drives * 15_485_863 % 50_000
        return BEGIN + ((start + self._places * 3) * _SECOND_US).astype("timedelta64[us]")

    @cached_property
    def _cameras(self) -> pa.StringArray:
        ends = np.cumsum(list(_CAMERAS.values()))
        numbers = np.searchsorted(ends, self._places, side="right").astype(np.int32)
        return pa.array(list(_CAMERAS)).take(pa.array(numbers))

    def _random(self, column: int) -> np.random.Generator:
        return np.random.default_rng([SEED, column, self.first])


class Data:
    """So many files."""

    def __init__(self, files: int) -> None:
        self.files = files
        self.embedding = Embedding(SEED)
        self.vocabulary = Vocabulary(self.embedding.groups, SEED)

    def blocks(self, files: int | None = None) -> Iterator[Block]:
        """All files, or the first so many: whole blocks, for a shorter one would hold other files."""
        end = self.files if files is None else files
        if end % BLOCK_FILES and end != self.files:
            raise ValueError(f"{end:,} files are neither all nor whole blocks of {BLOCK_FILES:,}")
        for first in range(0, end, BLOCK_FILES):
            yield Block(self, first, min(BLOCK_FILES, end - first))


def _write_digits(text: NDArray[np.uint8], start: int, width: int, numbers: NDArray[np.int64]) -> None:
    for place in range(width):
        text[:, start + place] = numbers // 10 ** (width - 1 - place) % 10 + ord("0")


def _strings(text: NDArray[np.uint8]) -> pa.StringArray:
    """The rows of a matrix of characters."""
    rows, width = text.shape
    offsets = np.arange(rows + 1, dtype=np.int32) * width
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(text)))
