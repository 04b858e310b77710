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
# One a row, 64 in a word, from its lowest on.
Bits = NDArray[np.uint64]

_PLANES_AT_A_TIME = 8
# The first rows of each such part are a sample: what lies in the same cache line costs nothing more.
_SAMPLED_PARTS = 16
_SAMPLED_ROWS = 64
_NOT_SAMPLED = 1
# A comparison for each byte is faster than a table of 256 up to so many.
_FEW_BYTES = 8


class TextBlock:
    """Texts of up to BLOCK_ROWS rows, UTF-8 without zero bytes: plane p holds byte p of each, and 0 behind its end.

    To look for a byte in a place is one comparison of a plane, which a processor does for 32 rows at a time. It is
    known about how many rows have a byte in a place, so most places are never looked at. What was looked for is kept as
    bits, as many as take the memory of the texts: they are put together ten times as fast as planes are compared.
    """

    def __init__(self) -> None:
        # None until they are asked for, and again when something was written.
        self._counts: Counts | None = None
        # By plane and bytes, likewise.
        self._bits: dict[tuple[int, tuple[int, ...]], Bits] = {}
        self._planes: NDArray[np.uint8] = np.zeros((0, BLOCK_ROWS), np.uint8)
        # Rows behind these were never written, so the system has not given memory for them.
        self._written_rows = 0
        self._width = 0

    @property
    def width(self) -> int:
        """The bytes of the longest text."""
        return self._width

    @property
    def _sampled_counts(self) -> Counts:
        """About how many rows have each byte in each plane, by a sample; not to be changed.

        They are 0 for a byte below the least of a plane or above its greatest, _NOT_SAMPLED for one between them that
        the sample lacks and that nobody asked for yet, and add up to BLOCK_ROWS for some bytes only if these are all
        that the plane has. To count all rows would take many times as long.
        """
        if self._counts is None:
            planes, bytes_ = self._planes[: self.width], np.arange(256)
            occurs = (bytes_ >= planes.min(axis=1, keepdims=True)) & (bytes_ <= planes.max(axis=1, keepdims=True))
            parts = planes.reshape(self.width, _SAMPLED_PARTS, BLOCK_ROWS // _SAMPLED_PARTS)
            sample = parts[:, :, :_SAMPLED_ROWS].reshape(self.width, _SAMPLED_PARTS * _SAMPLED_ROWS)
            keys = sample + np.arange(0, self.width * 256, 256)[:, None]
            counted = np.bincount(keys.reshape(-1), minlength=self.width * 256).reshape(-1, 256)
            several = np.count_nonzero(occurs, axis=1, keepdims=True)
            sampled = BLOCK_ROWS - np.where(several == 1, 1, 2 * several)
            self._counts = (occurs * _NOT_SAMPLED + counted * sampled // sample.shape[1]).astype(np.uint32)
        return self._counts

    def counts_of(self, byte: int) -> NDArray[np.uint32]:
        """The same of one byte, by plane, but 0 wherever no row has it."""
        counts = self._sampled_counts[:, byte]
        for plane in np.flatnonzero(counts == _NOT_SAMPLED).tolist():
            counts[plane] = 2 * (byte in self._planes[plane].tobytes())
        return counts

    def put(self, rows: Rows, texts: Texts) -> None:
        """Write texts to rows that have none; the rows ascend."""
        width = texts.shape[1]
        self._widen(width)
        self._forget()
        first, last = int(rows[0]), int(rows[-1])
        self._written_rows = max(self._written_rows, last + 1)
        together = last - first == len(rows) - 1
        self._planes[:width, slice(first, last + 1) if together else rows] = texts.T

    def clear(self, rows: Rows) -> None:
        """Take the texts of rows away."""
        self._forget()
        self._planes[: self.width, rows] = 0

    def texts_at(self, rows: Rows) -> Texts:
        """The texts of rows."""
        return np.ascontiguousarray(self._planes[: self.width].take(rows, axis=1).T)

    def text_of(self, row: int) -> str:
        """The text of a row, "" if it has none."""
        return self._planes[: self._width, row].tobytes().rstrip(b"\0").decode()

    def matching(self, pattern: BytePattern, starts: list[int], counts: list[list[int]]) -> Bits:
        """The rows that a pattern fits if it begins at one of the planes `starts`, perhaps at -1.

        `counts` has for each start about how many rows each of the pattern's bytes fits there: see `counts_of`.
        """
        found = np.zeros(BLOCK_ROWS // 64, np.uint64)
        for start, fitting in zip(starts, counts, strict=True):
            places = [place for place in range(len(fitting)) if fitting[place] < BLOCK_ROWS]
            places.sort(key=fitting.__getitem__)
            if not places:
                return ~np.zeros_like(found)
            matched = self._having(start + places[0], pattern.sets[places[0]])
            for done, place in enumerate(places[1:], 1):
                if done == 2 and not matched.any():
                    break
                matched = matched & self._having(start + place, pattern.sets[place])
            found |= matched
        return found

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
        kept = len(self._bits) * BLOCK_ROWS // 8 + (0 if self._counts is None else self._counts.nbytes)
        return self.width * self._written_rows + kept

    def dump(self) -> dict[str, NDArray[np.generic]]:
        """See `Stored`."""
        return {"planes": self._planes[: self.width], "written_rows": np.array([self._written_rows], np.uint32)}

    def load(self, arrays: Arrays) -> None:
        """See `Stored`."""
        self._planes, self._width = arrays["planes"], len(arrays["planes"])
        self._forget()
        self._written_rows = int(arrays["written_rows"][0])

    def _having(self, number: int, byte_set: ByteSet) -> Bits:
        """Which rows have one of these bytes in a plane; not to be changed."""
        key = number, byte_set.members
        bits = self._bits.get(key)
        if bits is None:
            if len(self._bits) >= 8 * self.width:
                del self._bits[next(iter(self._bits))]
            mask = _compared_with(self._planes[number], byte_set)
            bits = self._bits[key] = np.packbits(mask, bitorder="little").view(np.uint64)
        return bits

    def _forget(self) -> None:
        """What was known of the texts before they change."""
        self._counts = None
        self._bits.clear()

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


def _compared_with(plane: NDArray[np.uint8], byte_set: ByteSet) -> Mask:
    members = byte_set.members
    if len(members) > _FEW_BYTES:
        return byte_set.table[plane]
    mask: Mask = plane == np.uint8(members[0])
    for member in members[1:]:
        mask |= plane == np.uint8(member)
    return mask
