"""The scene of `dispatch.py`: the suite with a scanned dataset, an endpoint that takes its time, and ready bodies."""

import asyncio
import io
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson
from PIL import Image, ImageChops

from bowerbird.catalog.v1.connection_pb2 import Connection, Model, ModelServiceConfig
from bowerbird.client import Client, ClientSettings
from deploy.local.defaults import set_defaults
from deploy.local.folder import StateFolder
from deploy.local.parts import ALLOWED_ADDRESSES, WORKSPACE, Suite, plan_suite
from deploy.local.program import Program, start
from deploy.local.servers.seaweedfs import create_bucket
from deploy.local.settings import LocalSettings
from deploy.local.supervisor import supervised
from libs.endpoints.calls import data_uri
from libs.endpoints.endpoint import ImageContent
from libs.images.pool import ImagePool
from libs.objects.config import S3Config
from libs.objects.opening import open_store
from libs.rpc.addresses import AddressPolicy
from services.tagger.definition import TagDefinition
from services.tagger.photo import JPEG_QUALITY, MAX_SIDE_PX
from services.tagger.prompt import prompt_text

FILES: Final = 1000
LATENCY_MS: Final = 500
NAME: Final = "dispatch"  # of the bucket, the dataset and the definition
CHAT_PATH: Final = "/v1/chat/completions"
EMBEDDING_PATH: Final = "/dashscope"
DIMENSION: Final = 512
PARTS: Final = {"postgres", "seaweedfs", "catalog", "scanner"}
ADDRESSES: Final = AddressPolicy(ALLOWED_ADDRESSES)
DEFINITION: Final = json.dumps(
    {"tags": {f"driving tag {number}": "what can be seen where cars drive, in a few words" for number in range(25)}}
)


@dataclass(frozen=True)
class Scene:
    """`bodies` are what the workers post, by the path that they post it to."""

    suite: Suite
    client: Client
    endpoint_url: str
    folder: Path
    bodies: dict[str, list[bytes]]


@asynccontextmanager
async def scene() -> AsyncIterator[Scene]:
    """PostgreSQL, S3, catalog and its scanner run, and no worker yet."""
    with tempfile.TemporaryDirectory(prefix="bowerbird-dispatch-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)  # noqa: ASYNC240 (nothing else waits; under root the database runs as another user)
        state = StateFolder(folder / "suite")
        suite = plan_suite(state, embedded_models=False)
        parts = [part for part in suite.parts if part.name in PARTS]
        async with supervised(parts, state.remember_processes) as supervisor, _endpoint(folder) as endpoint_url:
            await supervisor.ready()
            token = suite.secrets.admin_token
            async with Client(ClientSettings(suite.catalog_address, suite.search_address, token, WORKSPACE)) as client:
                images = await asyncio.to_thread(_images)
                await _make_dataset(suite, client, endpoint_url, images)
                yield Scene(suite, client, endpoint_url, folder, await _bodies(images))


@asynccontextmanager
async def _endpoint(folder: Path) -> AsyncIterator[str]:
    command = (sys.executable, "-m", "tests.fakes.endpoint", "--latency-ms", str(LATENCY_MS))
    log = folder / "endpoint.log"
    endpoint = await start(Program("endpoint", command, log))
    try:

        async def has_told() -> bool:
            return log.read_text("utf-8").startswith("http")

        await endpoint.ready(has_told, timeout_seconds=30)
        yield log.read_text("utf-8").strip()
    finally:
        await endpoint.stop()


def _images() -> list[bytes]:
    """Different JPEGs of 640 x 480 pixels, about as large as photos of that size are."""
    grain = Image.effect_noise((640, 480), 12).convert("RGB")
    images = []
    for number in range(FILES):
        out = io.BytesIO()
        ImageChops.offset(grain, number % 640, number // 640).save(out, "JPEG", quality=85)
        images.append(out.getvalue())
    return images


async def _make_dataset(suite: Suite, client: Client, endpoint_url: str, images: Sequence[bytes]) -> None:
    await set_defaults(client, suite, LocalSettings(model_url=endpoint_url, embed_url=endpoint_url))
    chat = ModelServiceConfig(
        base_url=endpoint_url + CHAT_PATH.removesuffix("/chat/completions"),
        protocol=ModelServiceConfig.PROTOCOL_OPENAI_CHAT,
        models=[Model(model="fake")],
    )
    embedding = ModelServiceConfig(
        base_url=endpoint_url + EMBEDDING_PATH,
        protocol=ModelServiceConfig.PROTOCOL_DASHSCOPE_EMBEDDING,
        models=[Model(model="fake", dimension=DIMENSION)],
    )
    await client.connections.create("slow-chat", Connection(model_service=chat))
    await client.connections.create("slow-embedding", Connection(model_service=embedding))
    await client.tag_definitions.create(NAME, DEFINITION)
    await _fill_bucket(suite, images)
    await client.datasets.create(NAME, f"s3://{NAME}")
    await client.index_sets.set(NAME, model_connection="slow-embedding")
    await client.jobs.wait((await client.jobs.scan(NAME)).name)


async def _fill_bucket(suite: Suite, images: Sequence[bytes]) -> None:
    storage = suite.object_storage
    await create_bucket(storage, NAME)
    config = S3Config(storage.endpoint, storage.region, storage.access_key, storage.secret_key)
    async with open_store(config, f"s3://{NAME}", ADDRESSES) as store:
        numbered = iter(enumerate(images))

        async def put() -> None:
            for number, image in numbered:
                await store.put(f"{number:04}.jpg", image)

        async with asyncio.TaskGroup() as tasks:
            for _ in range(8):
                tasks.create_task(put())


async def _bodies(images: Sequence[bytes]) -> dict[str, list[bytes]]:
    text = prompt_text(TagDefinition.of("", DEFINITION))
    bodies: dict[str, list[bytes]] = {CHAT_PATH: [], EMBEDDING_PATH: []}
    async with ImagePool() as pool:
        preparing = [pool.prepare(image, max_side_px=MAX_SIDE_PX, quality=JPEG_QUALITY) for image in images]
        for prepared in await asyncio.gather(*preparing):
            uri = data_uri(ImageContent(prepared.data, prepared.media_type))
            bodies[CHAT_PATH].append(orjson.dumps(_chat_body(uri, text)))
            bodies[EMBEDDING_PATH].append(orjson.dumps(_embedding_body(uri)))
    return bodies


def _chat_body(uri: str, text: str) -> dict[str, Any]:
    content = [{"type": "image_url", "image_url": {"url": uri}}, {"type": "text", "text": text}]
    return {
        "model": "fake",
        "messages": [{"role": "user", "content": content}],
        "response_format": {"type": "json_object"},
    }


def _embedding_body(uri: str) -> dict[str, Any]:
    parameters = {"output_type": "dense", "dimension": DIMENSION}
    return {"model": "fake", "input": {"contents": [{"image": uri}]}, "parameters": parameters}
