"""The model server and the suite's own clients of model endpoints understand each other."""

import json
from io import BytesIO

import numpy as np
import pytest
from aiohttp.test_utils import TestServer
from PIL import Image

from libs.endpoints.chat import open_chat
from libs.endpoints.embedding import open_embedding
from libs.endpoints.endpoint import ImageContent, ModelEndpoint, WireProtocol
from libs.endpoints.errors import ModelAccessDenied, ModelNotFound, ModelRequestRefused
from libs.rpc.addresses import AddressPolicy
from services.tagger.definition import Tag, TagDefinition
from services.tagger.prompt import prompt_text
from tests.services.modelserver.conftest import KEY

LOOPBACK = AddressPolicy(["127.0.0.0/8"])
PATHS = {
    WireProtocol.OPENAI_CHAT: ("/v1", "bowerbird-tagger"),
    WireProtocol.DASHSCOPE_EMBEDDING: ("/dashscope", "bowerbird-concepts"),
    WireProtocol.EAS_EMBEDDING: ("/eas", "bowerbird-concepts"),
}
EMBEDDING_SHAPES = [WireProtocol.DASHSCOPE_EMBEDDING, WireProtocol.EAS_EMBEDDING]


def endpoint(server: TestServer, protocol: WireProtocol, *, key: str = "", model: str = "") -> ModelEndpoint:
    path, served = PATHS[protocol]
    return ModelEndpoint(protocol, str(server.make_url(path)), model or served, key)


def photo() -> ImageContent:
    out = BytesIO()
    Image.linear_gradient("L").convert("RGB").save(out, "JPEG")
    return ImageContent(out.getvalue(), "image/jpeg")


@pytest.mark.parametrize("protocol", EMBEDDING_SHAPES)
async def test_both_shapes_give_the_same_vectors(server: TestServer, protocol: WireProtocol) -> None:
    async with open_embedding(endpoint(server, protocol), LOOPBACK) as client:
        assert await client.check() == 512
        bird, image = (await client.embed(["a bird", photo()])).entries
        assert isinstance(bird, np.ndarray)
        assert isinstance(image, np.ndarray)
    async with open_embedding(endpoint(server, WireProtocol.DASHSCOPE_EMBEDDING), LOOPBACK) as client:
        again = (await client.embed([photo()])).entries[0]
    assert isinstance(again, np.ndarray)
    assert np.array_equal(image, again)


@pytest.mark.parametrize("protocol", EMBEDDING_SHAPES)
async def test_a_broken_image_fails_alone(server: TestServer, protocol: WireProtocol) -> None:
    async with open_embedding(endpoint(server, protocol), LOOPBACK) as client:
        broken, bird = (await client.embed([ImageContent(b"no image", "image/jpeg"), "a bird"])).entries
    assert isinstance(broken, ModelRequestRefused)
    assert isinstance(bird, np.ndarray)


@pytest.mark.parametrize("protocol", EMBEDDING_SHAPES)
async def test_a_wrong_key_and_a_wrong_model_are_told_apart(keyed_server: TestServer, protocol: WireProtocol) -> None:
    async with open_embedding(endpoint(keyed_server, protocol, key="wrong"), LOOPBACK) as client:
        with pytest.raises(ModelAccessDenied):
            await client.check()
    async with open_embedding(endpoint(keyed_server, protocol, key=KEY, model="other"), LOOPBACK) as client:
        with pytest.raises(ModelNotFound):
            await client.check()
    async with open_embedding(endpoint(keyed_server, protocol, key=KEY), LOOPBACK) as client:
        assert await client.check() == 512


async def test_chat_can_be_tried_and_answers_the_taggers_prompt(server: TestServer) -> None:
    definition = TagDefinition("", (Tag("bird", "flies"), Tag("colour", "", {"red": "", "blue": ""})))
    async with open_chat(endpoint(server, WireProtocol.OPENAI_CHAT), LOOPBACK) as client:
        await client.check()
        answer = await client.ask(photo(), prompt_text(definition))
    assert set(json.loads(answer.content)["tags"]) <= definition.answers
    assert answer.usage.input_tokens > 81
    assert answer.usage.output_tokens > 0
