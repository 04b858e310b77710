"""Jobs without files: one chunk is the whole job."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bowerbird.catalog.v1.work_pb2 import JobKind, LeaseUpdate
from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.rpc.errors import NotFound
from libs.work.files import Exported
from libs.work.handler import Chunk
from libs.work.run import JobRun
from libs.work.state import HeldLease
from tests.deadline import until


class Export:
    """A Worker and the ChunkHandler of its jobs."""

    kinds = (JobKind.JOB_KIND_EXPORT,)

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.gate = asyncio.Event()
        self.begun = asyncio.Event()
        self.cancelled = False

    @asynccontextmanager
    async def open(self, job: str) -> AsyncIterator["Export"]:
        yield self

    async def run(self, chunk: Chunk) -> Exported:
        chunk.progress(1, 2)
        chunk.log(f"{chunk.job} has begun")
        self.begun.set()
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        if self.error:
            raise self.error
        return Exported("s3://bucket/manifest.yaml", 2, 1)


@asynccontextmanager
async def running(export: Export, lease: HeldLease) -> AsyncIterator[JobRun]:
    """The job at work, until the lease is dropped."""
    run = JobRun("job")
    run.add(lease)
    task = asyncio.create_task(run.run(export))
    try:
        await export.begun.wait()
        yield run
    finally:
        run.drop(lease)
        async with asyncio.timeout(5):
            await task
        assert run.closed


@pytest.fixture
def lease() -> HeldLease:
    return HeldLease("lease", "job", [], 0.0, asyncio.Event())


async def end_of(export: Export, lease: HeldLease) -> LeaseUpdate:
    async with running(export, lease):
        export.gate.set()
        await until(lambda: lease.ended)
    return lease.update()


async def test_a_chunk_ends_with_what_was_written(lease: HeldLease) -> None:
    update = await end_of(Export(), lease)
    assert (update.exported.manifest_uri, update.exported.rows, update.exported.parts) == (
        "s3://bucket/manifest.yaml", 2, 1
    )  # fmt: skip
    assert (update.progress.done, update.progress.total) == (1, 2)
    assert [line.message for line in update.log_lines] == ["job has begun"]


async def test_an_error_fails_the_job_with_its_reason(lease: HeldLease) -> None:
    update = await end_of(Export(NotFound(resource="bucket", name="b")), lease)
    assert update.job_failed.reason == ErrorReason.ERROR_REASON_NOT_FOUND


async def test_what_nobody_foresaw_fails_the_job_without_its_inside(lease: HeldLease) -> None:
    update = await end_of(Export(ZeroDivisionError("secret")), lease)
    assert update.job_failed.reason == ErrorReason.ERROR_REASON_INTERNAL
    assert "secret" not in update.job_failed.message


async def test_a_dropped_chunk_is_cancelled(lease: HeldLease) -> None:
    export = Export()
    async with running(export, lease) as run:
        run.drop(lease)
        await until(lambda: export.cancelled)
    assert not lease.ended


async def test_a_drain_lets_a_chunk_end_in_time(lease: HeldLease) -> None:
    export = Export()
    async with running(export, lease) as run:
        draining = asyncio.create_task(run.drain(5))
        await asyncio.sleep(0)
        export.gate.set()
        await draining
    assert lease.update().HasField("exported")


async def test_a_drain_gives_back_a_chunk_that_takes_longer(lease: HeldLease) -> None:
    export = Export()
    async with running(export, lease) as run:
        await run.drain(0.05)
    assert export.cancelled
    assert lease.update().HasField("released")
