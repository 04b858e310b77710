"""Catalog as the indexer sees it: jobs and what they lead to, by gRPC."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import grpc.aio
from pyarrow import ipc
from pyroaring import BitMap

from bowerbird.catalog.v1.feed_service_pb2 import Cursor, ReadVectorsRequest
from bowerbird.catalog.v1.feed_service_pb2_grpc import FeedServiceStub
from bowerbird.catalog.v1.index_set_service_pb2 import (
    GetIndexSetRequest,
    RecordDimensionRequest,
    RecordMissingVectorsRequest,
)
from bowerbird.catalog.v1.index_set_service_pb2_grpc import IndexSetServiceStub
from bowerbird.catalog.v1.job_pb2 import Job
from bowerbird.catalog.v1.job_service_pb2 import ListJobsRequest
from bowerbird.catalog.v1.job_service_pb2_grpc import JobServiceStub
from libs.endpoints.connection import endpoint_of
from libs.objects.config import dataset_root, storage_config
from libs.rpc.names import DATASET, VERSION, WORKSPACE
from libs.vectors.config import database_config
from libs.vectors.index_set import index_set_id, metric_of
from libs.work.catalog import CALL_SECONDS, JobCatalog, catalog_errors
from services.indexer.target import IndexJob, IndexTarget

DEFAULT_CONCURRENCY = 8
ENDED = {Job.STATE_SUCCEEDED, Job.STATE_PARTIALLY_FAILED, Job.STATE_FAILED, Job.STATE_STOPPED}


@dataclass(frozen=True)
class VectorsPage:
    """Files of an index set by their ordinals: those whose vector is that of their present content, and the others.

    `next` goes on behind this page; `revision` is the index set's when the page was read.
    """

    current: BitMap
    others: BitMap
    next: Cursor
    revision: int


class Catalog:
    """Calls to catalog. They raise BowerbirdErrors: catalog's own, or ServiceUnavailable."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._jobs = JobServiceStub(channel)
        self._catalog = JobCatalog(channel)
        self._index_sets = IndexSetServiceStub(channel)
        self._feed = FeedServiceStub(channel)

    async def index_job(self, name: str) -> IndexJob:
        """A job with all that it leads to."""
        job = await self._catalog.job(name)
        spec = job.index
        target = await self._target(spec.index_set)
        dataset = await self._catalog.dataset_of(job.version)
        storage = await self._catalog.connection(dataset.storage_connection)
        max_concurrency = spec.max_concurrency or DEFAULT_CONCURRENCY
        return IndexJob(name, target, storage_config(storage), dataset_root(dataset), max_concurrency)

    async def has_ended(self, job: str) -> bool:
        """Whether a job is over, well or not."""
        return (await self._catalog.job(job)).state in ENDED

    async def is_being_indexed(self, version: str) -> bool:
        """Whether an indexing job of the version goes on; the newest 1,000 jobs of its dataset are looked at."""
        ids = VERSION.parse(version)
        dataset = DATASET.format(workspace=ids["workspace"], dataset=ids["dataset"])
        request = ListJobsRequest(parent=WORKSPACE.format(workspace=ids["workspace"]), dataset=dataset, page_size=1000)
        with catalog_errors():
            jobs = (await self._jobs.ListJobs(request, timeout=CALL_SECONDS)).jobs
        return any(job.version == version and job.HasField("index") and job.state not in ENDED for job in jobs)

    async def record_dimension(self, index_set: str, dimension: int) -> None:
        """Keep the dimension that the model turned out to have. Raises DIMENSION_MISMATCH if another one is kept."""
        request = RecordDimensionRequest(name=index_set, dimension=dimension)
        with catalog_errors():
            await self._index_sets.RecordDimension(request, timeout=CALL_SECONDS)

    async def read_vectors(self, index_set: str, after: Cursor | None = None) -> AsyncIterator[VectorsPage]:
        """Which files have a vector, from the first or behind a cursor up to what is committed now."""
        request = ReadVectorsRequest(index_set=index_set, after=after)
        with catalog_errors():
            async for page in self._feed.ReadVectors(request):
                current, others = _bitmaps(page.vectors)
                yield VectorsPage(current, others, page.next, page.revision)

    async def record_missing(self, index_set: str, revision: int, ordinals: Sequence[int]) -> None:
        """Say that files have no vector in the database, though they had one by the catalog's word at `revision`."""
        request = RecordMissingVectorsRequest(name=index_set, revision=revision, ordinals=ordinals)
        with catalog_errors():
            await self._index_sets.RecordMissingVectors(request, timeout=CALL_SECONDS)

    async def _target(self, name: str) -> IndexTarget:
        with catalog_errors():
            request = GetIndexSetRequest(name=name, omit_file_count=True)
            index_set = (await self._index_sets.GetIndexSet(request, timeout=CALL_SECONDS)).index_set
        model = await self._catalog.connection(index_set.model_connection)
        database = await self._catalog.connection(index_set.database_connection)
        return IndexTarget(
            name=name,
            endpoint=endpoint_of(model.model_service, index_set.model),
            database=database_config(database),
            table_name=index_set.table,
            metric=metric_of(index_set),
            dimension=index_set.dimension or None,
            index_set_id=index_set_id(index_set),
        )


def _bitmaps(vectors: bytes) -> tuple[BitMap, BitMap]:
    if not vectors:
        return BitMap(), BitMap()
    table = ipc.open_stream(vectors).read_all()
    ordinals, current = table["ordinal"].to_numpy(), table["current"].to_numpy()
    return BitMap(ordinals[current].tolist()), BitMap(ordinals[~current].tolist())
