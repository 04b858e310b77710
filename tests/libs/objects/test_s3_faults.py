from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import RawTestServer
from botocore.retries.standard import ExponentialBackoff

from libs.objects import s3_client, s3_gets
from libs.objects.config import AddressingStyle, S3Config
from libs.objects.errors import ObjectTooLarge, StorageFailed
from libs.objects.opening import open_store
from libs.objects.store import ObjectStore
from libs.rpc.errors import AddressUnreachable
from tests.libs.objects.cloud import Cloud, Everywhere, failure, listing
from tests.libs.objects.conformance import listed


@pytest.fixture
def cloud() -> Cloud:
    return Cloud()


@pytest.fixture
async def port(cloud: Cloud) -> AsyncIterator[int]:
    async with RawTestServer(cloud.handle) as server:
        assert server.port is not None
        yield server.port


@pytest.fixture
async def store(port: int) -> AsyncIterator[ObjectStore]:
    config = S3Config(endpoint=f"http://127.0.0.1:{port}", access_key_id="key", secret_access_key="secret")
    async with open_store(config, "s3://photos/2024", Everywhere()) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3_gets, "LONGEST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(ExponentialBackoff, "delay_amount", lambda *_: 0.01)


async def test_a_listing_survives_passing_failures(cloud: Cloud, store: ObjectStore) -> None:
    cloud.answers = [failure(503, "SlowDown"), failure(500, "InternalError"), "<ListBucket", listing("2024/a.jpg")]
    assert await listed(store) == ["a.jpg"]


async def test_a_listing_gives_up_after_the_same_attempts_as_other_calls(cloud: Cloud, store: ObjectStore) -> None:
    cloud.answers = [failure(503, "SlowDown")]
    with pytest.raises(StorageFailed, match="SlowDown 503"):
        await listed(store)
    assert len(cloud.asked) == s3_client.ATTEMPTS
    cloud.asked.clear()
    with pytest.raises(StorageFailed, match="503"):
        await store.stat("a.jpg")
    assert len(cloud.asked) == s3_client.ATTEMPTS


async def test_a_listing_that_breaks_off_for_good_is_no_short_listing(cloud: Cloud, store: ObjectStore) -> None:
    cloud.answers = ["<ListBucketResult>"]
    with pytest.raises(AddressUnreachable):
        await listed(store)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("", "not XML"),
        ("<html/>", "not a listing"),
        ("<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>", "lacks its key, size, etag or time"),
        ("<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>", "does not say where"),
        (
            "<ListBucketResult><Contents><Key>a</Key><Size>many</Size><ETag/><LastModified/></Contents></ListBucketResult>",
            "cannot be read",
        ),
    ],
)
async def test_an_answer_that_is_no_listing_says_what_it_is(
    cloud: Cloud, store: ObjectStore, body: str, problem: str
) -> None:
    cloud.answers = [web.Response(text=body)]
    with pytest.raises(StorageFailed, match=problem):
        await listed(store)


async def test_a_body_that_breaks_off_is_read_again(cloud: Cloud, store: ObjectStore) -> None:
    cloud.answers = ["begin", web.Response(body=b"whole", headers={"ETag": '"e"'})]
    assert await store.read("a.jpg", 10_000) == b"whole"


async def test_a_body_without_a_length_is_read_up_to_the_limit(cloud: Cloud, store: ObjectStore) -> None:
    cloud.answers = [b"x" * 100]
    assert await store.read("a.jpg", 100) == b"x" * 100
    with pytest.raises(ObjectTooLarge, match="over 99 bytes"):
        await store.read("a.jpg", 99)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_redirects_are_not_followed(cloud: Cloud, store: ObjectStore, port: int, status: int) -> None:
    cloud.answers = [web.Response(status=status, headers={"Location": f"http://127.0.0.1:{port}/neighbour"})]
    with pytest.raises(StorageFailed, match="redirects are not followed"):
        await listed(store)
    with pytest.raises(StorageFailed, match="redirects are not followed"):
        await store.read("a.jpg", 10)
    with pytest.raises(StorageFailed, match="redirects are not followed"):
        await store.put("a.jpg", b"")
    assert not [request.path for request in cloud.asked if "neighbour" in request.path]


async def test_no_connection_is_unreachable(port: int, cloud: Cloud) -> None:
    config = S3Config(endpoint="http://127.0.0.1:1")
    async with open_store(config, "s3://photos", Everywhere()) as store:
        with pytest.raises(AddressUnreachable, match=r"127\.0\.0\.1:1 "):
            await listed(store)
        with pytest.raises(AddressUnreachable, match=r"127\.0\.0\.1:1 "):
            await store.stat("a")


@pytest.mark.parametrize(
    ("endpoint", "style", "root", "host", "path"),
    [
        ("http://127.0.0.1:PORT", "auto", "s3://photos", "127.0.0.1:PORT", "/photos"),
        ("http://s3.example:PORT", "auto", "s3://photos", "photos.s3.example:PORT", "/"),
        ("http://s3.example:PORT", "path", "s3://photos", "s3.example:PORT", "/photos"),
        ("http://s3.example:PORT", "virtual", "oss://photos.oss.example/x", "photos.s3.example:PORT", "/"),
    ],
)
async def test_the_bucket_stands_where_the_addressing_style_says(
    cloud: Cloud, port: int, *, endpoint: str, style: AddressingStyle, root: str, host: str, path: str
) -> None:
    config = S3Config(endpoint=endpoint.replace("PORT", str(port)), access_key_id="k", addressing_style=style)
    cloud.answers = [listing(), web.Response(body=b"x", headers={"ETag": '"e"'})]
    async with open_store(config, root, Everywhere()) as store:
        await listed(store)
        await store.read("a.jpg", 10)
    first, second = cloud.asked
    assert first.host == second.host == host.replace("PORT", str(port))
    assert first.path == path
    assert second.path == path.rstrip("/") + ("/x" if root.endswith("/x") else "") + "/a.jpg"


async def test_an_oss_uri_brings_its_own_endpoint_by_https() -> None:
    async with open_store(S3Config(access_key_id="k"), "oss://photos.oss.example/x", Everywhere()) as store:
        link = await store.link("a.jpg", 60)
    assert link is not None
    assert link.startswith("https://photos.oss.example/x/a.jpg?")


async def test_secrets_do_not_show() -> None:
    assert "hidden" not in repr(S3Config(access_key_id="k", secret_access_key="hidden"))


async def test_content_survives_failures_before_its_first_piece(cloud: Cloud, store: ObjectStore) -> None:
    whole = web.Response(body=b"content", headers={"ETag": '"e"'})
    cloud.answers = [failure(503, "SlowDown"), failure(500, "InternalError"), whole]
    assert [piece async for piece in store.content("a.jpg", etag="e")] == [b"content"]


async def test_content_that_breaks_off_is_not_taken_for_whole(cloud: Cloud, store: ObjectStore) -> None:
    cloud.answers = ["half"]
    pieces = store.content("a.jpg")
    assert await anext(pieces) == b"half"
    with pytest.raises(AddressUnreachable):
        await anext(pieces)
    assert len(cloud.asked) == 1


async def test_a_server_that_knows_no_ranges_does_not_give_the_wrong_bytes(cloud: Cloud, store: ObjectStore) -> None:
    cloud.answers = [web.Response(body=b"0123456789", headers={"ETag": '"e"'})]
    assert [piece async for piece in store.content("a.jpg")] == [b"0123456789"]
    with pytest.raises(StorageFailed):
        await anext(store.content("a.jpg", 3, 4))
