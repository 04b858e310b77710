"""Limits, retries, deadlines and errors, the same for every endpoint."""

import asyncio
import time
from dataclasses import replace

import aiohttp
import pytest
import structlog

from libs.endpoints.calls import retry_after_seconds
from libs.endpoints.chat import open_chat
from libs.endpoints.endpoint import ModelEndpoint, WireProtocol
from libs.endpoints.errors import (
    EndpointError,
    ModelAccessDenied,
    ModelNotFound,
    ModelRateLimited,
    ModelRequestRefused,
    ModelResponseInvalid,
    ModelUnavailable,
)
from libs.rpc.addresses import AddressPolicy
from libs.rpc.errors import AddressNotAllowed
from tests.deadline import until
from tests.fakes.endpoint import FakeEndpoint
from tests.libs.endpoints.conftest import LOOPBACK, PHOTO, QUICK, chat_endpoint

ASK = 'Tag definition (JSON):\n{"tags": {"bird": "a bird"}}'


async def ask(fake: FakeEndpoint, times: int = 1) -> None:
    async with open_chat(chat_endpoint(fake), LOOPBACK, QUICK) as chat, asyncio.TaskGroup() as group:
        for _ in range(times):
            group.create_task(chat.ask(PHOTO, ASK))


async def error_of(fake: FakeEndpoint, limits: object = QUICK) -> EndpointError:
    async with open_chat(chat_endpoint(fake), LOOPBACK, limits) as chat:  # type: ignore[arg-type]
        with pytest.raises(EndpointError) as caught:
            await chat.ask(PHOTO, ASK)
    return caught.value


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
async def test_a_server_error_is_retried_until_it_passes(fake: FakeEndpoint, status: int) -> None:
    fake.misbehave("status", status=status, count=3)
    await ask(fake)
    assert fake.counts.calls == 4


async def test_a_broken_connection_is_retried_until_it_holds(fake: FakeEndpoint) -> None:
    fake.misbehave("drop", count=2)
    await ask(fake)
    assert fake.counts.calls == 3


async def test_a_server_error_that_stays_is_given_up_after_the_last_attempt(fake: FakeEndpoint) -> None:
    fake.misbehave("status", status=503, message="overloaded")
    error = await error_of(fake)
    assert isinstance(error, ModelUnavailable)
    assert (
        str(error)
        == f"The model endpoint {fake.chat_url} failed through all retries: " + error.details["problem"] + "."
    )
    assert error.details["problem"].endswith("overloaded")
    assert fake.counts.calls == QUICK.attempts


async def test_an_endpoint_that_nobody_serves_is_unavailable() -> None:
    endpoint = ModelEndpoint(WireProtocol.OPENAI_CHAT, "http://127.0.0.1:9", "m")
    async with open_chat(endpoint, LOOPBACK, QUICK) as chat:
        with pytest.raises(ModelUnavailable, match=r"127\.0\.0\.1:9"):
            await chat.ask(PHOTO, ASK)


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (401, "InvalidApiKey", ModelAccessDenied),
        (403, "AccessDenied", ModelAccessDenied),
        (404, "ModelNotFound", ModelNotFound),
        (400, "model_not_found", ModelNotFound),
        (400, "InvalidParameter", ModelRequestRefused),
        (413, "TooLarge", ModelRequestRefused),
    ],
)
async def test_a_client_error_is_told_at_once_with_the_endpoints_own_words(
    fake: FakeEndpoint, status: int, code: str, expected: type[EndpointError]
) -> None:
    fake.misbehave("status", status=status, code=code, message="in its own words")
    error = await error_of(fake)
    assert type(error) is expected
    assert f"{code}: in its own words" in str(error)
    assert fake.counts.calls == 1


async def test_a_rate_limit_holds_back_all_calls_for_as_long_as_it_asks(fake: FakeEndpoint) -> None:
    fake.misbehave("status", status=429, retry_after="1", count=1)
    begun = time.monotonic()
    await ask(fake, times=20)
    assert time.monotonic() - begun >= 1
    # What is in flight together with the refused call cannot know; nothing that starts later may come too early.
    assert fake.counts.too_early < QUICK.max_concurrency
    assert fake.counts.calls == 21


async def test_a_rate_limit_is_waited_for_beyond_the_number_of_attempts(fake: FakeEndpoint) -> None:
    fake.misbehave("status", status=429, retry_after="0", count=QUICK.attempts + 3)
    await ask(fake)
    assert fake.counts.calls == QUICK.attempts + 4


