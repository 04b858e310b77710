"""Texts side by side: what each has as its first byte, then as its second, and so on."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.search.index.bitmaps import BLOCK_ROWS, Mask
from services.search.index.byte_pattern import BytePattern, ByteSet
from services.search.index.stored import Arrays

Rows = NDArray[np.unsignedinteger[Any]] | NDArray[np.intp]
# One row a text, filled up with zeros.
Texts = NDArray[np.uint8]
# How many rows have a byte in a plane: by plane, then by byte.
Counts = NDArray[np.uint32]

_PLANES_AT_A_TIME = 8
# More rows are not counted as they come.
_MANY_ROWS = BLOCK_ROWS // 8
# To find the rows of a mask and look at them one by one pays if there are few, and as many planes still to compare.
_FEW_ROWS = BLOCK_ROWS // 64
_MANY_PLANES = 4
# A comparison for each byte is faster than a table of 256 up to so many.
_FEW_BYTES = 8


class TextBlock:
    """Texts of up to BLOCK_ROWS rows, UTF-8 without zero bytes: plane p holds byte p of each, and 0 behind its end.

    To look for a byte in a place is one comparison of a plane, which a processor does for 32 rows at a time. It is
    counted how many rows have a byte in a place, so most places are never looked at.
    """

    def __init__(self) -> None:
        # None until they are asked for, and again when much was written: then to count all is less work.
        self._counts: Counts | None = None
        self._planes: NDArray[np.uint8] = np.zeros((0, BLOCK_ROWS), np.uint8)
        # Rows behind these were never written, so the system has not given memory for them.
        self._written_rows = 0
        self._width = 0

    @property
    def width(self) -> int:
        """The bytes of the longest text."""
        return self._width

    @property
    def counts(self) -> Counts:
        """How many rows have each byte in each plane; not to be changed."""
        if self._counts is None:
            planes = self._planes[: self.width, : self._written_rows]
            counts = np.array([np.bincount(plane, minlength=256) for plane in planes], np.uint32).reshape(-1, 256)
            counts[:, 0] += np.uint32(BLOCK_ROWS - self._written_rows)
            self._counts = counts
        return self._counts

    def put(self, rows: Rows, texts: Texts) -> None:
        """Write texts to rows that have none; the rows ascend."""
        width = texts.shape[1]
        self._widen(width)
        if len(rows) > _MANY_ROWS:
            self._counts = None
        self._count(texts, 1)
        first, last = int(rows[0]), int(rows[-1])
        self._written_rows = max(self._written_rows, last + 1)
        together = last - first == len(rows) - 1
        self._planes[:width, slice(first, last + 1) if together else rows] = texts.T

    def clear(self, rows: Rows) -> None:
        """Take the texts of rows away."""
        self._count(self.texts_at(rows), -1)
        self._planes[: self.width, rows] = 0

    def texts_at(self, rows: Rows) -> Texts:
        """The texts of rows."""
        return np.ascontiguousarray(self._planes[: self.width].take(rows, axis=1).T)

    def matching(self, pattern: BytePattern, starts: list[int], counts: list[list[int]], mask: Mask) -> None:
        """Mark in `mask` the rows that a pattern fits if it begins at one of the planes `starts`, perhaps at -1.

        `counts` has for each start how many rows each of the pattern's bytes fits there, at least one.
        """
        matched, compared = np.empty(BLOCK_ROWS, np.bool_), np.empty(BLOCK_ROWS, np.bool_)
        for start, fitting in zip(starts, counts, strict=True):
            places = [place for place in range(len(fitting)) if fitting[place] < BLOCK_ROWS]
            places.sort(key=fitting.__getitem__)
            if not places:
                mask[:] = True
                return
            left = 1.0
            for done, place in enumerate(places):
                if left < _FEW_ROWS / BLOCK_ROWS and len(places) - done >= _MANY_PLANES:
                    rows = np.flatnonzero(matched)
                    for later in places[done:]:
                        rows = rows[pattern.sets[later].table[self._planes[start + later].take(rows)]]
                    mask[rows] = True
                    break
                self._compare(start + place, pattern.sets[place], compared if done else matched)
                if done:
                    matched &= compared
                left *= fitting[place] / BLOCK_ROWS
            else:
                mask |= matched

    def within(self, low: bytes | None, high: bytes | None) -> Mask:
        """The rows whose text is from one to another in the order of bytes, both included; None is open."""
        inside = np.ones(BLOCK_ROWS, np.bool_)
        if low is not None:
            below, _ = self._compared(low)
            inside &= ~below
        if high is not None:
            below, equal = self._compared(high)
            inside &= below | equal
        return inside

    @property
    def size_bytes(self) -> int:
        """Memory."""
        return self.width * self._written_rows + (0 if self._counts is None else self._counts.nbytes)

    def dump(self) -> dict[str, NDArray[np.generic]]:
        """See `Stored`."""
        written = np.array([self._written_rows], np.uint32)
        counts = np.zeros((0, 256), np.uint32) if self._counts is None else self._counts
        return {"planes": self._planes[: self.width], "counts": counts, "written_rows": written}

    def load(self, arrays: Arrays) -> None:
        """See `Stored`."""
        self._planes, self._width = arrays["planes"], len(arrays["planes"])
        self._counts = arrays["counts"] if len(arrays["counts"]) else None
        self._written_rows = int(arrays["written_rows"][0])

    def _compare(self, number: int, byte_set: ByteSet, result: Mask) -> None:
        """Which rows have one of these bytes in a plane."""
        plane, counts = self._planes[number], self.counts[number]
        if len(byte_set.members) == 1:
            members = list(byte_set.members)
        elif len(byte_set.members) == 2:
            members = [byte for byte in byte_set.members if counts[byte]]
        else:
            members = np.flatnonzero(byte_set.table & (counts != 0)).tolist()
        if len(members) > _FEW_BYTES:
            np.take(byte_set.table, plane, out=result, mode="clip")
        elif len(members) == 2 and (bit := members[0] ^ members[1]).bit_count() == 1:
            # The two cases of an ASCII letter, as a rule.
            either = np.bitwise_or(plane, np.uint8(bit), out=result.view(np.uint8))
            np.equal(either, np.uint8(members[0] | bit), out=result)
        else:
            np.equal(plane, np.uint8(members[0]), out=result)
            for member in members[1:]:
                result |= plane == np.uint8(member)

    def _compared(self, text: bytes) -> tuple[Mask, Mask]:
        """Which rows come before a text, and which are equal to it."""
        below, equal = np.zeros(BLOCK_ROWS, np.bool_), np.ones(BLOCK_ROWS, np.bool_)
        for number in range(self.width):
            plane, byte = self._planes[number], text[number] if number < len(text) else 0
            below |= equal & (plane < byte)
            equal &= plane == byte
            if not equal.any():
                return below, equal
        return (below, equal) if len(text) <= self.width else (below | equal, np.zeros(BLOCK_ROWS, np.bool_))

    def _widen(self, width: int) -> None:
        more = width - self.width
        if more <= 0:
            return
        if width > len(self._planes):
            # What is not written yet takes no memory.
            planes = np.zeros((-(-width // _PLANES_AT_A_TIME) * _PLANES_AT_A_TIME, BLOCK_ROWS), np.uint8)
            planes[: self.width] = self._planes[: self.width]
            self._planes = planes
        self._width = width
        if self._counts is not None:
            counts = np.zeros((more, 256), np.uint32)
            counts[:, 0] = BLOCK_ROWS
            self._counts = np.concatenate([self._counts, counts])

    def _count(self, texts: Texts, sign: int) -> None:
        """Count texts that come, or go."""
        if self._counts is None:
            return
        width = texts.shape[1]
        keys = texts + np.arange(0, width * 256, 256)
        counted = np.bincount(keys.reshape(-1), minlength=width * 256).reshape(width, 256)
        counted[:, 0] -= len(texts)
        self._counts[:width] += (sign * counted).astype(np.int32).view(np.uint32)
