"""Index sets through a real server."""

import grpc
import pytest

from bowerbird.catalog.v1.dataset_service_pb2 import GetVersionRequest
from bowerbird.catalog.v1.dataset_service_pb2_grpc import DatasetServiceStub
from bowerbird.catalog.v1.index_set_pb2 import IndexSet, Metric
from bowerbird.catalog.v1.index_set_service_pb2 import (
    GetIndexSetRequest,
    ListIndexSetsRequest,
    RecordDimensionRequest,
    SetIndexSetRequest,
)
from bowerbird.catalog.v1.index_set_service_pb2_grpc import IndexSetServiceStub
from tests.services.catalog.jobs_scene import Scene, scene
from tests.suite import WORKSPACE, Catalog, refusal


def setting(made: Scene, **changed: object) -> IndexSet:
    number = made.dataset.rpartition("-")[2]
    values = {
        "model_connection": f"{WORKSPACE}/connections/embedding-{number}",
        "database_connection": f"{WORKSPACE}/connections/vectors-{number}",
    }
    return IndexSet(**(values | changed))  # type: ignore[arg-type]


async def set_index_set(made: Scene, index_set: IndexSet) -> IndexSet:
    request = SetIndexSetRequest(parent=made.version, index_set=index_set)
    return (await IndexSetServiceStub(made.catalog.editor).SetIndexSet(request)).index_set


async def current(made: Scene) -> str:
    answer = await DatasetServiceStub(made.catalog.viewer).GetVersion(GetVersionRequest(name=made.version))
    return answer.version.index_set


async def test_setting_the_same_index_set_again_changes_nothing(catalog: Catalog) -> None:
    async with scene(catalog, files=0) as made:
        assert await current(made) == ""
        first = await set_index_set(made, setting(made))
        assert (first.model, first.table, first.metric) == ("gme", "bowerbird", Metric.METRIC_COSINE)
        assert first.dimension == 8  # as the connection says
        assert await set_index_set(made, setting(made)) == first
        assert await current(made) == first.name
        other = await set_index_set(made, setting(made, table="other", metric=Metric.METRIC_DOT_PRODUCT))
        assert await current(made) == other.name
        await set_index_set(made, setting(made))
        assert await current(made) == first.name
        viewer = IndexSetServiceStub(catalog.viewer)
        listed = await viewer.ListIndexSets(ListIndexSetsRequest(parent=made.version, page_size=1))
        assert list(listed.index_sets) == [first]
        request = ListIndexSetsRequest(parent=made.version, page_size=1, page_token=listed.next_page_token)
        assert list((await viewer.ListIndexSets(request)).index_sets) == [other]


async def test_a_version_comes_with_its_own_index_set_where_that_is_asked_for(catalog: Catalog) -> None:
    async with scene(catalog, files=5) as made:
        stub = DatasetServiceStub(catalog.viewer)
        latest = made.version.rpartition("/")[0] + "/latest"
        for name in (made.version, latest):
            answer = await stub.GetVersion(GetVersionRequest(name=name, include_index_set=True))
            assert (answer.version.index_set, answer.HasField("index_set")) == ("", False)
        other = await set_index_set(made, setting(made, table="other", metric=Metric.METRIC_DOT_PRODUCT))
        index_set = await set_index_set(made, setting(made))
        await made.finish(await made.index())
        request = GetIndexSetRequest(name=index_set.name, omit_file_count=True)
        indexed = (await IndexSetServiceStub(catalog.viewer).GetIndexSet(request)).index_set
        assert indexed.revision > index_set.revision
        for name in (made.version, latest):
            answer = await stub.GetVersion(GetVersionRequest(name=name, include_index_set=True))
            assert (answer.version.name, answer.version.index_set) == (made.version, index_set.name)
            assert answer.index_set == indexed
        for name, expected in ((other.name, other.name), (other.name.rpartition("/")[0] + "/0", "")):
            named = GetVersionRequest(name=made.version, include_index_set=True, index_set=name)
            assert (await stub.GetVersion(named)).index_set.name == expected
        alone = await stub.GetVersion(GetVersionRequest(name=made.version))
        assert (alone.version, alone.HasField("index_set")) == (answer.version, False)


