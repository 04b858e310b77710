"""Catalog as search sees it: versions, index sets, datasets, connections and the feed, by gRPC."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import grpc.aio

from bowerbird.catalog.v1 import feed_service_pb2 as feed
from bowerbird.catalog.v1.connection_pb2 import Connection
from bowerbird.catalog.v1.connection_service_pb2 import ResolveConnectionRequest
from bowerbird.catalog.v1.connection_service_pb2_grpc import ConnectionServiceStub
from bowerbird.catalog.v1.dataset_pb2 import Dataset
from bowerbird.catalog.v1.dataset_service_pb2 import GetDatasetRequest, GetVersionRequest, ListDatasetsRequest
from bowerbird.catalog.v1.dataset_service_pb2_grpc import DatasetServiceStub
from bowerbird.catalog.v1.feed_service_pb2_grpc import FeedServiceStub
from bowerbird.catalog.v1.index_set_pb2 import IndexSet
from libs.objects.uri import StorageUri, parse_uri
from libs.rpc.names import DATASET, VERSION, WORKSPACE
from libs.vectors.index_set import index_set_id, metric_of
from libs.vectors.table import IndexTable
from services.search.index.pages import Cursor, FilesPage, VectorsPage

CALL_SECONDS = 10
DATASETS_A_PAGE = 1000


@dataclass(frozen=True)
class VersionInfo:
    """A version as it is now. `uid` is never given to another; `index_set` is the one that was asked for, None where
    the version has none such.

    `create_us` is in microseconds since 1970.
    """

    name: str
    uid: int
    revision: int
    index_set: "IndexSetInfo | None"
    create_us: int

    @property
    def workspace(self) -> str:
        return VERSION.parse(self.name)["workspace"]

    @property
    def dataset(self) -> str:
        """The resource name of its dataset."""
        ids = VERSION.parse(self.name)
        return DATASET.format(workspace=ids["workspace"], dataset=ids["dataset"])


@dataclass(frozen=True)
class DatasetInfo:
    """Where a dataset's files are; `only_key` where it has one file alone. A logical dataset has no folder."""

    name: str
    storage_connection: str
    folder: StorageUri | None
    only_key: str | None = None

    @property
    def workspace(self) -> str:
        return DATASET.parse(self.name)["workspace"]


@dataclass(frozen=True)
class IndexSetInfo:
    """An index set as it is now. `id` is what the documents of its table carry; without a table nothing was indexed."""

    name: str
    model_connection: str
    model: str
    database_connection: str
    id: str
    table: IndexTable | None
    revision: int


class Catalog:
    """Calls to catalog. They raise grpc.aio.AioRpcError, which carries catalog's own reason on to the caller."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._datasets = DatasetServiceStub(channel)
        self._connections = ConnectionServiceStub(channel)
        self._feed = FeedServiceStub(channel)

    async def version(self, name: str, index_set: str | None = None) -> VersionInfo:
        """The version of that name, which may be `latest`, and its index set as it was at the same moment: its own, or
        the one that is named.
        """
        request = GetVersionRequest(name=name, include_index_set=True, index_set=index_set or "")
        answer = await self._datasets.GetVersion(request, timeout=CALL_SECONDS)
        found = answer.version
        its = _index_set(answer.index_set) if answer.HasField("index_set") else None
        return VersionInfo(found.name, found.uid, found.revision, its, found.create_time.ToMicroseconds())

    async def dataset(self, name: str) -> DatasetInfo:
        """The dataset of that name."""
        answer = await self._datasets.GetDataset(GetDatasetRequest(name=name), timeout=CALL_SECONDS)
        return _dataset(answer.dataset)

    async def datasets(self, workspace: str) -> AsyncIterator[DatasetInfo]:
        """All datasets of a workspace, by id."""
        request = ListDatasetsRequest(parent=WORKSPACE.format(workspace=workspace), page_size=DATASETS_A_PAGE)
        while True:
            answer = await self._datasets.ListDatasets(request, timeout=CALL_SECONDS)
            for found in answer.datasets:
                yield _dataset(found)
            if not answer.next_page_token:
                return
            request.page_token = answer.next_page_token

    async def connection(self, name: str) -> Connection:
        """The connection of that name with its secret. The libraries that connect read the message itself."""
        answer = await self._connections.ResolveConnection(ResolveConnectionRequest(name=name), timeout=CALL_SECONDS)
        return answer.connection

    async def read_files(self, version: str, after: Cursor | None) -> AsyncIterator[FilesPage]:
        """Files and tags of a version that changed after a cursor, up to what is committed now."""
        request = feed.ReadFilesRequest(version=version)
        if after is not None:
            request.after.CopyFrom(_cursor_message(after))
        async for page in self._feed.ReadFiles(request):
            tag_names = {tag.id: tag.name for tag in page.tag_names}
            yield FilesPage(page.files, page.tags, tag_names, _cursor(page.next), page.remaining)

    async def read_vectors(self, index_set: str, after: Cursor | None) -> AsyncIterator[VectorsPage]:
        """The same for the vectors of an index set."""
        request = feed.ReadVectorsRequest(index_set=index_set)
        if after is not None:
            request.after.CopyFrom(_cursor_message(after))
        async for page in self._feed.ReadVectors(request):
            yield VectorsPage(page.vectors, _cursor(page.next))


def _dataset(found: Dataset) -> DatasetInfo:
    if not found.root_uri:
        return DatasetInfo(found.name, found.storage_connection, None)
    root = parse_uri(found.root_uri)
    if found.import_format == Dataset.IMPORT_FORMAT_FILE:
        return DatasetInfo(found.name, found.storage_connection, *root.split())
    return DatasetInfo(found.name, found.storage_connection, root)


def _index_set(found: IndexSet) -> IndexSetInfo:
    return IndexSetInfo(
        name=found.name,
        model_connection=found.model_connection,
        model=found.model,
        database_connection=found.database_connection,
        id=index_set_id(found),
        table=IndexTable(found.table, found.dimension, metric_of(found)) if found.dimension else None,
        revision=found.revision,
    )


def _cursor(message: feed.Cursor) -> Cursor:
    return Cursor(message.revision, message.ordinal)


def _cursor_message(cursor: Cursor) -> feed.Cursor:
    return feed.Cursor(revision=cursor.revision, ordinal=cursor.ordinal)
