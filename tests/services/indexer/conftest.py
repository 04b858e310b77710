"""One house for all tests; the endpoint behaves again before each."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from deploy.local.ports import LOOPBACK
from deploy.local.program import Program, start
from deploy.local.servers.seaweedfs import ObjectStorageServer
from libs.images.pool import ImagePool
from libs.objects.config import S3Config
from libs.objects.opening import open_store
from libs.rpc.addresses import AddressPolicy
from services.catalog.assembly import assembled
from tests.fakes.endpoint import running
from tests.services.indexer.scene import House
from tests.suite import catalog_environment, connected, settings_of


@pytest.fixture(scope="session")
async def shared_house(
    make_catalog_database: Callable[[], Awaitable[str]],
    make_database: Callable[[], Awaitable[str]],
    object_storage: ObjectStorageServer,
    make_bucket: Callable[[], Awaitable[str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[House]:
    # Leases are short, so that a killed worker's chunks come back soon.
    environment = catalog_environment(await make_catalog_database(), LEASE_SECONDS="3")
    log = Path(tmp_path_factory.mktemp("scanner")) / "scanner.log"
    settings = settings_of(environment)
    async with assembled(settings) as server:
        port = await server.start(settings.listen_address)
        scanner = await start(
            Program("scanner", (sys.executable, "-m", "services.catalog.scanner"), log, environment=environment)
        )
        try:
            bucket = await make_bucket()
            config = S3Config(
                object_storage.endpoint, object_storage.region, object_storage.access_key, object_storage.secret_key
            )
            async with (
                connected(f"{LOOPBACK}:{port}", settings) as catalog,
                running() as endpoint,
                open_store(config, f"s3://{bucket}", AddressPolicy(["127.0.0.0/8", "::1"])) as store,
                ImagePool(processes=1) as images,
            ):
                yield House(catalog, object_storage, bucket, await make_database(), endpoint, store, images)
        finally:
            await scanner.stop()
            await server.stop(grace_seconds=0)


@pytest.fixture
def house(shared_house: House) -> House:
    shared_house.endpoint.reset()
    return shared_house
