"""One house for all tests; the endpoint behaves again before each."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from deploy.local.ports import LOOPBACK
from deploy.local.program import Program, start
from deploy.local.servers.seaweedfs import ObjectStorageServer
from libs.images.pool import ImagePool
from services.catalog.assembly import assembled
from tests.fakes.endpoint import running
from tests.services.indexer.scene import House
from tests.suite import catalog_environment, connected, settings_of


@pytest.fixture(scope="session")
async def shared_house(
    make_database: Callable[[], Awaitable[str]],
    object_storage: ObjectStorageServer,
    make_bucket: Callable[[], Awaitable[str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[House]:
    # Leases are short, so that a killed worker's chunks come back soon.
    environment = catalog_environment(await make_database(), LEASE_SECONDS="3")
    log = Path(tmp_path_factory.mktemp("scanner")) / "scanner.log"
    settings = settings_of(environment)
    async with assembled(settings) as server:
        port = await server.start(settings.listen_address)
        scanner = await start(
            Program("scanner", (sys.executable, "-m", "services.catalog.scanner"), log, environment=environment)
        )
        try:
            async with (
                connected(f"{LOOPBACK}:{port}", settings) as catalog,
                running() as endpoint,
                ImagePool(processes=1) as images,
            ):
                yield House(catalog, object_storage, await make_bucket(), await make_database(), endpoint, images)
        finally:
            await scanner.stop()
            await server.stop(grace_seconds=0)


@pytest.fixture
def house(shared_house: House) -> House:
    shared_house.endpoint.reset()
    return shared_house
