"""Keeps a vector column filled from the vector database, as catalog's feed says what changed."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, aclosing, suppress
from dataclasses import dataclass

import grpc.aio
import numpy as np
import structlog
from pyroaring import BitMap
from tenacity import RetryCallState, retry, retry_if_exception, wait_random_exponential

from libs.rpc.errors import BowerbirdError
from libs.vectors.batches import Vectors
from libs.vectors.port import VectorDatabase
from libs.vectors.table import IndexTable
from services.search.index.bitmaps import bitmap_of, ordinals_of
from services.search.index.pages import WHOLE_REVISION, Cursor, VectorsPage, ordinals_in, read_batch
from services.search.similarity.file_ids import file_ids, ordinals_from
from services.search.similarity.vector_column import VectorColumn

log = structlog.get_logger(__name__)

# A database sends all vectors of an index set faster than this share of them by id.
STREAMED_SHARE = 0.2
STREAMED_AT_ONCE = 500
FETCHED_AT_ONCE = 2_000
# What a kill can cost: so many vectors are read once more, or those of so many seconds.
ROWS_A_RECORD = 200_000
SECONDS_A_RECORD = 60.0


@dataclass(frozen=True)
class Source:
    """Where a column's vectors come from, and what may be asked about them."""

    version_uid: int
    table: IndexTable
    index_set_id: str
    database: Callable[[], AbstractAsyncContextManager[VectorDatabase]]
    current: Callable[[], Awaitable[BitMap]]
    """The files that have a current vector now."""
    revision: Callable[[], int]
    """The newest revision of the index set whose changes were all marked in the column."""
    changes: Callable[[Cursor], AsyncIterator[VectorsPage]]
    """What changed behind a cursor of the feed."""
    reserve: Callable[[int], Awaitable[bool]]
    """Makes room for so many rows; false where there is none."""


def _passes(error: BaseException) -> bool:
    if isinstance(error, grpc.aio.AioRpcError):
        return error.code() is not grpc.StatusCode.NOT_FOUND
    return isinstance(error, BowerbirdError)


def _note(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome is not None else None
    log.warning("a vector column cannot be filled; it is tried again", problem=str(error))


_patiently = retry(
    retry=retry_if_exception(_passes), wait=wait_random_exponential(multiplier=1, max=60), before_sleep=_note
)


class ColumnFilling:
    """What fills a column and follows."""

    def __init__(self, column: VectorColumn, source: Source, recorded_revision: int) -> None:
        self.column = column
        self.source = source
        self._recorded_revision = recorded_revision
        self._recorded_at = time.monotonic()
        self._unrecorded = 0
        self._is_current = False
        self._changed = asyncio.Event()

    @property
    def usable(self) -> VectorColumn | None:
        """The column, once what changed while nobody followed is marked in it."""
        return self.column if self._is_current else None

    def take(self, page: VectorsPage) -> None:
        """Mark what a page of the feed names, before anything else sees the page."""
        if (batch := read_batch(page.vectors)) is not None:
            self.column.mark(ordinals_in(batch))
            self._changed.set()

    async def follow(self) -> None:
        """Fill what is lacking, again and again; returns when there is no room. `take` must be called for every page
        from the start on.

        What passes is waited for. Raises OSError where the disk is full, and what says that the index set is gone.
        """
        await self._mark_missed()
        self._is_current = True
        while True:
            self._changed.clear()
            if not await self._fill():
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(self._recorded_at + SECONDS_A_RECORD - time.monotonic()):
                    await self._changed.wait()
            if time.monotonic() >= self._recorded_at + SECONDS_A_RECORD:
                await self.record()

    async def record(self) -> None:
        """Make what was filled outlast the process. Raises OSError."""
        self._recorded_at = time.monotonic()
        if rows := self._unrecorded:
            await self.column.record(self.source.revision())
            self._unrecorded -= rows

    @_patiently
    async def _mark_missed(self) -> None:
        """What changed behind the record."""
        if not self.column.right:
            return
        async for page in self.source.changes(Cursor(self._recorded_revision, WHOLE_REVISION)):
            if (batch := read_batch(page.vectors)) is not None:
                self.column.mark(ordinals_in(batch))

    @_patiently
    async def _fill(self) -> bool:
        """Until nothing is lacking: all at once where it is much, and the rest by id. False if there is no room."""
        may_stream = True
        while lacking := self.column.lacking(current := await self.source.current()):
            if not await self.source.reserve(lacking.max() + 1):
                return False
            began, count = time.monotonic(), len(lacking)
            is_streamed = may_stream and count > STREAMED_SHARE * len(current)
            await (self._stream(lacking) if is_streamed else self._fetch(lacking))
            may_stream = False
            if count > FETCHED_AT_ONCE:
                seconds = round(time.monotonic() - began, 3)
                log.info("vectors are read", index_set=self.source.index_set_id, count=count, seconds=seconds)
                await self.record()
        return True

    async def _stream(self, lacking: BitMap) -> None:
        self.column.begin_filling()
        async with (
            self.source.database() as database,
            aclosing(database.stream(self.source.table, self.source.index_set_id, STREAMED_AT_ONCE)) as batches,
        ):
            async for batch in batches:
                await self._put(batch, lacking)

    async def _fetch(self, lacking: BitMap) -> None:
        ordinals = ordinals_of(lacking)
        async with self.source.database() as database:
            for start in range(0, len(ordinals), FETCHED_AT_ONCE):
                asked = ordinals[start : start + FETCHED_AT_ONCE]
                self.column.begin_filling()
                ids = file_ids(self.source.version_uid, asked)
                found = await database.fetch(self.source.table, self.source.index_set_id, ids)
                await self._put(found, lacking)
                self.column.put_absent(bitmap_of(asked))

    async def _put(self, found: Vectors, lacking: BitMap) -> None:
        if not len(found):
            return
        ordinals = ordinals_from(found.file_ids)
        wanted = np.isin(ordinals, ordinals_of(bitmap_of(ordinals) & lacking))
        await self.column.put(ordinals[wanted], found.vectors[wanted])
        self._unrecorded += int(np.count_nonzero(wanted))
        if self._unrecorded >= ROWS_A_RECORD:
            await self.record()
