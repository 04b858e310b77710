"""The processes that are measured: PostgreSQL, catalog and the console, and search, which can be killed and started
anew.
"""

import json
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

import psutil

from bowerbird.client import Client, ClientSettings
from deploy.local.folder import Secrets, StateFolder
from deploy.local.health import grpc_serves, http_serves
from deploy.local.parts import ALLOWED_ADDRESSES, WORKSPACE
from deploy.local.ports import LOOPBACK
from deploy.local.program import Program, RunningProgram, start, start_ready
from deploy.local.servers.postgres import NOT_DURABLE, PostgresData, PostgresServer, create_database, start_postgres

CATALOG: Final = "catalog"
VECTORS: Final = "vectors"
PEER: Final = "peer"
READY_SECONDS: Final = 120.0
_LISTENING: Final = ("postgres", "catalog", "search", "console")
# The peer is given what a machine of its own would be set up with. Rows that come with their table are not logged.
_POSTGRES: Final = NOT_DURABLE | {
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "2GB",
    "work_mem": "256MB",
    "maintenance_work_mem": "1GB",
    "effective_cache_size": "12GB",
    "random_page_cost": "1.1",
    "max_wal_size": "16GB",
}


@dataclass(frozen=True)
class Suite:
    """PostgreSQL and catalog, which run; and how search is started."""

    folder: Path
    postgres: PostgresServer
    catalog_address: str
    search_address: str
    console_address: str
    secrets: Secrets
    client: Client
    catalog: Program

    @asynccontextmanager
    async def second_process(self) -> AsyncIterator[None]:
        """Catalog's second process, which does large edits of tags, ended behind the block."""
        program = replace(
            self.catalog,
            name="scanner",
            command=(sys.executable, "-m", "services.catalog.scanner"),
            log=self.folder / "scanner.log",
        )
        running = await start(program)
        try:
            yield
        finally:
            await running.stop()

    @asynccontextmanager
    async def search(self, **settings: str) -> AsyncIterator["Search"]:
        """Search with settings beside those that it needs, ended behind the block."""
        search = Search(self, settings)
        await search.start()
        try:
            yield search
        except Exception as error:
            error.add_note(search.log_tail)
            raise
        finally:
            await search.stop()

    @asynccontextmanager
    async def console(self, thumbnails: Path) -> AsyncIterator[str]:
        """The console, which keeps thumbnails in the folder; yields its URL. Ended behind the block."""
        settings = {
            "listen_address": self.console_address,
            "catalog_address": self.catalog_address,
            "search_address": self.search_address,
            "service_token": self.secrets.service_tokens["console"],
            "session_key": self.secrets.session_key,
            "allowed_addresses": json.dumps(ALLOWED_ADDRESSES),
            "thumbnail_directory": str(thumbnails),
            "log_format": "json",
        }
        program = _program("console", "services.console", self.folder / "console.log", settings)
        url = f"http://{self.console_address}"
        running = await start_ready(program, partial(http_serves, f"{url}/readyz"), timeout_seconds=READY_SECONDS)
        try:
            yield url
        finally:
            await running.stop()


class Search:
    """The process of search."""

    def __init__(self, suite: Suite, settings: dict[str, str]) -> None:
        needed = {
            "listen_address": suite.search_address,
            "catalog_address": suite.catalog_address,
            "service_token": suite.secrets.service_tokens["search"],
            "allowed_addresses": json.dumps(ALLOWED_ADDRESSES),
            "log_format": "text",
        }
        log = suite.folder / "search.log"
        self._program = _program("search", "services.search", log, needed | settings)
        self._serves = partial(grpc_serves, suite.search_address)
        self._running: RunningProgram | None = None

    async def start(self) -> None:
        """Returns when it serves."""
        self._running = await start_ready(self._program, self._serves, timeout_seconds=READY_SECONDS)

    async def kill(self) -> None:
        """As a crash would end it."""
        assert self._running is not None  # noqa: S101  (started)
        await self._running.kill()

    async def stop(self) -> None:
        """End it."""
        if self._running is not None:
            await self._running.stop()

    @property
    def log_tail(self) -> str:
        """What it said last."""
        return "" if self._running is None else self._running.log_tail(60)

    @property
    def memory_bytes(self) -> int:
        """What it holds of the machine's memory now."""
        assert self._running is not None  # noqa: S101  (started)
        return int(psutil.Process(self._running.pid).memory_info().rss)


