"""The vectors of a version in one index set, held by search itself: a row an ordinal, compared in full by its
threads.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from libs.vectors.batches import Matrix, Vector
from libs.vectors.table import Metric
from services.search.index.bitmaps import Ordinals, bitmap_of, ordinals_of
from services.search.similarity import kernel
from services.search.similarity.column_files import ColumnFiles
from services.search.similarity.readings import THREADS, Reading, Readings

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class ColumnThreads:
    """The threads of all columns: as many scan as there are processors, and one fills, so that what it does is done in
    order whatever becomes of who asked for it.
    """

    def __init__(self) -> None:
        self.scanners = ThreadPoolExecutor(THREADS, thread_name_prefix="scan")
        self.filler = ThreadPoolExecutor(1, thread_name_prefix="fill")

    def close(self) -> None:
        """End them when they are done."""
        self.scanners.shutdown(wait=False, cancel_futures=True)
        self.filler.shutdown(wait=True, cancel_futures=True)


class VectorColumn:
    """Rows are `right` while they hold the vector that the database holds for the file, as far as catalog's feed was
    read; of the `absent` ones it holds none. All others are lacking, and are not asked for here.

    Its state changes on the event loop, between two awaits; only the bytes of rows are read and written on threads. So
    whoever asks must look at `right` and `lacking` and ask in one go, without an await in between.
    """

    def __init__(self, files: ColumnFiles, right: BitMap, threads: ColumnThreads) -> None:
        self.files = files
        self.right = right
        self.absent = BitMap()
        self._marked = BitMap()
        self._filler = threads.filler
        self._readings = Readings(threads.scanners)

    @property
    def metric(self) -> Metric:
        return self.files.key.table.metric

    def lacking(self, among: BitMap) -> BitMap:
        """Those of some files with a current vector that must be looked up in the database."""
        return among - self.right - self.absent

    async def best(self, among: BitMap, vector: Vector, k: int) -> tuple[Ordinals, NDArray[np.float64]]:
        """The best k of some right rows and their scores: what scoring each of them would give (see `kernel`). By
        falling score, then by ordinal.
        """
        if not among:
            return np.empty(0, np.uint32), np.empty(0)
        query = kernel.encode_query(vector, self.metric)
        with self._readings.begin() as reading:
            return await reading.run(_best, reading, self.files.codes, query, among, k)

    async def scores(self, among: BitMap, vector: Vector) -> kernel.Scores:
        """About the scores of some right rows, by ordinal: see `kernel.coarse_scores` for how near."""
        if not among:
            return np.empty(0, np.float32)
        query = kernel.encode_query(vector, self.metric)
        with self._readings.begin() as reading:
            return await reading.run(_scores, reading, self.files.codes, query, among)

    async def rows(self, ordinals: Ordinals) -> Matrix:
        """The vectors of right rows, in this order; of length 1 where the metric is the cosine."""
        with self._readings.begin() as reading:
            return await reading.run(kernel.vectors_of, self.files.codes, ordinals)

    def mark(self, ordinals: Ordinals) -> None:
        """Say that these files may have another vector now, or none. To be called before anyone acts on the news."""
        marked = bitmap_of(ordinals)
        self._marked |= marked
        self.right -= marked
        self.absent -= marked

    def begin_filling(self) -> None:
        """Say that what is put from now on is read from the database from now on."""
        self._marked = BitMap()

    async def put(self, ordinals: Ordinals, vectors: Matrix) -> None:
        """Fill rows with what the database holds since `begin_filling`; right ones stay as they are. Raises OSError
        where the disk is full.
        """
        wanted = np.isin(ordinals, ordinals_of(bitmap_of(ordinals) - self.right))
        wanted &= await self._filling(_are_comparable, vectors, self.metric)
        if not wanted.any():
            return
        codes = await self._filling(kernel.encode, vectors[wanted], self.metric)
        await self._filling(self.files.hold, int(ordinals[wanted].max()) + 1)
        # Nobody new reads these rows, but whoever began while they were right may still.
        await self._readings.over()
        await self._filling(self.files.write, ordinals[wanted], codes)
        self.right |= bitmap_of(ordinals[wanted]) - self._marked

    def put_absent(self, files: BitMap) -> None:
        """Say that the database held nothing for these since `begin_filling`."""
        self.absent |= files - self.right - self._marked

    async def record(self, revision: int) -> None:
        """Make the right rows outlast the process. `revision` is one whose changes were all marked."""
        await self._filling(self.files.record, revision, self.right.copy())

    async def _filling(
        self, work: Callable[Arguments, Result], *arguments: Arguments.args, **options: Arguments.kwargs
    ) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._filler, partial(work, *arguments, **options))


def _best(
    reading: Reading, codes: kernel.Codes, query: kernel.EncodedQuery, among: BitMap, k: int
) -> tuple[Ordinals, NDArray[np.float64]]:
    floor = kernel.Floor(k)
    pieces = kernel.pieces(ordinals_of(among))
    found = reading.map(lambda piece: kernel.candidates(codes, piece, query, floor), pieces)
    return kernel.best(codes, found, query, k)


def _scores(reading: Reading, codes: kernel.Codes, query: kernel.EncodedQuery, among: BitMap) -> kernel.Scores:
    pieces = kernel.pieces(ordinals_of(among))
    return np.concatenate(reading.map(lambda piece: kernel.coarse_scores(codes, piece, query), pieces))


def _are_comparable(vectors: Matrix, metric: Metric) -> NDArray[np.bool_]:
    """Other programs write to the database too: what has no direction cannot be compared."""
    largest: NDArray[np.float32] = np.abs(vectors).max(axis=1)
    comparable: NDArray[np.bool_] = np.isfinite(largest)
    return comparable & (largest > 0) if metric is Metric.COSINE else comparable
