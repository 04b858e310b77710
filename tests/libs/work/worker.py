"""A worker whose calls are seen, held up and failed by a test; its jobs are real jobs of a real catalog."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import grpc.aio

from bowerbird.catalog.v1.work_pb2 import JobKind
from libs.work.files import Answer, FileResult, Tagged, WorkFile
from libs.work.loop import run_worker


class WatchedWorker:
    """A Worker and the FileHandler of its jobs."""

    kinds = (JobKind.JOB_KIND_TAG,)
    batch_size = 1

    def __init__(self, concurrency: int = 8) -> None:
        self.concurrency = concurrency
        self.opened = 0
        self.open_now = 0
        self.called: Counter[str] = Counter()
        self.in_flight = 0
        self.cancelled = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.open_error: Exception | None = None
        self.call_error: Exception | None = None

    @asynccontextmanager
    async def open(self, job: str) -> AsyncIterator["WatchedWorker"]:
        self.opened += 1
        if self.open_error:
            raise self.open_error
        self.open_now += 1
        yield self
        self.open_now -= 1

    async def prepare(self, file: WorkFile) -> WorkFile | FileResult:
        return file

    async def look_up(self, prepared: Sequence[WorkFile]) -> Sequence[WorkFile | FileResult]:
        return prepared

    async def finish(self, batch: Sequence[WorkFile]) -> Sequence[FileResult]:
        (file,) = batch
        self.called[file.path] += 1
        self.in_flight += 1
        try:
            await self.gate.wait()
            await asyncio.sleep(0.002)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.in_flight -= 1
        if self.call_error:
            raise self.call_error
        sha256 = file.ordinal.to_bytes(32, "big")
        return [FileResult(file, Tagged(("bird",)), sha256, 640, 480, Answer(f"answer {file.ordinal}", 10, 2))]


@asynccontextmanager
async def running(
    worker: WatchedWorker, catalog: grpc.aio.Channel, name: str = "worker"
) -> AsyncIterator[asyncio.Event]:
    """The worker at work; gives the event that asks it to stop, and waits for its end."""
    stopped = asyncio.Event()
    task = asyncio.create_task(run_worker(worker, catalog, name=name, stopped=stopped, drain_seconds=5))
    try:
        yield stopped
    finally:
        stopped.set()
        async with asyncio.timeout(15):
            await task
