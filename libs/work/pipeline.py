"""Runs the files of one job: prepared ahead, looked up together, finished in batches."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import grpc.aio
import structlog

from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.rpc.errors import BowerbirdError
from libs.rpc.status import from_rpc_error
from libs.work.files import Failed, FileResult, WorkFile
from libs.work.handler import FileHandler, JobFailed
from libs.work.state import HeldLease

log = structlog.get_logger(__name__)

PREPARED_AT_ONCE: Final = 16  # each may hold a whole file in memory
READ_AHEAD_MOST: Final = 256
LOOK_UP_SECONDS: Final = 1.0  # files gather for at most so long, so that a round trip serves many
LOOK_UP_AGAIN_SECONDS: Final = 1.0


@dataclass(frozen=True, eq=False)
class Item:
    """A file of a lease, and what `prepare` made of it."""

    lease: HeldLease
    file: WorkFile
    prepared: Any = None


class FilePipeline:
    """At most `concurrency` calls of `finish`, and enough files ahead that none of them waits for a disk."""

    def __init__(
        self,
        handler: FileHandler[Any],
        tasks: asyncio.TaskGroup,
        record: Callable[[HeldLease, FileResult], None],
        fail_job: Callable[[BowerbirdError], None],
    ) -> None:
        self._handler = handler
        self._tasks = tasks
        self._record = record
        self._fail_job = fail_job
        self._at_once = handler.concurrency * handler.batch_size
        self._todo: deque[Item] = deque()
        self._prepared: list[Item] = []
        self._ready: deque[Item] = deque()
        self._preparing: dict[asyncio.Task[None], list[Item]] = {}
        self._looking_up: dict[asyncio.Task[None], list[Item]] = {}
        self._finishing: dict[asyncio.Task[None], list[Item]] = {}
        self._enough = asyncio.Event()
        self._draining = False
        self.quiet = asyncio.Event()
        self.quiet.set()

    @property
    def read_ahead(self) -> int:
        """Files that stand between `todo` and `finish`."""
        return min(max(16, 4 * self._at_once), max(READ_AHEAD_MOST, self._handler.batch_size))

    @property
    def room(self) -> int:
        """Files that the pipeline can hold without any of them waiting idle."""
        return self._at_once + self.read_ahead

    def add(self, lease: HeldLease) -> None:
        """Work on all files of the lease."""
        if not lease.unfinished:
            lease.release()
        self._todo.extend(Item(lease, file) for file in lease.unfinished.values())
        self._pump()

    def drop(self, lease: HeldLease) -> None:
        """End everything that is done for this lease alone. Its batches with others go on, for the others' sake."""
        self._todo = deque(item for item in self._todo if item.lease is not lease)
        self._prepared = [item for item in self._prepared if item.lease is not lease]
        self._ready = deque(item for item in self._ready if item.lease is not lease)
        for task, items in self._running():
            if all(item.lease is lease for item in items):
                task.cancel()
        self._pump()

    def drain(self) -> None:
        """Let the calls in flight end, and begin no others; `quiet` tells when they have ended."""
        self._draining = True
        self._todo.clear()
        self._prepared.clear()
        self._ready.clear()
        for task in [*self._preparing, *self._looking_up]:
            task.cancel()
        self._pump()

    def cancel(self) -> None:
        """End everything at once."""
        self.drain()
        for task in self._finishing:
            task.cancel()

    def _running(self) -> Iterable[tuple[asyncio.Task[None], list[Item]]]:
        return [*self._preparing.items(), *self._looking_up.items(), *self._finishing.items()]

    def _pump(self) -> None:
        """Start whatever may start, the last step first: it makes room for the others. Called after every change."""
        while self._ready and len(self._finishing) < self._handler.concurrency and self._is_batch_ready:
            size = min(len(self._ready), self._handler.batch_size)
            batch = [self._ready.popleft() for _ in range(size)]
            self._start(self._finishing, batch, self._finish(batch))
        if self._prepared and not self._looking_up and len(self._ready) <= self._at_once // 2:
            gathered: list[Item] = []
            self._start(self._looking_up, gathered, self._look_up(gathered))
        while self._todo and len(self._preparing) < PREPARED_AT_ONCE and self._ahead < self.read_ahead:
            item = self._todo.popleft()
            self._start(self._preparing, [item], self._prepare(item))
        if len(self._prepared) >= self.read_ahead // 2 or not (self._preparing or self._todo):
            self._enough.set()
        else:
            self._enough.clear()
        if self._running() or self._todo:
            self.quiet.clear()
        else:
            self.quiet.set()

    @property
    def _ahead(self) -> int:
        looked_up = sum(len(items) for items in self._looking_up.values())
        return len(self._preparing) + len(self._prepared) + looked_up + len(self._ready)

    @property
    def _is_batch_ready(self) -> bool:
        """Full, or no more files are on their way."""
        coming = self._preparing or self._prepared or self._looking_up
        return len(self._ready) >= self._handler.batch_size or not coming

    def _start(self, running: dict[asyncio.Task[None], list[Item]], items: list[Item], step: Any) -> None:
        task = self._tasks.create_task(step)
        running[task] = items

        def ended(task: asyncio.Task[None]) -> None:
            del running[task]
            self._pump()

        task.add_done_callback(ended)

    async def _prepare(self, item: Item) -> None:
        prepared = await self._guarded([item], self._handler.prepare(item.file))
        self._sort([item], [prepared], self._prepared.append)

    async def _look_up(self, gathered: list[Item]) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_UP_SECONDS):
                await self._enough.wait()
        gathered.extend(self._prepared)
        self._prepared.clear()
        found = await self._guarded(gathered, self._looked_up([item.prepared for item in gathered]))
        self._sort(gathered, found or [], self._ready.append)

    async def _looked_up(self, prepared: Sequence[Any]) -> Sequence[Any]:
        """While catalog is away nothing is paid for that it may know already."""
        while True:
            try:
                return await self._handler.look_up(prepared)
            except grpc.aio.AioRpcError as error:
                if from_rpc_error(error).reason != ErrorReason.ERROR_REASON_SERVICE_UNAVAILABLE:
                    raise
            await asyncio.sleep(LOOK_UP_AGAIN_SECONDS)

    async def _finish(self, batch: list[Item]) -> None:
        results = await self._guarded(batch, self._handler.finish([item.prepared for item in batch]))
        for item, result in zip(batch, results or [], strict=False):
            self._record(item.lease, result)

    def _sort(self, items: Sequence[Item], entries: Sequence[Any], keep: Callable[[Item], None]) -> None:
        """Results are recorded, what goes on is kept; None stands for a file that has failed already."""
        for item, entry in zip(items, entries, strict=False):
            if isinstance(entry, FileResult):
                self._record(item.lease, entry)
            elif entry is not None and not item.lease.dropped and not self._draining:
                keep(Item(item.lease, item.file, entry))

    async def _guarded(self, items: Sequence[Item], step: Awaitable[Any]) -> Any:
        """What the step gives; None after its failure was recorded for each of the items."""
        try:
            return await step
        except JobFailed as failed:
            self._fail_job(failed.error)
        except BowerbirdError as error:
            self._fail(items, Failed.of(error))
        except grpc.aio.AioRpcError as error:
            self._fail(items, Failed.of(from_rpc_error(error)))
        except Exception:
            log.exception("work on a file failed unforeseen", paths=[item.file.path for item in items])
            reason = ErrorReason.ERROR_REASON_INTERNAL
            self._fail(items, Failed(reason, "A fault of the suite itself; the log of the worker has more."))
        return None

    def _fail(self, items: Sequence[Item], failed: Failed) -> None:
        for item in items:
            self._record(item.lease, FileResult(item.file, failed))
