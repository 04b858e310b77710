"""A vector column on disk: one file a part of the codes, mapped into memory, and beside them what is known of the rows.

The record of the rows is written after their bytes are on disk, and replaced as a whole. It names a revision of the
index set; a row that it calls right is overwritten only after catalog's feed named its file at a later revision. So
whoever opens the files, however the process before ended, trusts the record but for the files that the feed names
behind its revision.
"""

import json
import math
import mmap
import os
import shutil
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from pyroaring import BitMap

from libs.vectors.table import IndexTable
from services.search.durable import replaced, write_whole
from services.search.index.bitmaps import Ordinals
from services.search.similarity.kernel import MEASURES, Codes

FORMAT = 3
# The files grow by so many rows at once.
ROWS_A_STEP = 65_536
RECORD = "rows"


@dataclass(frozen=True)
class ColumnKey:
    """Whose vectors a column holds. Another table, dimension or metric means other vectors."""

    index_set_id: str
    table: IndexTable

    @property
    def folder(self) -> str:
        """A name for its folder: the id has digits, letters and dashes alone."""
        return self.index_set_id

    def size_bytes(self, rows: int) -> int:
        """What so many rows take on disk."""
        return sum(part.size_bytes(_capacity(rows)) for part in _layout(self.table.dimension))

    def _described(self) -> dict[str, object]:
        table = self.table
        return {
            "format": FORMAT,
            "index_set": self.index_set_id,
            "table": table.name,
            "dimension": table.dimension,
            "metric": table.metric.value,
        }

    def is_described_by(self, record: dict[str, object]) -> bool:
        """Whether files with this record are of this column."""
        return self._described().items() <= record.items()

    def record(self, revision: int, rows: BitMap) -> bytes:
        """The record: a line of JSON, and which rows are right."""
        return json.dumps({**self._described(), "revision": revision}).encode() + b"\n" + rows.serialize()


class ColumnFiles:
    """The files in one folder, which one process has open at a time. `codes` has a row for each ordinal below its
    length; rows of which nothing is known hold anything.
    """

    def __init__(self, folder: Path, key: ColumnKey) -> None:
        self.folder = folder
        self.key = key
        self.codes: Codes
        self._maps: list[mmap.mmap] = []

    @classmethod
    def open(cls, folder: Path, key: ColumnKey, newest_revision: int) -> tuple["ColumnFiles", int, BitMap]:
        """The files, the revision of their record, and the rows that it calls right. They are made anew where they are
        missing, another column's, or of a revision that catalog has not come to: then it was put back.
        """
        files = cls(folder, key)
        revision, rows = files._read_record()
        if not rows or revision > newest_revision:
            rows = BitMap()
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        files._map(rows.max() + 1 if rows else 0)
        return files, revision, rows

    @property
    def size_bytes(self) -> int:
        """What they take on disk."""
        return self.key.size_bytes(len(self.codes))

    def hold(self, rows: int) -> None:
        """Grow to so many rows. Raises OSError where the disk is full: nothing is lost, and no write to the maps can
        fail later for want of room.
        """
        if rows > len(self.codes):
            self._map(rows)

    def write(self, ordinals: Ordinals, codes: Codes) -> None:
        """Put codes into rows that are there."""
        for part in fields(Codes):
            getattr(self.codes, part.name)[ordinals] = getattr(codes, part.name)

    def record(self, revision: int, rows: BitMap) -> None:
        """Make all that was written durable, and then the record."""
        for mapped in self._maps:
            mapped.flush()
        with replaced(self.folder / RECORD) as file:
            write_whole(file, self.key.record(revision, rows))

    def delete(self) -> None:
        """Delete them. What is still mapped goes on to be read."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _read_record(self) -> tuple[int, BitMap]:
        try:
            line, _, rows = (self.folder / RECORD).read_bytes().partition(b"\n")
            record = json.loads(line)
            right = BitMap.deserialize(rows)
            if self.key.is_described_by(record) and self._are_whole(right.max() + 1 if right else 0):
                return int(record["revision"]), right
        except (OSError, ValueError, KeyError):
            pass
        return -1, BitMap()

    def _are_whole(self, rows: int) -> bool:
        parts = _layout(self.key.table.dimension)
        return all((self.folder / part.name).stat().st_size >= part.size_bytes(rows) for part in parts)

    def _map(self, rows: int) -> None:
        capacity = _capacity(rows)
        maps, arrays = [], {}
        for part in _layout(self.key.table.dimension):
            descriptor = os.open(self.folder / part.name, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                os.posix_fallocate(descriptor, 0, part.size_bytes(capacity))
                maps.append(mmap.mmap(descriptor, part.size_bytes(capacity)))
            finally:
                os.close(descriptor)
            arrays[part.name] = np.frombuffer(maps[-1], part.dtype).reshape(capacity, *part.shape)
        self._maps, self.codes = maps, Codes(**arrays)


@dataclass(frozen=True)
class Part:
    """A file, named as the field of `Codes` that it holds: of each row an array of this type and shape."""

    name: str
    dtype: type[np.generic]
    shape: tuple[int, ...]

    def size_bytes(self, rows: int) -> int:
        return rows * math.prod(self.shape) * np.dtype(self.dtype).itemsize


def _layout(dimension: int) -> list[Part]:
    matrices = [Part("coarse", np.uint8, (dimension,)), Part("fine", np.int8, (dimension,))]
    return [*matrices, Part("measures", np.float32, (len(MEASURES),))]


def _capacity(rows: int) -> int:
    return max(-(-rows // ROWS_A_STEP), 1) * ROWS_A_STEP
