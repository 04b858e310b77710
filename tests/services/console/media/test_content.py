"""Originals over HTTP: whole or by range, never run by a browser, and by a link where the store has them."""

import hashlib
from datetime import UTC, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import unquote

import aiohttp
import pytest
from aiohttp.test_utils import RawTestServer
from hypothesis import given, settings
from hypothesis import strategies as st
from yarl import URL

from bowerbird.catalog.v1.file_pb2 import File
from bowerbird.type.v1.role_pb2 import Role
from services.console.media.errors import RangeInvalid
from services.console.media.ranges import parse_range
from tests.libs.images.samples import encoded, half_red_half_blue, noise
from tests.libs.objects.cloud import Cloud, failure, listing
from tests.services.catalog.scans.scene import make_dataset, s3_connection
from tests.services.console.media.gallery import Gallery

NAME = 'sun "set" ünïcode 日本.jpg'
CONTENT = bytes(range(256)) * 4000  # over the size of a piece


@pytest.fixture(scope="package")
async def original(gallery: Gallery) -> File:
    """1,024,000 bytes in a bucket, under an odd name."""
    return (await gallery.hang({f"a b/{NAME}": CONTENT}))[f"a b/{NAME}"]


@pytest.fixture(scope="package")
async def local_original(local_gallery: Gallery) -> File:
    """The same in a folder."""
    return (await local_gallery.hang({"original.jpg": CONTENT}))["original.jpg"]


async def test_an_original_is_the_object_byte_by_byte(gallery: Gallery, original: File) -> None:
    answer = await gallery.content(original)
    assert (answer.status, answer.body, answer.headers["Content-Length"]) == (200, CONTENT, str(len(CONTENT)))
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Content-Type"] == "image/jpeg"
    modified = parsedate_to_datetime(answer.headers["Last-Modified"])
    assert modified == original.modify_time.ToDatetime(UTC).replace(microsecond=0)


async def test_an_original_in_a_folder_is_the_file(local_gallery: Gallery, local_original: File) -> None:
    answer = await local_gallery.content(local_original)
    assert (answer.status, answer.body) == (200, CONTENT)
    assert answer.headers["ETag"].startswith('W/"')  # a file system keeps no hash
    part = await local_gallery.content(local_original, headers={"Range": "bytes=300000-300009"})
    assert (part.status, part.body) == (206, CONTENT[300000:300010])


async def test_a_browser_never_runs_what_a_bucket_holds(gallery: Gallery, original: File) -> None:
    headers = (await gallery.content(original)).headers
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    disposition = headers["Content-Disposition"]
    assert disposition.startswith('attachment; filename="sun _set_ _n_code __.jpg"; ')
    assert unquote(disposition.partition("filename*=UTF-8''")[2]) == NAME


async def test_a_part_of_an_original_is_not_run_either(gallery: Gallery, original: File) -> None:
    etag = (await gallery.content(original)).headers["ETag"]
    for headers, status in (({"Range": "bytes=10-"}, 206), ({"If-None-Match": etag}, 304)):
        answer = await gallery.content(original, headers=headers)
        assert answer.status == status
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    "content_type",
    ["text/html", "image/svg+xml", "text/javascript", "image/png; x", "application/xhtml+xml", "", "text/css"],
)
async def test_a_type_that_a_browser_would_obey_is_not_told(gallery: Gallery, content_type: str) -> None:
    path = f"type-{hashlib.sha256(content_type.encode()).hexdigest()}.jpg"
    await gallery.hang({path: b"<script>alert(1)</script>"})
    await gallery.scanned.database.execute(
        "UPDATE files SET content_type = $3 WHERE version_id = $1 AND path = $2",
        gallery.scanned.version_id, path, content_type,
    )  # fmt: skip
    answer = await gallery.content((await gallery.files())[path])
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-0", slice(0, 1)),
        ("bytes=10-19", slice(10, 20)),
        ("bytes=262143-262145", slice(262143, 262146)),
        ("bytes=1000000-", slice(1000000, None)),
        ("bytes=-7", slice(-7, None)),
        ("bytes=1023999-9999999999", slice(1023999, None)),
        ("bytes=-9999999999", slice(0, None)),
        ("BYTES = 5-6", slice(5, 7)),
    ],
)
async def test_a_range_is_that_part(gallery: Gallery, original: File, asked: str, part: slice) -> None:
    answer = await gallery.content(original, headers={"Range": asked})
    assert (answer.status, answer.body) == (206, CONTENT[part])
    start, stop, _ = part.indices(len(CONTENT))
    assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{len(CONTENT)}"


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "items=0-1", "bytes=", "bytes=5-4", "bytes=a-b", "bytes=-", "0-1"])
async def test_a_range_that_is_none_is_passed_over(gallery: Gallery, original: File, asked: str) -> None:
    answer = await gallery.content(original, headers={"Range": asked})
    assert (answer.status, len(answer.body)) == (200, len(CONTENT))


