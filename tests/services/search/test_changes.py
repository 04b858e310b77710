"""What was acknowledged is found by the next query, and pages go on over changes."""

import asyncio
import itertools
from collections.abc import AsyncIterator

import pytest

from bowerbird.catalog.v1.connection_pb2 import Connection, S3Config
from bowerbird.catalog.v1.connection_service_pb2 import CreateConnectionRequest
from bowerbird.catalog.v1.connection_service_pb2_grpc import ConnectionServiceStub
from bowerbird.catalog.v1.dataset_pb2 import Dataset
from bowerbird.catalog.v1.dataset_service_pb2 import CreateDatasetRequest, DeleteDatasetRequest
from bowerbird.catalog.v1.dataset_service_pb2_grpc import DatasetServiceStub
from bowerbird.search.v1.search_pb2 import Facet, Query, TagFilter
from bowerbird.search.v1.search_service_pb2 import CountFacetsRequest, CountRequest
from bowerbird.search.v1.search_service_pb2_grpc import SearchServiceStub
from tests.libs.images.samples import encoded, noise
from tests.services.indexer import scene as indexing
from tests.services.indexer.scene import House, photos
from tests.services.search.scene import Scene, searching
from tests.suite import WORKSPACE

numbers = itertools.count(1)


@pytest.fixture
async def scene(house: House, search_channel: object) -> Scene:
    """Eight photos, indexed."""
    contents = photos(8)
    dataset = await indexing.scene(house, contents)
    await dataset.run()
    return Scene(dataset, search_channel, contents)  # type: ignore[arg-type]


async def test_a_tag_that_was_acknowledged_is_found_by_the_next_query(scene: Scene) -> None:
    paths = sorted(scene.contents)
    reading = asyncio.create_task(read_all_the_time(scene))
    for round_ in range(6):
        tagged = [path for number, path in enumerate(paths) if (number + round_) % 3 == 0]
        await scene.tag({path: [f"{'bird' if round_ % 2 else 'tree'}"] for path in tagged})
        name = "bird" if round_ % 2 else "tree"
        found = await asyncio.gather(*(scene.paths(tags=TagFilter(all_of=[name])) for _ in range(4)))
        assert all(set(tagged) <= set(paths_found) for paths_found in found)
        shown = {hit.file.path: set(hit.file.tags.ai) for hit in (await scene.search()).hits}
        assert shown == {path: set(file.tags.ai) for path, file in (await scene.files()).items()}
    reading.cancel()


async def read_all_the_time(scene: Scene) -> None:
    """Other queries, so that catching up is under way whenever one comes."""
    while True:
        await scene.search(Query(text="a bird", tags=TagFilter(none_of=["rain"])))


async def test_a_change_just_before_a_query_does_not_have_the_model_asked_twice(scene: Scene) -> None:
    await scene.search(Query(text="a bird"))
    await scene.tag({min(scene.contents): ["bird"]})
    scene.house.endpoint.forget()
    scene.house.endpoint.settings.latency_ms = 300
    assert await scene.paths(text="a bird that nobody asked for yet", top_k=100)
    assert scene.house.endpoint.counts.calls == 1


async def test_a_scan_brings_new_files_and_takes_what_is_gone(scene: Scene) -> None:
    gone, *_ = sorted(scene.contents)
    assert gone in await scene.paths()
    await scene.house.put(scene.dataset.folder, {"new.png": encoded(noise((48, 32)), "PNG")})
    await scene.house.remove(scene.dataset.folder, gone)
    await scene.dataset.scan()
    assert set(await scene.paths()) == set(scene.contents) - {gone} | {"new.png"}
    ranked = await scene.paths(text="a bird", top_k=100)
    assert set(ranked) == set(scene.contents) - {gone}


async def test_a_vector_of_other_content_no_longer_matches_until_the_file_is_indexed_again(scene: Scene) -> None:
    changed, *_ = sorted(scene.contents)
    content = encoded(noise((48, 32)), "JPEG")
    assert changed in await scene.paths(text="a bird", top_k=100)
    await scene.house.put(scene.dataset.folder, {changed: content})
    await scene.dataset.scan()
    assert changed not in await scene.paths(text="a bird", top_k=100)
    await scene.dataset.run()
    answer = await scene.search(Query(image=content, top_k=1))
    assert [hit.file.path for hit in answer.hits] == [changed]


