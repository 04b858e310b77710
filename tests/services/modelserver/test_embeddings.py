"""Embeddings in both shapes."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import numpy as np
import pytest
from aiohttp.test_utils import TestServer

from tests.services.modelserver.conftest import KEY, data_uri, plain_image

MODEL = "bowerbird-concepts"


async def post(
    http: aiohttp.ClientSession, server: TestServer, path: str, body: object, key: str | None = None
) -> tuple[int, Any]:
    headers = {} if key is None else {"Authorization": key}
    async with http.post(server.make_url(path), json=body, headers=headers) as answer:
        return answer.status, await answer.json()


def dashscope(*contents: object, **more: object) -> dict[str, object]:
    return {"model": MODEL, "input": {"contents": list(contents)}, **more}


async def test_dashscope_embeds_texts_and_images_by_index(http: aiohttp.ClientSession, server: TestServer) -> None:
    body = dashscope({"text": "a bird"}, {"image": plain_image("red")}, {"text": "a hammer"})
    status, answer = await post(http, server, "/dashscope", body)
    assert status == 200
    embeddings = answer["output"]["embeddings"]
    assert [(each["index"], each["type"]) for each in embeddings] == [(0, "text"), (1, "image"), (2, "text")]
    vectors = np.array([each["embedding"] for each in embeddings])
    assert vectors.shape == (3, 512)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert answer["usage"]["image_count"] == 1
    assert answer["usage"]["input_tokens"] == 8  # two words between two markers, twice
    assert answer["request_id"]


async def test_a_texts_vector_does_not_depend_on_its_batch(http: aiohttp.ClientSession, server: TestServer) -> None:
    _, alone = await post(http, server, "/dashscope", dashscope({"text": "a red apple"}))
    _, among = await post(
        http, server, "/dashscope", dashscope({"text": "x " * 200}, {"text": "a red apple"}, {"text": "a ship"})
    )
    assert alone["output"]["embeddings"][0]["embedding"] == among["output"]["embeddings"][1]["embedding"]


async def test_related_texts_are_closer_than_unrelated_ones(http: aiohttp.ClientSession, server: TestServer) -> None:
    texts = ["a bird", "an eagle in the sky", "a screwdriver", "a red ball", "a blue ball"]
    _, answer = await post(http, server, "/dashscope", dashscope(*({"text": text} for text in texts)))
    vectors = np.array([each["embedding"] for each in answer["output"]["embeddings"]])
    cosines = vectors @ vectors.T
    assert cosines[0, 1] > 2 * cosines[0, 2]
    assert cosines[3, 4] < 0.999  # the colour counts


async def test_a_colour_in_the_text_prefers_the_image_of_that_colour(
    http: aiohttp.ClientSession, server: TestServer
) -> None:
    body = dashscope({"text": "red"}, {"image": plain_image("red")}, {"image": plain_image("blue")})
    _, answer = await post(http, server, "/dashscope", body)
    text, red, blue = (np.array(each["embedding"]) for each in answer["output"]["embeddings"])
    assert text @ red > text @ blue


@pytest.mark.parametrize(
    ("body", "status", "code", "says"),
    [
        (dashscope(), 400, "InvalidParameter", "input.contents"),
        (dashscope({"text": "a", "image": "b"}), 400, "InvalidParameter", "exactly one of text and image"),
        (dashscope({"text": "   "}), 400, "InvalidParameter", "text"),
        (dashscope({"text": "ok"}, {"image": "https://example.org/a.jpg"}), 400, "InvalidParameter", "contents.1"),
        (dashscope({"image": data_uri(b"not an image")}), 400, "InvalidParameter", "not an image of an allowed format"),
        (dashscope({"image": "data:image/png;base64,!!!"}), 400, "InvalidParameter", "base64"),
        (dashscope({"image": "data:image/png;base64,"}), 400, "InvalidParameter", "no bytes"),
        (dashscope({"text": "a"}, parameters={"dimension": 1152}), 400, "InvalidParameter", "this model has 512"),
        ({"model": "other", "input": {"contents": [{"text": "a"}]}}, 404, "ModelNotFound", MODEL),
        ("no object", 400, "InvalidParameter", "body"),
    ],
)
async def test_dashscope_refuses_in_its_own_form(
    http: aiohttp.ClientSession, server: TestServer, *, body: object, status: int, code: str, says: str
) -> None:
    found, answer = await post(http, server, "/dashscope", body)
    assert (found, answer["code"]) == (status, code)
    assert says in answer["message"]
    assert answer["request_id"]


async def test_a_body_over_the_limit_is_refused(http: aiohttp.ClientSession, server: TestServer) -> None:
    body = dashscope({"image": "data:image/png;base64," + "A" * 9_000_000})
    assert (await post(http, server, "/dashscope", body))[0] == 413


async def test_eas_takes_bare_strings_and_answers_by_index(http: aiohttp.ClientSession, server: TestServer) -> None:
    body = {"input": {"contents": ["a bird", {"text": "a hammer"}, {"image": plain_image("green")}]}}
    status, answer = await post(http, server, "/eas", body)
    assert (status, answer["status_code"], answer["message"]) == (200, 200, "")
    embeddings = answer["output"]["embeddings"]
    assert [(each["index"], each["type"]) for each in embeddings] == [(0, "text"), (1, "text"), (2, "image")]


async def test_eas_answers_204_with_reasons_when_some_contents_fail(
    http: aiohttp.ClientSession, server: TestServer
) -> None:
    body = {"input": {"contents": [{"image": data_uri(b"\xff\xd8\xff broken")}, "a bird"]}}
    status, answer = await post(http, server, "/eas", body)
    assert (status, answer["status_code"]) == (200, 204)
    assert [each["index"] for each in answer["output"]["embeddings"]] == [1]
    assert len(answer["message"]) == 1
    assert answer["message"][0].startswith("input.contents.0: ")


async def test_eas_answers_400_when_all_contents_fail(http: aiohttp.ClientSession, server: TestServer) -> None:
    status, answer = await post(http, server, "/eas", {"input": {"contents": [{"image": data_uri(b"no")}]}})
    assert (status, answer["status_code"], answer["output"]["embeddings"]) == (400, 400, [])


async def test_each_protocol_asks_for_the_key_in_its_own_header(
    http: aiohttp.ClientSession, keyed_server: TestServer
) -> None:
    body = dashscope({"text": "a"})
    assert (await post(http, keyed_server, "/dashscope", body, f"Bearer {KEY}"))[0] == 200
    assert (await post(http, keyed_server, "/eas", body, KEY))[0] == 200
    for key in (None, KEY, "Bearer wrong", "Bearer cl\u00e9"):
        status, answer = await post(http, keyed_server, "/dashscope", body, key)
        assert (status, answer["code"]) == (401, "InvalidApiKey")
        assert KEY not in answer["message"]
    status, answer = await post(http, keyed_server, "/eas", body, f"Bearer {KEY}")
    assert (status, answer["status_code"]) == (401, 401)


async def test_a_request_on_top_of_the_limit_is_told_to_come_later(
    http: aiohttp.ClientSession, keyed_server: TestServer
) -> None:
    url, headers = keyed_server.make_url("/dashscope"), {"Authorization": f"Bearer {KEY}"}
    reached, release = asyncio.Event(), asyncio.Event()

    async def slow_body() -> AsyncIterator[bytes]:
        yield b'{"model": "bowerbird-concepts", '
        reached.set()
        await release.wait()
        yield b'"input": {"contents": [{"text": "a"}]}}'

    async def slow_request() -> int:
        async with http.post(url, data=slow_body(), headers=headers) as answer:
            return answer.status

    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        slow = tasks.create_task(slow_request())
        await reached.wait()
        status = 200
        while status == 200:  # the server may not have seen the first one yet
            async with http.post(url, json=dashscope({"text": "a"}), headers=headers) as answer:
                status = answer.status
        release.set()
    assert (status, answer.headers["Retry-After"]) == (429, "1")
    assert slow.result() == 200
