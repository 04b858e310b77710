"""Jobs that catalog does itself: taken from the queue, done while their leases are renewed, ended with how it went."""

import asyncio
import os
import platform
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bowerbird.catalog.v1.job_pb2 import JobLogLine
from bowerbird.catalog.v1.work_pb2 import JobKind, LeaseStatus
from libs.rpc.errors import BowerbirdError, ServiceUnavailable
from libs.rpc.status import InternalFault
from services.catalog.chunk_commit import SQL
from services.catalog.leases import CHUNK_FILES, Demand, Lease, LeaseKey
from services.catalog.results import Failed, LeaseUpdate, LogLine, Progress, Released, Summary
from services.catalog.work import WorkQueue

log = structlog.get_logger(__name__)

WAIT_SECONDS = 5.0
PAUSE_SECONDS = 2.0


class LeaseGone(Exception):
    """The chunk is no longer this process's, or its job does not go on: nothing more may be written."""


async def hold_lease(connection: AsyncConnection, lease: LeaseKey) -> None:
    """Nobody else gets the chunk before this transaction ends. Raises LeaseGone."""
    held = (await connection.execute(SQL["hold_lease"], {"lease": lease.token})).one_or_none()
    if held is None or held.ended or not held.goes_on:
        raise LeaseGone


@dataclass
class Report:
    """What a job tells those who watch."""

    lines: list[LogLine] = field(default_factory=list)

    @property
    def progress(self) -> Progress | None:
        """How far it is; None where the work itself writes that down."""
        return None

    def log(self, message: str) -> None:
        """Add a line to the job's log."""
        self.lines.append(LogLine(JobLogLine.LEVEL_INFO, message, datetime.now(UTC)))

    def take_lines(self) -> list[LogLine]:
        """The lines since the last call."""
        taken, self.lines = self.lines, []
        return taken


R = TypeVar("R", bound=Report)


class OwnWork(ABC, Generic[R]):
    """Takes jobs of one kind from the queue and does them, some at once: a large one does not hold up small ones."""

    kind: JobKind.ValueType
    at_once: int

    def __init__(self, queue: WorkQueue, renew_seconds: float) -> None:
        self._queue = queue
        self._renew_seconds = renew_seconds
        self._worker = f"catalog's process {os.getpid()} on {platform.node()}"

    @abstractmethod
    def report(self) -> R:
        """A new report."""

    @abstractmethod
    async def work(self, lease: Lease, report: R) -> Summary:
        """The one job of a lease. Raises LeaseGone; what else it raises fails the job."""

    async def run(self) -> None:
        """Work until cancelled; then give back what is not done."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self.at_once):
                group.create_task(self._take())

    async def _take(self) -> None:
        demand = Demand(self._worker, (self.kind,), CHUNK_FILES)
        while True:
            try:
                for lease in await self._queue.lease(demand, WAIT_SECONDS):
                    await self.do(lease)
            except ServiceUnavailable as error:  # its database: leases run out, and somebody takes the work up again
                log.warning("waiting", problem=str(error))
                await asyncio.sleep(PAUSE_SECONDS)

    async def do(self, lease: Lease) -> None:
        """Do the one job of a lease, to whatever end. Raises ServiceUnavailable where the database goes away."""
        kind = JobKind.Name(self.kind)
        log.info("job begins", kind=kind, job=lease.job.id, losses=lease.losses)
        end: Summary | Failed | Released
        report = self.report()
        try:
            end = await self._work_renewed(lease, report)
        except LeaseGone:
            log.info("job dropped", kind=kind, job=lease.job.id)
            return
        except ServiceUnavailable:
            raise
        except asyncio.CancelledError:
            with suppress(BowerbirdError):
                await asyncio.shield(self._say(lease, report, Released()))
            raise
        except BowerbirdError as error:
            end = Failed(error.reason, str(error))
        except Exception:
            fault = InternalFault(request_id=lease.lease)
            log.exception("job failed unforeseen", kind=kind, job=lease.job.id, lease=lease.lease)
            end = Failed(fault.reason, str(fault))
        await self._say(lease, report, end)
        log.info("job ends", kind=kind, job=lease.job.id, end=end)

    async def _work_renewed(self, lease: Lease, report: R) -> Summary:
        """The work, while the lease is renewed. Raises LeaseGone where it is lost or the job stops."""
        working = asyncio.create_task(self.work(lease, report))
        try:
            while not working.done():
                await asyncio.wait([working], timeout=self._renew_seconds)
                if not working.done() and await self._say(lease, report) != LeaseStatus.STATE_HELD:
                    raise LeaseGone
            return await working
        finally:
            working.cancel()
            await asyncio.wait([working])

    async def _say(
        self, lease: Lease, report: R, end: Summary | Failed | Released | None = None
    ) -> LeaseStatus.State.ValueType:
        update = LeaseUpdate(lease.lease, log_lines=report.take_lines(), progress=report.progress, end=end)
        [status] = await self._queue.commit([update])
        return status.state


async def run_until(stopped: asyncio.Event, works: Sequence[OwnWork[Any]]) -> None:
    """Work until `stopped`; then give back what is not done."""
    async with asyncio.TaskGroup() as group:
        running = [group.create_task(work.run()) for work in works]
        await stopped.wait()
        log.info("stopping")
        for task in running:
            task.cancel()
