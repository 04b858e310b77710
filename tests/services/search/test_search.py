"""Searches of photos that were scanned, tagged and indexed for real."""

from collections.abc import AsyncIterator

import grpc.aio
import numpy as np
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from pyroaring import BitMap

from bowerbird.search.v1.search_pb2 import Example, Examples, Facet, Histogram, Query, Sort, TagFilter
from bowerbird.search.v1.search_service_pb2 import (
    CompleteTagsRequest,
    CountFacetsRequest,
    CountHistogramsRequest,
    CountRequest,
    SearchResponse,
    SelectRequest,
    StreamHitsRequest,
)
from libs.rpc.names import parse_file_id
from tests.libs.images.samples import encoded, noise
from tests.services.indexer import scene as indexing
from tests.services.indexer.scene import House
from tests.services.search.scene import Scene, shown

PATHS = [
    "birds/a crow.jpg", "birds/Owl 雨.jpg", "birds/old/crow.png", "Cars/crow-bar.jpg", "cars/red.webp", "root.jpg",
    "straße/ÄRGER.gif", "tools/100%_x.jpg", "tools/new\nline.jpg",
]  # fmt: skip
TAGS = {
    "birds/a crow.jpg": ["bird", "tree"],
    "birds/Owl 雨.jpg": ["bird", "night"],
    "birds/old/crow.png": ["bird", "tree", "night"],
    "Cars/crow-bar.jpg": ["red car"],
    "cars/red.webp": ["red car", "night"],
}
CONTENTS = {
    path: encoded(noise((48, 32)), {"png": "PNG", "gif": "GIF", "webp": "WEBP"}.get(path.rpartition(".")[2], "JPEG"))
    for path in PATHS
}


@pytest.fixture(scope="module")
async def photos(shared_house: House, search_channel: object) -> Scene:
    """Scanned, tagged, and all but one indexed (it came later)."""
    late = "tools/new\nline.jpg"
    dataset = await indexing.scene(shared_house, {path: data for path, data in CONTENTS.items() if path != late})
    scene = Scene(dataset, search_channel, {path: data for path, data in CONTENTS.items() if path != late})  # type: ignore[arg-type]
    await dataset.run()
    await shared_house.put(dataset.folder, {late: CONTENTS[late]})
    await dataset.scan()
    await scene.tag(TAGS)
    return scene


async def test_without_conditions_all_files_come_in_the_order_of_the_version(photos: Scene) -> None:
    answer = await photos.search()
    assert [hit.file for hit in answer.hits] == await photos.dataset.files()
    assert answer.total == len(PATHS)
    assert not any(hit.HasField("score") for hit in answer.hits)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"any_of": ["bird", "red car"]}, list(TAGS)),
        ({"all_of": ["bird", "night"]}, ["birds/Owl 雨.jpg", "birds/old/crow.png"]),
        ({"none_of": ["bird", "red car"]}, [path for path in PATHS if path not in TAGS]),
        ({"any_of": ["bird"], "none_of": ["tree"]}, ["birds/Owl 雨.jpg"]),
        ({"any_of": ["never given"]}, []),
        ({"none_of": ["never given"]}, PATHS),
        ({"all_of": [" bird "], "any_of": ["tree", "night"]}, list(TAGS)[:3]),
    ],
)
async def test_tags_narrow_the_hits(photos: Scene, tags: dict[str, list[str]], expected: list[str]) -> None:
    assert sorted(await photos.paths(tags=TagFilter(**tags))) == sorted(expected)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"file_name": "CROW"}, ["birds/a crow.jpg", "birds/old/crow.png", "Cars/crow-bar.jpg"]),
        ({"file_name": "%_"}, ["tools/100%_x.jpg"]),
        ({"file_name": "w\nl"}, ["tools/new\nline.jpg"]),
        ({"file_name": "ärger"}, ["straße/ÄRGER.gif"]),
        ({"file_name": "birds/"}, []),
        ({"directory": "cars"}, ["Cars/crow-bar.jpg", "cars/red.webp"]),
        ({"directory": "birds", "file_name": "crow"}, ["birds/a crow.jpg", "birds/old/crow.png"]),
        ({"content_types": ["image/png", "IMAGE/GIF"]}, ["birds/old/crow.png", "straße/ÄRGER.gif"]),
        ({"content_types": ["text/plain"]}, []),
        ({"file_name": "crow", "tags": TagFilter(none_of=["bird"])}, ["Cars/crow-bar.jpg"]),
    ],
)
async def test_names_folders_and_types_narrow_the_hits(
    photos: Scene, query: dict[str, object], expected: list[str]
) -> None:
    assert sorted(await photos.paths(**query)) == sorted(expected)


