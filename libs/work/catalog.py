"""What workers ask catalog for when they open a job."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import grpc.aio

from bowerbird.catalog.v1.connection_pb2 import Connection
from bowerbird.catalog.v1.connection_service_pb2 import ResolveConnectionRequest
from bowerbird.catalog.v1.connection_service_pb2_grpc import ConnectionServiceStub
from bowerbird.catalog.v1.dataset_pb2 import Dataset
from bowerbird.catalog.v1.dataset_service_pb2 import GetDatasetRequest
from bowerbird.catalog.v1.dataset_service_pb2_grpc import DatasetServiceStub
from bowerbird.catalog.v1.job_pb2 import Job
from bowerbird.catalog.v1.job_service_pb2 import GetJobRequest
from bowerbird.catalog.v1.job_service_pb2_grpc import JobServiceStub
from libs.rpc.names import DATASET, VERSION
from libs.rpc.status import from_rpc_error

CALL_SECONDS: Final = 10.0


class JobCatalog:
    """Calls that raise BowerbirdErrors: catalog's own, or ServiceUnavailable."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._jobs = JobServiceStub(channel)
        self._datasets = DatasetServiceStub(channel)
        self._connections = ConnectionServiceStub(channel)

    async def job(self, name: str) -> Job:
        """A job, with the selection if it is an export."""
        with catalog_errors():
            return (await self._jobs.GetJob(GetJobRequest(name=name), timeout=CALL_SECONDS)).job

    async def dataset_of(self, version: str) -> Dataset:
        """The dataset of a version."""
        ids = VERSION.parse(version)
        name = DATASET.format(workspace=ids["workspace"], dataset=ids["dataset"])
        with catalog_errors():
            return (await self._datasets.GetDataset(GetDatasetRequest(name=name), timeout=CALL_SECONDS)).dataset

    async def connection(self, name: str) -> Connection:
        """A connection with its secret."""
        request = ResolveConnectionRequest(name=name)
        with catalog_errors():
            return (await self._connections.ResolveConnection(request, timeout=CALL_SECONDS)).connection


@contextmanager
def catalog_errors() -> Iterator[None]:
    """Raises what catalog answered as a BowerbirdError."""
    try:
        yield
    except grpc.aio.AioRpcError as error:
        raise from_rpc_error(error) from error
