"""The supervisor: order of start and end, starting again, and nothing left behind."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest

from deploy.local import supervisor as supervisor_module
from deploy.local.program import Program, ProgramFailed
from deploy.local.supervisor import Part, supervised
from tests.deadline import until

# Writes down when it starts and ends; its name is the first argument, the journal the second.
WORKER = """
import signal, sys, time
name, journal = sys.argv[1:]
def note(what):
    with open(journal, "a") as file:
        file.write(f"{what} {name}\\n")
def end(*_):
    note("end")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
note("start")
print("I am", name, flush=True)
while True:
    time.sleep(1)
"""


def part(tmp_path: Path, name: str, *, needs: Sequence[str] = (), code: str = WORKER) -> Part:
    journal = tmp_path / "journal"

    async def started() -> bool:
        return f"start {name}\n" in (journal.read_text() if journal.exists() else "")

    command = (sys.executable, "-c", code, name, str(journal))
    return Part(Program(name, command, tmp_path / f"{name}.log"), needs=tuple(needs), ready=started)


def journal_of(tmp_path: Path) -> list[str]:
    return (tmp_path / "journal").read_text().splitlines()


async def test_parts_start_after_what_they_need_and_end_before_it(tmp_path: Path) -> None:
    parts = [
        part(tmp_path, "worker", needs=["catalog"]),
        part(tmp_path, "catalog", needs=["database"]),
        part(tmp_path, "database"),
    ]
    async with supervised(parts, lambda _: None) as supervisor:
        await supervisor.ready()
    assert journal_of(tmp_path) == [
        "start database",
        "start catalog",
        "start worker",
        "end worker",
        "end catalog",
        "end database",
    ]


async def test_a_part_that_is_killed_is_named_with_its_last_words_and_started_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with supervised([part(tmp_path, "worker")], lambda _: None) as supervisor:
        await supervisor.ready()
        killed = supervisor.pids["worker"]
        psutil.Process(killed).kill()
        await until(lambda: journal_of(tmp_path).count("start worker") == 2)
        await until(lambda: supervisor.pids.get("worker", killed) != killed)
    said = capsys.readouterr()
    assert "worker ended with SIGKILL" in said.out + said.err
    assert "I am worker" in said.out + said.err
    assert journal_of(tmp_path) == ["start worker", "start worker", "end worker"]


async def test_a_part_that_keeps_ending_ends_the_suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor_module, "BACK_OFF_SECONDS", (0.0,))
    parts = [part(tmp_path, "steady"), part(tmp_path, "short", code=WORKER.replace("while True:", "if False:"))]
    with pytest.raises(BaseExceptionGroup) as raised:
        async with supervised(parts, lambda _: None) as supervisor:
            await supervisor.ready()
            await asyncio.Event().wait()
    assert raised.group_contains(ProgramFailed, match="short ended 5 times within 60 s")
    assert "end steady" in journal_of(tmp_path)


async def test_a_part_that_does_not_start_ends_the_suite_with_the_end_of_its_log(tmp_path: Path) -> None:
    broken = part(tmp_path, "broken", code="import sys; sys.exit('the disk is full')")
    with pytest.raises(BaseExceptionGroup) as raised:
        async with supervised([broken, part(tmp_path, "other", needs=["broken"])], lambda _: None) as supervisor:
            await supervisor.ready()
    assert raised.group_contains(ProgramFailed, match=r"(?s)broken ended with status 1.*the disk is full")


async def test_a_supervisor_that_is_killed_leaves_no_process_behind(tmp_path: Path) -> None:
    pid = pid_of_a_program_whose_supervisor_was_killed(tmp_path)
    await until(lambda: not psutil.pid_exists(pid))


async def test_a_supervisor_that_is_killed_before_the_kernel_knows_leaves_no_process_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late, go_on = tmp_path / "setpriv", tmp_path / "go on"
    waiting = f"while [ ! -e '{go_on}' ]; do sleep 0.05; done"
    late.write_text(f'#!/bin/sh\n{waiting}\nexec {shutil.which("setpriv")} "$@"\n')
    late.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    pid = pid_of_a_program_whose_supervisor_was_killed(tmp_path)
    go_on.touch()
    await until(lambda: not psutil.pid_exists(pid))


def pid_of_a_program_whose_supervisor_was_killed(folder: Path) -> int:
    script = f"""
import asyncio, sys
from pathlib import Path
from deploy.local.program import Program
from deploy.local.supervisor import Part, supervised
async def main():
    program = Program("sleeper", ("sleep", "1000"), Path({str(folder)!r}, "sleeper.log"))
    async with supervised([Part(program)], print) as supervisor:
        await supervisor.ready()
        print("pid", supervisor.pids["sleeper"], flush=True)
        await asyncio.Event().wait()
asyncio.run(main())
"""
    supervisor = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert supervisor.stdout is not None
    pid = next(int(line.split()[1]) for line in supervisor.stdout if line.startswith("pid "))
    assert psutil.pid_exists(pid)
    supervisor.send_signal(signal.SIGKILL)
    supervisor.wait()
    supervisor.stdout.close()
    return pid


async def test_a_stop_while_parts_are_starting_ends_them(tmp_path: Path) -> None:
    mute = part(tmp_path, "mute", code=WORKER.replace('note("start")', "pass"))
    began = time.monotonic()
    async with supervised([mute, part(tmp_path, "other", needs=["mute"])], lambda _: None) as supervisor:
        log = tmp_path / "mute.log"
        await until(lambda: log.exists() and "I am" in log.read_text())
        assert supervisor.pids == {}
    assert time.monotonic() - began < 20
    assert journal_of(tmp_path) == ["end mute"]