async def test_times_of_modification_narrow_the_hits_with_the_end_left_out(photos: Scene) -> None:
    files = await photos.files()
    times = sorted(file.modify_time.ToMicroseconds() for file in files.values())
    middle = Timestamp()
    middle.FromMicroseconds(times[len(times) // 2])
    after = {path for path, file in files.items() if file.modify_time.ToMicroseconds() >= middle.ToMicroseconds()}
    assert set(await photos.paths(modified_after=middle)) == after
    assert set(await photos.paths(modified_before=middle)) == set(files) - after
    assert await photos.paths(modified_after=middle, modified_before=middle) == []


async def test_chosen_files_can_be_searched(photos: Scene) -> None:
    files = await photos.files()
    chosen = [files[path].name for path in PATHS[2:5]]
    assert set(await photos.paths(files=chosen)) == set(PATHS[2:5])
    assert set(await photos.paths(files=chosen, tags=TagFilter(any_of=["bird"]))) == {"birds/old/crow.png"}


async def test_a_text_ranks_the_files_that_have_a_vector(photos: Scene) -> None:
    scores = await photos.scores("a bird")
    expected = sorted(scores.items(), key=lambda scored: -scored[1])
    answer = await photos.search(Query(text="a bird", top_k=100))
    assert [path for path, _ in shown(answer.hits)] == [path for path, _ in expected]
    assert [score for _, score in shown(answer.hits)] == pytest.approx([score for _, score in expected], abs=1e-5)
    assert answer.total == len(expected) == len(PATHS) - 1


async def test_filters_hold_before_the_most_similar_are_taken(photos: Scene) -> None:
    scores = await photos.scores("a bird")
    birds = sorted((path for path, tags in TAGS.items() if "bird" in tags), key=lambda path: -scores[path])
    query = {"text": "a bird", "tags": TagFilter(any_of=["bird"])}
    assert await photos.paths(**query, top_k=2) == birds[:2]
    assert await photos.paths(**query, top_k=2, file_name="crow") == [path for path in birds if "crow" in path]


async def test_only_scores_above_the_threshold_match(photos: Scene) -> None:
    answer = await photos.search(Query(text="a bird", top_k=100))
    middle = answer.hits[3].score
    above = await photos.search(Query(text="a bird", top_k=100, score_threshold=middle))
    assert shown(above.hits) == shown(answer.hits)[:3]
    assert above.total == 3


async def test_an_image_finds_itself(photos: Scene) -> None:
    path = "birds/a crow.jpg"
    for query in (
        Query(image=CONTENTS[path], top_k=3),
        Query(image_uri=f"s3://{photos.house.bucket}/{photos.dataset.folder}/{path}", top_k=3),
    ):
        answer = await photos.search(query)
        assert answer.hits[0].file.path == path
        assert answer.hits[0].score == pytest.approx(1, abs=1e-5)
        assert len(answer.hits) == 3


async def test_a_query_is_embedded_once_whoever_asks(photos: Scene) -> None:
    photos.house.endpoint.forget()
    for _ in range(3):
        await photos.search(Query(text="asked three times", top_k=3))
    assert photos.house.endpoint.counts.calls == 1


@pytest.mark.parametrize("query", [Query(), Query(text="a bird", top_k=8), Query(tags=TagFilter(none_of=["tree"]))])
@pytest.mark.parametrize("size", [1, 2, 3, 100])
async def test_pages_are_complete_and_without_duplicates(photos: Scene, query: Query, size: int) -> None:
    whole = await photos.search(query, page_size=1000)
    pages = await photos.pages(query, size)
    assert [hit for page in pages for hit in page.hits] == list(whole.hits)
    assert {page.total for page in pages} == {whole.total}
    assert not any(page.moved for page in pages)
    assert all(len(page.hits) == size for page in pages[:-1])


@pytest.mark.parametrize("query", [Query(), Query(text="a bird", top_k=8)])
async def test_hits_can_be_passed_over(photos: Scene, query: Query) -> None:
    whole = list((await photos.search(query)).hits)
    first = await photos.search(query, page_size=2, skip=1)
    assert list(first.hits) == whole[1:3]
    second = await photos.search(query, page_size=2, skip=2, page_token=first.next_page_token)
    assert list(second.hits) == whole[5:7]
    assert not (await photos.search(query, skip=100)).hits


@pytest.mark.parametrize(
    "query", [Query(), Query(tags=TagFilter(any_of=["bird"])), Query(text="a bird", top_k=4, score_threshold=-0.5)]
)
async def test_a_stream_a_count_and_a_selection_hold_what_a_search_finds(photos: Scene, query: Query) -> None:
    hits = list((await photos.search(query, page_size=1000)).hits)
    stream = photos.stub.StreamHits(StreamHitsRequest(version=photos.version, query=query))
    assert [hit async for part in stream for hit in part.hits] == hits
    counted = await photos.stub.Count(CountRequest(version=photos.version, query=query))
    selected = await photos.stub.Select(SelectRequest(version=photos.version, query=query))
    assert counted.total == selected.total == len(hits)
    ordinals = [parse_file_id(hit.file.name.rpartition("/")[2])[1] for hit in hits]
    assert list(BitMap.deserialize(selected.selection.ordinals)) == sorted(ordinals)
    assert selected.selection.version == photos.version
    scores = np.frombuffer(selected.selection.scores, "<f4").tolist()
    by_ordinal = sorted(zip(ordinals, (hit.score for hit in hits), strict=True))
    assert scores == (pytest.approx([score for _, score in by_ordinal]) if query.text else [])


async def test_a_selection_says_what_it_was_selected_by_where_the_language_can(photos: Scene) -> None:
    async def said(query: Query) -> str | None:
        answer = await photos.stub.Select(SelectRequest(version=photos.version, query=query))
        return answer.selection.expression if answer.selection.HasField("expression") else None

    crow = (await photos.dataset.files())[0]
    assert await said(Query()) == ""
    by_text = Query(text='a "red" bird', top_k=4, score_threshold=-0.5, tags=TagFilter(none_of=["night"]))
    expression = 'NOT tags.all IN ("night") AND content:"a \\"red\\" bird" AND top_k = 4 AND score_threshold = -0.5'
    assert await said(by_text) == expression
    assert await said(Query(expression=expression)) == expression
    own = Query(expression="tags = bird OR tags = tree", file_name="crow")
    assert await said(own) == '(tags = bird OR tags = tree) AND file_name CONTAINS "crow"'
    by_file = Query(examples=Examples(like=[Example(file=crow.name)]), top_k=3)
    by_image = Query(image=CONTENTS["root.jpg"], top_k=3)
    for query in (by_file, by_image, Query(file_name="x" * 1_000, expression="split = " + "y" * 7_500)):
        assert await said(query) is None


async def test_facets_count_the_hits_the_similar_ones_too(photos: Scene) -> None:
    for query in (Query(), Query(text="a bird", top_k=4), Query(tags=TagFilter(all_of=["bird"]))):
        files = [hit.file for hit in (await photos.search(query)).hits]
        fields = [Facet.FIELD_TAGS, Facet.FIELD_CONTENT_TYPE, Facet.FIELD_DIRECTORY, Facet.FIELD_TAGS_USER]
        answer = await photos.stub.CountFacets(CountFacetsRequest(version=photos.version, query=query, fields=fields))
        tags, types, folders, user = ({count.value: count.count for count in facet.counts} for facet in answer.facets)
        assert [facet.field for facet in answer.facets] == fields
        assert answer.total == len(files)
        assert tags == {
            tag: sum(tag in file.tags.ai for file in files) for tag in {t for f in files for t in f.tags.ai}
        }
        assert types == {kind: sum(f.content_type == kind for f in files) for kind in {f.content_type for f in files}}
        places = [file.path.rpartition("/")[0] for file in files]
        assert folders == {place: places.count(place) for place in places}
        assert user == {}


async def test_the_newest_version_can_be_meant(photos: Scene) -> None:
    latest = photos.version.rpartition("/")[0] + "/latest"
    answer = await photos.stub.Count(CountRequest(version=latest))
    assert answer.total == len(PATHS)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('Tags.all = "bird" AND NOT Tags.ai = night', ["birds/a crow.jpg"]),
        ("FileDir:birds AND FileName:owl", ["birds/Owl 雨.jpg"]),
        (
            "FileType = image AND FileName CONTAINS 'crow' AND MaxResults = 2",
            ["Cars/crow-bar.jpg", "birds/a crow.jpg"],
        ),
        ("NOT HAS SemanticIndexJobId", ["tools/new\nline.jpg"]),
        ('Status = "DELETED"', []),
    ],
)
async def test_the_query_language_finds_files(photos: Scene, expression: str, expected: list[str]) -> None:
    answer = await photos.search(Query(expression=expression))
    assert [hit.file.path for hit in answer.hits] == expected


