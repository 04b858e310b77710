"""DatasetService."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from grpc.aio import ServicerContext
from sqlalchemy import Row

from bowerbird.catalog.v1 import dataset_pb2, dataset_service_pb2_grpc
from bowerbird.catalog.v1.dataset_pb2 import Dataset
from bowerbird.catalog.v1.dataset_service_pb2 import (
    CreateDatasetRequest,
    CreateDatasetResponse,
    DeleteDatasetRequest,
    DeleteDatasetResponse,
    GetDatasetRequest,
    GetDatasetResponse,
    GetVersionRequest,
    GetVersionResponse,
    ListDatasetsRequest,
    ListDatasetsResponse,
    ListVersionsRequest,
    ListVersionsResponse,
    UpdateDatasetRequest,
    UpdateDatasetResponse,
)
from libs.objects.config import storage_config
from libs.objects.opening import open_store
from libs.objects.uri import parse_uri
from libs.rpc.addresses import AddressPolicy
from libs.rpc.errors import FieldInvalid
from libs.rpc.names import CONNECTION, DATASET, INDEX_SET, VERSION, WORKSPACE
from libs.rpc.paging import PageTokens, page_size
from services.catalog.connections import Connections
from services.catalog.current_version import find_current_version
from services.catalog.database import Database
from services.catalog.datasets import Datasets, NewDataset, find_dataset
from services.catalog.discarded import Discarded
from services.catalog.fields import checked_enum, checked_id, checked_mask, checked_text, etag, timestamp
from services.catalog.index_sets import key_in
from services.catalog.scope import ids_in
from services.catalog.servicers.connection import encoded_connection
from services.catalog.servicers.index_set import encoded_index_set
from services.catalog.versions import Version, list_versions, version_name

Context = ServicerContext[Any, Any]
MOUNT_PATH = "/mnt/data/"


class DatasetServicer(dataset_service_pb2_grpc.DatasetServiceServicer):
    def __init__(
        self,
        database: Database,
        connections: Connections,
        discarded: Discarded,
        addresses: AddressPolicy,
        page_tokens: PageTokens,
    ) -> None:
        self._database = database
        self._datasets = Datasets(database)
        self._connections = connections
        self._discarded = discarded
        self._addresses = addresses
        self._page_tokens = page_tokens

    async def CreateDataset(self, request: CreateDatasetRequest, context: Context) -> CreateDatasetResponse:
        workspace = ids_in(WORKSPACE, request.parent, "workspace")["workspace"]
        new = decoded_dataset(workspace, request)
        if new.connection is not None:
            await self._check_root(workspace, new.connection, new)
        row = await self._datasets.create(workspace, new)
        return CreateDatasetResponse(dataset=encoded_dataset(workspace, row))

    async def GetDataset(self, request: GetDatasetRequest, context: Context) -> GetDatasetResponse:
        ids = ids_in(DATASET, request.name, "dataset")
        row = await self._datasets.get(ids["workspace"], ids["dataset"])
        return GetDatasetResponse(dataset=encoded_dataset(ids["workspace"], row))

    async def ListDatasets(self, request: ListDatasetsRequest, context: Context) -> ListDatasetsResponse:
        workspace = ids_in(WORKSPACE, request.parent, "workspace")["workspace"]
        size = page_size(request.page_size)
        (after,) = self._page_tokens.decode(request) or ("",)
        rows = await self._datasets.list(workspace, after, size + 1)
        return ListDatasetsResponse(
            datasets=[encoded_dataset(workspace, row) for row in rows[:size]],
            next_page_token=self._page_tokens.encode(request, [rows[size - 1].slug]) if len(rows) > size else "",
        )

    async def UpdateDataset(self, request: UpdateDatasetRequest, context: Context) -> UpdateDatasetResponse:
        new = request.dataset
        ids = ids_in(DATASET, new.name, "dataset")
        paths = checked_mask(request.update_mask, ("display_name", "mount_path", "description", "labels"))
        checked = checked_columns(new, ids["dataset"])
        changed = {path: checked[path] for path in paths}
        row = await self._datasets.update(ids["workspace"], ids["dataset"], new.etag, changed)
        return UpdateDatasetResponse(dataset=encoded_dataset(ids["workspace"], row))

    async def DeleteDataset(self, request: DeleteDatasetRequest, context: Context) -> DeleteDatasetResponse:
        ids = ids_in(DATASET, request.name, "dataset")
        await self._datasets.delete(ids["workspace"], ids["dataset"])
        self._discarded.wake()
        return DeleteDatasetResponse()

    async def GetVersion(self, request: GetVersionRequest, context: Context) -> GetVersionResponse:
        ids = ids_in(VERSION, request.name, "version")
        wanted = key_in(INDEX_SET.parse(request.index_set)["index_set"]) if request.index_set else None
        version, index_set = await find_current_version(self._database, **ids, index_set=wanted)
        return GetVersionResponse(
            version=encoded_version(version),
            index_set=encoded_index_set(index_set) if index_set and request.include_index_set else None,
        )

    async def ListVersions(self, request: ListVersionsRequest, context: Context) -> ListVersionsResponse:
        ids = ids_in(DATASET, request.parent, "dataset")
        size = page_size(request.page_size)
        (before,) = self._page_tokens.decode(request) or (None,)
        async with self._database.begin() as connection:
            await find_dataset(connection, ids["workspace"], ids["dataset"])
            found = await list_versions(connection, ids["workspace"], ids["dataset"], before, size + 1)
        return ListVersionsResponse(
            versions=[encoded_version(version) for version in found[:size]],
            next_page_token=self._page_tokens.encode(request, [found[size - 1].number]) if len(found) > size else "",
        )

    async def _check_root(self, workspace: str, connection: str, new: NewDataset) -> None:
        """Raises UriInvalid where the root cannot be reached by the connection; asks nothing of the bucket."""
        row = await self._connections.get(workspace, connection)
        root = parse_uri(new.root_uri)
        folder = root.split()[0] if new.import_format == Dataset.IMPORT_FORMAT_FILE else root
        config = storage_config(encoded_connection(workspace, row, self._connections.secret(row)))
        async with open_store(config, folder, self._addresses):
            pass


def decoded_dataset(workspace: str, request: CreateDatasetRequest) -> NewDataset:
    """Raises FieldInvalid, NameInvalid and UriInvalid."""
    dataset, slug = request.dataset, checked_id("dataset_id", request.dataset_id)
    kind = checked_enum("dataset.kind", Dataset.Kind, dataset.kind, Dataset.KIND_PREMIUM)
    connection = None
    if kind == Dataset.KIND_PREMIUM:
        ids = ids_in(CONNECTION, dataset.storage_connection, "connection")
        if ids["workspace"] != workspace:
            raise FieldInvalid(
                field="dataset.storage_connection", value=dataset.storage_connection, expected="one of this workspace"
            )
        connection = ids["connection"]
        checked_text("dataset.root_uri", dataset.root_uri, most=4096, least=1)
    elif dataset.storage_connection or dataset.root_uri:
        raise FieldInvalid(
            field="dataset.root_uri",
            value=dataset.root_uri or dataset.storage_connection,
            expected="neither root nor connection for a logical dataset",
        )
    columns = checked_columns(dataset, slug)
    return NewDataset(
        slug=slug,
        kind=kind,
        content_type=checked_enum(
            "dataset.content_type", Dataset.ContentType, dataset.content_type, Dataset.CONTENT_TYPE_IMAGE
        ),
        connection=connection,
        root_uri=str(parse_uri(dataset.root_uri)) if connection else "",
        import_format=checked_enum(
            "dataset.import_format", Dataset.ImportFormat, dataset.import_format, Dataset.IMPORT_FORMAT_FOLDER
        ),
        **columns,
    )


def checked_columns(dataset: Dataset, slug: str) -> dict[str, Any]:
    """What a person may change later. Raises FieldInvalid."""
    mount_path = checked_text("dataset.mount_path", dataset.mount_path, most=1024) or MOUNT_PATH
    path = PurePosixPath(mount_path)
    if not path.is_absolute() or ".." in path.parts:
        raise FieldInvalid(field="dataset.mount_path", value=mount_path, expected="an absolute path without '..'")
    return {
        "display_name": checked_text("dataset.display_name", dataset.display_name, most=127) or slug,
        "mount_path": mount_path,
        "description": checked_text("dataset.description", dataset.description, most=4096),
        "labels": checked_labels(dataset.labels),
    }


def checked_labels(labels: Mapping[str, str]) -> dict[str, str]:
    """Raises FieldInvalid."""
    if len(labels) > 64:
        raise FieldInvalid(field="dataset.labels", value=f"{len(labels)} labels", expected="at most 64")
    return {
        checked_text("dataset.labels", key, most=63, least=1): checked_text(f"dataset.labels.{key}", value, most=255)
        for key, value in labels.items()
    }


def encoded_dataset(workspace: str, row: Row[Any]) -> dataset_pb2.Dataset:
    return dataset_pb2.Dataset(
        name=DATASET.format(workspace=workspace, dataset=row.slug),
        display_name=row.display_name,
        kind=row.kind,
        content_type=row.content_type,
        storage_connection=(
            CONNECTION.format(workspace=workspace, connection=row.connection) if row.connection is not None else ""
        ),
        root_uri=row.root_uri,
        import_format=row.import_format,
        mount_path=row.mount_path,
        description=row.description,
        labels=row.labels,
        latest_version=version_name(workspace, row.slug, row.latest),
        latest_state=row.state,
        create_time=timestamp(row.created),
        update_time=timestamp(row.updated),
        etag=etag(row),
        file_count=row.file_count,
        size_bytes=row.size_bytes,
        scan_time=timestamp(row.scanned),
    )


def encoded_version(version: Version) -> dataset_pb2.Version:
    return dataset_pb2.Version(
        name=version.name,
        uid=version.id,
        state=dataset_pb2.Version.State.ValueType(version.state),
        revision=version.revision,
        file_count=version.file_count,
        size_bytes=version.size_bytes,
        scan_time=timestamp(version.scanned),
        index_set=(
            INDEX_SET.format(
                workspace=version.workspace,
                dataset=version.dataset,
                version=f"v{version.number}",
                index_set=str(version.index_set_id),
            )
            if version.index_set_id is not None
            else ""
        ),
        create_time=timestamp(version.created),
    )
