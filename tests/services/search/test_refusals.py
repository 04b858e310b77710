"""Wrong requests, other workspaces, and endpoints and databases that fail: each a clear error with its reason."""

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from bowerbird.catalog.v1.connection_pb2 import Connection, PgvectorConfig
from bowerbird.catalog.v1.connection_service_pb2 import UpdateConnectionRequest
from bowerbird.catalog.v1.connection_service_pb2_grpc import ConnectionServiceStub
from bowerbird.catalog.v1.dataset_pb2 import Dataset
from bowerbird.catalog.v1.dataset_service_pb2 import CreateDatasetRequest
from bowerbird.catalog.v1.dataset_service_pb2_grpc import DatasetServiceStub
from bowerbird.search.v1.search_pb2 import Facet, Query, TagFilter
from bowerbird.search.v1.search_service_pb2 import CountFacetsRequest, CountRequest, SearchRequest
from bowerbird.search.v1.search_service_pb2_grpc import SearchServiceStub
from deploy.local.ports import free_ports
from libs.rpc.names import file_id
from tests.libs.images.samples import encoded, noise
from tests.services.indexer import scene as indexing
from tests.services.indexer.scene import House, photos
from tests.services.search.scene import Scene, connected, searching, serving
from tests.suite import WORKSPACE, Catalog, CatalogProcess, refusal


@pytest.fixture(scope="module")
async def shared_scene(shared_house: House, search_channel: object) -> Scene:
    contents = photos(5)
    dataset = await indexing.scene(shared_house, contents)
    await dataset.run()
    return Scene(dataset, search_channel, contents)  # type: ignore[arg-type]


@pytest.fixture
def scene(house: House, shared_scene: Scene) -> Scene:
    return shared_scene


@pytest.mark.parametrize(
    ("query", "field"),
    [
        (Query(text=""), "query.text"),
        (Query(text="  "), "query.text"),
        (Query(text="x" * 1025), "query.text"),
        (Query(image=b""), "query.image"),
        (Query(text="x", top_k=5001), "query.top_k"),
        (Query(text="x", top_k=-1), "query.top_k"),
        (Query(text="x", score_threshold=float("nan")), "query.score_threshold"),
        (Query(top_k=5), "query.top_k"),
        (Query(score_threshold=0.0), "query.score_threshold"),
        (Query(tags=TagFilter(any_of=["bird", " "])), "query.tags.any_of"),
        (Query(file_name="x" * 1025), "query.file_name"),
    ],
)
async def test_a_wrong_field_is_named(scene: Scene, query: Query, field: str) -> None:
    error = await refusal(scene.search(query))
    assert (error.reason_name, error.details["field"]) == ("FIELD_INVALID", field)


@pytest.mark.parametrize(
    ("request_", "field"),
    [({"page_size": -1}, "page_size"), ({"page_size": 1001}, "page_size"), ({"skip": -1}, "skip")],
)
async def test_a_wrong_page_is_named(scene: Scene, request_: dict[str, Any], field: str) -> None:
    error = await refusal(scene.search(**request_))
    assert (error.reason_name, error.details["field"]) == ("FIELD_INVALID", field)


@pytest.mark.parametrize("fields", [[], [Facet.FIELD_UNSPECIFIED], [Facet.FIELD_TAGS, 99]])
async def test_facets_need_fields_that_can_be_counted(scene: Scene, fields: list[Any]) -> None:
    error = await refusal(scene.stub.CountFacets(CountFacetsRequest(version=scene.version, fields=fields)))
    assert (error.reason_name, error.details["field"]) == ("FIELD_INVALID", "fields")
    assert "FIELD_DIRECTORY" in error.details["expected"]


async def test_queries_have_limits(scene: Scene) -> None:
    tags = TagFilter(any_of=[f"tag {number}" for number in range(257)])
    assert (await refusal(scene.search(Query(tags=tags)))).reason_name == "QUERY_TOO_LARGE"
    files = [f"{scene.version}/files/{file_id(1, number)}" for number in range(10_001)]
    assert (await refusal(scene.search(Query(files=files)))).reason_name == "QUERY_TOO_LARGE"
    error = await refusal(scene.search(Query(image=b"x" * (10 * 1024 * 1024 + 1))))
    assert error.reason_name == "IMAGE_TOO_LARGE"


