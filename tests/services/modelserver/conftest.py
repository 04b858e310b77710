"""The model server with its real models, over HTTP."""

import base64
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from PIL import Image

from deploy.local.models.cache import ensure_models
from services.modelserver.server import make_app
from services.modelserver.settings import ModelServerSettings

KEY = "a key of the tests"


@pytest.fixture(scope="session")
def models_folder() -> Path:
    return ensure_models()


@pytest.fixture(scope="session")
async def server(models_folder: Path) -> AsyncIterator[TestServer]:
    """A server without a key."""
    settings = ModelServerSettings(models_folder=models_folder, max_request_bytes=8 * 1024 * 1024)
    started = TestServer(make_app(settings))
    await started.start_server()
    yield started
    await started.close()


@pytest.fixture(scope="session")
async def keyed_server(models_folder: Path) -> AsyncIterator[TestServer]:
    """A server that asks for KEY and takes one request at a time."""
    settings = ModelServerSettings.model_validate({"models_folder": models_folder, "api_key": KEY, "max_requests": 1})
    started = TestServer(make_app(settings))
    await started.start_server()
    yield started
    await started.close()


@pytest.fixture(scope="session")
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def data_uri(data: bytes, media_type: str = "image/jpeg") -> str:
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"


def plain_image(colour: str, size: tuple[int, int] = (64, 48)) -> str:
    """The data uri of an image of one colour."""
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return data_uri(out.getvalue(), "image/png")