async def test_an_expression_asks_for_similar_files_and_for_the_next_page(photos: Scene) -> None:
    whole = await photos.search(Query(text="a bird", top_k=6))
    expression = "Content:'a bird' AND TopK = 6 AND MaxResults = 4"
    first = await photos.search(Query(expression=expression))
    assert list(first.hits) == list(whole.hits)[:4]
    second = await photos.search(Query(expression=f"{expression} AND NextToken = '{first.next_page_token}'"))
    assert list(second.hits) == list(whole.hits)[4:]


@pytest.mark.parametrize("ascending", [True, False])
@pytest.mark.parametrize("query", [Query(), Query(text="a bird", top_k=6)])
async def test_hits_are_sorted_by_a_field_page_by_page(photos: Scene, query: Query, ascending: bool) -> None:
    sort = Sort(field=Sort.FIELD_FILE_NAME, ascending=ascending)
    found = [hit.file for hit in (await photos.search(query, page_size=1000)).hits]
    expected = sorted((file.path.rpartition("/")[2].encode() for file in found), reverse=not ascending)
    shown_names, token = [], ""
    while True:
        page = await photos.search(query, sort=sort, page_size=4, page_token=token)
        shown_names += [hit.file.path.rpartition("/")[2].encode() for hit in page.hits]
        if not (token := page.next_page_token):
            break
    assert shown_names == expected


