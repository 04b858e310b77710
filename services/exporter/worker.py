"""The exporter as the work loop knows it: opens what an export needs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC

import grpc.aio
import structlog
from pyroaring import BitMap

from bowerbird.catalog.v1.job_pb2 import Job
from bowerbird.catalog.v1.work_pb2 import JobKind
from libs.objects.config import dataset_root, storage_config
from libs.objects.opening import open_store
from libs.rpc.addresses import AddressPolicy
from libs.rpc.names import VERSION
from libs.work.catalog import JobCatalog
from services.exporter.export import Export, Order
from services.exporter.rows import RowWriter
from services.exporter.selection import Selection
from services.exporter.settings import ExporterSettings

log = structlog.get_logger(__name__)


class Exporter:
    """A Worker for exports."""

    kinds = (JobKind.JOB_KIND_EXPORT,)

    def __init__(self, channel: grpc.aio.Channel, settings: ExporterSettings) -> None:
        self._channel = channel
        self._catalog = JobCatalog(channel)
        self._rows_per_part = settings.rows_per_part
        self._addresses = AddressPolicy(settings.allowed_addresses)

    @asynccontextmanager
    async def open(self, job: str) -> AsyncIterator[Export]:
        found = await self._catalog.job(job)
        dataset = await self._catalog.dataset_of(found.version)
        storage = storage_config(await self._catalog.connection(dataset.storage_connection))
        order = ordered(found)
        chosen = found.export.filtered_attributes
        rows = RowWriter(dataset_root(dataset), chosen, scored=bool(order.selection.scores))
        async with open_store(storage, found.export.destination_uri, self._addresses) as store:
            log.info("a job is opened", job=job, destination=found.export.destination_uri, folder=order.folder)
            yield Export(order, store, rows, self._channel, self._rows_per_part)


def ordered(job: Job) -> Order:
    """The order that a job's message holds."""
    ids = VERSION.parse(job.version)
    selection = job.export.selection
    return Order(
        job=job.name,
        dataset=ids["dataset"],
        version=ids["version"],
        revision=selection.revision,
        created=job.create_time.ToDatetime(UTC).replace(microsecond=0),
        selection=Selection(job.version, BitMap.deserialize(selection.ordinals), selection.scores),
    )
