"""All that an indexing job needs, real but for the model: catalog and its scanner, S3, pgvector, a fake endpoint."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import asyncpg
import numpy as np
import pytest

from bowerbird.catalog.v1.connection_pb2 import Connection, Model, ModelServiceConfig, PgvectorConfig, S3Config
from bowerbird.catalog.v1.connection_service_pb2 import CreateConnectionRequest
from bowerbird.catalog.v1.connection_service_pb2_grpc import ConnectionServiceStub
from bowerbird.catalog.v1.dataset_pb2 import Dataset
from bowerbird.catalog.v1.dataset_service_pb2 import CreateDatasetRequest
from bowerbird.catalog.v1.dataset_service_pb2_grpc import DatasetServiceStub
from bowerbird.catalog.v1.file_pb2 import File
from bowerbird.catalog.v1.file_service_pb2 import ListFilesRequest
from bowerbird.catalog.v1.file_service_pb2_grpc import FileServiceStub
from bowerbird.catalog.v1.index_set_pb2 import IndexSet, Metric
from bowerbird.catalog.v1.index_set_service_pb2 import GetIndexSetRequest, SetIndexSetRequest
from bowerbird.catalog.v1.index_set_service_pb2_grpc import IndexSetServiceStub
from bowerbird.catalog.v1.job_pb2 import IndexSpec, Job, JobMode, JobResult, ScanSpec
from bowerbird.catalog.v1.job_service_pb2 import CreateJobRequest, ListResultsRequest, StopJobRequest, WatchJobRequest
from bowerbird.catalog.v1.job_service_pb2_grpc import JobServiceStub
from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from bowerbird.type.v1.role_pb2 import Role
from deploy.local.servers.seaweedfs import ObjectStorageServer
from libs.images.pool import ImagePool
from libs.objects.store import ObjectStore
from libs.rpc.addresses import AddressPolicy
from libs.vectors.batches import Vector
from libs.vectors.config import PgvectorConfig as VectorsConfig
from libs.vectors.index_set import index_set_id, metric_of
from libs.vectors.opening import open_database
from libs.vectors.port import VectorDatabase
from libs.vectors.table import IndexTable
from services.indexer.__main__ import work
from services.indexer.handler import JPEG_QUALITY, MAX_SIDE_PX
from services.indexer.settings import IndexerSettings
from tests.fakes.answers import sha256, vector_for
from tests.fakes.endpoint import FakeEndpoint
from tests.libs.images.samples import encoded, noise
from tests.suite import WORKSPACE, Catalog

if TYPE_CHECKING:
    from bowerbird.catalog.v1.job_service_pb2_grpc import JobServiceAsyncStub

LOOPBACK = AddressPolicy(["127.0.0.0/8", "::1"])
DIMENSION = 16
numbers = itertools.count(1)


@dataclass(frozen=True)
class House:
    """What all datasets share."""

    catalog: Catalog
    storage: ObjectStorageServer
    bucket: str
    vectors_url: str
    endpoint: FakeEndpoint
    store: ObjectStore = field(repr=False)  # the bucket
    images: ImagePool = field(repr=False)

    @property
    def vectors_config(self) -> VectorsConfig:
        url = urlsplit(self.vectors_url)
        return VectorsConfig(
            url.hostname or "", url.port or 5432, url.path[1:], unquote(url.username or ""), unquote(url.password or "")
        )

    @property
    def environment(self) -> dict[str, str]:
        """The settings of an indexer of this house, with short waits."""
        return {
            "BOWERBIRD_INDEXER_CATALOG_ADDRESS": self.catalog.address,
            "BOWERBIRD_INDEXER_SERVICE_TOKEN": self.catalog.tokens[Role.ROLE_SERVICE],
            "BOWERBIRD_INDEXER_ALLOWED_ADDRESSES": '["127.0.0.0/8", "::1"]',
            "BOWERBIRD_INDEXER_BACKOFF_SECONDS": "0.05",
            "BOWERBIRD_INDEXER_ATTEMPTS": "3",
            "BOWERBIRD_INDEXER_DATABASE_PATIENCE_SECONDS": "20",
            "BOWERBIRD_INDEXER_DECODERS": "2",
            "BOWERBIRD_INDEXER_LOG_FORMAT": "text",
        }

    @asynccontextmanager
    async def indexer(self, **changed: str) -> AsyncIterator[None]:
        """An indexer in this process, drained at the end."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in (self.environment | changed).items():
                patch.setenv(name, value)
            settings = IndexerSettings()
        stopped = asyncio.Event()
        working = asyncio.create_task(work(settings, stopped))
        try:
            yield
        finally:
            stopped.set()
            await working

    async def run_leases_out(self) -> None:
        """What half a minute does after a worker was killed."""
        connection = await asyncpg.connect(self.catalog.database_url)
        await connection.execute("UPDATE chunks SET lease_end = now() WHERE lease_end > now()")
        await connection.close()

    async def put(self, folder: str, files: Mapping[str, bytes]) -> None:
        """Write objects."""
        for name, content in files.items():
            await self.store.put(f"{folder}/{name}", content)

    async def remove(self, folder: str, name: str) -> None:
        """Delete an object."""
        await self.store.delete(f"{folder}/{name}")

    async def shown(self, content: bytes) -> str:
        """The hash of an image as the model gets to see it: what the fake endpoint's rules and answers go by."""
        prepared = await self.images.prepare(content, max_side_px=MAX_SIDE_PX, quality=JPEG_QUALITY)
        return sha256(prepared.data)


