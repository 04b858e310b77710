"""Keeps the processes of the suite running: starts them in order, starts them again, ends them."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog

from deploy.local.program import Program, ProgramFailed, RunningProgram, start_ready

READY_SECONDS = 120
# A program that ends by itself is started again, at once the first time, then ever later; one that ends this often
# within this time will not get better by itself, and ends the suite.
BACK_OFF_SECONDS = (0.0, 1.0, 2.0, 4.0)
MOST_ENDINGS = 5
ENDINGS_WITHIN_SECONDS = 60.0

log = structlog.get_logger(__name__)


async def nothing() -> None:
    """Where a part needs no preparation."""


async def at_once() -> bool:
    """Where a part has nothing that could be asked: a worker has no port."""
    return True


@dataclass(frozen=True)
class Part:
    """A process of the suite. It starts when the parts that it `needs` are ready, and ends before they do."""

    program: Program
    needs: tuple[str, ...] = ()
    prepare: Callable[[], Awaitable[None]] = nothing
    ready: Callable[[], Awaitable[bool]] = at_once
    complete: Callable[[], Awaitable[None]] = nothing
    """What else has to be done once it is ready, before others may need it."""

    @property
    def name(self) -> str:
        return self.program.name


class Supervisor:
    """The processes of a suite. Use `supervised` to make one."""

    def __init__(self, parts: Sequence[Part], processes_changed: Callable[[Sequence[int]], None]) -> None:
        self._parts = {part.name: part for part in parts}
        self._ready = {name: asyncio.Event() for name in self._parts}
        self._ended = {name: asyncio.Event() for name in self._parts}
        self._running: dict[str, RunningProgram] = {}
        self._stopping = asyncio.Event()
        self._processes_changed = processes_changed

    @property
    def pids(self) -> dict[str, int]:
        """The process ids of the parts that run."""
        return {name: running.pid for name, running in self._running.items()}

    async def ready(self) -> None:
        """When every part was ready once."""
        await asyncio.gather(*(event.wait() for event in self._ready.values()))

    async def keep(self, name: str) -> None:
        """Run one part until the stop. Raises ProgramFailed when it does not start, or keeps ending."""
        part = self._parts[name]
        endings: deque[float] = deque(maxlen=MOST_ENDINGS)
        try:
            for need in part.needs:
                await self._ready[need].wait()
            await self._run(part)
            while not self._stopping.is_set():
                await self._back_off(part, endings)
                try:
                    await self._run(part)
                except ProgramFailed as failed:
                    log.error("%s did not start again: %s", name, failed)
        finally:
            self._ended[name].set()

    async def _run(self, part: Part) -> None:
        await part.prepare()
        running = await start_ready(part.program, part.ready, timeout_seconds=READY_SECONDS)
        self._running[part.name] = running
        self._processes_changed(list(self.pids.values()))
        try:
            await part.complete()
            log.info("started", process=part.name, pid=running.pid)
            self._ready[part.name].set()
            await self._ending_or_stop(part, running)
        finally:
            await running.stop()
            del self._running[part.name]

    async def _ending_or_stop(self, part: Part, running: RunningProgram) -> None:
        ending = asyncio.ensure_future(running.wait())
        stop = asyncio.ensure_future(self._may_stop(part))
        try:
            await asyncio.wait({ending, stop}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ending.cancel()
            stop.cancel()
        if running.returncode is not None and not self._stopping.is_set():
            log.error(running.obituary())

    async def _may_stop(self, part: Part) -> None:
        await self._stopping.wait()
        needed_by = [other.name for other in self._parts.values() if part.name in other.needs]
        await asyncio.gather(*(self._ended[name].wait() for name in needed_by))

    async def _back_off(self, part: Part, endings: deque[float]) -> None:
        endings.append(time.monotonic())
        if len(endings) == MOST_ENDINGS and endings[-1] - endings[0] < ENDINGS_WITHIN_SECONDS:
            raise ProgramFailed(
                f"{part.name} ended {MOST_ENDINGS} times within {ENDINGS_WITHIN_SECONDS:.0f} s; see {part.program.log}."
            )
        seconds = BACK_OFF_SECONDS[min(len(endings), len(BACK_OFF_SECONDS)) - 1]
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            log.info("starting it again", process=part.name)

    def stop(self, keeping: Mapping[str, asyncio.Task[None]]) -> None:
        """Begin to end all parts: those that run each after those that need it, those on their way at once."""
        self._stopping.set()
        for name in self._parts.keys() - self._running.keys():
            keeping[name].cancel()


@asynccontextmanager
async def supervised(
    parts: Sequence[Part], processes_changed: Callable[[Sequence[int]], None]
) -> AsyncIterator[Supervisor]:
    """Start all parts and keep them running; ready or not when this is entered. On exit all of them have ended.

    Where a part does not start or keeps ending, the body is cancelled and ProgramFailed raised, in an ExceptionGroup.
    `processes_changed` is called with all process ids whenever a part was started. Call from the main thread.
    """
    supervisor = Supervisor(parts, processes_changed)
    async with asyncio.TaskGroup() as tasks:
        keeping = {part.name: tasks.create_task(supervisor.keep(part.name)) for part in parts}
        try:
            yield supervisor
        finally:
            supervisor.stop(keeping)
            await asyncio.wait(keeping.values())
