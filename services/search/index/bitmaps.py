"""Bitmaps, arrays of ordinals and masks, one made from the other."""

import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from services.search.index.stored import Arrays

Ordinals = NDArray[np.uint32]
Mask = NDArray[np.bool_]

# What one container of a bitmap spans; columns are read in blocks of as many rows.
BLOCK_ROWS = 1 << 16

BLOCK_BYTES = BLOCK_ROWS // 8
# A container of at most so many ordinals is a list of them, a fuller one is a bit each.
LIST_ORDINALS = 4_096
COOKIE_WITHOUT_RUNS = 12_346


def bitmap_of(ordinals: Ordinals) -> BitMap:
    """A bitmap of these ordinals, in any order. Ten times faster than to hand over a numpy array."""
    return BitMap(array.array("I", np.ascontiguousarray(ordinals, np.uint32).tobytes()), optimize=False)


def bitmap_of_mask(mask: Mask, first_ordinal: int = 0) -> BitMap:
    """A bitmap of the rows that are true, counted from `first_ordinal`, a multiple of BLOCK_ROWS."""
    return bitmap_of_bits(_blocks_of_bits(mask), first_ordinal)


def bitmap_of_bits(bits: NDArray[np.uint8], first_ordinal: int = 0) -> BitMap:
    """The same of one row of bits a block, eight in a byte, from its lowest on.

    Written as the portable form of a bitmap (RoaringFormatSpec) and read from it: tens of times faster than to make
    ordinals of a dense mask. A container with few ordinals would have to list them. It is written as its complement and
    flipped once read, which leaves the listing to the library.
    """
    counts = np.bitwise_count(bits.view(np.uint64)).sum(axis=1, dtype=np.int64)
    filled = np.flatnonzero(counts)
    if not len(filled):
        return BitMap()
    bits, counts = bits[filled], counts[filled]
    is_flipped = counts <= LIST_ORDINALS
    bits[is_flipped] = ~bits[is_flipped]
    keys = filled + first_ordinal // BLOCK_ROWS
    headers = np.empty((len(keys), 2), "<u2")
    headers[:, 0] = keys
    headers[:, 1] = np.where(is_flipped, BLOCK_ROWS - counts, counts) - 1
    offsets = 8 + 8 * len(keys) + BLOCK_BYTES * np.arange(len(keys))
    parts = (np.array([COOKIE_WITHOUT_RUNS, len(keys)], "<u4"), headers, offsets.astype("<u4"), bits)
    bitmap = BitMap.deserialize(b"".join(part.tobytes() for part in parts))
    for key in keys[is_flipped].tolist():
        bitmap.flip_inplace(key * BLOCK_ROWS, (key + 1) * BLOCK_ROWS)
    return bitmap


def ordinals_of(bitmap: BitMap) -> Ordinals:
    """The ordinals in a bitmap, ascending."""
    return np.frombuffer(bitmap.to_array(), np.uint32)


def blocks_of(bitmap: BitMap) -> Iterator[tuple[int, Ordinals]]:
    """The number of each block that has ordinals of a bitmap, and those, ascending."""
    ordinals = ordinals_of(bitmap)
    for number, start, end in bounds_of_blocks(ordinals):
        yield number, ordinals[start:end]


def bounds_of_blocks(ordinals: Ordinals) -> Iterator[tuple[int, int, int]]:
    """The number of each block that has some of these ordinals, which ascend, and where they start and end."""
    if not len(ordinals):
        return
    first, last = int(ordinals[0]) // BLOCK_ROWS, int(ordinals[-1]) // BLOCK_ROWS
    bounds = np.searchsorted(ordinals, np.arange(first, last + 2, dtype=np.int64) * BLOCK_ROWS).tolist()
    for number, (start, end) in enumerate(pairwise(bounds), first):
        if start < end:
            yield number, start, end


def move(bitmap: BitMap, ordinals: Ordinals, inside: Mask) -> None:
    """Put those of the ordinals that are `inside` into a bitmap and take the others out."""
    bitmap |= bitmap_of(ordinals[inside])
    bitmap -= bitmap_of(ordinals[~inside])


def size_bytes(bitmaps: Iterable[BitMap]) -> int:
    """About the memory that bitmaps take."""
    total = 0
    for bitmap in bitmaps:
        statistics = bitmap.get_statistics()
        total += 64 + 16 * statistics["n_containers"]
        total += statistics["n_bytes_array_containers"] + statistics["n_bytes_run_containers"]
        total += statistics["n_bytes_bitset_containers"]
    return total


def bitmap_arrays(bitmaps: Sequence[BitMap]) -> dict[str, NDArray[np.generic]]:
    """Bitmaps as arrays to be kept."""
    serialized = [bitmap.serialize() for bitmap in bitmaps]
    return {
        "bytes": np.frombuffer(b"".join(serialized), np.uint8),
        "ends": np.cumsum([len(one) for one in serialized], dtype=np.int64),
    }


def bitmaps_from(arrays: Arrays) -> list[BitMap]:
    """The bitmaps that `bitmap_arrays` was given."""
    kept = arrays["bytes"]
    bounds = pairwise([0, *arrays["ends"].tolist()])
    return [BitMap.deserialize(kept[start:end].tobytes()) for start, end in bounds]


def _blocks_of_bits(mask: Mask) -> NDArray[np.uint8]:
    bits = np.packbits(mask, bitorder="little")
    blocks = -(-len(bits) // BLOCK_BYTES)
    if len(bits) != blocks * BLOCK_BYTES:
        bits = np.concatenate([bits, np.zeros(blocks * BLOCK_BYTES - len(bits), np.uint8)])
    return bits.reshape(blocks, BLOCK_BYTES)
