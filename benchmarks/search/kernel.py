"""The least that an exact search among vectors of a byte a component takes: a SIMD kernel over the rows, and a sort."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np
import simsimd
from numpy.typing import NDArray

from benchmarks.search.data import Block
from benchmarks.search.embedding import DIMENSION

_LEVELS: Final = 127
_OFFSET: Final = 128
_SCANNED_ROWS: Final = 65_536
_GATHERED_ROWS: Final = 8_192
# Above this share of the rows it is faster to scan all of them than to look up those that are wanted.
_SCANNED_SHARE: Final = 0.25


class Kernel:
    """Rows by ordinal, filled block by block."""

    def __init__(self, rows: int) -> None:
        self._rows = np.zeros((rows, DIMENSION), np.uint8)
        self._threads = ThreadPoolExecutor(os.cpu_count())

    def take(self, block: Block) -> None:
        """Fill the rows of a block."""
        self._rows[block.first : block.first + block.count] = _coded(block.vectors)

    def milliseconds(self, vector: NDArray[np.float32], among: NDArray[np.uint32], k: int) -> float:
        """What it takes to find the best k of some rows, by their codes alone."""
        query = _coded(vector[None])
        begin = time.perf_counter()
        if len(among) > _SCANNED_SHARE * len(self._rows):
            parts = [self._rows[start : start + _SCANNED_ROWS] for start in range(0, len(self._rows), _SCANNED_ROWS)]
            scores = np.concatenate(list(self._threads.map(lambda rows: _dots(query, rows), parts)))[among]
        else:
            wanted = [among[start : start + _GATHERED_ROWS] for start in range(0, len(among), _GATHERED_ROWS)]
            looked_up = self._threads.map(lambda part: _dots(query, np.take(self._rows, part, axis=0)), wanted)
            scores = np.concatenate(list(looked_up))
        if len(scores) > k:
            np.argpartition(scores, len(scores) - k)
        return (time.perf_counter() - begin) * 1000


def _coded(vectors: NDArray[np.float32]) -> NDArray[np.uint8]:
    largest = np.abs(vectors).max(axis=1, keepdims=True)
    coded: NDArray[np.uint8] = (np.rint(vectors * (_LEVELS / largest)) + _OFFSET).astype(np.uint8)
    return coded


def _dots(query: NDArray[np.uint8], rows: NDArray[np.uint8]) -> NDArray[np.float32]:
    # Unsigned bytes are the fastest; what their offset adds to a product is left in.
    dots: NDArray[np.float32] = np.asarray(simsimd.cdist(query, rows, metric="dot", out_dtype="float32"))[0]
    return dots
