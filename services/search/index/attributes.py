"""User metadata of the files of a version."""

from collections.abc import Iterator

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import structlog
from numpy.typing import NDArray
from pyroaring import BitMap

from services.search.index.attribute_column import AttributeColumn
from services.search.index.bitmaps import Ordinals, bitmap_arrays, bitmap_of, bitmaps_from, ordinals_of, size_bytes
from services.search.index.json_objects import mention_of, values_by_path
from services.search.index.stored import Arrays, part, under
from services.search.index.string_heap import StringHeap
from services.search.index.strings import flags

log = structlog.get_logger(__name__)

# Paths that have a column. What goes beyond is found all the same, in the JSON of the files.
MAX_COLUMNS = 256
ALWAYS_ALLOWED_BYTES = 64 << 20
ALLOWED_BYTES_A_FILE = 256

ROWS_A_BATCH = 16_384


class Attributes:
    """The attributes of each file as JSON, to be shown, and a column for each path that leads to values.

    Memory is bounded: past MAX_COLUMNS no path gets a column, and when the columns take too much, the one goes that
    takes most for each file that has its attribute. To ask for a path without a column is to read the JSON of the files
    that are asked about, some seconds for a million.
    """

    def __init__(self) -> None:
        self.files = BitMap()
        self._json = StringHeap()
        self._columns: dict[str, AttributeColumn] = {}
        # False once some path has no column.
        self._is_whole = True

    def put(self, ordinals: Ordinals, texts: pa.StringArray) -> None:
        """Replace the attributes of files, given as JSON objects; "", null or other JSON stands for none."""
        filled = flags(pc.starts_with(texts, "{"))
        before = bitmap_of(ordinals) & self.files
        if before:
            for column in self._columns.values():
                column.remove(before)
            self.files -= before
            self._json.discard(ordinals_of(before - bitmap_of(ordinals[filled])))
        if filled.any():
            self._put(ordinals[filled], texts.filter(pa.array(filled)))

    def json_at(self, ordinals: Ordinals) -> list[str | None]:
        """The attributes of these files as JSON objects."""
        return [self._json.of(ordinal) if ordinal in self.files else None for ordinal in ordinals.tolist()]

    @property
    def paths(self) -> list[str]:
        """The paths that have a column."""
        return list(self._columns)

    def column(self, path: str, among: BitMap) -> AttributeColumn:
        """The values of a path, of at least the files of `among`; not to be changed."""
        if path in self._columns:
            return self._columns[path]
        column = AttributeColumn()
        if not self._is_whole:
            for ordinals in _batches(among & self.files):
                texts = self._json.strings_at(ordinals)
                mentions = flags(pc.match_substring(texts, mention_of(path)))
                found = values_by_path(texts.filter(pa.array(mentions)).to_pylist())
                if path in found:
                    rows, values = found[path]
                    column.put(ordinals[mentions][rows], values)
        return column

    @property
    def size_bytes(self) -> int:
        """Memory, roughly."""
        return self._columns_bytes() + self._json.size_bytes + size_bytes((self.files,))

    def dump(self) -> dict[str, NDArray[np.generic]]:
        """See `Stored`."""
        paths = np.frombuffer(orjson.dumps({"paths": self.paths, "is_whole": self._is_whole}), np.uint8)
        arrays = {"paths": paths} | under("files", bitmap_arrays([self.files])) | under("json", self._json.dump())
        for number, column in enumerate(self._columns.values()):
            arrays |= under(f"columns/{number}", column.dump())
        return arrays

    def load(self, arrays: Arrays) -> None:
        """See `Stored`."""
        kept = orjson.loads(arrays["paths"].tobytes())
        self._is_whole = kept["is_whole"]
        self.files = bitmaps_from(part("files", arrays))[0]
        self._json.load(part("json", arrays))
        self._columns = {path: AttributeColumn() for path in kept["paths"]}
        for number, column in enumerate(self._columns.values()):
            column.load(part(f"columns/{number}", arrays))

    def _put(self, ordinals: Ordinals, texts: pa.StringArray) -> None:
        self._json.put(ordinals, texts)
        self.files |= bitmap_of(ordinals)
        for path, (rows, values) in values_by_path(texts.to_pylist()).items():
            if (column := self._column_for(path)) is not None:
                column.put(ordinals[rows], values)
        allowed_bytes = ALWAYS_ALLOWED_BYTES + ALLOWED_BYTES_A_FILE * len(self.files)
        while self._columns_bytes() > allowed_bytes:
            path = max(self._columns, key=lambda path: _bytes_a_file(self._columns[path]))
            del self._columns[path]
            self._give_up(path, f"columns may take {allowed_bytes:,} bytes")

    def _column_for(self, path: str) -> AttributeColumn | None:
        if path not in self._columns and self._is_whole:
            if len(self._columns) < MAX_COLUMNS:
                self._columns[path] = AttributeColumn()
            else:
                self._give_up(path, f"{MAX_COLUMNS} have one")
        return self._columns.get(path)

    def _give_up(self, path: str, reason: str) -> None:
        """From now on no new path gets a column: there may be files that have it already."""
        self._is_whole = False
        log.warning("an attribute has no column, so questions about it are slow", attribute=path, reason=reason)

    def _columns_bytes(self) -> int:
        return sum(column.size_bytes for column in self._columns.values())


def _batches(files: BitMap) -> Iterator[Ordinals]:
    ordinals = ordinals_of(files)
    for start in range(0, len(ordinals), ROWS_A_BATCH):
        yield ordinals[start : start + ROWS_A_BATCH]


def _bytes_a_file(column: AttributeColumn) -> float:
    return column.size_bytes / max(len(column.files), 1)