@dataclass(frozen=True)
class Scene:
    """A scanned dataset with an index set."""

    house: House
    folder: str
    version: str
    index_set: str

    @property
    def jobs(self) -> "JobServiceAsyncStub":
        return JobServiceStub(self.house.catalog.editor)

    async def start(self, *, mode: JobMode.ValueType = JobMode.JOB_MODE_INCREMENTAL, max_concurrency: int = 4) -> Job:
        """A new indexing job."""
        spec = IndexSpec(index_set=self.index_set, mode=mode, max_concurrency=max_concurrency)
        return await self._create(Job(version=self.version, index=spec))

    async def scan(self) -> None:
        """Scan the folder again."""
        job = await self.end(await self._create(Job(version=self.version, scan=ScanSpec())))
        assert job.state == Job.STATE_SUCCEEDED, job

    async def end(self, job: Job, seconds: float = 60) -> Job:
        """The job when it has ended."""
        async with asyncio.timeout(seconds):
            async for seen in self.jobs.WatchJob(WatchJobRequest(name=job.name)):
                job = seen.job
        return job

    async def run(self, **how: object) -> Job:
        """Start a job, and an indexer until it has ended."""
        async with self.house.indexer():
            return await self.end(await self.start(**how))  # type: ignore[arg-type]

    async def stop(self, job: Job) -> None:
        await self.jobs.StopJob(StopJobRequest(name=job.name))

    async def failures(self, job: Job) -> dict[str, str]:
        """The reasons by path."""
        results = await self._results(job)
        return {result.path: ErrorReason.Name(result.reason)[13:] for result in results if not result.done}

    async def results(self, job: Job) -> dict[str, bool]:
        """Whether a file is done, by path; a path with two results fails the test."""
        results = await self._results(job)
        done = {result.path: result.done for result in results}
        assert len(done) == len(results)
        return done

    async def files(self) -> list[File]:
        """The files of the version as catalog shows them."""
        stub = FileServiceStub(self.house.catalog.viewer)
        return list((await stub.ListFiles(ListFilesRequest(parent=self.version, page_size=1000))).files)

    async def file_count(self) -> int:
        """Files of which catalog says that they have a vector."""
        return (await self.message()).file_count

    async def message(self) -> IndexSet:
        """The index set as it is now."""
        stub = IndexSetServiceStub(self.house.catalog.service)
        return (await stub.GetIndexSet(GetIndexSetRequest(name=self.index_set))).index_set

    @asynccontextmanager
    async def table(self) -> AsyncIterator[tuple[VectorDatabase, IndexTable, str]]:
        """The vector database, the table, and the id that the index set has there."""
        index_set = await self.message()
        table = IndexTable(index_set.table, index_set.dimension or DIMENSION, metric_of(index_set))
        database = await open_database(self.house.vectors_config, LOOPBACK)
        try:
            yield database, table, index_set_id(index_set)
        finally:
            await database.close()

    async def vectors(self) -> dict[str, Vector]:
        """All vectors that lie in the database, by file id."""
        found: dict[str, Vector] = {}
        async with self.table() as (database, table, index_set):
            async for batch in database.stream(table, index_set):
                found.update(zip(batch.file_ids, batch.vectors, strict=True))
        return found

    async def until_stored(self, count: int, seconds: float = 60) -> None:
        """Wait until the database has so many vectors: what is gone is cleared away behind the job."""
        async with asyncio.timeout(seconds):
            while len(await self.vectors()) != count:  # noqa: ASYNC110  # a database has no event to wait for
                await asyncio.sleep(0.05)

    async def assert_indexed(self, files: Mapping[str, bytes]) -> None:
        """The database has the vectors of these images and no others, each of length 1."""
        expected = []
        for content in files.values():
            vector = np.asarray(vector_for(await self.house.shown(content), DIMENSION), np.float64)
            expected.append(vector / np.linalg.norm(vector))
        found = list((await self.vectors()).values())
        assert len(found) == len(expected) == await self.file_count()
        for vector in expected:
            assert any(np.allclose(vector, other, atol=1e-5) for other in found)

    async def _create(self, job: Job) -> Job:
        return (await self.jobs.CreateJob(CreateJobRequest(parent=WORKSPACE, job=job))).job

    async def _results(self, job: Job) -> list[JobResult]:
        request = ListResultsRequest(parent=job.name, page_size=1000)
        return list((await self.jobs.ListResults(request)).results)


