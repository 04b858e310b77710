"""A catalog with short leases, its scanner, and datasets to scan."""

from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest

from bowerbird.catalog.v1.connection_pb2 import Connection
from deploy.local.ports import LOOPBACK
from deploy.local.servers.seaweedfs import ObjectStorageServer
from libs.objects.config import storage_config
from libs.objects.opening import open_store
from libs.objects.store import ObjectStore
from libs.rpc.addresses import AddressPolicy
from services.catalog.assembly import assembled
from tests.services.catalog.scans.listing_server import ListingServer, listing_server
from tests.services.catalog.scans.scene import Scanned, ScannerProcess, make_dataset, s3_connection, scanner_process
from tests.suite import Catalog, catalog_environment, connected, settings_of

ALLOWED = AddressPolicy(("127.0.0.0/8",))
LEASE_SECONDS = 4


@pytest.fixture(scope="module")
async def environment(make_database: Callable[[], Awaitable[str]]) -> dict[str, str]:
    return catalog_environment(await make_database(), LEASE_SECONDS=str(LEASE_SECONDS))


@pytest.fixture(scope="module")
async def catalog(environment: dict[str, str]) -> AsyncIterator[Catalog]:
    settings = settings_of(environment)
    async with assembled(settings) as server:
        port = await server.start(settings.listen_address)
        async with connected(f"{LOOPBACK}:{port}", settings) as catalog:
            yield catalog
        await server.stop(grace_seconds=0)


@pytest.fixture(scope="module")
async def scanner(
    environment: dict[str, str], catalog: Catalog, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[ScannerProcess]:
    async with scanner_process(environment, tmp_path_factory.mktemp("scanner") / "scanner.log") as process:
        yield process


@pytest.fixture(scope="module")
async def database(catalog: Catalog) -> AsyncIterator[asyncpg.Pool]:
    async with asyncpg.create_pool(catalog.database_url, min_size=1, max_size=4) as pool:
        yield pool


@pytest.fixture
def s3(object_storage: ObjectStorageServer) -> Connection:
    return s3_connection(object_storage.endpoint, object_storage.access_key, object_storage.secret_key)


@pytest.fixture
async def server() -> AsyncIterator[ListingServer]:
    async with listing_server() as server:
        yield server


@pytest.fixture
async def dataset(catalog: Catalog, scanner: ScannerProcess, database: asyncpg.Pool, server: ListingServer) -> Scanned:
    """A dataset on the store that does as it is told."""
    return await make_dataset(catalog, database, s3_connection(server.endpoint), "s3://photos")


@pytest.fixture
async def bucket_store(s3: Connection, bucket: str, request: pytest.FixtureRequest) -> AsyncIterator[ObjectStore]:
    root = f"s3://{bucket}/{request.node.name}"
    async with open_store(storage_config(s3), root, ALLOWED) as store:
        yield store