@pytest.mark.parametrize("query", [Query(), Query(text="a bird", top_k=100)])
async def test_pages_go_on_behind_the_last_hit_when_the_version_moves_and_say_so(scene: Scene, query: Query) -> None:
    whole = [hit.file.path for hit in (await scene.search(query)).hits]
    first = await scene.search(query, page_size=3)
    await scene.house.remove(scene.dataset.folder, whole[2])
    await scene.house.remove(scene.dataset.folder, whole[4])
    await scene.dataset.scan()
    second = await scene.search(query, page_size=100, page_token=first.next_page_token)
    assert second.moved
    assert second.revision > first.revision
    assert [hit.file.path for hit in second.hits] == [*whole[3:4], *whole[5:]]


async def test_a_dataset_made_anew_under_the_same_name_is_another_one(house: House) -> None:
    number = next(numbers)
    async with searching(house.catalog) as channel:
        for files in ({"a.jpg": b"1", "b.jpg": b"2"}, {"c.jpg": b"3"}):
            version = await folder(house, number, files)
            stub = SearchServiceStub(channel)
            assert (await stub.Count(CountRequest(version=version))).total == len(files)
            name = version.rpartition("/versions/")[0]
            await DatasetServiceStub(house.catalog.admin).DeleteDataset(DeleteDatasetRequest(name=name))


async def folder(house: House, number: int, files: dict[str, bytes]) -> str:
    """The version of a dataset of that number, with these files alone."""
    place = f"again-{number}-{next(numbers)}"
    await house.put(place, files)
    storage = house.storage
    config = S3Config(
        endpoint=storage.endpoint,
        region=storage.region,
        access_key_id=storage.access_key,
        secret_access_key=storage.secret_key,
    )
    connection = await ConnectionServiceStub(house.catalog.admin).CreateConnection(
        CreateConnectionRequest(parent=WORKSPACE, connection_id=place, connection=Connection(s3=config))
    )
    dataset = Dataset(storage_connection=connection.connection.name, root_uri=f"s3://{house.bucket}/{place}")
    made = await DatasetServiceStub(house.catalog.editor).CreateDataset(
        CreateDatasetRequest(parent=WORKSPACE, dataset_id=f"again-{number}", dataset=dataset)
    )
    version = indexing.Scene(house, place, made.dataset.latest_version, "")
    await version.scan()
    return version.version


@pytest.fixture
async def crowded(house: House) -> AsyncIterator[list[Scene]]:
    """Three datasets on a search service that has room for one."""
    async with searching(house.catalog, MAX_VERSIONS="1") as channel:
        yield [Scene(await indexing.scene(house, photos(count)), channel, {}) for count in (2, 3, 4)]


async def test_versions_that_do_not_fit_in_memory_together_take_turns(crowded: list[Scene]) -> None:
    for _ in range(2):
        answers = await asyncio.gather(*(scene.search() for scene in crowded for _ in range(3)))
        assert [answer.total for answer in answers] == [2, 2, 2, 3, 3, 3, 4, 4, 4]
    for scene, expected in zip(crowded, (2, 3, 4), strict=True):
        assert (await scene.search()).total == expected


async def test_a_version_that_was_never_scanned_has_no_hits(scene: Scene) -> None:
    storage = scene.house.storage
    config = S3Config(endpoint=storage.endpoint, access_key_id="k", secret_access_key="s", region=storage.region)
    place = f"never-{next(numbers)}"
    await ConnectionServiceStub(scene.house.catalog.admin).CreateConnection(
        CreateConnectionRequest(parent=WORKSPACE, connection_id=place, connection=Connection(s3=config))
    )
    dataset = Dataset(storage_connection=f"{WORKSPACE}/connections/{place}", root_uri=f"s3://{scene.house.bucket}/x")
    made = await DatasetServiceStub(scene.house.catalog.editor).CreateDataset(
        CreateDatasetRequest(parent=WORKSPACE, dataset_id=place, dataset=dataset)
    )
    request = CountRequest(version=made.dataset.latest_version)
    assert (await scene.stub.Count(request)).total == 0
    facets = CountFacetsRequest(version=made.dataset.latest_version, fields=[Facet.FIELD_TAGS, Facet.FIELD_DIRECTORY])
    answer = await scene.stub.CountFacets(facets)
    assert [list(facet.counts) for facet in answer.facets] == [[], []]
