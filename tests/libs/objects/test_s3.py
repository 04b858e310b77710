import uuid
from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest

from deploy.local.servers.seaweedfs import ObjectStorageServer
from libs.objects.config import S3Config
from libs.objects.errors import BucketNotFound, StorageAccessDenied
from libs.objects.opening import open_store
from libs.objects.store import ObjectStore
from libs.rpc.addresses import AddressPolicy
from libs.rpc.errors import AddressNotAllowed, AddressUnreachable
from tests.libs.objects.conformance import ObjectStoreConformance, directly_below, listed, pieces

LOOPBACK = AddressPolicy(("127.0.0.0/8",))


@pytest.fixture
def config(object_storage: ObjectStorageServer) -> S3Config:
    return S3Config(
        endpoint=object_storage.endpoint,
        region=object_storage.region,
        access_key_id=object_storage.access_key,
        secret_access_key=object_storage.secret_key,
    )


@pytest.fixture
def root(bucket: str) -> str:
    return f"s3://{bucket}/{uuid.uuid4().hex[:16]}/pre fix/ü+%"


@pytest.fixture
async def store(config: S3Config, root: str) -> AsyncIterator[ObjectStore]:
    async with open_store(config, root, LOOPBACK) as opened:
        yield opened


@pytest.fixture
async def other(config: S3Config, root: str) -> AsyncIterator[ObjectStore]:
    async with open_store(config, root, LOOPBACK) as opened:
        yield opened


class TestS3(ObjectStoreConformance):
    """S3 keeps all that an object store promises, at a server that checks keys and signatures."""


async def test_a_link_reads_the_object_without_a_key_for_a_while(store: ObjectStore) -> None:
    await store.put("a b/ü.jpg", b"content")
    link = await store.link("a b/ü.jpg", 60)
    assert link is not None
    async with aiohttp.ClientSession() as session:
        async with session.get(link) as answer:
            assert (answer.status, await answer.read()) == (200, b"content")
        async with session.get(link.replace("X-Amz-Signature=", "X-Amz-Signature=0")) as answer:
            assert answer.status == 403


async def test_every_operation_refuses_a_wrong_key(config: S3Config, store: ObjectStore) -> None:
    await store.put("a", b"1")
    for wrong in (
        replace(config, secret_access_key="not the secret"),
        replace(config, access_key_id="nobody"),
        S3Config(endpoint=config.endpoint),
    ):
        async with open_store(wrong, store.root, LOOPBACK) as refused:
            with pytest.raises(StorageAccessDenied, match="check the keys"):
                await listed(refused)
            with pytest.raises(StorageAccessDenied):
                await refused.folder()
            with pytest.raises(StorageAccessDenied):
                await refused.stat("a")
            with pytest.raises(StorageAccessDenied):
                await refused.read("a", 10)
            with pytest.raises(StorageAccessDenied):
                await refused.put("a", b"2")
            with pytest.raises(StorageAccessDenied):
                await refused.write("a", pieces(bytes(20 * 2**20), 2**20))
            with pytest.raises(StorageAccessDenied):
                await refused.delete("a")
    assert await store.read("a", 10) == b"1"


async def test_a_missing_bucket_is_named(config: S3Config) -> None:
    async with open_store(config, "s3://no-such-bucket/photos", LOOPBACK) as store:
        with pytest.raises(BucketNotFound, match="s3://no-such-bucket/photos"):
            await listed(store)
        with pytest.raises(BucketNotFound):
            await store.folder()
        with pytest.raises(BucketNotFound):
            await store.read("a", 10)
        with pytest.raises(BucketNotFound):
            await store.put("a", b"")


async def test_markers_of_folders_are_no_objects(store: ObjectStore) -> None:
    for key in ("a/", "a/b.jpg", "empty/"):
        await store.put(key, b"")
    assert await listed(store) == ["a/b.jpg"]
    assert await directly_below(store) == ["a/", "empty/"]
    assert await directly_below(store, "a/") == ["a/b.jpg"]
    assert await directly_below(store, "empty/") == []


async def test_objects_beside_the_root_are_not_seen(config: S3Config, store: ObjectStore) -> None:
    beside = replace(store.root, path=store.root.path + "-beside")
    async with open_store(config, beside, LOOPBACK) as neighbour:
        await neighbour.put("theirs.jpg", b"")
    await store.put("ours.jpg", b"")
    assert await listed(store) == ["ours.jpg"]
    async with open_store(config, f"s3://{store.root.bucket}/", LOOPBACK) as whole:
        assert {f"{store.root.path}/ours.jpg", f"{beside.path}/theirs.jpg"} <= set(await listed(whole))


async def test_an_address_that_is_not_allowed_is_never_dialled(config: S3Config) -> None:
    for endpoint in (config.endpoint, config.endpoint.replace("127.0.0.1", "localhost")):
        with pytest.raises(AddressNotAllowed):
            async with open_store(replace(config, endpoint=endpoint), "s3://bucket/x", AddressPolicy()):
                pass


async def test_an_endpoint_that_does_not_answer_is_unreachable(config: S3Config) -> None:
    with pytest.raises(AddressUnreachable, match=r"nowhere\.invalid"):
        async with open_store(replace(config, endpoint="https://nowhere.invalid"), "s3://bucket/x", LOOPBACK):
            pass
