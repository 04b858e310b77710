"""All that a tagging job needs, real but for the model: catalog and its scanner, S3, a tagger, a fake endpoint."""

import asyncio
import itertools
import json
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bowerbird.catalog.v1.connection_pb2 import Connection, Model, ModelServiceConfig, S3Config
from bowerbird.catalog.v1.connection_service_pb2 import CreateConnectionRequest
from bowerbird.catalog.v1.connection_service_pb2_grpc import ConnectionServiceStub
from bowerbird.catalog.v1.dataset_pb2 import Dataset
from bowerbird.catalog.v1.dataset_service_pb2 import CreateDatasetRequest
from bowerbird.catalog.v1.dataset_service_pb2_grpc import DatasetServiceStub
from bowerbird.catalog.v1.file_pb2 import File
from bowerbird.catalog.v1.file_service_pb2 import ListFilesRequest
from bowerbird.catalog.v1.file_service_pb2_grpc import FileServiceStub
from bowerbird.catalog.v1.job_pb2 import Job, JobMode, JobResult, ScanSpec, TagSpec
from bowerbird.catalog.v1.job_service_pb2 import (
    CreateJobRequest,
    GetJobRequest,
    ListResultsRequest,
    StopJobRequest,
)
from bowerbird.catalog.v1.job_service_pb2_grpc import JobServiceStub
from bowerbird.catalog.v1.tag_definition_pb2 import TagDefinition
from bowerbird.catalog.v1.tag_definition_service_pb2 import CreateTagDefinitionRequest
from bowerbird.catalog.v1.tag_definition_service_pb2_grpc import TagDefinitionServiceStub
from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from bowerbird.type.v1.role_pb2 import Role
from deploy.local.program import Program, RunningProgram, start
from deploy.local.servers.seaweedfs import ObjectStorageServer
from libs.images.pool import ImagePool
from libs.objects.config import S3Config as StorageConfig
from libs.objects.opening import open_store
from libs.rpc.addresses import AddressPolicy
from services.tagger.__main__ import work
from services.tagger.photo import JPEG_QUALITY, MAX_SIDE_PX
from services.tagger.settings import TaggerSettings
from tests.fakes.answers import sha256, tags_for
from tests.fakes.endpoint import FakeEndpoint
from tests.libs.images.samples import encoded, noise
from tests.suite import WORKSPACE, Catalog

LOOPBACK = AddressPolicy(["127.0.0.0/8", "::1"])
DEFINITION: dict[str, Any] = {
    "tags": {
        **{name: f"There is a {name}." for name in ("bird", "tree", "car", "house", "boat", "dog", "cat", "fish")},
        "parking lock": {"description": "A parking lock.", "values": {"raised": "It is up.", "lowered": "It is down."}},
    }
}
numbers = itertools.count(1)


@dataclass(frozen=True)
class Studio:
    """What all datasets of a test module share."""

    catalog: Catalog
    storage: ObjectStorageServer
    bucket: str
    endpoint: FakeEndpoint
    images: ImagePool = field(repr=False)
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """The settings of a tagger of this studio, with short waits."""
        return {
            "BOWERBIRD_TAGGER_CATALOG_ADDRESS": self.catalog.address,
            "BOWERBIRD_TAGGER_SERVICE_TOKEN": self.catalog.tokens[Role.ROLE_SERVICE],
            "BOWERBIRD_TAGGER_ALLOWED_ADDRESSES": '["127.0.0.0/8", "::1"]',
            "BOWERBIRD_TAGGER_BACKOFF_SECONDS": "0.05",
            "BOWERBIRD_TAGGER_ATTEMPTS": "3",
            "BOWERBIRD_TAGGER_REQUEST_SECONDS": "20",
            "BOWERBIRD_TAGGER_DECODERS": "2",
            "BOWERBIRD_TAGGER_LOG_FORMAT": "text",
        }

    @asynccontextmanager
    async def tagger(self, **changed: str) -> AsyncIterator[None]:
        """A tagger in this process, drained at the end."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in (self.environment | changed).items():
                patch.setenv(name, value)
            settings = TaggerSettings()
        stopped = asyncio.Event()
        working = asyncio.create_task(work(settings, stopped))
        try:
            yield
        finally:
            stopped.set()
            await working

    async def tagger_process(self) -> RunningProgram:
        """A tagger as a process of its own, to be killed."""
        log = self.folder / f"tagger-{next(numbers)}.log"
        return await start(Program("tagger", (sys.executable, "-m", "services.tagger"), log, self.environment))

    async def put(self, folder: str, files: Mapping[str, bytes]) -> None:
        """Write objects."""
        storage = self.storage
        config = StorageConfig(storage.endpoint, storage.region, storage.access_key, storage.secret_key)
        async with open_store(config, f"s3://{self.bucket}/{folder}", LOOPBACK) as store:
            for name, content in files.items():
                await store.put(name, content)

    async def shown(self, content: bytes) -> str:
        """The hash of an image as the model gets to see it: what the fake endpoint's rules and answers go by."""
        prepared = await self.images.prepare(content, max_side_px=MAX_SIDE_PX, quality=JPEG_QUALITY)
        return sha256(prepared.data)

    async def expected(self, content: bytes) -> set[str]:
        """What the fake endpoint answers about an image."""
        return set(tags_for(await self.shown(content), DEFINITION))

    async def create(self, connection_id: str, connection: Connection) -> str:
        """The name of a new connection."""
        request = CreateConnectionRequest(parent=WORKSPACE, connection_id=connection_id, connection=connection)
        return (await ConnectionServiceStub(self.catalog.admin).CreateConnection(request)).connection.name