async def test_files_and_index_sets_of_others_are_refused(scene: Scene) -> None:
    other = f"{WORKSPACE}/datasets/other/versions/v1"
    error = await refusal(scene.search(Query(files=[f"{other}/files/{file_id(1, 1)}"])))
    assert (error.reason_name, error.details["field"]) == ("FIELD_INVALID", "query.files")
    assert (await refusal(scene.search(Query(files=["nonsense"])))).reason_name == "NAME_INVALID"
    error = await refusal(scene.search(Query(text="x", index_set=f"{other}/indexSets/1")))
    assert (error.reason_name, error.details["field"]) == ("FIELD_INVALID", "query.index_set")
    assert (await refusal(scene.search(Query(text="x", index_set="1")))).reason_name == "NAME_INVALID"


async def test_a_token_of_another_query_is_refused(scene: Scene) -> None:
    token = (await scene.search(page_size=2)).next_page_token
    assert token
    for query, page_token in (
        (Query(file_name="photo"), token),
        (Query(text="a bird"), token),
        (None, token[:-4] + "AAAA"),
        (None, "nonsense"),
        (None, "ä"),
    ):
        error = await refusal(scene.search(query, page_token=page_token))
        assert error.reason_name == "PAGE_TOKEN_INVALID"


@pytest.mark.parametrize("workspace", ["other", "nowhere"])
async def test_another_workspaces_versions_are_not_found(scene: Scene, workspace: str) -> None:
    name = f"workspaces/{workspace}/datasets/d/versions/v1"
    error = await refusal(scene.stub.Count(CountRequest(version=name)))
    assert (error.reason_name, error.details["resource"]) == ("NOT_FOUND", "version")


@pytest.mark.parametrize("name", ["datasets/none/versions/v1", "datasets/none/versions/latest"])
async def test_a_version_that_does_not_exist_is_not_found(scene: Scene, name: str) -> None:
    error = await refusal(scene.stub.Count(CountRequest(version=f"{WORKSPACE}/{name}")))
    assert error.reason_name == "NOT_FOUND"


async def test_a_call_needs_a_token_that_catalog_knows(scene: Scene) -> None:
    request = CountRequest(version=scene.version)
    async with serving(scene.house.catalog) as address, connected(address, "a wrong token") as channel:
        assert (await refusal(SearchServiceStub(channel).Count(request))).reason_name == "UNAUTHENTICATED"


async def test_without_an_index_set_there_is_no_similarity(scene: Scene) -> None:
    dataset = Dataset(
        storage_connection=f"{WORKSPACE}/connections/storage-{scene.dataset.folder.rpartition('-')[2]}",
        root_uri=f"s3://{scene.house.bucket}/{scene.dataset.folder}",
    )
    made = await DatasetServiceStub(scene.house.catalog.editor).CreateDataset(
        CreateDatasetRequest(parent=WORKSPACE, dataset_id="without-index", dataset=dataset)
    )
    version = made.dataset.latest_version
    error = await refusal(scene.stub.Search(SearchRequest(version=version, query=Query(text="a bird"))))
    assert (error.reason_name, error.details["version"]) == ("INDEX_SET_MISSING", version)


async def test_an_index_set_without_vectors_has_no_hits_and_asks_no_model(scene: Scene) -> None:
    fresh = Scene(await indexing.scene(scene.house, photos(2)), scene.channel, {})
    scene.house.endpoint.forget()
    answer = await fresh.search(Query(text="a bird"))
    assert (list(answer.hits), answer.total) == ([], 0)
    assert scene.house.endpoint.counts.calls == 0


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"kind": "status", "status": 401}, "MODEL_ACCESS_DENIED"),
        ({"kind": "status", "status": 404}, "MODEL_NOT_FOUND"),
        ({"kind": "status", "status": 400}, "MODEL_REQUEST_REFUSED"),
        ({"kind": "status", "status": 500}, "MODEL_UNAVAILABLE"),
        ({"kind": "status", "status": 429}, "MODEL_RATE_LIMITED"),
        ({"kind": "not_json"}, "MODEL_RESPONSE_INVALID"),
        ({"kind": "not_finite"}, "VECTOR_INVALID"),
        ({"kind": "wrong_dimension"}, "DIMENSION_MISMATCH"),
        ({"kind": "hang"}, "MODEL_UNAVAILABLE"),
    ],
)
async def test_a_model_that_fails_is_told_within_seconds(scene: Scene, how: dict[str, Any], reason: str) -> None:
    scene.house.endpoint.misbehave(**how)
    began = time.monotonic()
    error = await refusal(scene.search(Query(text=f"a bird that meets {how}")))
    assert error.reason_name == reason
    assert time.monotonic() - began < 8
    scene.house.endpoint.reset()
    assert (await scene.search(Query(text=f"a bird that meets {how}"))).hits


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"no image", "IMAGE_FORMAT_UNSUPPORTED"),
        (encoded(noise((48, 32)), "PNG")[:200], "IMAGE_CORRUPT"),
        (encoded(noise((48, 32)), "JPEG")[:10], "IMAGE_CORRUPT"),
    ],
)
async def test_an_upload_that_is_no_image_is_refused(scene: Scene, data: bytes, reason: str) -> None:
    assert (await refusal(scene.search(Query(image=data)))).reason_name in (reason, "IMAGE_FORMAT_UNSUPPORTED")