@pytest.mark.parametrize("asked", ["bytes=1024000-", "bytes=2000000-2000001", "bytes=-0"])
async def test_a_range_outside_is_refused_with_the_size(gallery: Gallery, original: File, asked: str) -> None:
    answer = await gallery.content(original, headers={"Range": asked})
    assert (answer.status, answer.json["reason"]) == (416, "FIELD_INVALID")
    assert answer.headers["Content-Range"] == f"bytes */{len(CONTENT)}"


@given(size=st.integers(0, 60), first=st.integers(0, 70), last=st.none() | st.integers(0, 70))
@settings(deadline=None)
def test_a_span_is_what_slicing_gives(size: int, first: int, last: int | None) -> None:
    data = bytes(range(size))
    expected = data[first:] if last is None else data[first : last + 1]
    text = f"bytes={first}-{'' if last is None else last}"
    if last is not None and last < first:
        assert parse_range(text, size) is None
    elif not expected:
        with pytest.raises(RangeInvalid):
            parse_range(text, size)
    else:
        span = parse_range(text, size)
        assert span is not None
        assert data[span.start : span.start + span.size_bytes] == expected
        assert len(expected) == span.size_bytes


@given(size=st.integers(0, 60), suffix=st.integers(0, 70))
def test_a_suffix_is_what_slicing_gives(size: int, suffix: int) -> None:
    data = bytes(range(size))
    expected = data[-suffix:] if suffix else b""
    if not expected:
        with pytest.raises(RangeInvalid):
            parse_range(f"bytes=-{suffix}", size)
    else:
        span = parse_range(f"bytes=-{suffix}", size)
        assert span is not None
        assert data[span.start : span.start + span.size_bytes] == expected


async def test_if_range_holds_only_for_the_same_bytes(gallery: Gallery, original: File) -> None:
    whole = await gallery.content(original)
    etag, modified = whole.headers["ETag"], whole.headers["Last-Modified"]
    earlier = format_datetime(parsedate_to_datetime(modified) - timedelta(seconds=1), usegmt=True)
    for condition, status in (
        (etag, 206),
        (modified, 206),
        (f"W/{etag}", 200),
        ('"other"', 200),
        (earlier, 200),
        ("x", 200),
    ):
        answer = await gallery.content(original, headers={"Range": "bytes=1-2", "If-Range": condition})
        assert answer.status == status, condition


async def test_a_weak_etag_resumes_nothing(local_gallery: Gallery, local_original: File) -> None:
    etag = (await local_gallery.content(local_original)).headers["ETag"]
    answer = await local_gallery.content(local_original, headers={"Range": "bytes=1-2", "If-Range": etag})
    assert answer.status == 200


async def test_who_has_the_original_is_told_so(gallery: Gallery, original: File) -> None:
    first = await gallery.content(original)
    for known in (first.headers["ETag"], f"W/{first.headers['ETag']}", "*"):
        again = await gallery.content(original, headers={"If-None-Match": known})
        assert (again.status, again.body) == (304, b"")
    assert (await gallery.content(original, headers={"If-None-Match": '"x"'})).status == 200


async def test_head_tells_all_but_the_bytes(gallery: Gallery, original: File) -> None:
    answer = await gallery.content(original, method="HEAD")
    assert (answer.status, answer.body, answer.headers["Content-Length"]) == (200, b"", str(len(CONTENT)))