@dataclass(frozen=True)
class Scene:
    """A scanned dataset with all that a tagging job on it needs."""

    studio: Studio
    folder: str
    version: str
    model_connection: str
    tag_definition: str

    async def start(self, **spec: Any) -> Job:
        """A new tagging job with four calls at a time."""
        tag = TagSpec(model_connection=self.model_connection, tag_definition=self.tag_definition, max_concurrency=4)
        tag.MergeFrom(TagSpec(**spec))
        return await self._create(Job(version=self.version, tag=tag))

    async def scan(self) -> None:
        """Scan the folder again."""
        job = await self.when(await self._create(Job(version=self.version, scan=ScanSpec())), has_ended)
        assert job.state == Job.STATE_SUCCEEDED, job

    async def when(self, job: Job, holds: Callable[[Job], object], seconds: float = 60) -> Job:
        """The job as soon as that holds."""
        async with asyncio.timeout(seconds):
            while True:
                answer = await JobServiceStub(self.studio.catalog.editor).GetJob(GetJobRequest(name=job.name))
                if holds(answer.job):
                    return answer.job
                await asyncio.sleep(0.05)

    async def run(self, **spec: Any) -> Job:
        """Start a job, and a tagger until it has ended."""
        async with self.studio.tagger():
            return await self.when(await self.start(**spec), has_ended)

    async def stop(self, job: Job) -> None:
        await JobServiceStub(self.studio.catalog.editor).StopJob(StopJobRequest(name=job.name))

    async def results(self, job: Job) -> dict[str, JobResult]:
        """By path; a path with two results fails the test."""
        request = ListResultsRequest(parent=job.name, page_size=1000)
        results = (await JobServiceStub(self.studio.catalog.editor).ListResults(request)).results
        found = {result.path: result for result in results}
        assert len(found) == len(results)
        return found

    async def failures(self, job: Job) -> dict[str, str]:
        """The reasons by path."""
        results = (await self.results(job)).values()
        return {result.path: ErrorReason.Name(result.reason)[13:] for result in results if not result.done}

    async def files(self) -> dict[str, File]:
        """All files of the version by path."""
        request = ListFilesRequest(parent=self.version, page_size=1000)
        files = (await FileServiceStub(self.studio.catalog.viewer).ListFiles(request)).files
        return {file.path: file for file in files}

    async def _create(self, job: Job) -> Job:
        request = CreateJobRequest(parent=WORKSPACE, job=job)
        return (await JobServiceStub(self.studio.catalog.editor).CreateJob(request)).job


def has_ended(job: Job) -> bool:
    return job.HasField("end_time")


def photos(count: int) -> dict[str, bytes]:
    """So many different images, by name."""
    return {f"photo-{number:04d}.jpg": encoded(noise((48, 32)), "JPEG") for number in range(count)}


async def scene(
    studio: Studio, files: Mapping[str, bytes], *, base_url: str = "", api_key: str = "", guide_prompt: str = ""
) -> Scene:
    """A new dataset with these files, scanned."""
    number = next(numbers)
    folder = f"photos-{number}"
    await studio.put(folder, files)
    s3 = S3Config(
        endpoint=studio.storage.endpoint,
        region=studio.storage.region,
        access_key_id=studio.storage.access_key,
        secret_access_key=studio.storage.secret_key,
    )
    model = ModelServiceConfig(
        base_url=base_url or studio.endpoint.chat_url,
        protocol=ModelServiceConfig.PROTOCOL_OPENAI_CHAT,
        api_key=api_key,
        models=[Model(model=f"fake-{number}")],
    )
    storage = await studio.create(f"storage-{number}", Connection(s3=s3))
    chat = await studio.create(f"chat-{number}", Connection(model_service=model))
    definition = TagDefinition(definition_json=json.dumps(DEFINITION), guide_prompt=guide_prompt)
    defined = await TagDefinitionServiceStub(studio.catalog.editor).CreateTagDefinition(
        CreateTagDefinitionRequest(
            parent=WORKSPACE, tag_definition_id=f"definition-{number}", tag_definition=definition
        )
    )
    dataset = Dataset(storage_connection=storage, root_uri=f"s3://{studio.bucket}/{folder}")
    made = await DatasetServiceStub(studio.catalog.editor).CreateDataset(
        CreateDatasetRequest(parent=WORKSPACE, dataset_id=folder, dataset=dataset)
    )
    scene = Scene(studio, folder, made.dataset.latest_version, chat, defined.tag_definition.name)
    await scene.scan()
    return scene


FULL = JobMode.JOB_MODE_FULL
