"""Chat completions: the content comes back as the model gave it, with its cost."""

import json

import pytest

from bowerbird.catalog.v1.connection_pb2 import Model, ModelServiceConfig
from libs.endpoints.chat import open_chat
from libs.endpoints.connection import endpoint_of
from libs.endpoints.errors import ModelRequestRefused, ModelResponseInvalid, ModelUnavailable
from libs.rpc.errors import FieldInvalid
from tests.fakes.answers import sha256, tags_for
from tests.fakes.endpoint import FakeEndpoint
from tests.libs.endpoints.conftest import LOOPBACK, PHOTO, QUICK, chat_endpoint

DEFINITION = {"tags": dict.fromkeys(("bird", "fruit", "car", "tool", "road sign", "drum"), "...")}
TEXT = f"Which of these?\n\nTag definition (JSON):\n{json.dumps(DEFINITION)}\n\nAnswer with JSON."


async def test_an_image_is_asked_about_and_the_answer_comes_back_with_its_cost(fake: FakeEndpoint) -> None:
    async with open_chat(chat_endpoint(fake), LOOPBACK, QUICK) as chat:
        answer = await chat.ask(PHOTO, TEXT)
    assert json.loads(answer.content) == {"tags": tags_for(sha256(PHOTO.data), DEFINITION)}
    assert answer.usage.input_tokens == fake.counts.input_tokens > 0
    assert answer.usage.output_tokens == fake.counts.output_tokens > 0
    assert fake.by_content == {sha256(PHOTO.data): 1}


async def test_json_mode_is_asked_for(fake: FakeEndpoint) -> None:
    async with open_chat(chat_endpoint(fake), LOOPBACK, QUICK) as chat:
        with pytest.raises(ModelRequestRefused, match="must contain the word"):
            await chat.ask(PHOTO, "Which bird is this?")


async def test_an_answer_without_content_is_told_with_its_finish_reason(fake: FakeEndpoint) -> None:
    fake.misbehave("no_content")
    async with open_chat(chat_endpoint(fake), LOOPBACK, QUICK) as chat:
        with pytest.raises(ModelResponseInvalid, match="finish_reason 'stop'"):
            await chat.ask(PHOTO, TEXT)


async def test_the_check_is_one_cheap_call_without_retries(fake: FakeEndpoint) -> None:
    async with open_chat(chat_endpoint(fake), LOOPBACK, QUICK) as chat:
        await chat.check()
        assert (fake.counts.calls, fake.by_content) == (1, {})
        fake.misbehave("status", status=500)
        with pytest.raises(ModelUnavailable):
            await chat.check()
    assert fake.counts.calls == 2


async def test_a_connection_gives_its_first_model_unless_another_is_named() -> None:
    config = ModelServiceConfig(
        base_url="http://models/v1",
        protocol=ModelServiceConfig.PROTOCOL_OPENAI_CHAT,
        models=[Model(model="small"), Model(model="large")],
    )
    assert endpoint_of(config).model == "small"
    assert endpoint_of(config, "large").model == "large"
    with pytest.raises(FieldInvalid, match="'huge'; expected one of small, large"):
        endpoint_of(config, "huge")
