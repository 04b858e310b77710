"""Runs the jobs that chunks come from."""

import asyncio
from typing import Final

from libs.work.handler import Worker
from libs.work.run import ROOM_UNKNOWN, JobRun
from libs.work.state import HeldLease, WorkState

CHUNKS_AT_ONCE: Final = 4  # of those without files, each of which is a whole job


class Executor:
    """All jobs that this worker has chunks of."""

    def __init__(self, worker: Worker, state: WorkState, tasks: asyncio.TaskGroup) -> None:
        self._worker = worker
        self._state = state
        self._tasks = tasks
        self._runs: dict[str, JobRun] = {}

    @property
    def wanted(self) -> int:
        """Files that there is room for now; for jobs without files, chunks."""
        without_files = sum(not lease.has_files for lease in self._state.leases.values())
        if without_files:
            return max(0, CHUNKS_AT_ONCE - without_files)
        room = sum(run.room for run in self._runs.values() if not run.closed)
        return max(0, (room or ROOM_UNKNOWN) - self._state.unfinished_files)

    def take(self, lease: HeldLease) -> None:
        """Work on a chunk."""
        run = self._runs.get(lease.job)
        if run is None or run.closed:
            run = self._runs[lease.job] = JobRun(lease.job)
            run.add(lease)
            self._tasks.create_task(self._run(run))
        else:
            run.add(lease)

    def drop(self, lease: HeldLease) -> None:
        """End all work on a chunk."""
        if run := self._runs.get(lease.job):
            run.drop(lease)

    async def drain(self, seconds: float) -> None:
        """Begin nothing new, let what is in flight end within `seconds`, and give the rest back."""
        async with asyncio.TaskGroup() as draining:
            for run in self._runs.values():
                draining.create_task(run.drain(seconds))

    async def _run(self, run: JobRun) -> None:
        try:
            await run.run(self._worker)
        finally:
            if self._runs.get(run.job) is run:
                del self._runs[run.job]
