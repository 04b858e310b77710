"""What needs a connection, through a real server."""

from bowerbird.catalog.v1.connection_service_pb2 import DeleteConnectionRequest, ListUsesRequest
from bowerbird.catalog.v1.connection_service_pb2_grpc import ConnectionServiceStub
from bowerbird.catalog.v1.dataset_pb2 import Dataset
from bowerbird.catalog.v1.dataset_service_pb2 import CreateDatasetRequest, DeleteDatasetRequest
from bowerbird.catalog.v1.dataset_service_pb2_grpc import DatasetServiceStub
from bowerbird.catalog.v1.index_set_pb2 import IndexSet, Metric
from bowerbird.catalog.v1.index_set_service_pb2 import SetIndexSetRequest
from bowerbird.catalog.v1.index_set_service_pb2_grpc import IndexSetServiceStub
from tests.services.catalog.jobs_scene import FOLDER, Scene, make_index_set, scene
from tests.suite import WORKSPACE, Catalog, refusal


def connection(made: Scene, kind: str) -> str:
    return f"{WORKSPACE}/connections/{kind}-{made.dataset.rpartition('-')[2]}"


async def users(catalog: Catalog, name: str, page_size: int = 0) -> list[str]:
    stub = ConnectionServiceStub(catalog.viewer)
    request = ListUsesRequest(name=name, page_size=page_size)
    found: list[str] = []
    while True:
        page = await stub.ListUses(request)
        found += page.users
        request.page_token = page.next_page_token
        if not request.page_token:
            return found


async def test_a_connection_names_the_datasets_that_lie_on_it_page_by_page(catalog: Catalog) -> None:
    async with scene(catalog, files=0) as made:
        storage = connection(made, "folder")
        for dataset_id in ("z-beside", "a-beside"):
            dataset = Dataset(storage_connection=storage, root_uri=f"file://{FOLDER}")
            request = CreateDatasetRequest(parent=WORKSPACE, dataset_id=dataset_id, dataset=dataset)
            await DatasetServiceStub(catalog.editor).CreateDataset(request)
        named = [f"{WORKSPACE}/datasets/a-beside", made.dataset, f"{WORKSPACE}/datasets/z-beside"]
        assert await users(catalog, storage) == await users(catalog, storage, page_size=1) == named
        assert await users(catalog, connection(made, "chat")) == []
        for dataset_id in ("z-beside", "a-beside"):
            request_to_delete = DeleteDatasetRequest(name=f"{WORKSPACE}/datasets/{dataset_id}")
            await DatasetServiceStub(catalog.admin).DeleteDataset(request_to_delete)
        assert await users(catalog, storage) == [made.dataset]


async def test_a_model_and_a_database_name_the_index_sets_that_need_them(catalog: Catalog) -> None:
    async with scene(catalog, files=0) as made:
        first = f"{made.version}/indexSets/{await make_index_set(made)}"
        other = IndexSet(
            model_connection=connection(made, "embedding"),
            database_connection=connection(made, "vectors"),
            metric=Metric.METRIC_DOT_PRODUCT,
        )
        request = SetIndexSetRequest(parent=made.version, index_set=other)
        second = (await IndexSetServiceStub(catalog.editor).SetIndexSet(request)).index_set.name
        for kind in ("embedding", "vectors"):
            assert await users(catalog, connection(made, kind), page_size=1) == [first, second]
            refused = await refusal(
                ConnectionServiceStub(catalog.admin).DeleteConnection(
                    DeleteConnectionRequest(name=connection(made, kind))
                )
            )
            assert (refused.reason_name, refused.details["used_by"]) == ("IN_USE", first)


async def test_a_dataset_stands_before_its_index_sets(catalog: Catalog) -> None:
    async with scene(catalog, files=0) as made:
        index_set = f"{made.version}/indexSets/{await make_index_set(made)}"
        # No connection is both; the order is the list's all the same.
        await made.database.execute(
            "UPDATE datasets SET storage_connection_id = (SELECT id FROM connections WHERE slug = $1) WHERE slug = $2",
            connection(made, "vectors").rpartition("/")[2],
            made.dataset.rpartition("/")[2],
        )
        assert await users(catalog, connection(made, "vectors"), page_size=1) == [made.dataset, index_set]


async def test_the_uses_of_an_unknown_connection_are_not_found(catalog: Catalog) -> None:
    assert (await refusal(users(catalog, f"{WORKSPACE}/connections/nowhere"))).reason_name == "NOT_FOUND"
