"""One job in this worker: open with its first chunk, closed after the last."""

import asyncio
from typing import Final, Protocol

import grpc.aio
import structlog

from bowerbird.catalog.v1.job_pb2 import JobLogLine
from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.rpc.errors import BowerbirdError
from libs.rpc.status import InternalFault, from_rpc_error
from libs.work.chunks import ChunkTasks
from libs.work.files import Failed, FileResult
from libs.work.handler import ChunkHandler, Worker
from libs.work.pipeline import FilePipeline
from libs.work.state import HeldLease

log = structlog.get_logger(__name__)

# Until a job is open nobody knows how much it takes; the smallest demand brings one chunk, enough to find out.
ROOM_UNKNOWN: Final = 1
# Chunks of a job that cannot be opened are kept for so long before others may try.
OPEN_AGAIN_SECONDS: Final = 1.0


class Runner(Protocol):
    """What runs the chunks of a job."""

    quiet: asyncio.Event

    @property
    def room(self) -> int: ...

    def add(self, lease: HeldLease) -> None: ...
    def drop(self, lease: HeldLease) -> None: ...
    def drain(self) -> None: ...
    def cancel(self) -> None: ...


class JobRun:
    """One job, for as long as this worker has chunks of it. A closed run takes no more chunks."""

    def __init__(self, job: str) -> None:
        self.job = job
        self.closed = False
        self._leases: list[HeldLease] = []
        self._runner: Runner | None = None
        self._opening: asyncio.Task[None] | None = None
        self._no_leases = asyncio.Event()
        self._failed = False
        self._reasons_logged: set[int] = set()

    @property
    def room(self) -> int:
        """Files that the job can work on, held ones among them."""
        return self._runner.room if self._runner else ROOM_UNKNOWN

    def add(self, lease: HeldLease) -> None:
        """Work on a chunk."""
        self._leases.append(lease)
        self._no_leases.clear()
        if self._failed:
            lease.release()
        elif self._runner:
            self._runner.add(lease)

    def drop(self, lease: HeldLease) -> None:
        """End all work on a chunk."""
        lease.dropped = True
        if lease in self._leases:
            self._leases.remove(lease)
        if self._runner:
            self._runner.drop(lease)
        if not self._leases:
            self._no_leases.set()
            if self._opening:
                self._opening.cancel()

    async def drain(self, seconds: float) -> None:
        """Let what is in flight end within `seconds`, and give everything else back."""
        if self._runner:
            self._runner.drain()
            try:
                async with asyncio.timeout(seconds):
                    await self._runner.quiet.wait()
            except TimeoutError:
                self._runner.cancel()
                await self._runner.quiet.wait()
        self._release()

    async def run(self, worker: Worker) -> None:
        """Handle the chunks that `add` brings, until none is left."""
        self._opening = asyncio.current_task()
        try:
            async with worker.open(self.job) as handler, asyncio.TaskGroup() as tasks:
                self._opening = None
                if isinstance(handler, ChunkHandler):
                    self._runner = ChunkTasks(handler, tasks, self._fail)
                else:
                    self._runner = FilePipeline(handler, tasks, self._record, self._fail)
                for lease in self._leases:
                    self._runner.add(lease)
                try:
                    while self._leases:
                        await self._no_leases.wait()
                finally:
                    self.closed = True
                    self._runner.cancel()
        except BowerbirdError as error:
            await self._could_not_open(error)
        except grpc.aio.AioRpcError as error:
            await self._could_not_open(from_rpc_error(error))
        except Exception:
            fault = InternalFault(request_id=self.job)
            log.exception("a job could not be opened", job=self.job)
            self._fail(fault)
        finally:
            self.closed = True

    def _record(self, lease: HeldLease, result: FileResult) -> None:
        lease.record(result)
        if isinstance(result.outcome, Failed) and result.outcome.reason not in self._reasons_logged:
            self._reasons_logged.add(result.outcome.reason)
            reason = ErrorReason.Name(result.outcome.reason).removeprefix("ERROR_REASON_")
            message = f"{result.file.path}: {result.outcome.message} ({reason}; more of these are in the results alone)"
            lease.log(message, JobLogLine.LEVEL_WARNING)

    async def _could_not_open(self, error: BowerbirdError) -> None:
        if error.reason != ErrorReason.ERROR_REASON_SERVICE_UNAVAILABLE:
            self._fail(error)
            return
        log.warning("a job could not be opened yet", job=self.job, problem=str(error))
        await asyncio.sleep(OPEN_AGAIN_SECONDS)
        self._opening = None
        self._release()

    def _fail(self, error: BowerbirdError) -> None:
        """The job as a whole cannot go on."""
        log.warning("a job failed", job=self.job, reason=error.reason_name, problem=str(error))
        self._failed = True
        if self._runner:
            self._runner.cancel()
        for lease in self._leases:
            lease.fail_job(Failed.of(error))

    def _release(self) -> None:
        if self._opening:
            self._opening.cancel()
        for lease in self._leases:
            lease.release()
