"""The console as a process."""

import base64
import json
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process, create_subprocess_exec

import aiohttp
import pytest

from deploy.local.ports import LOOPBACK

KEY = base64.b64encode(bytes(32)).decode()


async def start(**settings: str) -> Process:
    values = {"service_token": "a-token-that-is-a-secret", "session_key": KEY, "log_format": "json", **settings}
    environment = {f"BOWERBIRD_CONSOLE_{name.upper()}": value for name, value in values.items()}
    return await create_subprocess_exec(
        sys.executable, "-m", "services.console", env={**os.environ, **environment}, stdout=PIPE, stderr=PIPE
    )


async def test_it_serves_without_its_services_until_it_is_told_to_stop() -> None:
    process = await start(listen_address=f"{LOOPBACK}:0")
    assert process.stderr is not None
    lines = []
    async for line in process.stderr:
        lines.append(json.loads(line))
        if lines[-1]["event"] == "serving":
            break
    url = f"http://{LOOPBACK}:{lines[-1]['port']}"
    async with aiohttp.ClientSession() as http, http.get(f"{url}/healthz") as answer:
        assert answer.status == 200
    process.send_signal(signal.SIGTERM)
    await process.communicate()
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("setting", "value"),
    [("session_key", "hidden-word"), ("listen_address", "7400"), ("allowed_hosts", "[]"), ("timeout_seconds", "0")],
)
async def test_a_wrong_setting_is_named_and_no_secret_shown(setting: str, value: str) -> None:
    process = await start(**{setting: value})
    _, error = await process.communicate()
    assert (process.returncode, error.decode().partition(":")[0]) == (2, f"BOWERBIRD_CONSOLE_{setting.upper()}")
    assert b"hidden-word" not in error
    assert b"a-token-that-is-a-secret" not in error


async def test_a_taken_address_is_named() -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        address = f"{LOOPBACK}:{taken.getsockname()[1]}"
        process = await start(listen_address=address)
        _, error = await process.communicate()
    assert process.returncode == 1
    assert f"cannot listen at {address}" in error.decode()
