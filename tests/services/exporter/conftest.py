"""A catalog with short leases, its scanner, and a bucket whose images were scanned."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import yaml
from pyroaring import BitMap

from bowerbird.catalog.v1.job_pb2 import ExportSpec, Job, Selection
from bowerbird.catalog.v1.job_service_pb2 import CreateJobRequest
from bowerbird.catalog.v1.job_service_pb2_grpc import JobServiceStub
from bowerbird.type.v1.role_pb2 import Role
from deploy.local.ports import LOOPBACK
from deploy.local.program import Program, RunningProgram, start
from deploy.local.servers.seaweedfs import ObjectStorageServer
from libs.objects.config import storage_config
from libs.objects.opening import open_store
from libs.objects.store import ObjectStore
from libs.rpc.addresses import AddressPolicy
from services.catalog.assembly import assembled
from services.exporter.__main__ import work
from services.exporter.settings import ExporterSettings
from tests.services.catalog.scans.scene import Scanned, make_dataset, s3_connection, scanner_process
from tests.suite import WORKSPACE, Catalog, catalog_environment, connected, settings_of

IMAGES = 120


@dataclass(frozen=True)
class Exports:
    """A scanned dataset, the bucket that it lies in, and exporters that work for its catalog."""

    catalog: Catalog
    dataset: Scanned
    bucket: ObjectStore
    folder: Path = field(repr=False)

    @property
    def destination(self) -> str:
        return str(self.bucket.root.child("exports"))

    def environment(self, **changed: str) -> dict[str, str]:
        values = {
            "CATALOG_ADDRESS": self.catalog.address,
            "SERVICE_TOKEN": self.catalog.tokens[Role.ROLE_SERVICE],
            "ALLOWED_ADDRESSES": '["127.0.0.0/8"]',
            "LOG_FORMAT": "text",
            **changed,
        }
        return {f"BOWERBIRD_EXPORTER_{name}": value for name, value in values.items()}

    @asynccontextmanager
    async def exporter(self, **changed: str) -> AsyncIterator[None]:
        """An exporter in this process, drained at the end."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.environment(**changed).items():
                patch.setenv(name, value)
            settings = ExporterSettings()
        stopped = asyncio.Event()
        working = asyncio.create_task(work(settings, stopped))
        try:
            yield
        finally:
            stopped.set()
            await working

    async def exporter_process(self, **changed: str) -> RunningProgram:
        """An exporter as a process of its own, to be killed."""
        command = (sys.executable, "-m", "services.exporter")
        return await start(
            Program("exporter", command, self.folder / "exporter.log", environment=self.environment(**changed))
        )

    async def begin(
        self, ordinals: BitMap, *attributes: str, scores: bytes = b"", destination: str | None = None
    ) -> Job:
        """Create an export of these files."""
        selection = Selection(version=self.dataset.version, revision=1, ordinals=ordinals.serialize(), scores=scores)
        spec = ExportSpec(
            selection=selection,
            destination_uri=destination or self.destination,
            filtered_attributes=attributes,
        )
        request = CreateJobRequest(parent=WORKSPACE, job=Job(version=self.dataset.version, export=spec))
        return (await JobServiceStub(self.catalog.editor).CreateJob(request)).job

    async def run(self, ordinals: BitMap, *attributes: str, scores: bytes = b"") -> "Written":
        """Export to the end, which must be a good one."""
        job = await self.dataset.end(await self.begin(ordinals, *attributes, scores=scores))
        assert job.state == Job.STATE_SUCCEEDED, job
        return await self.written(job)

    async def written(self, job: Job) -> "Written":
        """What an export that ended well left in the bucket."""
        key = job.export_summary.manifest_uri.removeprefix(f"{self.bucket.root}/")
        folder = key.rpartition("/")[0]
        manifest = yaml.safe_load(await self.bucket.read(key, 2**20))
        parts = [
            [json.loads(line) for line in (await self.bucket.read(f"{folder}/{part['name']}", 2**24)).splitlines()]
            for part in manifest["parts"]
        ]
        return Written(job, folder, manifest, parts)

    async def keys(self, folder: str = "exports/") -> list[str]:
        return sorted([key async for page in self.bucket.pages(folder) for key in page.key])


@dataclass(frozen=True)
class Written:
    """An export: its manifest, and the rows of each part in their order."""

    job: Job
    folder: str
    manifest: dict[str, Any]
    parts: list[list[dict[str, Any]]]

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [row for part in self.parts for row in part]


@pytest.fixture(scope="module")
async def exports(
    make_database: Callable[[], Awaitable[str]],
    object_storage: ObjectStorageServer,
    bucket: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Exports]:
    environment = catalog_environment(await make_database(), LEASE_SECONDS="3")
    folder = tmp_path_factory.mktemp("exporter")
    storage = s3_connection(object_storage.endpoint, object_storage.access_key, object_storage.secret_key)
    settings = settings_of(environment)
    async with assembled(settings) as server:
        port = await server.start(settings.listen_address)
        async with (
            connected(f"{LOOPBACK}:{port}", settings) as catalog,
            scanner_process(environment, folder / "scanner.log"),
            asyncpg.create_pool(catalog.database_url, min_size=1, max_size=4) as database,
            open_store(storage_config(storage), f"s3://{bucket}/spring 2024", AddressPolicy(("127.0.0.0/8",))) as store,
        ):
            await fill(store)
            dataset = await make_dataset(catalog, database, storage, str(store.root.child("photos")))
            await dataset.scan()
            yield Exports(catalog, dataset, store, folder)
        await server.stop(grace_seconds=0)


async def fill(store: ObjectStore) -> None:
    async with asyncio.TaskGroup() as group:
        for number in range(IMAGES):
            group.create_task(store.put(f"photos/{number % 3}/ü {number:03}.jpg", b"x" * (number + 1)))
