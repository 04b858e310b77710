"""Runs a worker until its process is asked to stop."""

import asyncio
import contextlib
from typing import Final

import grpc.aio
import structlog

from libs.work.executor import Executor
from libs.work.handler import Worker
from libs.work.poller import Poller
from libs.work.state import WorkState

log = structlog.get_logger(__name__)

LAST_COMMIT_SECONDS: Final = 5.0


async def run_worker(
    worker: Worker, catalog: grpc.aio.Channel, *, name: str, stopped: asyncio.Event, drain_seconds: float = 10.0
) -> None:
    """Take work from catalog until `stopped` is set; then drain.

    Draining begins nothing new, gives what is in flight `drain_seconds` to end, commits it and gives the rest back.
    Raises the error of a catalog that refuses the token.
    """
    state = WorkState()
    async with asyncio.TaskGroup() as tasks:
        executor = Executor(worker, state, tasks)
        poller = Poller(catalog, state, executor, worker=name, kinds=worker.kinds)
        polling = asyncio.create_task(poller.run())
        stopping = asyncio.create_task(stopped.wait())
        try:
            log.info("working", worker=name)
            await asyncio.wait({polling, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not polling.done():
                log.info("draining", worker=name, files=state.unfinished_files)
                await _drain(state, executor, poller, polling, drain_seconds)
        finally:
            for task in (polling, stopping):
                task.cancel()
            await asyncio.wait({polling, stopping})
            await executor.drain(0)
            for lease in state.leases.values():
                executor.drop(lease)
    if not polling.cancelled():
        polling.result()


async def _drain(
    state: WorkState, executor: Executor, poller: Poller, polling: asyncio.Task[None], drain_seconds: float
) -> None:
    state.draining = True
    poller.interrupt()
    await executor.drain(drain_seconds)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LAST_COMMIT_SECONDS):
            await asyncio.wait({polling})
            return
    log.warning("catalog did not take the last results; their leases run out", results=state.results)
