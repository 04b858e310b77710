"""The folder in which the suite of one machine keeps what outlives it: data, secrets, ports, logs."""

import base64
import contextlib
import fcntl
import json
import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil

from deploy.local.ports import free_ports, is_free

_SERVICES = ("tagger", "indexer", "search", "exporter", "console")
# A process that was asked to end has this long before it is made to.
_LAST_CHANCE_SECONDS = 20


class AlreadyRunning(Exception):
    """Another suite uses the folder."""


@dataclass(frozen=True)
class Secrets:
    """Made once; without them the data of the suite cannot be read again."""

    encryption_key: str = field(repr=False)
    admin_token: str = field(repr=False)
    database_password: str = field(repr=False)
    storage_secret_key: str = field(repr=False)
    model_key: str = field(repr=False)
    session_key: str = field(repr=False)
    service_tokens: dict[str, str] = field(repr=False)

    @classmethod
    def fresh(cls) -> "Secrets":
        return cls(
            encryption_key=base64.b64encode(secrets.token_bytes(32)).decode(),
            admin_token=f"bb_{secrets.token_urlsafe(32)}",
            database_password=secrets.token_urlsafe(32),
            storage_secret_key=secrets.token_urlsafe(32),
            model_key=secrets.token_urlsafe(32),
            session_key=base64.b64encode(secrets.token_bytes(32)).decode(),
            service_tokens={name: f"bb_{secrets.token_urlsafe(32)}" for name in _SERVICES},
        )


class StateFolder:
    """The folder, readable by its user alone but for what the database server needs to enter."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.logs = path / "logs"
        self.local_state = path / "local.json"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other suites out. Raises AlreadyRunning."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / "lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                raise AlreadyRunning(
                    f"The suite runs already, as process {lock.read().strip()}. It keeps its data in {self.path}; "
                    "BOWERBIRD_LOCAL_FOLDER names another folder for another suite."
                ) from None
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield

    def secrets(self) -> Secrets:
        """Those of the first start, and new ones for what the suite has learned since."""
        path = self.path / "secrets.json"
        kept = json.loads(path.read_text("utf-8")) if path.exists() else {}
        fresh = asdict(Secrets.fresh())
        wanted = {**fresh, **kept, "service_tokens": {**fresh["service_tokens"], **kept.get("service_tokens", {})}}
        if wanted != kept:
            write_private(path, wanted)
        return Secrets(**wanted)

    def ports(self, counts: Mapping[str, int]) -> dict[str, Sequence[int]]:
        """So many ports by name, those of the last start where they are free."""
        path = self.path / "ports.json"
        with contextlib.suppress(FileNotFoundError):
            kept = json.loads(path.read_text("utf-8"))
            if {name: len(ports) for name, ports in kept.items()} == dict(counts) and all(
                is_free(port) for ports in kept.values() for port in ports
            ):
                return dict(kept)
        unused = iter(free_ports(sum(counts.values())))
        chosen = {name: [next(unused) for _ in range(count)] for name, count in counts.items()}
        write_private(path, chosen)
        return dict(chosen)

    def remember_processes(self, pids: Sequence[int]) -> None:
        """So that a later start can tell whether they still run, though a process id may be another's by then."""
        started = {}
        for pid in pids:
            with contextlib.suppress(psutil.NoSuchProcess):
                started[pid] = psutil.Process(pid).create_time()
        write_private(self.path / "processes.json", started)

    def end_left_processes(self) -> None:
        """End what an earlier suite left behind when it was killed: the kernel has asked it to end already."""
        try:
            started = json.loads((self.path / "processes.json").read_text("utf-8"))
        except FileNotFoundError:
            return
        left = []
        for pid, created in started.items():
            with contextlib.suppress(psutil.NoSuchProcess):
                process = psutil.Process(int(pid))
                if process.create_time() == created:
                    left.append(process)
        _, stubborn = psutil.wait_procs(left, timeout=_LAST_CHANCE_SECONDS)
        for process in stubborn:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(stubborn)

    def rotate_logs(self) -> None:
        """Keep the logs of the last start beside those of this one."""
        self.logs.mkdir(exist_ok=True)
        for log in self.logs.glob("*.log"):
            log.replace(log.with_suffix(".log.last"))


def write_private(path: Path, content: Any) -> None:
    """As JSON, whole or not at all, readable by the user alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, unfinished = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # mode 0600
    with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123 (a descriptor, not a path)
        json.dump(content, file, indent=1)
    Path(unfinished).replace(path)