async def test_a_rate_limit_that_outlasts_the_deadline_is_told_as_one(fake: FakeEndpoint) -> None:
    fake.misbehave("status", status=429, retry_after="30")
    begun = time.monotonic()
    error = await error_of(fake, replace(QUICK, overall_seconds=0.5))
    assert isinstance(error, ModelRateLimited)
    assert time.monotonic() - begun < 2
    assert fake.counts.calls == 1


async def test_a_call_without_an_answer_ends_at_its_deadline(fake: FakeEndpoint) -> None:
    fake.misbehave("hang")
    error = await error_of(fake, replace(QUICK, request_seconds=0.2, attempts=2))
    assert isinstance(error, ModelUnavailable)
    assert "no answer in 0.2 s" in str(error)
    assert fake.counts.calls == 2


async def test_no_more_calls_are_in_flight_than_allowed(fake: FakeEndpoint) -> None:
    fake.settings.latency_ms = 20
    limits = replace(QUICK, max_concurrency=3)
    async with open_chat(chat_endpoint(fake), LOOPBACK, limits) as chat, asyncio.TaskGroup() as group:
        for _ in range(12):
            group.create_task(chat.ask(PHOTO, ASK))
    assert fake.counts.most_in_flight == 3


async def test_cancelling_ends_a_call_in_flight_at_once(fake: FakeEndpoint) -> None:
    fake.misbehave("hang")
    async with open_chat(chat_endpoint(fake), LOOPBACK, QUICK) as chat:
        call = asyncio.create_task(chat.ask(PHOTO, ASK))
        await until(lambda: fake.in_flight == 1)
        begun = time.monotonic()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await until(lambda: fake.in_flight == 0)
        assert time.monotonic() - begun < 1
    assert fake.counts.cancelled == 1


async def test_a_redirect_is_not_followed(fake: FakeEndpoint) -> None:
    fake.misbehave("redirect")
    error = await error_of(fake)
    assert isinstance(error, ModelRequestRefused)
    assert "302" in str(error)


async def test_an_answer_that_is_not_json_is_told(fake: FakeEndpoint) -> None:
    fake.misbehave("not_json")
    assert isinstance(await error_of(fake), ModelResponseInvalid)


async def test_an_answer_that_is_too_large_is_not_read_to_its_end(fake: FakeEndpoint) -> None:
    error = await error_of(fake, replace(QUICK, answer_bytes=20))
    assert isinstance(error, ModelResponseInvalid)
    assert "more than 20 bytes" in str(error)


async def test_an_address_that_is_not_allowed_is_never_called(fake: FakeEndpoint) -> None:
    with pytest.raises(AddressNotAllowed):
        async with open_chat(chat_endpoint(fake), AddressPolicy(["public"]), QUICK):
            pass
    assert fake.counts.calls == 0


async def test_the_key_is_sent_and_never_shown(fake: FakeEndpoint) -> None:
    fake.settings.api_key = "right"
    async with open_chat(chat_endpoint(fake, "right"), LOOPBACK, QUICK) as chat:
        await chat.ask(PHOTO, ASK)
    wrong = chat_endpoint(fake, "sk-wrong-key")
    with structlog.testing.capture_logs() as logs:
        async with open_chat(wrong, LOOPBACK, QUICK) as chat:
            with pytest.raises(ModelAccessDenied) as caught:
                await chat.ask(PHOTO, ASK)
    assert "sk-wrong-key" not in f"{caught.value} {caught.value.details} {wrong!r} {logs}"
    assert "wrong key Bearer ***" in str(caught.value)


async def test_a_password_in_an_address_is_never_shown(fake: FakeEndpoint) -> None:
    address = fake.chat_url.replace("http://", "http://user:s3cret@") + "?token=s3cret"
    assert "s3cret" not in ModelEndpoint(WireProtocol.OPENAI_CHAT, address, "m").shown


async def test_the_fake_speaks_over_its_socket_only(fake: FakeEndpoint) -> None:
    async with aiohttp.ClientSession(fake.url) as session:
        await session.put("/settings", json={"api_key": "k"})
        await session.post("/rules", json={"kind": "status", "status": 418, "count": 1})
        await session.post("/v1/chat/completions", json={"messages": [{"content": "hello"}]})
        async with session.get("/counts") as response:
            counts = await response.json()
    assert (counts["calls"], counts["in_flight"]) == (1, 0)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("3", 3),
        ("0.5", 0.5),
        ("-1", 0),
        ("", 0),
        ("soon", 0),
        ("Thu, 01 Jan 1970 00:16:50 GMT", 10),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(header: str, seconds: float) -> None:
    assert retry_after_seconds(header, now=1000) == seconds
