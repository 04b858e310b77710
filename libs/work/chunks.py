"""Runs the chunks of one job that has no files: an export is one such chunk."""

import asyncio
from collections.abc import Callable

import grpc.aio
import structlog

from libs.rpc.errors import BowerbirdError
from libs.rpc.status import InternalFault, from_rpc_error
from libs.work.handler import ChunkHandler, JobFailed
from libs.work.state import HeldLease

log = structlog.get_logger(__name__)


class ChunkTasks:
    """One task a chunk; the chunk's lease is what the handler reports to."""

    def __init__(
        self, handler: ChunkHandler, tasks: asyncio.TaskGroup, fail_job: Callable[[BowerbirdError], None]
    ) -> None:
        self._handler = handler
        self._tasks = tasks
        self._fail_job = fail_job
        self._running: dict[HeldLease, asyncio.Task[None]] = {}
        self.quiet = asyncio.Event()
        self.quiet.set()

    @property
    def room(self) -> int:
        """A chunk without files takes no room among files."""
        return 0

    def add(self, lease: HeldLease) -> None:
        """Run the chunk."""
        self.quiet.clear()
        self._running[lease] = self._tasks.create_task(self._run(lease))

    def drop(self, lease: HeldLease) -> None:
        """End the chunk at once."""
        if task := self._running.get(lease):
            task.cancel()

    def drain(self) -> None:
        """Chunks that run may end."""

    def cancel(self) -> None:
        """End everything at once."""
        for task in self._running.values():
            task.cancel()

    async def _run(self, lease: HeldLease) -> None:
        try:
            lease.finish(await self._handler.run(lease))
        except JobFailed as failed:
            self._fail_job(failed.error)
        except BowerbirdError as error:
            self._fail_job(error)
        except grpc.aio.AioRpcError as error:
            self._fail_job(from_rpc_error(error))
        except Exception:
            fault = InternalFault(request_id=lease.lease)
            log.exception("work on a chunk failed unforeseen", lease=lease.lease, job=lease.job)
            self._fail_job(fault)
        finally:
            del self._running[lease]
            if not self._running:
                self.quiet.set()