async def test_an_empty_file_is_empty(gallery: Gallery) -> None:
    file = await gallery.one(b"")
    assert (await gallery.content(file)).body == b""
    assert (await gallery.content(file, headers={"Range": "bytes=0-"})).status == 416


async def test_a_link_reads_the_original_from_the_store(gallery: Gallery, original: File) -> None:
    answer = await gallery.content(original, "?link=1")
    assert (answer.status, answer.headers["Cache-Control"]) == (302, "no-store")
    async with aiohttp.ClientSession() as session, session.get(answer.headers["Location"]) as linked:
        assert (linked.status, await linked.read()) == (200, CONTENT)
        assert linked.headers["Content-Disposition"].startswith("attachment")
    assert 0 < int(URL(answer.headers["Location"]).query["X-Amz-Expires"]) <= 300


async def test_a_folder_has_no_links_and_is_streamed(local_gallery: Gallery, local_original: File) -> None:
    assert (await local_gallery.content(local_original, "?link=1")).body == CONTENT


@pytest.mark.parametrize("query", ["?stream=1", "?stream=1&link=1", "?link=0"])
async def test_a_stream_can_be_asked_for(gallery: Gallery, original: File, query: str) -> None:
    answer = await gallery.content(original, query)
    assert (answer.status, answer.body) == (200, CONTENT)


@pytest.mark.parametrize("query", ["?link=2", "?link=", "?stream=2", "?x=1"])
async def test_an_unknown_parameter_is_refused(gallery: Gallery, original: File, query: str) -> None:
    answer = await gallery.content(original, query)
    assert (answer.status, answer.json["reason"]) == (400, "FIELD_INVALID")


async def test_an_original_that_changed_or_is_gone_is_not_sent(gallery: Gallery) -> None:
    changed, gone = [await gallery.one(encoded(noise((30, 30 + n)), "PNG"), "png") for n in range(2)]
    await gallery.store.put(changed.path, encoded(half_red_half_blue(), "PNG"))
    await gallery.store.delete(gone.path)
    for file, status, reason in ((changed, 409, "OBJECT_CHANGED"), (gone, 404, "OBJECT_NOT_FOUND")):
        for headers in ({}, {"Range": "bytes=1-5"}):
            answer = await gallery.content(file, headers=headers)
            assert (answer.status, answer.json["reason"]) == (status, reason)
            assert "attachment" not in answer.headers.get("Content-Disposition", "")


async def test_a_client_that_hangs_up_ends_the_reading(local_gallery: Gallery) -> None:
    large = (await local_gallery.hang({"large.jpg": bytes(200 * 2**20)}))["large.jpg"]
    headers = local_gallery.console.headers(Role.ROLE_VIEWER)
    async with local_gallery.console.http.get(
        f"{local_gallery.console.url}/v1/{large.name}:content", headers=headers
    ) as answer:
        assert answer.status == 200
        assert len(await answer.content.readexactly(1000)) == 1000
        answer.close()
    assert (await local_gallery.content(large, headers={"Range": "bytes=0-9"})).body == bytes(10)


async def test_an_original_that_breaks_off_does_not_look_whole(gallery: Gallery) -> None:
    cloud = Cloud([listing("x/a.jpg")])
    async with RawTestServer(cloud.handle) as server:
        connection = s3_connection(f"http://127.0.0.1:{server.port}")
        scanned = await make_dataset(gallery.console.catalog, gallery.scanned.database, connection, "s3://photos/x")
        await scanned.scan()
        await scanned.database.execute("UPDATE files SET size_bytes = 1000 WHERE version_id = $1", scanned.version_id)
        broken = Gallery(gallery.console, scanned, gallery.store)
        file = (await broken.files())["a.jpg"]
        cloud.answers = ["half of it"]
        with pytest.raises(aiohttp.ClientPayloadError):
            await broken.content(file)
        cloud.answers = [failure(403, "AccessDenied")]
        for answer in (await broken.content(file), await broken.thumbnail(file)):
            assert (answer.status, answer.json["reason"]) == (502, "STORAGE_ACCESS_DENIED")
