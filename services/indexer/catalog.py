"""Catalog as the indexer sees it: jobs and what they lead to, by gRPC."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import grpc.aio
from pyarrow import ipc
from pyroaring import BitMap

from bowerbird.catalog.v1.connection_pb2 import Connection
from bowerbird.catalog.v1.connection_service_pb2 import ResolveConnectionRequest
from bowerbird.catalog.v1.connection_service_pb2_grpc import ConnectionServiceStub
from bowerbird.catalog.v1.dataset_pb2 import Dataset
from bowerbird.catalog.v1.dataset_service_pb2 import GetDatasetRequest
from bowerbird.catalog.v1.dataset_service_pb2_grpc import DatasetServiceStub
from bowerbird.catalog.v1.feed_service_pb2 import Cursor, ReadVectorsRequest
from bowerbird.catalog.v1.feed_service_pb2_grpc import FeedServiceStub
from bowerbird.catalog.v1.index_set_service_pb2 import (
    GetIndexSetRequest,
    RecordDimensionRequest,
    RecordMissingVectorsRequest,
)
from bowerbird.catalog.v1.index_set_service_pb2_grpc import IndexSetServiceStub
from bowerbird.catalog.v1.job_pb2 import Job
from bowerbird.catalog.v1.job_service_pb2 import GetJobRequest, ListJobsRequest
from bowerbird.catalog.v1.job_service_pb2_grpc import JobServiceStub
from libs.endpoints.connection import endpoint_of
from libs.objects.config import storage_config
from libs.objects.uri import StorageUri, parse_uri
from libs.rpc.names import DATASET, INDEX_SET, VERSION, WORKSPACE
from libs.rpc.status import from_rpc_error
from libs.vectors.config import database_config
from libs.vectors.index_set import index_set_id, metric_of
from services.indexer.target import IndexJob, IndexTarget

CALL_SECONDS = 10
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
        self._datasets = DatasetServiceStub(channel)
        self._index_sets = IndexSetServiceStub(channel)
        self._connections = ConnectionServiceStub(channel)
        self._feed = FeedServiceStub(channel)

    async def index_job(self, name: str) -> IndexJob:
        """A job with all that it leads to."""
        spec = (await self._job(name)).index
        target = await self._target(spec.index_set)
        ids = INDEX_SET.parse(target.name)
        dataset = await self._dataset(DATASET.format(workspace=ids["workspace"], dataset=target.dataset_id))
        storage = await self._connection(dataset.storage_connection)
        max_concurrency = spec.max_concurrency or DEFAULT_CONCURRENCY
        return IndexJob(name, target, storage_config(storage), _root(dataset), max_concurrency)

    async def has_ended(self, job: str) -> bool:
        """Whether a job is over, well or not."""
        return (await self._job(job)).state in ENDED

    async def is_being_indexed(self, version: str) -> bool:
        """Whether an indexing job of the version goes on; the newest 1,000 jobs of its dataset are looked at."""
        ids = VERSION.parse(version)
        dataset = DATASET.format(workspace=ids["workspace"], dataset=ids["dataset"])
        request = ListJobsRequest(parent=WORKSPACE.format(workspace=ids["workspace"]), dataset=dataset, page_size=1000)
        with _errors():
            jobs = (await self._jobs.ListJobs(request, timeout=CALL_SECONDS)).jobs
        return any(job.version == version and job.HasField("index") and job.state not in ENDED for job in jobs)

    async def record_dimension(self, index_set: str, dimension: int) -> None:
        """Keep the dimension that the model turned out to have. Raises DIMENSION_MISMATCH if another one is kept."""
        request = RecordDimensionRequest(name=index_set, dimension=dimension)
        with _errors():
            await self._index_sets.RecordDimension(request, timeout=CALL_SECONDS)

    async def read_vectors(self, index_set: str, after: Cursor | None = None) -> AsyncIterator[VectorsPage]:
        """Which files have a vector, from the first or behind a cursor up to what is committed now."""
        request = ReadVectorsRequest(index_set=index_set, after=after)
        with _errors():
            async for page in self._feed.ReadVectors(request):
                current, others = _bitmaps(page.vectors)
                yield VectorsPage(current, others, page.next, page.revision)

    async def record_missing(self, index_set: str, revision: int, ordinals: Sequence[int]) -> None:
        """Say that files have no vector in the database, though they had one by the catalog's word at `revision`."""
        request = RecordMissingVectorsRequest(name=index_set, revision=revision, ordinals=ordinals)
        with _errors():
            await self._index_sets.RecordMissingVectors(request, timeout=CALL_SECONDS)

    async def _job(self, name: str) -> Job:
        with _errors():
            return (await self._jobs.GetJob(GetJobRequest(name=name), timeout=CALL_SECONDS)).job

    async def _target(self, name: str) -> IndexTarget:
        with _errors():
            request = GetIndexSetRequest(name=name)
            index_set = (await self._index_sets.GetIndexSet(request, timeout=CALL_SECONDS)).index_set
        model = await self._connection(index_set.model_connection)
        database = await self._connection(index_set.database_connection)
        return IndexTarget(
            name=name,
            endpoint=endpoint_of(model.model_service, index_set.model),
            database=database_config(database),
            table_name=index_set.table,
            metric=metric_of(index_set),
            dimension=index_set.dimension or None,
            index_set_id=index_set_id(index_set),
        )

    async def _dataset(self, name: str) -> Dataset:
        with _errors():
            return (await self._datasets.GetDataset(GetDatasetRequest(name=name), timeout=CALL_SECONDS)).dataset

    async def _connection(self, name: str) -> Connection:
        with _errors():
            request = ResolveConnectionRequest(name=name)
            return (await self._connections.ResolveConnection(request, timeout=CALL_SECONDS)).connection


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except grpc.aio.AioRpcError as error:
        raise from_rpc_error(error) from error


def _root(dataset: Dataset) -> StorageUri:
    """What the paths of the dataset's files are relative to."""
    root = parse_uri(dataset.root_uri)
    return root.split()[0] if dataset.import_format == Dataset.IMPORT_FORMAT_FILE else root


def _bitmaps(vectors: bytes) -> tuple[BitMap, BitMap]:
    if not vectors:
        return BitMap(), BitMap()
    table = ipc.open_stream(vectors).read_all()
    ordinals, current = table["ordinal"].to_numpy(), table["current"].to_numpy()
    return BitMap(ordinals[current].tolist()), BitMap(ordinals[~current].tolist())
