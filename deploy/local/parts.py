"""The parts of the suite on one machine, as a list: what runs, with which settings, and after what."""

import asyncio
import json
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from deploy.local.folder import Secrets, StateFolder
from deploy.local.health import grpc_serves, http_serves
from deploy.local.models.cache import ensure_models, models_folder
from deploy.local.ports import LOOPBACK
from deploy.local.program import Program
from deploy.local.servers.postgres import PostgresData, PostgresServer, create_database
from deploy.local.servers.seaweedfs import PORTS, ObjectStorageServer, SeaweedData
from deploy.local.supervisor import Part

WORKSPACE = "default"
# A worker gives calls in flight 20 s to end and what came of them 10 s to be committed.
STOP_SECONDS = 40.0
CATALOG_DATABASE = "catalog"
VECTOR_DATABASE = "vectors"
# The operator of this suite is its user: their own networks are theirs to name. The addresses of cloud metadata
# services (link-local) stay out.
ALLOWED_ADDRESSES = ("public", "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1", "fc00::/7")


@dataclass(frozen=True)
class Suite:
    """Where everything is, and what has to run for it."""

    catalog_address: str
    search_address: str
    models_url: str
    console_url: str
    secrets: Secrets
    postgres: PostgresServer
    object_storage: ObjectStorageServer
    parts: tuple[Part, ...]


def plan_suite(folder: StateFolder, *, embedded_models: bool = True) -> Suite:
    """The suite over the data of a folder; `embedded_models` says whether it needs the model server."""
    ports = folder.ports({"postgres": 1, "seaweedfs": PORTS, "catalog": 1, "search": 1, "modelserver": 1, "console": 1})
    secrets = folder.secrets()
    names = ("catalog", "search", "modelserver", "console")
    catalog, search, models, console = (f"{LOOPBACK}:{ports[name][0]}" for name in names)
    postgres = PostgresData(folder.path / "postgres", password=secrets.database_password, port=ports["postgres"][0])
    storage = SeaweedData(
        folder.path / "seaweedfs",
        access_key="bowerbird",
        secret_key=secrets.storage_secret_key,
        ports=ports["seaweedfs"],
    )
    services = _Services(folder.logs, catalog, secrets)
    parts = [
        Part(
            program=postgres.program(folder.logs),
            prepare=postgres.prepare,
            ready=postgres.answers,
            complete=partial(_create_databases, postgres.server),
        ),
        Part(program=storage.program(folder.logs), prepare=storage.prepare, ready=storage.answers),
        services.catalog(catalog, postgres.server),
        services.search(search, folder.path / "search"),
        services.scanner(postgres.server),
        services.worker("tagger", "services.tagger"),
        services.worker("indexer", "services.indexer"),
        services.worker("exporter", "services.exporter"),
        services.console(console, search, folder.path / "thumbnails"),
    ]
    if embedded_models:
        parts.append(services.modelserver(models))
    return Suite(
        catalog_address=catalog,
        search_address=search,
        models_url=f"http://{models}",
        console_url=f"http://{console}",
        secrets=secrets,
        postgres=postgres.server,
        object_storage=storage.server,
        parts=tuple(parts),
    )


@dataclass(frozen=True)
class _Services:
    """Makes the parts that are services of the suite."""

    logs: Path
    catalog_address: str
    secrets: Secrets

    def catalog(self, address: str, postgres: PostgresServer) -> Part:
        settings = self._of_database(postgres)
        program = self._program("catalog", "services.catalog", listen_address=address, **settings)
        return Part(program, needs=("postgres",), ready=partial(grpc_serves, address))

    def scanner(self, postgres: PostgresServer) -> Part:
        settings = self._of_database(postgres)
        program = self._program("scanner", "services.catalog.scanner", prefix="catalog", **settings)
        return Part(program, needs=("catalog", "seaweedfs"))

    def search(self, address: str, data: Path) -> Part:
        settings = {"data_directory": str(data), **self._of_catalog("search")}
        program = self._program("search", "services.search", listen_address=address, **settings)
        return Part(program, needs=("catalog",), ready=partial(grpc_serves, address))

    def worker(self, name: str, module: str) -> Part:
        return Part(self._program(name, module, **self._of_catalog(name)), needs=("catalog", "seaweedfs"))

    def console(self, address: str, search_address: str, thumbnails: Path) -> Part:
        settings = {
            "search_address": search_address,
            "thumbnail_directory": str(thumbnails),
            "session_key": self.secrets.session_key,
            **self._of_catalog("console"),
        }
        program = self._program("console", "services.console", listen_address=address, **settings)
        return Part(program, needs=("catalog", "search"), ready=partial(http_serves, f"http://{address}/readyz"))

    def modelserver(self, address: str) -> Part:
        program = self._program(
            "modelserver",
            "services.modelserver",
            listen_address=address,
            models_folder=str(models_folder()),
            api_key=self.secrets.model_key,
        )
        return Part(program, prepare=_prepare_models, ready=partial(http_serves, f"http://{address}/healthz"))

    def _of_database(self, postgres: PostgresServer) -> dict[str, str]:
        return {
            "database_url": postgres.url(CATALOG_DATABASE),
            "encryption_key": self.secrets.encryption_key,
            "workspace": WORKSPACE,
            "admin_token": self.secrets.admin_token,
            "service_tokens": json.dumps(self.secrets.service_tokens),
            "allowed_addresses": json.dumps(ALLOWED_ADDRESSES),
            "allowed_folders": json.dumps([str(Path.home())]),
        }

    def _of_catalog(self, name: str) -> dict[str, str]:
        return {
            "catalog_address": self.catalog_address,
            "service_token": self.secrets.service_tokens[name],
            "allowed_addresses": json.dumps(ALLOWED_ADDRESSES),
        }

    def _program(self, name: str, module: str, *, prefix: str = "", **settings: str) -> Program:
        """Settings are read from variables with the prefix, the program's name if there is no other."""
        settings["log_format"] = "text"
        variables = {f"BOWERBIRD_{prefix or name}_{field}".upper(): value for field, value in settings.items()}
        command = (sys.executable, "-m", module)
        return Program(name, command, self.logs / f"{name}.log", environment=variables, stop_seconds=STOP_SECONDS)


async def _create_databases(server: PostgresServer) -> None:
    for database in (CATALOG_DATABASE, VECTOR_DATABASE):
        await create_database(server, database)


async def _prepare_models() -> None:
    await asyncio.to_thread(ensure_models)
