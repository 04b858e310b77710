"""Tagging by chat completions, with the message that the tagger sends."""

import json
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from services.modelserver.errors import RequestInvalid
from services.modelserver.tag_prompt import read_definition
from services.tagger.definition import Tag, TagDefinition
from services.tagger.prompt import prompt_text
from tests.services.modelserver.conftest import KEY, data_uri, plain_image

MODEL = "bowerbird-tagger"


def message(text: str, image: str | None = None) -> dict[str, object]:
    parts: list[object] = [{"type": "image_url", "image_url": {"url": image or plain_image("red")}}]
    return {"role": "user", "content": [*parts, {"type": "text", "text": text}]}


def prompt(definition: object) -> str:
    return f"Look.\n\nTag definition (JSON):\n{json.dumps(definition)}\n\nAnswer with JSON."


async def ask(http: aiohttp.ClientSession, server: TestServer, body: object) -> tuple[int, Any]:
    async with http.post(server.make_url("/v1/chat/completions"), json=body) as answer:
        return answer.status, await answer.json()


async def test_it_answers_a_json_object_with_usage(http: aiohttp.ClientSession, server: TestServer) -> None:
    body = {
        "model": MODEL,
        "response_format": {"type": "json_object"},
        "temperature": 0,
        "messages": [{"role": "system", "content": "Be brief."}, message(prompt({"tags": {"bird": "", "tool": ""}}))],
    }
    status, answer = await ask(http, server, body)
    assert status == 200
    assert answer["object"] == "chat.completion"
    (choice,) = answer["choices"]
    assert choice["finish_reason"] == "stop"
    assert set(json.loads(choice["message"]["content"])["tags"]) <= {"bird", "tool"}
    usage = answer["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert usage["prompt_tokens"] > 81


def test_it_reads_back_the_definition_that_the_tagger_writes() -> None:
    lock = Tag("Parking lock", "a bar", {"raised": "up", "lowered": "down"})
    definition = TagDefinition("Look.\nTag definition (JSON):\nfollows.", (lock, Tag("bi\u2028rd", "flies")))
    assert read_definition(prompt_text(definition)) == {"Parking lock": ["raised", "lowered"], "bi\u2028rd": []}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("What is in this image?", "needs a line"),
        ("Tag definition (JSON):", "definition"),
        ("Tag definition (JSON):\n{not json", "definition"),
        ("Tag definition (JSON):\n" + json.dumps({"tags": {}}), "definition.tags"),
        ("Tag definition (JSON):\n" + json.dumps({"tags": {"": "x"}}), "definition.tags"),
        ("Tag definition (JSON):\n" + json.dumps({"tags": {"a": 5}}), "definition.tags.a"),
    ],
)
def test_a_prompt_without_a_definition_is_refused(text: str, says: str) -> None:
    with pytest.raises(RequestInvalid, match=says):
        read_definition(text)


@pytest.mark.parametrize(
    ("body", "status", "code", "says"),
    [
        ({"model": MODEL, "messages": []}, 400, "invalid_value", "messages"),
        ({"model": MODEL, "messages": [message("hi")]}, 400, "invalid_value", "needs a line"),
        ({"model": MODEL, "messages": [{"role": "assistant", "content": "hi"}]}, 400, "invalid_value", "assistant"),
        ({"model": MODEL, "messages": [{"role": "user", "content": []}]}, 400, "invalid_value", "0 texts"),
        ({"model": MODEL, "messages": [message("hi")], "stream": True}, 400, "invalid_value", "stream"),
        ({"model": "gpt", "messages": [message("hi")]}, 404, "model_not_found", MODEL),
        (
            {"model": MODEL, "messages": [message(prompt({"tags": {"a": ""}}), data_uri(b"GIF89a broken"))]},
            400,
            "invalid_value",
            "corrupt",
        ),
    ],
)
async def test_it_refuses_in_openais_form(
    http: aiohttp.ClientSession, server: TestServer, *, body: object, status: int, code: str, says: str
) -> None:
    found, answer = await ask(http, server, body)
    assert (found, answer["error"]["code"]) == (status, code)
    assert answer["error"]["type"] == "invalid_request_error"
    assert says in answer["error"]["message"]


async def test_an_unknown_path_is_refused_in_openais_form(http: aiohttp.ClientSession, server: TestServer) -> None:
    async with http.post(server.make_url("/v1/completions"), json={}) as answer:
        assert (answer.status, (await answer.json())["error"]["type"]) == (404, "invalid_request_error")


async def test_the_models_are_listed_to_who_has_the_key(http: aiohttp.ClientSession, keyed_server: TestServer) -> None:
    url = keyed_server.make_url("/v1/models")
    async with http.get(url, headers={"Authorization": f"Bearer {KEY}"}) as answer:
        assert [model["id"] for model in (await answer.json())["data"]] == ["bowerbird-tagger", "bowerbird-concepts"]
    async with http.get(url) as answer:
        assert (await answer.json())["error"]["code"] == "invalid_api_key"


async def test_health_needs_no_key(http: aiohttp.ClientSession, keyed_server: TestServer) -> None:
    async with http.get(keyed_server.make_url("/healthz")) as answer:
        assert (answer.status, await answer.json()) == (200, {"status": "ok"})
