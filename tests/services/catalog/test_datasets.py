"""Datasets and versions through a real server."""

import asyncio
import time
from pathlib import Path

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask

from bowerbird.catalog.v1.connection_pb2 import Connection, FolderConfig, S3Config
from bowerbird.catalog.v1.connection_service_pb2 import CreateConnectionRequest, DeleteConnectionRequest
from bowerbird.catalog.v1.connection_service_pb2_grpc import ConnectionServiceStub
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
from tests.services.catalog.jobs_scene import scene, tagged
from tests.suite import WORKSPACE, Catalog, refusal

STORAGE = f"{WORKSPACE}/connections/storage"
TABLES = ("files", "file_tags", "file_vectors", "outcomes", "discarded_versions")


@pytest.fixture(scope="module")
async def folder(catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the connection STORAGE; `bucket` is a connection to S3."""
    root = tmp_path_factory.mktemp("photos")
    for name, connection in {
        "storage": Connection(folder=FolderConfig(root=str(root))),
        "bucket": Connection(s3=S3Config(endpoint="http://127.0.0.1:9")),
    }.items():
        request = CreateConnectionRequest(parent=WORKSPACE, connection_id=name, connection=connection)
        await ConnectionServiceStub(catalog.admin).CreateConnection(request)
    return root


async def create(catalog: Catalog, dataset_id: str, dataset: Dataset) -> Dataset:
    request = CreateDatasetRequest(parent=WORKSPACE, dataset_id=dataset_id, dataset=dataset)
    return (await DatasetServiceStub(catalog.editor).CreateDataset(request)).dataset


async def test_a_new_dataset_has_its_defaults_and_an_open_version(catalog: Catalog, folder: Path) -> None:
    made = await create(catalog, "birds", Dataset(storage_connection=STORAGE, root_uri=f"file://{folder}/"))
    assert made.name == f"{WORKSPACE}/datasets/birds"
    assert (made.display_name, made.mount_path, made.root_uri) == ("birds", "/mnt/data/", f"file://{folder}")
    assert made.kind == Dataset.KIND_PREMIUM
    assert made.content_type == Dataset.CONTENT_TYPE_IMAGE
    assert made.import_format == Dataset.IMPORT_FORMAT_FOLDER
    stub = DatasetServiceStub(catalog.viewer)
    assert (await stub.GetDataset(GetDatasetRequest(name=made.name))).dataset == made
    version = (await stub.GetVersion(GetVersionRequest(name=f"{made.name}/versions/latest"))).version
    assert version.name == made.latest_version == f"{made.name}/versions/v1"
    assert (version.state, version.revision, version.file_count) == (Version.STATE_OPEN, 0, 0)
    assert not version.HasField("scan_time")
    assert version.uid > 0
    assert list((await stub.ListVersions(ListVersionsRequest(parent=made.name))).versions) == [version]


async def test_a_dataset_says_what_its_newest_version_holds(catalog: Catalog) -> None:
    async with scene(catalog, files=3) as made, scene(catalog, files=1, scanned=False) as unscanned:
        stub = DatasetServiceStub(catalog.viewer)
        listed = {one.name: one for one in (await stub.ListDatasets(ListDatasetsRequest(parent=WORKSPACE))).datasets}
        assert (listed[unscanned.dataset].file_count, listed[unscanned.dataset].HasField("scan_time")) == (0, False)
        await made.database.execute("UPDATE versions SET size_bytes = 3003 WHERE id = $1", made.version_id)
        dataset = (await stub.GetDataset(GetDatasetRequest(name=made.dataset))).dataset
        version = (await stub.GetVersion(GetVersionRequest(name=made.version))).version
        assert (dataset.file_count, dataset.size_bytes, dataset.scan_time) == (3, 3003, version.scan_time)
        assert (listed[made.dataset].file_count, dataset.latest_state) == (3, Version.STATE_OPEN)
        await made.database.execute(
            "INSERT INTO versions (dataset_id, workspace_id, number, state, file_count) "
            "SELECT dataset_id, workspace_id, 2, $2, 7 FROM versions WHERE id = $1",
            made.version_id, Version.STATE_PUBLISHED,
        )  # fmt: skip
        newer = (await stub.GetDataset(GetDatasetRequest(name=made.dataset))).dataset
        assert (newer.latest_version, newer.file_count) == (f"{made.dataset}/versions/v2", 7)
        assert newer.latest_state == Version.STATE_PUBLISHED
        assert not newer.HasField("scan_time")


async def test_a_dataset_keeps_what_was_given(catalog: Catalog, folder: Path) -> None:
    given = Dataset(
        display_name="Vögel 鸟",
        storage_connection=STORAGE,
        root_uri=f"file://{folder}/a b?#/x.jpg",
        import_format=Dataset.IMPORT_FORMAT_FILE,
        mount_path="/data",
        description="two\nlines",
        labels={"team": "north", "empty": ""},
    )
    made = await create(catalog, "given", given)
    for field in ("display_name", "root_uri", "import_format", "mount_path", "description", "labels"):
        assert getattr(made, field) == getattr(given, field)


async def test_a_logical_dataset_has_no_root(catalog: Catalog, folder: Path) -> None:
    made = await create(catalog, "logical", Dataset(kind=Dataset.KIND_LOGICAL))
    assert (made.storage_connection, made.root_uri) == ("", "")
    wrong = Dataset(kind=Dataset.KIND_LOGICAL, root_uri=f"file://{folder}")
    assert (await refusal(create(catalog, "logical-2", wrong))).details["field"] == "dataset.root_uri"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"root_uri": ""}, "dataset.root_uri"),
        ({"kind": 7}, "dataset.kind"),
        ({"content_type": 7}, "dataset.content_type"),
        ({"import_format": 7}, "dataset.import_format"),
        ({"display_name": "x" * 128}, "dataset.display_name"),
        ({"description": "x" * 4097}, "dataset.description"),
        ({"mount_path": "data"}, "dataset.mount_path"),
        ({"mount_path": "/mnt/../etc"}, "dataset.mount_path"),
        ({"labels": {str(number): "" for number in range(65)}}, "dataset.labels"),
        ({"labels": {"": "x"}}, "dataset.labels"),
        ({"labels": {"k" * 64: "x"}}, "dataset.labels"),
        ({"labels": {"k": "v" * 256}}, "dataset.labels.k"),
    ],
)
async def test_a_field_that_is_wrong_is_named(
    catalog: Catalog, folder: Path, changed: dict[str, object], field: str
) -> None:
    values = {"storage_connection": STORAGE, "root_uri": f"file://{folder}"} | changed
    error = await refusal(create(catalog, "wrong", Dataset(**values)))  # type: ignore[arg-type]
    assert (error.reason_name, error.details["field"]) == ("FIELD_INVALID", field)


@pytest.mark.parametrize(
    "root", ["photos", "http://a/b", "s3://", "s3://bucket/a/../b", "file:///etc", "s3://bucket/a"]
)
async def test_a_root_that_the_connection_cannot_reach_is_refused(catalog: Catalog, folder: Path, root: str) -> None:
    error = await refusal(create(catalog, "wrong", Dataset(storage_connection=STORAGE, root_uri=root)))
    assert (error.status, error.reason_name) == (grpc.StatusCode.INVALID_ARGUMENT, "URI_INVALID")


async def test_a_folder_is_no_root_for_a_connection_to_a_bucket(catalog: Catalog, folder: Path) -> None:
    bucket = f"{WORKSPACE}/connections/bucket"
    error = await refusal(create(catalog, "wrong", Dataset(storage_connection=bucket, root_uri=f"file://{folder}")))
    assert error.reason_name == "URI_INVALID"
    whole = Dataset(storage_connection=bucket, root_uri="s3://bucket", import_format=Dataset.IMPORT_FORMAT_FILE)
    assert (await refusal(create(catalog, "wrong", whole))).reason_name == "URI_INVALID"
    assert (await create(catalog, "right", Dataset(storage_connection=bucket, root_uri="s3://bucket"))).name


async def test_an_unknown_connection_is_not_found(catalog: Catalog, folder: Path) -> None:
    for name in (f"{WORKSPACE}/connections/none", "workspaces/other/connections/storage"):
        error = await refusal(create(catalog, "wrong", Dataset(storage_connection=name, root_uri=f"file://{folder}")))
        assert (error.reason_name, error.details["name"]) == ("NOT_FOUND", name)
    error = await refusal(create(catalog, "wrong", Dataset(root_uri=f"file://{folder}")))
    assert error.reason_name == "NAME_INVALID"


async def test_of_two_that_take_the_same_id_one_is_refused(catalog: Catalog, folder: Path) -> None:
    dataset = Dataset(storage_connection=STORAGE, root_uri=f"file://{folder}")
    outcomes = await asyncio.gather(*(create(catalog, "raced", dataset) for _ in range(4)), return_exceptions=True)
    made = [outcome for outcome in outcomes if isinstance(outcome, Dataset)]
    refused = [outcome for outcome in outcomes if isinstance(outcome, grpc.aio.AioRpcError)]
    assert len(made) == 1
    assert [error.code() for error in refused] == [grpc.StatusCode.ALREADY_EXISTS] * 3


async def test_an_edit_changes_what_its_mask_names_and_nothing_from_a_stale_state(
    catalog: Catalog, folder: Path
) -> None:
    made = await create(
        catalog, "edited", Dataset(storage_connection=STORAGE, root_uri=f"file://{folder}", description="old")
    )
    stub = DatasetServiceStub(catalog.editor)
    new = Dataset(name=made.name, etag=made.etag, description="new", labels={"a": "b"}, display_name="not in the mask")
    request = UpdateDatasetRequest(dataset=new, update_mask=FieldMask(paths=["description", "labels"]))
    edited = (await stub.UpdateDataset(request)).dataset
    assert (edited.description, dict(edited.labels), edited.display_name) == ("new", {"a": "b"}, "edited")
    assert edited.update_time.ToDatetime() > made.update_time.ToDatetime()
    conflict = await refusal(stub.UpdateDataset(request))
    assert (conflict.status, conflict.reason_name) == (grpc.StatusCode.ABORTED, "STATE_CONFLICT")
    for paths in ([], ["root_uri"], ["description", "etag"]):
        request.update_mask.CopyFrom(FieldMask(paths=paths))
        assert (await refusal(stub.UpdateDataset(request))).details["field"] == "update_mask"


async def test_datasets_are_listed_by_id_page_by_page(catalog: Catalog, folder: Path) -> None:
    for number in (3, 1, 2):
        await create(catalog, f"page-{number}", Dataset(kind=Dataset.KIND_LOGICAL))
    stub = DatasetServiceStub(catalog.viewer)
    request = ListDatasetsRequest(parent=WORKSPACE, page_size=2)
    names: list[str] = []
    while True:
        answer = await stub.ListDatasets(request)
        names += [dataset.name for dataset in answer.datasets]
        assert len(answer.datasets) <= 2
        if not answer.next_page_token:
            break
        request.page_token = answer.next_page_token
    assert names == sorted(set(names))
    assert {f"{WORKSPACE}/datasets/page-{number}" for number in (1, 2, 3)} <= set(names)
    for changed in ({"page_token": "made up"}, {"page_size": 1001}, {"page_size": -1}):
        values = {"parent": WORKSPACE} | changed
        error = await refusal(stub.ListDatasets(ListDatasetsRequest(**values)))
        assert error.reason_name in ("PAGE_TOKEN_INVALID", "FIELD_INVALID")


@pytest.mark.parametrize("version", ["v2", "v0", "v01", "1", "v", "v99999999999999999999", "v1 "])
async def test_an_unknown_version_is_not_found(catalog: Catalog, folder: Path, version: str) -> None:
    stub = DatasetServiceStub(catalog.viewer)
    error = await refusal(stub.GetVersion(GetVersionRequest(name=f"{WORKSPACE}/datasets/logical/versions/{version}")))
    assert error.reason_name == "NOT_FOUND"


async def test_another_workspace_and_malformed_names_are_refused(catalog: Catalog) -> None:
    stub = DatasetServiceStub(catalog.admin)
    other = "workspaces/other/datasets/logical"
    for call in (
        stub.GetDataset(GetDatasetRequest(name=other)),
        stub.DeleteDataset(DeleteDatasetRequest(name=other)),
        stub.GetVersion(GetVersionRequest(name=f"{other}/versions/v1")),
        stub.ListVersions(ListVersionsRequest(parent=other)),
        stub.ListDatasets(ListDatasetsRequest(parent="workspaces/other")),
        stub.GetDataset(GetDatasetRequest(name=f"{WORKSPACE}/datasets/none")),
        stub.ListVersions(ListVersionsRequest(parent=f"{WORKSPACE}/datasets/none")),
    ):
        assert (await refusal(call)).reason_name == "NOT_FOUND"
    assert (await refusal(stub.GetDataset(GetDatasetRequest(name="logical")))).reason_name == "NAME_INVALID"


async def test_a_connection_that_a_dataset_needs_stays(catalog: Catalog, folder: Path) -> None:
    await create(catalog, "needs", Dataset(storage_connection=STORAGE, root_uri=f"file://{folder}"))
    error = await refusal(ConnectionServiceStub(catalog.admin).DeleteConnection(DeleteConnectionRequest(name=STORAGE)))
    assert (error.status, error.reason_name) == (grpc.StatusCode.FAILED_PRECONDITION, "IN_USE")
    assert error.details["used_by"].startswith(f"{WORKSPACE}/datasets/")


async def test_a_dataset_is_deleted_with_all_its_rows_but_not_while_a_job_runs(catalog: Catalog) -> None:
    stub = DatasetServiceStub(catalog.admin)
    async with scene(catalog, files=30) as made:
        job = await made.tag()
        (lease,) = await made.lease()
        await made.commit(lease, [tagged(file, "bird") for file in lease.files[:10]])
        error = await refusal(stub.DeleteDataset(DeleteDatasetRequest(name=made.dataset)))
        assert (error.reason_name, error.details["used_by"]) == ("IN_USE", job.name)
        await made.commit(lease, [tagged(file, "bird") for file in lease.files[10:]])
        await stub.DeleteDataset(DeleteDatasetRequest(name=made.dataset))
        assert (await refusal(stub.GetDataset(GetDatasetRequest(name=made.dataset)))).reason_name == "NOT_FOUND"
        deadline = time.monotonic() + 10
        while left := await rows_left(made.database, made.version_id):
            assert time.monotonic() < deadline, left
            await asyncio.sleep(0.02)


async def rows_left(database: object, version_id: int) -> dict[str, int]:
    counts = {
        table: await database.fetchval(f"SELECT count(*) FROM {table} WHERE version_id = $1", version_id)  # type: ignore[attr-defined]  # noqa: S608
        for table in TABLES
    }
    return {table: count for table, count in counts.items() if count}
