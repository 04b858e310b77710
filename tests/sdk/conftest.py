"""The client and the command line, against a scripted server and against real ones."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs
import pytest
from typer.testing import CliRunner

from bowerbird.cli.__main__ import app
from bowerbird.client import Client, ClientSettings
from tests.sdk.scripted import ScriptedServer

TOKEN = "a token of the tests"


@pytest.fixture
async def scripted() -> AsyncIterator[ScriptedServer]:
    server = ScriptedServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def client(scripted: ScriptedServer) -> AsyncIterator[Client]:
    """A client of the scripted server, with a deadline of a second."""
    settings = ClientSettings(scripted.address, scripted.address, TOKEN, deadline_seconds=1.0)
    async with Client(settings) as connected:
        yield connected


@dataclass(frozen=True)
class Outcome:
    """What a command left: its exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as the one JSON document that it must be."""
        assert self.out, self.err
        return json.loads(self.out)


Bowerbird = Callable[..., Coroutine[Any, Any, Outcome]]


@pytest.fixture
def run_bowerbird(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bowerbird:
    """Run the command line: `await run(*arguments, input=..., **environment)`; it knows no Bowerbird by itself."""
    monkeypatch.setattr(platformdirs, "user_state_path", lambda _: tmp_path / "state")
    runner = CliRunner()

    async def run(*arguments: str, input: str | None = None, **environment: str) -> Outcome:  # noqa: A002
        # In a thread, because the command runs an event loop of its own and the servers run on this one.
        result = await asyncio.to_thread(runner.invoke, app, arguments, input=input, env=environment)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Outcome(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def bowerbird(run_bowerbird: Bowerbird, scripted: ScriptedServer) -> Bowerbird:
    """Run the command line against the scripted server."""

    async def run(*arguments: str, **more: Any) -> Outcome:
        environment = {"BOWERBIRD_ADDRESS": scripted.address, "BOWERBIRD_TOKEN": TOKEN}
        return await run_bowerbird(*arguments, **{**environment, **more})

    return run
