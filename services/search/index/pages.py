"""Pages of catalog's feed, as they came and as columns."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from services.search.index.bitmaps import Ordinals
from services.search.index.number_column import NO_TIME

WHOLE_REVISION = 0xFFFF_FFFF


@dataclass(frozen=True)
class Cursor:
    """A place in a feed: everything up to and with this row has been seen."""

    revision: int
    ordinal: int

    @property
    def whole_revision(self) -> int:
        """The newest revision of which nothing is missing."""
        return self.revision if self.ordinal == WHOLE_REVISION else self.revision - 1


@dataclass(frozen=True)
class FilesPage:
    """Files and tags that changed: Arrow IPC streams of one batch, empty where there are none."""

    files: bytes
    tags: bytes
    tag_names: Mapping[int, str]
    next: Cursor
    remaining: int = 0
    """Files still to come, roughly; 0 on the last page."""

    @property
    def size_bytes(self) -> int:
        """What it carries."""
        return len(self.files) + len(self.tags)


@dataclass(frozen=True)
class VectorsPage:
    """Files that got or lost a current vector, likewise."""

    vectors: bytes
    next: Cursor

    @property
    def size_bytes(self) -> int:
        """What it carries."""
        return len(self.vectors)


def read_batch(stream: bytes) -> pa.RecordBatch | None:
    """The batch of an IPC stream; None if the stream is empty or has no rows."""
    if not stream:
        return None
    batch = pa.ipc.open_stream(stream).read_next_batch()
    return batch if batch.num_rows else None


def ordinals_in(batch: pa.RecordBatch) -> Ordinals:
    """The column `ordinal`."""
    ordinals: Ordinals = batch.column("ordinal").to_numpy()
    return ordinals


def numbers_in(batch: pa.RecordBatch, column: str) -> NDArray[np.int64]:
    """A column of whole numbers; 0 for null."""
    return _filled(batch.column(column), 0)


def times_in(batch: pa.RecordBatch, column: str) -> NDArray[np.int64]:
    """A column of timestamps as microseconds since 1970; NO_TIME for null."""
    return _filled(batch.column(column).cast(pa.timestamp("us", "UTC")), NO_TIME)


def strings_in(batch: pa.RecordBatch, column: str) -> pa.StringArray:
    """A column of strings; "" for null."""
    strings = batch.column(column)
    return strings.fill_null("") if strings.null_count else strings


def flags_in(batch: pa.RecordBatch, column: str) -> NDArray[np.bool_]:
    """A column of Booleans; false for null."""
    flags: NDArray[np.bool_] = batch.column(column).fill_null(False).to_numpy(zero_copy_only=False)
    return flags


def _filled(column: pa.Array, absent: int) -> NDArray[np.int64]:
    numbers: NDArray[np.int64] = column.cast(pa.int64()).fill_null(absent).to_numpy(zero_copy_only=False)
    return numbers
