"""The model server as a process."""

import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process, create_subprocess_exec
from pathlib import Path

import aiohttp
from aiohttp.test_utils import TestServer


async def start(**settings: str) -> Process:
    environment = {f"BOWERBIRD_MODELSERVER_{name.upper()}": value for name, value in settings.items()}
    return await create_subprocess_exec(
        sys.executable, "-m", "services.modelserver", env={**os.environ, **environment}, stdout=PIPE, stderr=PIPE
    )


async def test_it_serves_until_it_is_told_to_stop(models_folder: Path, http: aiohttp.ClientSession) -> None:
    process = await start(models_folder=str(models_folder), listen_address="127.0.0.1:0", log_format="json")
    assert process.stderr is not None
    ready = json.loads(await process.stderr.readline())
    async with http.get(f"http://127.0.0.1:{ready['port']}/healthz") as answer:
        assert answer.status == 200
    process.send_signal(signal.SIGTERM)
    await process.communicate()
    assert process.returncode == 0


async def test_without_models_it_says_which_setting_is_wrong(tmp_path: Path) -> None:
    process = await start(models_folder=str(tmp_path / "none"))
    _, error = await process.communicate()
    assert (process.returncode, error.decode().partition(":")[0]) == (2, "BOWERBIRD_MODELSERVER_MODELS_FOLDER")


async def test_a_taken_address_is_named(models_folder: Path, server: TestServer) -> None:
    address = f"{server.host}:{server.port}"
    process = await start(models_folder=str(models_folder), listen_address=address)
    _, error = await process.communicate()
    assert process.returncode == 1
    assert f"cannot listen at {address}" in error.decode()
