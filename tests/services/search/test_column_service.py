"""A search service with a folder answers from its vector column, and says so."""

from pathlib import Path

import pytest

from bowerbird.search.v1.search_pb2 import Query
from bowerbird.search.v1.search_service_pb2 import SearchResponse
from tests.libs.images.samples import encoded, noise
from tests.services.indexer import scene as indexing
from tests.services.indexer.scene import House
from tests.services.search.scene import Scene, searching, shown

CONTENTS = {f"photos/{number}.jpg": encoded(noise((48, 32)), "JPEG") for number in range(12)}
TEXTS = (f"text {number}" for number in range(10_000))


async def asked(scene: Scene, text: str) -> SearchResponse:
    """A search that is held to what the fake model's vectors make of it."""
    answer = await scene.search(Query(text=text, top_k=5), explain=True)
    expected = sorted((await scene.scores(text)).items(), key=lambda row: -row[1])[:5]
    assert [path for path, _ in shown(answer.hits)] == [path for path, _ in expected]
    assert [score for _, score in shown(answer.hits)] == pytest.approx([score for _, score in expected], abs=1e-4)
    return answer


async def until_in_search(scene: Scene) -> SearchResponse:
    """The first answer that is from the column; no text is asked twice, for rankings are remembered."""
    for _ in range(2_000):
        answer = await asked(scene, next(TEXTS))
        if answer.explanation.plan == "exact in search":
            return answer
    raise TimeoutError(answer.explanation)


async def test_a_service_fills_its_column_and_has_it_again_after_a_restart(shared_house: House, tmp_path: Path) -> None:
    first = dict(list(CONTENTS.items())[:9])
    dataset = await indexing.scene(shared_house, first)
    await dataset.run()
    async with searching(shared_house.catalog, DATA_DIRECTORY=str(tmp_path)) as channel:
        scene = Scene(dataset, channel, first)
        answer = await until_in_search(scene)
        assert answer.explanation.exact
        assert [(step.name, step.count) for step in answer.explanation.steps if step.name == "compare in search"] == [
            ("compare in search", 9)
        ]
        await shared_house.put(dataset.folder, CONTENTS)
        await dataset.scan()
        await dataset.run()
        later = Scene(dataset, channel, CONTENTS)
        await asked(later, next(TEXTS))
        await until_in_search(later)
    async with searching(shared_house.catalog, DATA_DIRECTORY=str(tmp_path)) as channel:
        await until_in_search(Scene(dataset, channel, CONTENTS))
