"""Datasets to scan, and the scanner as a process that a test may kill."""

import asyncio
import itertools
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg

from bowerbird.catalog.v1.connection_pb2 import Connection, S3Config
from bowerbird.catalog.v1.connection_service_pb2 import CreateConnectionRequest
from bowerbird.catalog.v1.connection_service_pb2_grpc import ConnectionServiceStub
from bowerbird.catalog.v1.dataset_pb2 import Dataset, Version
from bowerbird.catalog.v1.dataset_service_pb2 import CreateDatasetRequest, GetVersionRequest
from bowerbird.catalog.v1.dataset_service_pb2_grpc import DatasetServiceStub
from bowerbird.catalog.v1.job_pb2 import Job, JobLogLine, ScanSpec, ScanSummary
from bowerbird.catalog.v1.job_service_pb2 import CreateJobRequest, ReadLogRequest, StopJobRequest, WatchJobRequest
from bowerbird.catalog.v1.job_service_pb2_grpc import JobServiceStub
from deploy.local.program import Program, RunningProgram, start
from tests.suite import WORKSPACE, Catalog

numbers = itertools.count(1)


@dataclass
class ScannerProcess:
    """The scanner at one catalog."""

    program: Program
    running: RunningProgram | None = None

    async def start(self) -> None:
        self.running = await start(self.program)

    async def kill(self) -> None:
        """kill -9."""
        assert self.running is not None
        await self.running.kill()

    async def stop(self) -> None:
        """SIGTERM."""
        assert self.running is not None
        await self.running.stop()
        assert self.running.returncode == 0, self.running.log_tail()


@asynccontextmanager
async def scanner_process(environment: dict[str, str], log: Path) -> AsyncIterator[ScannerProcess]:
    """A running scanner."""
    command = (sys.executable, "-m", "services.catalog.scanner")
    process = ScannerProcess(Program("scanner", command, log, environment=environment))
    await process.start()
    try:
        yield process
    finally:
        assert process.running is not None
        await process.running.stop()


@dataclass(frozen=True)
class Scanned:
    """A dataset with a version v1. `version` is its name, `version_id` its key."""

    catalog: Catalog
    dataset: str
    version: str
    version_id: int
    database: asyncpg.Pool = field(repr=False)

    async def begin(self) -> Job:
        """Create a scan."""
        request = CreateJobRequest(parent=WORKSPACE, job=Job(version=self.version, scan=ScanSpec()))
        return (await JobServiceStub(self.catalog.editor).CreateJob(request)).job

    async def end(self, job: Job, seconds: float = 60) -> Job:
        """The job when it has ended."""
        async with asyncio.timeout(seconds):
            async for answer in JobServiceStub(self.catalog.viewer).WatchJob(WatchJobRequest(name=job.name)):
                job = answer.job
        assert job.HasField("end_time")
        return job

    async def stop(self, job: Job) -> None:
        await JobServiceStub(self.catalog.editor).StopJob(StopJobRequest(name=job.name))

    async def scan(self) -> ScanSummary:
        """Scan to the end and return what was found."""
        job = await self.end(await self.begin())
        assert job.state == Job.STATE_SUCCEEDED, job
        return job.scan_summary

    async def fail(self) -> Job:
        """Scan and return the job, which must fail."""
        job = await self.end(await self.begin())
        assert job.state == Job.STATE_FAILED, job
        assert job.message
        return job

    async def log(self, job: Job) -> list[JobLogLine]:
        answers = JobServiceStub(self.catalog.viewer).ReadLog(ReadLogRequest(name=job.name))
        return [line async for answer in answers for line in answer.lines]

    async def now(self) -> Version:
        request = GetVersionRequest(name=self.version)
        return (await DatasetServiceStub(self.catalog.viewer).GetVersion(request)).version

    async def files(self) -> dict[str, dict[str, Any]]:
        """The rows of the version's files by path."""
        rows = await self.database.fetch("SELECT * FROM files WHERE version_id = $1 ORDER BY ordinal", self.version_id)
        return {row["path"]: dict(row) for row in rows}

    async def active(self) -> list[str]:
        """Paths of the files that are there, by ordinal."""
        return [path for path, row in (await self.files()).items() if row["status"] == 1]


async def make_dataset(
    catalog: Catalog,
    database: asyncpg.Pool,
    connection: Connection,
    root_uri: str,
    import_format: Dataset.ImportFormat.ValueType = Dataset.IMPORT_FORMAT_FOLDER,
) -> Scanned:
    """A dataset of its own connection."""
    number = next(numbers)
    request = CreateConnectionRequest(parent=WORKSPACE, connection_id=f"scanned-{number}", connection=connection)
    made = (await ConnectionServiceStub(catalog.admin).CreateConnection(request)).connection
    dataset = (
        await DatasetServiceStub(catalog.editor).CreateDataset(
            CreateDatasetRequest(
                parent=WORKSPACE,
                dataset_id=f"scanned-{number}",
                dataset=Dataset(storage_connection=made.name, root_uri=root_uri, import_format=import_format),
            )
        )
    ).dataset
    version_id = await database.fetchval(
        "SELECT v.id FROM versions v JOIN datasets d ON d.id = v.dataset_id WHERE d.slug = $1", f"scanned-{number}"
    )
    return Scanned(catalog, dataset.name, dataset.latest_version, version_id, database)


def s3_connection(endpoint: str, access_key: str = "key", secret_key: str = "") -> Connection:
    return Connection(s3=S3Config(endpoint=endpoint, access_key_id=access_key, secret_access_key=secret_key))


async def until(holds: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(60):
        while not await holds():  # noqa: ASYNC110  # another process is waited for
            await asyncio.sleep(0.05)


def job_id(job: Job) -> int:
    return int(job.name.rpartition("/")[2])
