"""A console before a catalog with its scanner, and a gallery in a bucket and one in a folder."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg
import pytest

from bowerbird.catalog.v1.connection_pb2 import Connection, FolderConfig
from bowerbird.catalog.v1.file_pb2 import File
from bowerbird.catalog.v1.identity_pb2 import Token
from bowerbird.catalog.v1.identity_service_pb2 import CreateTokenRequest
from bowerbird.catalog.v1.identity_service_pb2_grpc import IdentityServiceStub
from bowerbird.type.v1.role_pb2 import Role
from deploy.local.ports import LOOPBACK
from deploy.local.servers.seaweedfs import ObjectStorageServer
from libs.objects.config import storage_config
from libs.objects.opening import open_store
from libs.rpc.addresses import AddressPolicy
from libs.rpc.channel import open_channel
from services.catalog.assembly import assembled
from tests.libs.images.samples import encoded, half_red_half_blue
from tests.services.catalog.scans.scene import make_dataset, s3_connection, scanner_process
from tests.services.console.media.gallery import Gallery
from tests.services.console.scene import Console, consoling
from tests.suite import Catalog, catalog_environment, connected, settings_of

ALLOWED = AddressPolicy(("127.0.0.0/8",))
NO_SEARCH = f"{LOOPBACK}:9"


@pytest.fixture(scope="package")
async def environment(make_catalog_database: Callable[[], Awaitable[str]]) -> dict[str, str]:
    return catalog_environment(await make_catalog_database())


@pytest.fixture(scope="package")
async def catalog(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Catalog]:
    settings = settings_of(environment)
    async with assembled(settings) as server:
        port = await server.start(settings.listen_address)
        async with (
            connected(f"{LOOPBACK}:{port}", settings) as catalog,
            scanner_process(environment, tmp_path_factory.mktemp("scanner") / "scanner.log"),
        ):
            yield catalog
        await server.stop(grace_seconds=0)


@pytest.fixture(scope="package")
async def console(catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Console]:
    folder = str(tmp_path_factory.mktemp("thumbnails"))
    async with consoling(catalog, NO_SEARCH, THUMBNAIL_DIRECTORY=folder, IMAGE_PROCESSES="2") as console:
        yield console


@pytest.fixture(scope="package")
async def database(catalog: Catalog) -> AsyncIterator[asyncpg.Pool]:
    async with asyncpg.create_pool(catalog.database_url, min_size=1, max_size=2) as pool:
        yield pool


@pytest.fixture(scope="package")
def storage(object_storage: ObjectStorageServer) -> Connection:
    return s3_connection(object_storage.endpoint, object_storage.access_key, object_storage.secret_key)


@pytest.fixture(scope="package")
async def gallery(
    console: Console, database: asyncpg.Pool, storage: Connection, make_bucket: Callable[[], Awaitable[str]]
) -> AsyncIterator[Gallery]:
    """In a bucket."""
    async with hung(console, database, storage, f"s3://{await make_bucket()}/pic tures/ü") as gallery:
        yield gallery


@pytest.fixture(scope="package")
async def sample(gallery: Gallery) -> File:
    """A picture of 400 x 300 pixels that no test changes."""
    return await gallery.one(encoded(half_red_half_blue((400, 300)), "JPEG"))


@pytest.fixture(scope="package")
async def local_gallery(
    console: Console, database: asyncpg.Pool, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Gallery]:
    """In a folder of this machine."""
    folder = tmp_path_factory.mktemp("pictures")
    async with hung(
        console, database, Connection(folder=FolderConfig(root=str(folder))), f"file://{folder}"
    ) as gallery:
        yield gallery


@pytest.fixture(scope="package")
async def stranger(environment: dict[str, str], catalog: Catalog) -> AsyncIterator[str]:
    """The token of an admin of another workspace of the same catalog."""
    admin = "admin-of-the-other-workspace"
    changed = {"BOWERBIRD_CATALOG_WORKSPACE": "other", "BOWERBIRD_CATALOG_ADMIN_TOKEN": admin}
    settings = settings_of(environment | changed)
    async with assembled(settings) as server:
        port = await server.start(settings.listen_address)
        async with open_channel(f"{LOOPBACK}:{port}", admin) as channel:
            token = Token(display_name="stranger", role=Role.ROLE_ADMIN)
            request = CreateTokenRequest(parent="workspaces/other", token=token)
            yield (await IdentityServiceStub(channel).CreateToken(request)).secret
        await server.stop(grace_seconds=0)


@asynccontextmanager
async def hung(
    console: Console, database: asyncpg.Pool, connection: Connection, root_uri: str
) -> AsyncIterator[Gallery]:
    """A gallery in a folder of a store."""
    scanned = await make_dataset(console.catalog, database, connection, root_uri)
    async with open_store(storage_config(connection), root_uri, ALLOWED) as store:
        yield Gallery(console, scanned, store)