async def test_counterexamples_push_files_away(photos: Scene) -> None:
    path = "birds/a crow.jpg"
    files = await photos.files()
    like = Example(file=files["cars/red.webp"].name)
    near = await photos.search(Query(examples=Examples(like=[like]), top_k=100))
    far = await photos.search(Query(examples=Examples(like=[like], unlike=[Example(image=CONTENTS[path])]), top_k=100))
    assert near.hits[0].file.path == "cars/red.webp"
    assert dict(shown(far.hits))[path] < dict(shown(near.hits))[path]


async def test_near_duplicates_are_one_hit(shared_house: House, search_channel: grpc.aio.Channel) -> None:
    frame, other = CONTENTS["birds/a crow.jpg"], CONTENTS["root.jpg"]
    contents = {"one.jpg": frame, "two.jpg": frame, "other.jpg": other, "three.jpg": frame}
    dataset = await indexing.scene(shared_house, contents)
    await dataset.run()
    burst = Scene(dataset, search_channel, contents)
    query = Query(image=frame, top_k=100)
    first, second = (await burst.search(query, near_duplicate_similarity=0.99)).hits
    assert first.file.path in {"one.jpg", "two.jpg", "three.jpg"}
    hidden = {near.path for near in first.near_duplicates}
    assert hidden == {"one.jpg", "two.jpg", "three.jpg"} - {first.file.path}
    assert first.near_duplicate_count == 2
    assert [near.similarity for near in first.near_duplicates] == pytest.approx([1, 1], abs=1e-5)
    files = await burst.files()
    assert {near.file for near in first.near_duplicates} == {files[path].name for path in hidden}
    assert (second.file.path, second.near_duplicate_count) == ("other.jpg", 0)
    pages = [page async for page in each_page(burst, query)]
    assert [hit.file.path for page in pages for hit in page.hits] == [first.file.path, "other.jpg"]
    assert {page.total for page in pages} == {4}


async def each_page(scene: Scene, query: Query) -> AsyncIterator[SearchResponse]:
    token = ""
    while True:
        page = await scene.search(query, page_size=1, page_token=token, near_duplicate_similarity=0.99)
        yield page
        if not (token := page.next_page_token):
            return


async def test_histograms_count_the_hits(photos: Scene) -> None:
    fields = [Histogram.FIELD_SIZE, Histogram.FIELD_MODIFY_TIME, Histogram.FIELD_SCORE]
    request = CountHistogramsRequest(version=photos.version, query=Query(text="a bird", top_k=4), fields=fields)
    answer = await photos.stub.CountHistograms(request)
    sizes, times, scores = answer.histograms
    assert [sizes.field, times.field, scores.field] == fields
    assert sum(sizes.counts) == sum(times.counts) == answer.total == 4
    # Scores are of all that meet the conditions and have a vector.
    assert sum(scores.counts) == len(PATHS) - 1
    best = (await photos.search(Query(text="a bird"))).hits[0].score
    assert scores.bounds[0] <= best <= scores.bounds[-1] + 1e-3


async def test_file_types_are_counted_and_tags_completed(photos: Scene) -> None:
    request = CountFacetsRequest(version=photos.version, fields=[Facet.FIELD_FILE_TYPE], attributes=["camera"])
    types, cameras = (await photos.stub.CountFacets(request)).facets
    assert [(count.value, count.count) for count in types.counts] == [("image", len(PATHS))]
    assert (cameras.field, cameras.attribute, list(cameras.counts)) == (Facet.FIELD_ATTRIBUTE, "camera", [])
    completed = await photos.stub.CompleteTags(CompleteTagsRequest(version=photos.version, prefix="R"))
    assert [tag.value for tag in completed.tags] == ["red car"]


async def test_an_answer_is_explained_and_its_oddities_noted(photos: Scene) -> None:
    query = Query(text="a bird", tags=TagFilter(none_of=["brid"]), top_k=100)
    answer = await photos.search(query, explain=True)
    assert answer.explanation.plan
    assert answer.explanation.exact
    assert {"filter", "find the vector"} <= {step.name for step in answer.explanation.steps}
    assert any("'bird'" in note for note in answer.notes)
    assert any(f"{len(PATHS) - 1} of the {len(PATHS)} files" in note for note in answer.notes)