def photos(count: int) -> dict[str, bytes]:
    """So many different images, by name."""
    return {f"photo-{number}.jpg": encoded(noise((48, 32)), "JPEG") for number in range(count)}


async def scene(
    house: House,
    files: Mapping[str, bytes],
    *,
    protocol: ModelServiceConfig.Protocol.ValueType = ModelServiceConfig.PROTOCOL_DASHSCOPE_EMBEDDING,
    dimension: int = 0,
    api_key: str = "",
    database: VectorsConfig | None = None,
    table: str = "",
    metric: Metric.ValueType = Metric.METRIC_COSINE,
) -> Scene:
    """A new dataset with these files, scanned, and an index set for it in a table of its own."""
    number = next(numbers)
    folder = f"photos-{number}"
    await house.put(folder, files)
    vectors = database or house.vectors_config
    is_eas = protocol == ModelServiceConfig.PROTOCOL_EAS_EMBEDDING
    connections = {
        "storage": Connection(
            s3=S3Config(
                endpoint=house.storage.endpoint,
                region=house.storage.region,
                access_key_id=house.storage.access_key,
                secret_access_key=house.storage.secret_key,
            )
        ),
        "model": Connection(
            model_service=ModelServiceConfig(
                base_url=house.endpoint.eas_url if is_eas else house.endpoint.dashscope_url,
                protocol=protocol,
                api_key=api_key,
                models=[Model(model="fake", dimension=dimension)],
            )
        ),
        "vectors": Connection(
            pgvector=PgvectorConfig(
                host=vectors.host,
                port=vectors.port,
                database=vectors.database,
                username=vectors.username,
                password=vectors.password,
            )
        ),
    }
    names = {}
    for kind, connection in connections.items():
        request = CreateConnectionRequest(parent=WORKSPACE, connection_id=f"{kind}-{number}", connection=connection)
        names[kind] = (await ConnectionServiceStub(house.catalog.admin).CreateConnection(request)).connection.name
    dataset = Dataset(storage_connection=names["storage"], root_uri=f"s3://{house.bucket}/{folder}")
    made = await DatasetServiceStub(house.catalog.editor).CreateDataset(
        CreateDatasetRequest(parent=WORKSPACE, dataset_id=folder, dataset=dataset)
    )
    index_set = IndexSet(
        model_connection=names["model"],
        database_connection=names["vectors"],
        table=table or f"photos_{number}",
        metric=metric,
    )
    chosen = await IndexSetServiceStub(house.catalog.editor).SetIndexSet(
        SetIndexSetRequest(parent=made.dataset.latest_version, index_set=index_set)
    )
    scene = Scene(house, folder, made.dataset.latest_version, chosen.index_set.name)
    await scene.scan()
    return scene