async def test_files_that_are_indexed_are_counted(catalog: Catalog) -> None:
    async with scene(catalog, files=5) as made:
        index_set = await set_index_set(made, setting(made))
        await made.finish(await made.index())
        stub = IndexSetServiceStub(catalog.viewer)
        counted = (await stub.GetIndexSet(GetIndexSetRequest(name=index_set.name))).index_set
        assert counted.file_count == 5
        assert counted.revision > index_set.revision
        uncounted = (await stub.GetIndexSet(GetIndexSetRequest(name=index_set.name, omit_file_count=True))).index_set
        counted.file_count = 0
        assert uncounted == counted


async def test_a_dimension_is_recorded_once(catalog: Catalog) -> None:
    async with scene(catalog, files=0) as made:
        await made.database.execute(
            "UPDATE connections SET config = jsonb_set(config, '{models}', '[{\"model\": \"asked\"}]') WHERE slug = $1",
            f"embedding-{made.dataset.rpartition('-')[2]}",
        )
        index_set = await set_index_set(made, setting(made))
        assert (index_set.model, index_set.dimension) == ("asked", 0)
        stub = IndexSetServiceStub(catalog.service)
        for _ in range(2):
            request = RecordDimensionRequest(name=index_set.name, dimension=512)
            assert (await stub.RecordDimension(request)).index_set.dimension == 512
        error = await refusal(stub.RecordDimension(RecordDimensionRequest(name=index_set.name, dimension=64)))
        assert (error.status, error.reason_name) == (grpc.StatusCode.FAILED_PRECONDITION, "DIMENSION_MISMATCH")
        assert (error.details["expected"], error.details["found"]) == ("512", "64")
        for dimension in (0, -1, 65_536):
            request = RecordDimensionRequest(name=index_set.name, dimension=dimension)
            assert (await refusal(stub.RecordDimension(request))).details["field"] == "dimension"


@pytest.mark.parametrize(
    ("changed", "reason", "field"),
    [
        ({"table": "Upper"}, "FIELD_INVALID", "index_set.table"),
        ({"table": "a" * 64}, "FIELD_INVALID", "index_set.table"),
        ({"table": "1a"}, "FIELD_INVALID", "index_set.table"),
        ({"metric": 9}, "FIELD_INVALID", "index_set.metric"),
        ({"model": "unknown"}, "FIELD_INVALID", "index_set.model"),
        ({"model_connection": ""}, "NAME_INVALID", None),
        ({"model_connection": f"{WORKSPACE}/connections/none"}, "NOT_FOUND", None),
        ({"database_connection": "workspaces/other/connections/x"}, "NOT_FOUND", None),
    ],
)
async def test_an_index_set_that_cannot_be_is_refused(
    catalog: Catalog, changed: dict[str, object], reason: str, field: str | None
) -> None:
    async with scene(catalog, files=0) as made:
        error = await refusal(set_index_set(made, setting(made, **changed)))
        assert (error.reason_name, error.details.get("field")) == (reason, field)
        assert await current(made) == ""


async def test_connections_of_the_wrong_kind_are_refused(catalog: Catalog) -> None:
    async with scene(catalog, files=0) as made:
        right = setting(made)
        swapped = setting(made, model_connection=right.database_connection)
        assert (await refusal(set_index_set(made, swapped))).details["field"] == "index_set.model_connection"
        chat = setting(made, model_connection=made.model_connection)
        assert (await refusal(set_index_set(made, chat))).details["field"] == "index_set.model_connection"
        no_database = setting(made, database_connection=right.model_connection)
        assert (await refusal(set_index_set(made, no_database))).details["field"] == "index_set.database_connection"


async def test_an_unknown_index_set_is_not_found(catalog: Catalog) -> None:
    async with scene(catalog, files=0) as made, scene(catalog, files=0) as other:
        index_set = await set_index_set(other, setting(other))
        stub = IndexSetServiceStub(catalog.viewer)
        for index_set_id in (index_set.name.rpartition("/")[2], "999999", "x", "9" * 30):
            request = GetIndexSetRequest(name=f"{made.version}/indexSets/{index_set_id}")
            assert (await refusal(stub.GetIndexSet(request))).reason_name == "NOT_FOUND"
