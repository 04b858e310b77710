"""The exporter as the work loop knows it: opens what an export needs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC
from typing import Final

import grpc.aio
import structlog
from pyroaring import BitMap

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
from libs.objects.config import storage_config
from libs.objects.opening import open_store
from libs.objects.uri import parse_uri
from libs.rpc.addresses import AddressPolicy
from libs.rpc.names import DATASET, VERSION
from services.exporter.export import Export, Order
from services.exporter.rows import RowWriter
from services.exporter.selection import Selection
from services.exporter.settings import ExporterSettings

log = structlog.get_logger(__name__)

CALL_SECONDS: Final = 10.0


class Exporter:
    """A Worker for exports."""

    kinds = (JobKind.JOB_KIND_EXPORT,)

    def __init__(self, catalog: grpc.aio.Channel, settings: ExporterSettings) -> None:
        self._catalog = catalog
        self._addresses = AddressPolicy(settings.allowed_addresses)

    @asynccontextmanager
    async def open(self, job: str) -> AsyncIterator[Export]:
        found = await self._job(job)
        dataset = await self._dataset(found.version)
        storage = await self._connection(dataset.storage_connection)
        root = parse_uri(dataset.root_uri)
        if dataset.import_format == Dataset.IMPORT_FORMAT_FILE:
            root, _ = root.split()
        order = ordered(found)
        rows = RowWriter(root, found.export.filtered_attributes, scored=bool(order.selection.scores))
        async with open_store(storage_config(storage), found.export.destination_uri, self._addresses) as store:
            log.info("a job is opened", job=job, destination=found.export.destination_uri, folder=order.folder)
            yield Export(order, store, rows, self._catalog)

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


def ordered(job: Job) -> Order:
    """The order that a job's message holds."""
    ids = VERSION.parse(job.version)
    selection = job.export.selection
    return Order(
        job=job.name,
        dataset=ids["dataset"],
        version=ids["version"],
        revision=selection.revision,
        created=job.create_time.ToDatetime(UTC),
        selection=Selection(job.version, BitMap.deserialize(selection.ordinals), selection.scores),
    )
