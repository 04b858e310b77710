"""The whole suite as `make run` starts it, with a model endpoint that costs nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bowerbird.client import Client, ClientSettings
from deploy.local.defaults import set_defaults
from deploy.local.folder import StateFolder
from deploy.local.parts import WORKSPACE, Suite, plan_suite
from deploy.local.settings import LocalSettings
from deploy.local.supervisor import Supervisor, supervised
from tests.fakes.endpoint import FakeEndpoint, running

# Short, so that the work of a worker that was killed is taken up again soon.
LEASE_SECONDS = "5"


@dataclass(frozen=True)
class RunningSuite:
    """The suite, an admin's client of it, and the endpoint that tags and embeds."""

    suite: Suite
    supervisor: Supervisor
    client: Client
    endpoint: FakeEndpoint


@asynccontextmanager
async def whole_suite(path: Path) -> AsyncIterator[RunningSuite]:
    """The suite, with its data in a folder that is not there yet. For fixtures."""
    ready: asyncio.Future[RunningSuite] = asyncio.get_running_loop().create_future()
    done = asyncio.Event()

    async def own() -> None:
        # One task enters and leaves the supervisor, which a fixture alone does not promise.
        try:
            async with _suite(path) as suite:
                ready.set_result(suite)
                await done.wait()
        except BaseException as error:
            if not ready.done():
                ready.set_exception(error)
            raise

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BOWERBIRD_CATALOG_LEASE_SECONDS", LEASE_SECONDS)
        owner = asyncio.create_task(own())
        yield await ready
        done.set()
        await owner


@asynccontextmanager
async def _suite(path: Path) -> AsyncIterator[RunningSuite]:
    folder = StateFolder(path)
    suite = plan_suite(folder, embedded_models=False)
    async with running() as endpoint, supervised(suite.parts, folder.remember_processes) as supervisor:
        await supervisor.ready()
        token = suite.secrets.admin_token
        async with Client(ClientSettings(suite.catalog_address, suite.search_address, token, WORKSPACE)) as client:
            settings = LocalSettings(model_url=endpoint.chat_url, embed_url=endpoint.dashscope_url)
            await set_defaults(client, suite, settings)
            yield RunningSuite(suite, supervisor, client, endpoint)
