"""Datasets and their versions."""

from collections.abc import AsyncIterator, Iterable, Mapping

from google.protobuf.field_mask_pb2 import FieldMask

from bowerbird.catalog.v1.dataset_pb2 import Dataset, Version
from bowerbird.catalog.v1.dataset_service_pb2 import (
    CreateDatasetRequest,
    DeleteDatasetRequest,
    GetDatasetRequest,
    GetVersionRequest,
    ListDatasetsRequest,
    ListVersionsRequest,
    UpdateDatasetRequest,
)
from bowerbird.catalog.v1.dataset_service_pb2_grpc import DatasetServiceStub
from bowerbird.client.defaults import LATEST, STORAGE_CONNECTION
from bowerbird.client.names import Names
from bowerbird.client.paging import paged
from bowerbird.client.transport import Transport


class Datasets:
    """`client.datasets`."""

    def __init__(self, transport: Transport, names: Names) -> None:
        self._transport = transport
        self._names = names
        self._stub = DatasetServiceStub(transport.channel)

    async def create(
        self,
        dataset_id: str,
        root_uri: str,
        *,
        storage_connection: str = STORAGE_CONNECTION,
        import_format: Dataset.ImportFormat.ValueType = Dataset.IMPORT_FORMAT_FOLDER,
        display_name: str = "",
        description: str = "",
        mount_path: str = "",
        labels: Mapping[str, str] | None = None,
    ) -> Dataset:
        """A dataset of what lies below `root_uri`. Nothing is copied, and nothing found before the first scan."""
        dataset = Dataset(
            kind=Dataset.KIND_PREMIUM,
            content_type=Dataset.CONTENT_TYPE_IMAGE,
            storage_connection=self._names.connection(storage_connection),
            root_uri=root_uri,
            import_format=import_format,
            display_name=display_name,
            description=description,
            mount_path=mount_path,
            labels=labels or {},
        )
        request = CreateDatasetRequest(parent=self._names.parent, dataset_id=dataset_id, dataset=dataset)
        return (await self._transport.call(self._stub.CreateDataset, request)).dataset

    async def get(self, dataset: str) -> Dataset:
        request = GetDatasetRequest(name=self._names.dataset(dataset))
        return (await self._transport.call(self._stub.GetDataset, request)).dataset

    def list(self) -> AsyncIterator[Dataset]:
        """By id."""
        return paged(
            lambda token: self._transport.call(
                self._stub.ListDatasets, ListDatasetsRequest(parent=self._names.parent, page_token=token)
            ),
            lambda page: page.datasets,
        )

    async def update(self, dataset: Dataset, fields: Iterable[str]) -> Dataset:
        """Change `fields` of display_name, mount_path, description and labels to what `dataset` has."""
        request = UpdateDatasetRequest(dataset=dataset, update_mask=FieldMask(paths=fields))
        return (await self._transport.call(self._stub.UpdateDataset, request)).dataset

    async def delete(self, dataset: str) -> None:
        """The dataset and what the suite knows of it; nothing in object storage."""
        request = DeleteDatasetRequest(name=self._names.dataset(dataset))
        await self._transport.call(self._stub.DeleteDataset, request)

    async def version(self, dataset: str, version: str = LATEST) -> Version:
        request = GetVersionRequest(name=self._names.version(dataset, version))
        return (await self._transport.call(self._stub.GetVersion, request)).version

    def versions(self, dataset: str) -> AsyncIterator[Version]:
        """Newest first."""
        parent = self._names.dataset(dataset)
        return paged(
            lambda token: self._transport.call(
                self._stub.ListVersions, ListVersionsRequest(parent=parent, page_token=token)
            ),
            lambda page: page.versions,
        )
