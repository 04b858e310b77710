"""One child process: started with a log file, ended by its process id, and never outliving its parent."""

import asyncio
import contextlib
import os
import signal
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

NOBODY = 65534
_POLL_SECONDS = 0.05
_UNLESS_ORPHANED = '[ "$PPID" = "$1" ] || exit 1; shift; exec "$@"'


class ProgramFailed(Exception):
    """A program ended, or did not become ready in time; the message holds the end of its log."""


@dataclass(frozen=True)
class Program:
    """What to run. `unprivileged` gives up root, for servers that refuse it."""

    name: str
    command: tuple[str, ...]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 20.0
    unprivileged: bool = False


class RunningProgram:
    """A program that was started. It leads its own process group, so that what it starts ends with it."""

    def __init__(self, program: Program, process: asyncio.subprocess.Process) -> None:
        self.program = program
        self._process = process

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.returncode

    async def wait(self) -> int:
        """The exit status; negative when a signal ended it."""
        return await self._process.wait()

    async def ready(self, check: Callable[[], Awaitable[bool]], *, timeout_seconds: float) -> None:
        """Wait until `check` holds. Raises ProgramFailed when the program ends first or takes too long."""
        try:
            async with asyncio.timeout(timeout_seconds):
                while not await check():
                    if self.returncode is not None:
                        raise ProgramFailed(self.obituary())
                    await asyncio.sleep(_POLL_SECONDS)
        except TimeoutError:
            raise ProgramFailed(
                f"{self.program.name} was not ready after {timeout_seconds:.0f} s.\n{self.log_tail()}"
            ) from None

    async def stop(self) -> None:
        """End the program with its stop signal, and by force when it takes too long."""
        if self.returncode is None:
            self._signal(self.program.stop_signal)
            try:
                async with asyncio.timeout(self.program.stop_seconds):
                    await self._process.wait()
            except TimeoutError:
                pass
        self._signal_group(signal.SIGKILL)  # whatever it left behind
        await self._process.wait()

    async def kill(self) -> None:
        """End the program as a crash would: at once, with no chance to tidy up."""
        self._signal(signal.SIGKILL)
        await self._process.wait()

    def obituary(self) -> str:
        """Which program ended, how, and the last lines that it wrote."""
        return f"{self.program.name} ended with {_ending(self.returncode)}.\n{self.log_tail()}"

    def log_tail(self, lines: int = 20) -> str:
        with self.program.log.open(encoding="utf-8", errors="replace") as log:
            last = "".join(deque(log, maxlen=lines)).rstrip()
        return f"The end of {self.program.log}:\n{last}"

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)

    def _signal_group(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)


async def start(program: Program) -> RunningProgram:
    """Start a program in a process group of its own; its output goes to the end of its log.

    Call from the main thread: the kernel ends the child when the thread that started it ends, which is how nothing is
    left behind after a kill -9 of the parent.
    """
    program.log.parent.mkdir(parents=True, exist_ok=True)
    with program.log.open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *_tied_to(os.getpid(), program),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, **program.environment},
            process_group=0,
        )
    return RunningProgram(program, process)


async def start_ready(
    program: Program, check: Callable[[], Awaitable[bool]], *, timeout_seconds: float = 60
) -> RunningProgram:
    """Start a program and wait until `check` holds; one that does not get there is ended. Raises ProgramFailed."""
    running = await start(program)
    try:
        await running.ready(check, timeout_seconds=timeout_seconds)
    except BaseException:
        await running.stop()
        raise
    return running


async def finish(program: Program, *, timeout_seconds: float) -> None:
    """Run a program to its end. Raises ProgramFailed unless it succeeds in time."""
    running = await start(program)
    try:
        async with asyncio.timeout(timeout_seconds):
            status = await running.wait()
    except TimeoutError:
        raise ProgramFailed(f"{program.name} took over {timeout_seconds:.0f} s.\n{running.log_tail()}") from None
    finally:
        await running.stop()
    if status != 0:
        raise ProgramFailed(running.obituary())


def drops_root() -> bool:
    """Whether an `unprivileged` program runs as another user than this one."""
    return os.geteuid() == 0


def _tied_to(parent: int, program: Program) -> tuple[str, ...]:
    # setpriv (util-linux, essential on Debian) asks the kernel for the signal after the change of user, which would
    # undo it, and then becomes the program: the process id stays. The kernel says nothing of a parent that was gone
    # before it was asked, so the shell in between looks whether it is still there.
    options = ["setpriv", "--pdeathsig", program.stop_signal.name.removeprefix("SIG")]
    if program.unprivileged and drops_root():
        options += [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    return (*options, "--", "sh", "-c", _UNLESS_ORPHANED, "sh", str(parent), *program.command)


def _ending(status: int | None) -> str:
    if status is None:
        return "no status yet"
    return f"status {status}" if status >= 0 else signal.Signals(-status).name
