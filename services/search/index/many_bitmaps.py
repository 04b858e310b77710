"""Many bitmaps made at once, from pairs of a bitmap's number and a row."""

import struct
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from services.search.index.bitmaps import BLOCK_ROWS, COOKIE_WITHOUT_RUNS, LIST_ORDINALS, Ordinals

Numbers = NDArray[np.unsignedinteger[Any]]

_ROW_BITS = BLOCK_ROWS.bit_length() - 1


def bitmaps_by_number(blocks: Iterable[tuple[int, Numbers, Ordinals]]) -> Iterator[tuple[int, BitMap]]:
    """Each number with its bitmap. Blocks ascend; of each come its number and pairs, which differ from each other.

    Seven times faster than to make the bitmaps page by page and unite them. What a bitmap has of a block is one of its
    containers, so the pairs of a block, sorted by their numbers, are all its containers one after the other. They are
    put together in the portable form of bitmaps (RoaringFormatSpec).
    """
    containers: defaultdict[int, list[tuple[int, int, bytes]]] = defaultdict(list)
    for block, numbers, rows in blocks:
        for number, count, content in _containers(numbers, rows):
            containers[number].append((block, count, content))
    for number, parts in containers.items():
        yield number, BitMap.deserialize(_serialized(parts))


def _containers(numbers: Numbers, rows: Ordinals) -> Iterator[tuple[int, int, bytes]]:
    """By number how many rows it has and these: listed, or a bit each."""
    if not len(numbers):
        return
    is_wide = int(numbers.max()) >= 1 << (32 - _ROW_BITS)
    pairs: Numbers = numbers.astype(np.uint64 if is_wide else np.uint32)
    np.left_shift(pairs, _ROW_BITS, out=pairs)
    np.bitwise_or(pairs, rows, out=pairs)
    pairs.sort()
    rows_in_order = pairs.astype("<u2")
    listed = rows_in_order.tobytes()
    np.right_shift(pairs, _ROW_BITS, out=pairs)
    starts = np.flatnonzero(np.concatenate([[True], pairs[1:] != pairs[:-1]]))
    bounds = [*starts.tolist(), len(pairs)]
    for place, number in enumerate(pairs[starts].tolist()):
        start, end = bounds[place], bounds[place + 1]
        if end - start <= LIST_ORDINALS:
            yield number, end - start, listed[2 * start : 2 * end]
        else:
            mask = np.zeros(BLOCK_ROWS, np.bool_)
            mask[rows_in_order[start:end]] = True
            yield number, end - start, np.packbits(mask, bitorder="little").tobytes()


def _serialized(parts: list[tuple[int, int, bytes]]) -> bytes:
    count, offset = len(parts), 8 + 8 * len(parts)
    headers, offsets, contents = [], [], []
    for block, rows, content in parts:
        headers += [block, rows - 1]
        offsets.append(offset)
        contents.append(content)
        offset += len(content)
    return struct.pack(f"<II{2 * count}H{count}I", COOKIE_WITHOUT_RUNS, count, *headers, *offsets) + b"".join(contents)