async def test_only_objects_below_the_root_of_a_dataset_are_read(scene: Scene) -> None:
    bucket, folder = scene.house.bucket, scene.dataset.folder
    await scene.house.put("secret", {"photo.jpg": encoded(noise((48, 32)), "JPEG")})
    for uri, reason in (
        (f"s3://{bucket}/secret/photo.jpg", "URI_INVALID"),
        (f"s3://{bucket}/{folder}/../secret/photo.jpg", "URI_INVALID"),
        (f"s3://{bucket}/{folder}x/photo.jpg", "URI_INVALID"),
        ("http://169.254.169.254/latest/meta-data", "URI_INVALID"),
        ("file:///etc/passwd", "URI_INVALID"),
        (f"s3://{bucket}/{folder}/no such photo.jpg", "OBJECT_NOT_FOUND"),
    ):
        assert (await refusal(scene.search(Query(image_uri=uri)))).reason_name == reason, uri


async def test_an_image_of_another_dataset_of_the_workspace_can_be_named(scene: Scene) -> None:
    other = await indexing.scene(scene.house, {"a/x.jpg": next(iter(scene.contents.values()))})
    answer = await scene.search(Query(image_uri=f"s3://{scene.house.bucket}/{other.folder}/a/x.jpg", top_k=1))
    assert answer.hits[0].file.path == next(iter(scene.contents))


async def test_a_database_that_is_away_is_told_and_found_again(scene: Scene) -> None:
    connections = ConnectionServiceStub(scene.house.catalog.admin)
    index_set = await scene.dataset.message()
    away = replace(scene.house.vectors_config, port=free_ports(1)[0])
    await set_database(connections, index_set.database_connection, away)
    async with searching(scene.house.catalog) as channel:
        fresh = replace(scene, channel=channel)
        error = await refusal(fresh.search(Query(text="a bird")))
        assert error.reason_name in ("DATABASE_UNAVAILABLE", "ADDRESS_UNREACHABLE")
        # The next query looks at the connection anew.
        await set_database(connections, index_set.database_connection, scene.house.vectors_config)
        assert (await fresh.search(Query(text="a bird"))).hits
        assert (await fresh.search()).total == len(scene.contents)


async def set_database(connections: Any, name: str, config: Any) -> None:
    pgvector = PgvectorConfig(
        host=config.host,
        port=config.port,
        database=config.database,
        username=config.username,
        password=config.password,
    )
    request = UpdateConnectionRequest(connection=Connection(name=name, pgvector=pgvector))
    request.update_mask.paths.append("pgvector")
    await connections.UpdateConnection(request)


@pytest.fixture
async def restartable(catalog_process: tuple[Catalog, CatalogProcess]) -> AsyncIterator[tuple[Any, CatalogProcess]]:
    catalog, process = catalog_process
    async with searching(catalog) as channel:
        yield channel, process


async def test_a_catalog_that_is_away_is_told_and_found_again(restartable: tuple[Any, CatalogProcess]) -> None:
    channel, process = restartable
    request = CountRequest(version=f"{WORKSPACE}/datasets/none/versions/v1")
    stub = SearchServiceStub(channel)
    assert (await refusal(stub.Count(request))).reason_name == "NOT_FOUND"
    await process.kill()
    assert (await refusal(stub.Count(request))).reason_name == "SERVICE_UNAVAILABLE"
    await process.start()
    assert (await refusal(stub.Count(request))).reason_name == "NOT_FOUND"
