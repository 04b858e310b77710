"""What the embedded models know, on the sample photos."""

import json
from pathlib import Path

import aiohttp
import numpy as np
import pytest
from aiohttp.test_utils import TestServer
from numpy.typing import NDArray

from deploy.local.photos.gallery import Gallery, sample_gallery
from tests.services.modelserver.conftest import data_uri

Floats = NDArray[np.float64]


@pytest.fixture(scope="module")
def gallery() -> Gallery:
    found = sample_gallery()
    if found.why_fewer:
        pytest.skip(found.why_fewer)
    return found


def photos_below(gallery: Gallery, folder: str, count: int) -> list[Path]:
    return [gallery.folder / photo.path for photo in gallery.photos if photo.path.startswith(f"{folder}/")][:count]


def uri_of(photo: Path) -> str:
    return data_uri(photo.read_bytes())


async def embeddings(http: aiohttp.ClientSession, server: TestServer, *contents: dict[str, str]) -> Floats:
    body = {"model": "bowerbird-concepts", "input": {"contents": contents}}
    async with http.post(server.make_url("/dashscope"), json=body) as answer:
        assert answer.status == 200, await answer.text()
        return np.array([each["embedding"] for each in (await answer.json())["output"]["embeddings"]])


async def tags(http: aiohttp.ClientSession, server: TestServer, photo: Path, definition: object) -> list[str]:
    text = f"Tag definition (JSON):\n{json.dumps({'tags': definition})}"
    image = {"type": "image_url", "image_url": {"url": uri_of(photo)}}
    message = {"role": "user", "content": [image, {"type": "text", "text": text}]}
    body = {"model": "bowerbird-tagger", "messages": [message]}
    async with http.post(server.make_url("/v1/chat/completions"), json=body) as answer:
        assert answer.status == 200, await answer.text()
        found: list[str] = json.loads((await answer.json())["choices"][0]["message"]["content"])["tags"]
        return found


@pytest.mark.parametrize(
    ("text", "folder", "other"),
    [
        ("a bird", "animals/birds", "household/tools"),
        ("a tool", "household/tools", "animals/birds"),
        ("fruit", "food/fruit", "town/roadsigns"),
    ],
)
async def test_photos_of_what_a_text_names_are_closer_to_it_than_others(
    http: aiohttp.ClientSession, server: TestServer, gallery: Gallery, *, text: str, folder: str, other: str
) -> None:
    count = 8
    photos = [*photos_below(gallery, folder, count), *photos_below(gallery, other, count)]
    vectors = await embeddings(http, server, {"text": text}, *({"image": uri_of(photo)} for photo in photos))
    cosines = vectors[1:] @ vectors[0]
    assert cosines[:count].mean() > 2 * cosines[count:].mean()
    assert set(np.argsort(-cosines)[:4]) < set(range(count))


async def test_a_photo_is_closest_to_photos_of_its_kind(
    http: aiohttp.ClientSession, server: TestServer, gallery: Gallery
) -> None:
    photos = [*photos_below(gallery, "animals/birds", 5), *photos_below(gallery, "town/roadsigns", 5)]
    vectors = await embeddings(http, server, *({"image": uri_of(photo)} for photo in photos))
    cosines = vectors @ vectors.T - 2 * np.eye(10)
    assert sum(int(cosines[row].argmax()) // 5 == row // 5 for row in range(10)) >= 9


async def test_birds_are_tagged_as_birds_and_tools_are_not(
    http: aiohttp.ClientSession, server: TestServer, gallery: Gallery
) -> None:
    definition = {"bird": "A bird of any kind", "animal": {"values": {"bird": "", "fish": ""}}}
    birds = [await tags(http, server, photo, definition) for photo in photos_below(gallery, "animals/birds", 10)]
    tools = [await tags(http, server, photo, definition) for photo in photos_below(gallery, "household/tools", 10)]
    assert sum("bird" in found for found in birds) >= 9
    assert sum("animal/bird" in found for found in birds) >= 9
    assert tools == [[] for _ in tools]


async def test_a_value_that_is_a_colour_is_seen(
    http: aiohttp.ClientSession, server: TestServer, gallery: Gallery
) -> None:
    (lemon,) = [gallery.folder / photo.path for photo in gallery.photos if photo.caption == "A yellow lemon."]
    definition = {"fruit": {"description": "", "values": {"red": "", "yellow": "", "blue": ""}}}
    assert await tags(http, server, lemon, definition) == ["fruit/yellow"]
