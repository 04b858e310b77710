"""The servers that are started from packages: durable, protected by keys, and gone when stopped."""

from pathlib import Path

import asyncpg
import pytest
from aiobotocore.session import get_session
from botocore.exceptions import ClientError

from deploy.local.ports import is_free
from deploy.local.program import ProgramFailed
from deploy.local.servers import postgres as postgres_server
from deploy.local.servers import seaweedfs as seaweedfs_server
from deploy.local.servers.postgres import PostgresData, create_database, start_postgres
from deploy.local.servers.seaweedfs import ObjectStorageServer, SeaweedData, start_seaweedfs

pytestmark = pytest.mark.skipif(
    not (postgres_server.is_available() and seaweedfs_server.is_available()), reason="no servers in packages here"
)


async def test_postgres_keeps_what_was_committed_when_it_is_killed(server_folder: Path) -> None:
    folder = server_folder / "killed-postgres"
    data = PostgresData(folder, password="it's @ secret")
    server, running = data.server, await start_postgres(data)
    await create_database(server, "kept")
    connection = await asyncpg.connect(server.url("kept"))
    await connection.execute("CREATE TABLE points AS SELECT '[1,2]'::vector AS at")
    await running.kill()
    await connection.close(timeout=1)

    running = await start_postgres(data)
    try:
        connection = await asyncpg.connect(server.url("kept"))
        assert await connection.fetchval("SELECT at::text FROM points") == "[1,2]"
        await connection.close()
    finally:
        await running.stop()
    assert is_free(server.port)


async def test_postgres_refuses_a_wrong_password(server_folder: Path) -> None:
    data = PostgresData(server_folder / "protected-postgres", password="right")
    server, running = data.server, await start_postgres(data)
    try:
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(host=server.host, port=server.port, user=server.user, password="wrong")
    finally:
        await running.stop()


async def test_a_server_that_cannot_start_is_reported_with_the_end_of_its_log(server_folder: Path) -> None:
    with pytest.raises(ProgramFailed, match="no_such_setting"):
        await start_postgres(
            PostgresData(server_folder / "misled-postgres", password="x", settings={"no_such_setting": "1"})
        )


async def test_object_storage_keeps_objects_when_it_is_killed_and_refuses_a_wrong_key(server_folder: Path) -> None:
    folder = server_folder / "killed-seaweedfs"
    data = SeaweedData(folder, access_key="key", secret_key="right")
    server, running = data.server, await start_seaweedfs(data)
    await _request(server, "create_bucket", Bucket="photos")
    await _request(server, "put_object", Bucket="photos", Key="a bird.jpg", Body=b"bird")
    await running.kill()

    running = await start_seaweedfs(data)
    try:
        head = await _request(server, "head_object", Bucket="photos", Key="a bird.jpg")
        assert head["ContentLength"] == 4
        with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
            impostor = ObjectStorageServer(server.endpoint, server.region, "key", "wrong")
            await _request(impostor, "list_objects_v2", Bucket="photos")
        with pytest.raises(ClientError, match="NoSuchBucket"):
            await _request(server, "put_object", Bucket="no-such-bucket", Key="a", Body=b"")
    finally:
        await running.stop()


async def _request(server: ObjectStorageServer, operation: str, **arguments: object) -> dict[str, int]:
    async with get_session().create_client(
        "s3",
        endpoint_url=server.endpoint,
        region_name=server.region,
        aws_access_key_id=server.access_key,
        aws_secret_access_key=server.secret_key,
    ) as client:
        answer: dict[str, int] = await getattr(client, operation)(**arguments)
        return answer