@asynccontextmanager
async def running_suite(kept: Path | None) -> AsyncIterator[Suite]:
    """PostgreSQL and catalog over a folder that is kept, or over an empty one, which goes with them."""
    with _folder(kept) as folder, (state := StateFolder(folder)).held():
        folder.chmod(0o755)  # under root the server runs as another user
        keys = state.secrets()
        ports = {name: numbers[0] for name, numbers in state.ports(dict.fromkeys(_LISTENING, 1)).items()}
        data = PostgresData(
            folder / "postgres", password=keys.database_password, port=ports["postgres"], settings=_POSTGRES
        )
        postgres = await start_postgres(data)
        try:
            for database in (CATALOG, VECTORS, PEER):
                await create_database(data.server, database)
            addresses = {name: f"{LOOPBACK}:{port}" for name, port in ports.items()}
            catalog_address, search_address = addresses["catalog"], addresses["search"]
            catalog = _catalog(folder, data.server, catalog_address, keys)
            running = await start(catalog)
            try:
                await running.ready(partial(grpc_serves, catalog_address), timeout_seconds=READY_SECONDS)
                settings = ClientSettings(catalog_address, search_address, keys.admin_token, WORKSPACE)
                async with Client(settings) as client:
                    yield Suite(
                        folder,
                        data.server,
                        catalog_address,
                        search_address,
                        addresses["console"],
                        keys,
                        client,
                        catalog,
                    )
            finally:
                await running.stop()
        finally:
            await postgres.stop()


def check_disk(needed_bytes: float, kept: Path | None) -> None:
    """Says how much will be written, unless it was before. Raises OSError where there is not as much room."""
    if kept is not None and any(kept.iterdir()):
        say(f"what {kept} holds is taken up")
        return
    folder = kept or Path(tempfile.gettempdir())
    free_bytes = shutil.disk_usage(folder).free
    end = "kept" if kept else "removed at the end"
    say(f"up to {needed_bytes / 1e9:.0f} GB will be written below {folder}, and {end}")
    if free_bytes < needed_bytes:
        raise OSError(f"{folder} has room for {free_bytes / 1e9:.0f} GB; TMPDIR names another place")


def say(what: str) -> None:
    """Progress, to standard error."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {what}\n")
    sys.stderr.flush()


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is None:
        with tempfile.TemporaryDirectory(prefix="bowerbird-search-", ignore_cleanup_errors=True) as name:
            yield Path(name)
        return
    for earlier in kept.glob("search*"):
        # Search begins with nothing, however often the rest is used.
        if earlier.is_dir():
            shutil.rmtree(earlier)
    yield kept


def _catalog(folder: Path, postgres: PostgresServer, address: str, keys: Secrets) -> Program:
    settings = {
        "listen_address": address,
        "database_url": postgres.url(CATALOG),
        "encryption_key": keys.encryption_key,
        "workspace": WORKSPACE,
        "admin_token": keys.admin_token,
        "service_tokens": json.dumps(keys.service_tokens),
        "allowed_addresses": json.dumps(ALLOWED_ADDRESSES),
        "allowed_folders": json.dumps([str(folder)]),
        "log_format": "text",
    }
    return _program("catalog", "services.catalog", folder / "catalog.log", settings)


def _program(name: str, module: str, log: Path, settings: dict[str, str]) -> Program:
    environment = {f"BOWERBIRD_{name}_{field}".upper(): value for field, value in settings.items()}
    return Program(name, (sys.executable, "-m", module), log, environment=environment)
