"""The tagger as the work loop knows it: opens what a tagging job needs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import grpc.aio
import structlog

from bowerbird.catalog.v1.connection_pb2 import Connection
from bowerbird.catalog.v1.connection_service_pb2 import ResolveConnectionRequest
from bowerbird.catalog.v1.connection_service_pb2_grpc import ConnectionServiceStub
from bowerbird.catalog.v1.dataset_pb2 import Dataset
from bowerbird.catalog.v1.dataset_service_pb2 import GetDatasetRequest
from bowerbird.catalog.v1.dataset_service_pb2_grpc import DatasetServiceStub
from bowerbird.catalog.v1.job_pb2 import Job
from bowerbird.catalog.v1.job_service_pb2 import GetJobRequest
from bowerbird.catalog.v1.job_service_pb2_grpc import JobServiceStub
from bowerbird.catalog.v1.work_pb2 import JobKind
from libs.endpoints.chat import open_chat
from libs.endpoints.connection import endpoint_of
from libs.endpoints.endpoint import CallLimits
from libs.images.pool import ImagePool
from libs.objects.config import storage_config
from libs.objects.opening import open_store
from libs.objects.uri import StorageUri, parse_uri
from libs.rpc.addresses import AddressPolicy
from libs.rpc.names import DATASET, VERSION
from services.tagger.definition import TagDefinition
from services.tagger.photo import Darkroom
from services.tagger.settings import TaggerSettings
from services.tagger.tagging import TaggingJob

log = structlog.get_logger(__name__)

DEFAULT_CONCURRENCY: Final = 8
CALL_SECONDS: Final = 10.0


class Tagger:
    """A Worker for tagging jobs."""

    kinds = (JobKind.JOB_KIND_TAG,)

    def __init__(self, catalog: grpc.aio.Channel, pool: ImagePool, settings: TaggerSettings) -> None:
        self._catalog = catalog
        self._pool = pool
        self._settings = settings
        self._addresses = AddressPolicy(settings.allowed_addresses)

    @asynccontextmanager
    async def open(self, job: str) -> AsyncIterator[TaggingJob]:
        found = await self._job(job)
        spec = found.tag
        concurrency = spec.max_concurrency or DEFAULT_CONCURRENCY
        dataset = await self._dataset(found.version)
        storage = await self._connection(dataset.storage_connection)
        model = await self._connection(spec.model_connection)
        endpoint = endpoint_of(model.model_service, spec.model)
        async with (
            open_store(storage_config(storage), root_of(dataset), self._addresses) as store,
            open_chat(endpoint, self._addresses, self._limits(concurrency)) as chat,
        ):
            log.info("a job is opened", job=job, model=endpoint.model, endpoint=endpoint.shown, calls=concurrency)
            yield TaggingJob(
                job,
                TagDefinition.of(spec.guide_prompt, spec.definition_json),
                concurrency,
                darkroom=Darkroom(store, self._pool),
                chat=chat,
                catalog=self._catalog,
            )

    def _limits(self, concurrency: int) -> CallLimits:
        return CallLimits(
            max_concurrency=concurrency,
            request_seconds=self._settings.request_seconds,
            overall_seconds=self._settings.overall_seconds,
            attempts=self._settings.attempts,
            backoff_seconds=self._settings.backoff_seconds,
        )

    async def _job(self, name: str) -> Job:
        return (await JobServiceStub(self._catalog).GetJob(GetJobRequest(name=name), timeout=CALL_SECONDS)).job

    async def _dataset(self, version: str) -> Dataset:
        ids = VERSION.parse(version)
        name = DATASET.format(workspace=ids["workspace"], dataset=ids["dataset"])
        stub = DatasetServiceStub(self._catalog)
        return (await stub.GetDataset(GetDatasetRequest(name=name), timeout=CALL_SECONDS)).dataset

    async def _connection(self, name: str) -> Connection:
        stub = ConnectionServiceStub(self._catalog)
        return (await stub.ResolveConnection(ResolveConnectionRequest(name=name), timeout=CALL_SECONDS)).connection


def root_of(dataset: Dataset) -> StorageUri:
    """What the paths of the dataset's files are relative to."""
    root = parse_uri(dataset.root_uri)
    return root.split()[0] if dataset.import_format == Dataset.IMPORT_FORMAT_FILE else root
