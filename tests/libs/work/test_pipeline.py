"""Files of a job are prepared ahead, looked up together and finished in batches."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.rpc.errors import BowerbirdError, NotFound
from libs.work.files import Failed, FileResult, Tagged, WorkFile
from libs.work.handler import JobFailed
from libs.work.pipeline import FilePipeline
from libs.work.state import HeldLease
from tests.deadline import until


class Recorder:
    """A FileHandler whose calls are seen and held up by the test, and what came of it."""

    def __init__(self, concurrency: int = 4, batch_size: int = 1) -> None:
        self.concurrency = concurrency
        self.batch_size = batch_size
        self.lookups: list[int] = []
        self.batches: list[list[str]] = []
        self.finishing = 0
        self.most_finishing = 0
        self.preparing = 0
        self.ahead = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.fails: dict[str, BaseException] = {}
        self.results: dict[str, FileResult] = {}
        self.job_errors: list[BowerbirdError] = []

    async def prepare(self, file: WorkFile) -> str | FileResult:
        self.preparing += 1
        await asyncio.sleep(0)
        self.ahead += 1
        if error := self.fails.get(f"prepare {file.path}"):
            raise error
        if file.path.startswith("broken"):
            return FileResult.failed(file, NotFound(resource="object", name=file.path))
        return file.path

    async def look_up(self, prepared: Sequence[str]) -> Sequence[str | FileResult]:
        self.lookups.append(len(prepared))
        known = Tagged(("known",))
        return [FileResult(file_named(path), known) if path.startswith("known") else path for path in prepared]

    async def finish(self, batch: Sequence[str]) -> Sequence[FileResult]:
        self.batches.append(list(batch))
        self.finishing += 1
        self.most_finishing = max(self.most_finishing, self.finishing)
        self.ahead -= len(batch)
        try:
            await self.gate.wait()
            await asyncio.sleep(0.001)
        finally:
            self.finishing -= 1
        for path in batch:
            if error := self.fails.get(f"finish {path}"):
                raise error
        return [FileResult(file_named(path), Tagged(("seen",))) for path in batch]

    def record(self, lease: HeldLease, result: FileResult) -> None:
        assert result.file.path not in self.results
        self.results[result.file.path] = result
        lease.record(result)

    def outcome(self, path: str) -> object:
        return self.results[path].outcome


ordinals: dict[str, int] = {}


def file_named(path: str) -> WorkFile:
    return WorkFile(ordinals.setdefault(path, len(ordinals)), path, 1, "etag", "id")


def lease_of(*paths: str, name: str = "lease") -> HeldLease:
    return HeldLease(name, "job", [file_named(path) for path in paths], 0.0, asyncio.Event())


@asynccontextmanager
async def pipeline_of(recorder: Recorder) -> AsyncIterator[FilePipeline]:
    async with asyncio.TaskGroup() as tasks, asyncio.timeout(20):
        pipeline = FilePipeline(recorder, tasks, recorder.record, recorder.job_errors.append)
        try:
            yield pipeline
        finally:
            pipeline.cancel()


def paths(count: int, start: str = "photo") -> list[str]:
    return [f"{start} {n}" for n in range(count)]


async def test_every_file_gets_one_result_and_calls_stay_within_the_concurrency() -> None:
    recorder = Recorder(concurrency=3)
    lease = lease_of(*paths(100))
    async with pipeline_of(recorder) as pipeline:
        pipeline.add(lease)
        await until(lambda: lease.is_through)
    assert len(recorder.results) == 100
    assert recorder.most_finishing == 3


async def test_files_are_prepared_ahead_but_not_without_bound() -> None:
    recorder = Recorder(concurrency=2)
    recorder.gate.clear()
    async with pipeline_of(recorder) as pipeline:
        pipeline.add(lease_of(*paths(200)))
        await until(lambda: recorder.finishing == 2 and recorder.ahead == pipeline.read_ahead)
        await asyncio.sleep(0.1)
        assert recorder.preparing == pipeline.read_ahead + 2 == 18
        pipeline.cancel()


async def test_files_that_pile_up_are_looked_up_together() -> None:
    recorder = Recorder(concurrency=8)
    lease = lease_of(*paths(300))
    async with pipeline_of(recorder) as pipeline:
        pipeline.add(lease)
        await until(lambda: lease.is_through)
    assert sum(recorder.lookups) == 300
    assert len(recorder.lookups) <= 20


async def test_what_is_known_is_not_finished() -> None:
    recorder = Recorder()
    lease = lease_of(*paths(5, "known"), *paths(5))
    async with pipeline_of(recorder) as pipeline:
        pipeline.add(lease)
        await until(lambda: lease.is_through)
    assert sorted(path for batch in recorder.batches for path in batch) == paths(5)
    assert recorder.outcome("known 0") == Tagged(("known",))


async def test_batches_are_full_as_long_as_more_files_come() -> None:
    recorder = Recorder(concurrency=2, batch_size=8)
    lease = lease_of(*paths(67))
    async with pipeline_of(recorder) as pipeline:
        pipeline.add(lease)
        await until(lambda: lease.is_through)
    assert sorted(len(batch) for batch in recorder.batches)[-8:] == [8] * 8
    assert len(recorder.batches) == 9


async def test_a_failure_costs_the_files_of_its_step_alone() -> None:
    recorder = Recorder(concurrency=2)
    recorder.fails = {
        "prepare photo 1": NotFound(resource="object", name="photo 1"),
        "finish photo 2": NotFound(resource="model", name="m"),
        "finish photo 3": ZeroDivisionError(),
    }
    lease = lease_of(*paths(10), "broken")
    async with pipeline_of(recorder) as pipeline:
        pipeline.add(lease)
        await until(lambda: lease.is_through)
    failed = {path: result.outcome for path, result in recorder.results.items() if isinstance(result.outcome, Failed)}
    assert {path: outcome.reason for path, outcome in failed.items()} == {
        "photo 1": ErrorReason.ERROR_REASON_NOT_FOUND,
        "photo 2": ErrorReason.ERROR_REASON_NOT_FOUND,
        "photo 3": ErrorReason.ERROR_REASON_INTERNAL,
        "broken": ErrorReason.ERROR_REASON_NOT_FOUND,
    }
    assert "ZeroDivision" not in failed["photo 3"].message
    assert len(recorder.results) == 11


async def test_the_failure_of_a_job_is_told_once_for_the_job() -> None:
    recorder = Recorder(concurrency=1)
    recorder.fails = {"finish photo 0": JobFailed(NotFound(resource="model", name="m"))}
    async with pipeline_of(recorder) as pipeline:
        pipeline.add(lease_of("photo 0"))
        await until(lambda: recorder.job_errors)
    assert [type(error) for error in recorder.job_errors] == [NotFound]
    assert not recorder.results


async def test_a_dropped_lease_ends_its_calls_and_leaves_others_alone() -> None:
    recorder = Recorder(concurrency=4)
    recorder.gate.clear()
    dropped, kept = lease_of(*paths(40, "dropped"), name="dropped"), lease_of(*paths(4, "kept"), name="kept")
    async with pipeline_of(recorder) as pipeline:
        pipeline.add(dropped)
        pipeline.add(kept)
        await until(lambda: recorder.finishing == 4)
        dropped.dropped = True
        pipeline.drop(dropped)
        await until(lambda: [path for path in recorder.batches[-1] if path.startswith("kept")])
        recorder.gate.set()
        await until(lambda: kept.is_through)
    assert sorted(recorder.results) == paths(4, "kept")


async def test_draining_ends_the_calls_in_flight_and_begins_no_others() -> None:
    recorder = Recorder(concurrency=3)
    recorder.gate.clear()
    lease = lease_of(*paths(50))
    async with pipeline_of(recorder) as pipeline:
        pipeline.add(lease)
        await until(lambda: recorder.finishing == 3)
        pipeline.drain()
        assert not pipeline.quiet.is_set()
        recorder.gate.set()
        await pipeline.quiet.wait()
    assert len(recorder.results) == 3
    assert len(lease.unfinished) == 47


@pytest.mark.parametrize(("concurrency", "batch_size"), [(1, 1), (8, 1), (32, 1), (1000, 1), (8, 8), (4, 64)])
async def test_the_room_for_files_grows_with_the_calls_within_bounds(concurrency: int, batch_size: int) -> None:
    async with pipeline_of(Recorder(concurrency, batch_size)) as pipeline:
        assert 16 <= pipeline.read_ahead <= 256
        assert pipeline.read_ahead >= batch_size
        assert pipeline.room == pipeline.read_ahead + concurrency * batch_size


async def test_a_chunk_without_any_file_left_is_given_back() -> None:
    lease = lease_of()
    async with pipeline_of(Recorder()) as pipeline:
        pipeline.add(lease)
    assert lease.update().HasField("released")
