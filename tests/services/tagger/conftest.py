"""One studio for a test module; the endpoint behaves again before each test."""

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
from tests.services.tagger.scene import Studio
from tests.suite import catalog_environment, connected, settings_of


@pytest.fixture(scope="module")
async def shared_studio(
    make_catalog_database: Callable[[], Awaitable[str]],
    object_storage: ObjectStorageServer,
    bucket: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Studio]:
    # Leases are short, so that a killed worker's chunks come back soon.
    environment = catalog_environment(await make_catalog_database(), LEASE_SECONDS="4")
    folder = Path(tmp_path_factory.mktemp("tagger"))
    settings = settings_of(environment)
    async with assembled(settings) as server:
        port = await server.start(settings.listen_address)
        command = (sys.executable, "-m", "services.catalog.scanner")
        scanner = await start(Program("scanner", command, folder / "scanner.log", environment=environment))
        try:
            async with (
                connected(f"{LOOPBACK}:{port}", settings) as catalog,
                running() as endpoint,
                ImagePool(processes=2) as images,
            ):
                yield Studio(catalog, object_storage, bucket, endpoint, images, folder)
        finally:
            await scanner.stop()
            await server.stop(grace_seconds=0)


@pytest.fixture
def studio(shared_studio: Studio) -> Studio:
    shared_studio.endpoint.reset()
    return shared_studio
