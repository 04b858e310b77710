"""Index configuration of versions."""

from collections.abc import AsyncIterator

from bowerbird.catalog.v1.index_set_pb2 import IndexSet, Metric
from bowerbird.catalog.v1.index_set_service_pb2 import GetIndexSetRequest, ListIndexSetsRequest, SetIndexSetRequest
from bowerbird.catalog.v1.index_set_service_pb2_grpc import IndexSetServiceStub
from bowerbird.client.defaults import DATABASE_CONNECTION, EMBEDDING_CONNECTION, LATEST
from bowerbird.client.names import Names
from bowerbird.client.paging import paged
from bowerbird.client.transport import Transport


class IndexSets:
    """`client.index_sets`."""

    def __init__(self, transport: Transport, names: Names) -> None:
        self._transport = transport
        self._names = names
        self._stub = IndexSetServiceStub(transport.channel)

    async def set(
        self,
        dataset: str,
        version: str = LATEST,
        *,
        model_connection: str = EMBEDDING_CONNECTION,
        model: str = "",
        database_connection: str = DATABASE_CONNECTION,
        table: str = "",
        metric: Metric.ValueType = Metric.METRIC_COSINE,
    ) -> IndexSet:
        """Make the index set with this configuration the one that searches use; created if there is none."""
        index_set = IndexSet(
            model_connection=self._names.connection(model_connection),
            model=model,
            database_connection=self._names.connection(database_connection),
            table=table,
            metric=metric,
        )
        request = SetIndexSetRequest(parent=self._names.version(dataset, version), index_set=index_set)
        return (await self._transport.call(self._stub.SetIndexSet, request)).index_set

    async def get(self, name: str) -> IndexSet:
        """By its full name, as `Version.index_set` has it."""
        return (await self._transport.call(self._stub.GetIndexSet, GetIndexSetRequest(name=name))).index_set

    def list(self, dataset: str, version: str = LATEST) -> AsyncIterator[IndexSet]:
        """Oldest first."""
        parent = self._names.version(dataset, version)
        return paged(
            lambda token: self._transport.call(
                self._stub.ListIndexSets, ListIndexSetsRequest(parent=parent, page_token=token)
            ),
            lambda page: page.index_sets,
        )
