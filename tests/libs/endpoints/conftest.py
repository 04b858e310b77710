"""A fake endpoint, and endpoints that point at it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from libs.endpoints.endpoint import CallLimits, ImageContent, ModelEndpoint, WireProtocol
from libs.rpc.addresses import AddressPolicy
from tests.fakes.endpoint import FakeEndpoint, running

LOOPBACK = AddressPolicy(["127.0.0.0/8"])
QUICK = CallLimits(request_seconds=5, overall_seconds=10, attempts=4, backoff_seconds=0.01)
PHOTO = ImageContent(b"the bytes of a photo", "image/jpeg")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def endpoint_process() -> AsyncIterator[FakeEndpoint]:
    async with running() as fake:
        yield fake


@pytest.fixture
def fake(endpoint_process: FakeEndpoint) -> FakeEndpoint:
    endpoint_process.reset()
    return endpoint_process


def chat_endpoint(fake: FakeEndpoint, api_key: str = "") -> ModelEndpoint:
    return ModelEndpoint(WireProtocol.OPENAI_CHAT, fake.chat_url, "qwen-vl", api_key)


def dashscope_endpoint(fake: FakeEndpoint, dimension: int | None = None) -> ModelEndpoint:
    return ModelEndpoint(WireProtocol.DASHSCOPE_EMBEDDING, fake.dashscope_url, "vision", "", dimension)


def eas_endpoint(fake: FakeEndpoint, dimension: int | None = None, api_key: str = "") -> ModelEndpoint:
    return ModelEndpoint(WireProtocol.EAS_EMBEDDING, fake.eas_url, "gme", api_key, dimension)
