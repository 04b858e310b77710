"""Which files of a version have a vector in an index set."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from services.search.index.bitmaps import Ordinals, bitmap_arrays, bitmaps_from, move, size_bytes
from services.search.index.dictionary_column import DictionaryColumn
from services.search.index.number_column import NO_TIME, NumberColumn
from services.search.index.pages import VectorsPage, flags_in, ordinals_in, read_batch, strings_in, times_in
from services.search.index.stored import Arrays, part, under
from services.search.index.version_index import shown_times


class VectorPresence:
    """The files of which an index set has a vector of their present content, since when, and by which job.

    A file counts as indexed while it is in `current`. Its row keeps the last time and job when its content changes or
    its vector goes, because that is what is shown; whoever asks for files by time or job looks among `current` alone.
    """

    def __init__(self) -> None:
        self.current = BitMap()
        self.index_time: NumberColumn[np.int64] = NumberColumn(np.int64, NO_TIME)
        self.job = DictionaryColumn()

    def apply(self, page: VectorsPage) -> None:
        """Take a page of the feed."""
        if (batch := read_batch(page.vectors)) is not None:
            ordinals = ordinals_in(batch)
            move(self.current, ordinals, flags_in(batch, "current"))
            self.index_time.put(ordinals, times_in(batch, "index_time"))
            self.job.put(ordinals, strings_in(batch, "job"))

    def index_us(self, ordinals: Ordinals) -> list[int | None]:
        """When each of these files was last indexed, in microseconds since 1970; None if it was not."""
        return shown_times(self.index_time, ordinals)

    def dump(self) -> dict[str, NDArray[Any]]:
        """See `Stored`."""
        return {
            **under("current", bitmap_arrays([self.current])),
            **under("index_time", self.index_time.dump()),
            **under("job", self.job.dump()),
        }

    def load(self, arrays: Arrays) -> None:
        """See `Stored`."""
        (self.current,) = bitmaps_from(part("current", arrays))
        self.index_time.load(part("index_time", arrays))
        self.job.load(part("job", arrays))

    @property
    def size_bytes(self) -> int:
        """Memory."""
        return self.index_time.size_bytes + self.job.size_bytes + size_bytes((self.current,))
