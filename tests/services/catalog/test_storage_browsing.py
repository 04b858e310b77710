"""Looking around in object storage before a dataset is made of it, through a real server."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import count
from pathlib import Path

import grpc
import grpc.aio
import pytest

from bowerbird.catalog.v1.connection_pb2 import Connection, FolderConfig, PgvectorConfig
from bowerbird.catalog.v1.connection_service_pb2 import (
    CountObjectsRequest,
    CountObjectsResponse,
    CreateConnectionRequest,
    ListFolderRequest,
    ListFolderResponse,
)
from bowerbird.catalog.v1.connection_service_pb2_grpc import ConnectionServiceStub
from bowerbird.catalog.v1.dataset_pb2 import Dataset
from deploy.local.servers.seaweedfs import ObjectStorageServer
from libs.objects import s3_gets
from libs.objects.config import storage_config
from libs.objects.opening import open_store
from libs.objects.s3_page import ListedPage, parse_page
from libs.objects.store import ObjectStore
from libs.rpc.addresses import AddressPolicy
from services.catalog.object_count import TELL_SECONDS
from tests.deadline import until
from tests.libs.objects.conformance import ODD_KEYS
from tests.services.catalog.scans.listing_server import ListingServer, listing_server
from tests.services.catalog.scans.scene import s3_connection
from tests.suite import WORKSPACE, Catalog, refusal

numbers = count(1)


@pytest.fixture
async def s3(catalog: Catalog, object_storage: ObjectStorageServer) -> str:
    """The name of a connection to real object storage."""
    return await create(
        catalog, s3_connection(object_storage.endpoint, object_storage.access_key, object_storage.secret_key)
    )


@pytest.fixture
async def store(
    object_storage: ObjectStorageServer, bucket: str, request: pytest.FixtureRequest
) -> AsyncIterator[ObjectStore]:
    """A folder of the bucket."""
    config = storage_config(
        s3_connection(object_storage.endpoint, object_storage.access_key, object_storage.secret_key)
    )
    async with open_store(config, f"s3://{bucket}/{request.node.name}", AddressPolicy(("127.0.0.0/8",))) as opened:
        yield opened


@pytest.fixture
async def server() -> AsyncIterator[ListingServer]:
    async with listing_server() as running:
        yield running


async def create(catalog: Catalog, connection: Connection) -> str:
    request = CreateConnectionRequest(parent=WORKSPACE, connection_id=f"browsed-{next(numbers)}", connection=connection)
    return (await ConnectionServiceStub(catalog.admin).CreateConnection(request)).connection.name


async def browse(catalog: Catalog, name: str, uri: str = "", **more: object) -> ListFolderResponse:
    request = ListFolderRequest(name=name, uri=uri, **more)  # type: ignore[arg-type]
    return await ConnectionServiceStub(catalog.editor).ListFolder(request)


async def counted(catalog: Catalog, name: str, uri: str, **more: object) -> list[CountObjectsResponse]:
    request = CountObjectsRequest(name=name, uri=uri, **more)  # type: ignore[arg-type]
    return [answer async for answer in ConnectionServiceStub(catalog.editor).CountObjects(request)]


async def test_a_folder_of_a_bucket_shows_what_is_directly_below_it(
    catalog: Catalog, s3: str, store: ObjectStore
) -> None:
    for key in ("b/c/1.jpg", "b/2.PNG", "b/notes.txt", "top.jpg"):
        await store.put(key, key.encode())
    found = await browse(catalog, s3, str(store.root))
    assert [(folder.name, folder.uri) for folder in found.folders] == [("b", f"{store.root}/b/")]
    assert [each.name for each in found.objects] == ["top.jpg"]
    deeper = await browse(catalog, s3, found.folders[0].uri)
    assert [folder.uri for folder in deeper.folders] == [f"{store.root}/b/c/"]
    assert {each.name: (each.size_bytes, each.content_type) for each in deeper.objects} == {
        "2.PNG": (7, "image/png"),
        "notes.txt": (11, ""),
    }
    for each in deeper.objects:
        assert each.uri == f"{store.root}/b/{each.name}"
        assert abs(each.modify_time.seconds - time.time()) < 600
    assert await browse(catalog, s3, f"{store.root}/none") == ListFolderResponse()


async def test_any_name_leads_on(catalog: Catalog, s3: str, store: ObjectStore) -> None:
    for key in ODD_KEYS:
        await store.put(f"{key}/file.jpg", b"1")
    todo, files = [str(store.root)], set()
    while todo:
        found = await browse(catalog, s3, todo.pop())
        todo += [folder.uri for folder in found.folders]
        files |= {each.uri for each in found.objects}
    assert files == {f"{store.root}/{key}/file.jpg" for key in ODD_KEYS}


async def test_names_that_no_uri_can_have_are_left_out(catalog: Catalog, server: ListingServer) -> None:
    server.objects = {".": "e", "..": "e", "a/../b.jpg": "e", "ok.jpg": "e"}
    name = await create(catalog, s3_connection(server.endpoint))
    found = await browse(catalog, name, "s3://photos")
    assert [each.uri for each in found.objects] == ["s3://photos/ok.jpg"]


async def test_a_large_folder_comes_in_pages(catalog: Catalog, s3: str, store: ObjectStore, tmp_path: Path) -> None:
    names = [*(f"{n}.jpg" for n in range(7)), *(f"folder {n}" for n in range(6))]
    for name in names:
        await store.put(name if name.endswith(".jpg") else f"{name}/x.jpg", b"")
        (tmp_path / name).touch() if name.endswith(".jpg") else (tmp_path / name).mkdir()
    local = await create(catalog, Connection(folder=FolderConfig(root=str(tmp_path))))
    for connection, uri in ((s3, str(store.root)), (local, "")):
        found: list[str] = []
        token = ""
        while True:
            page = await browse(catalog, connection, uri, page_size=4, page_token=token)
            assert len(page.folders) + len(page.objects) <= 4
            found += [*(each.name for each in page.folders), *(each.name for each in page.objects)]
            if not (token := page.next_page_token):
                break
        assert sorted(found) == sorted(names)
    first = await browse(catalog, local, "", page_size=4)
    other = browse(catalog, local, f"file://{tmp_path}", page_token=first.next_page_token)
    assert (await refusal(other)).reason_name == "PAGE_TOKEN_INVALID"


async def test_without_a_uri_the_buckets_are_listed(
    catalog: Catalog,
    s3: str,
    object_storage: ObjectStorageServer,
    make_bucket: Callable[[], Awaitable[str]],
) -> None:
    made = {await make_bucket() for _ in range(3)}
    listed: list[str] = []
    token = ""
    while True:
        page = await browse(catalog, s3, page_size=2, page_token=token)
        assert len(page.folders) <= 2
        assert not page.objects
        listed += [folder.name for folder in page.folders]
        assert [folder.uri for folder in page.folders] == [f"s3://{folder.name}/" for folder in page.folders]
        if not (token := page.next_page_token):
            break
    assert made <= set(listed)
    assert listed == sorted(set(listed))
    assert await browse(catalog, s3, f"s3://{made.pop()}/") == ListFolderResponse()
    wrong = await create(catalog, s3_connection(object_storage.endpoint, object_storage.access_key, "wrong"))
    error = await refusal(browse(catalog, wrong))
    assert error.reason_name == "STORAGE_ACCESS_DENIED"
    assert object_storage.endpoint in str(error)


async def test_a_connection_to_a_folder_shows_that_folder_and_nothing_outside(catalog: Catalog, tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "birds").mkdir(parents=True)
    (root / "a.jpg").write_bytes(b"123")
    (tmp_path / "secret.jpg").touch()
    (root / "link").symlink_to(tmp_path)
    name = await create(catalog, Connection(folder=FolderConfig(root=str(root))))
    found = await browse(catalog, name)
    assert [folder.uri for folder in found.folders] == [f"file://{root}/birds/"]
    assert [(each.uri, each.size_bytes) for each in found.objects] == [(f"file://{root}/a.jpg", 3)]
    assert await browse(catalog, name, found.folders[0].uri) == ListFolderResponse()
    for uri, reason in {
        f"file://{tmp_path}": "URI_INVALID",
        f"file://{root}/../": "URI_INVALID",
        "file:///etc": "URI_INVALID",
        "s3://bucket/": "URI_INVALID",
        "birds": "URI_INVALID",
        f"file://{root}/link": "BUCKET_NOT_FOUND",
        f"file://{root}/none": "BUCKET_NOT_FOUND",
        f"file://{root}/a.jpg": "BUCKET_NOT_FOUND",
    }.items():
        assert (await refusal(browse(catalog, name, uri))).reason_name == reason, uri
        assert (await refusal(counted(catalog, name, uri))).reason_name == reason, uri


async def test_what_cannot_be_listed_says_why(
    catalog: Catalog, s3: str, object_storage: ObjectStorageServer, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_gets, "LONGEST_PAUSE_SECONDS", 0.01)
    denied = await create(catalog, s3_connection(object_storage.endpoint, object_storage.access_key, "wrong"))
    silent = await create(catalog, s3_connection("http://127.0.0.1:9"))
    database = await create(catalog, Connection(pgvector=PgvectorConfig(host="127.0.0.1", database="d", username="u")))
    for name, uri, reason in (
        (s3, "s3://no-such-bucket/", "BUCKET_NOT_FOUND"),
        (denied, f"s3://{bucket}/", "STORAGE_ACCESS_DENIED"),
        (silent, "s3://photos/", "ADDRESS_UNREACHABLE"),
        (database, "s3://photos/", "FIELD_INVALID"),
        (s3, "file:///tmp", "URI_INVALID"),
        (f"{WORKSPACE}/connections/none", "s3://photos/", "NOT_FOUND"),
    ):
        assert (await refusal(browse(catalog, name, uri))).reason_name == reason, (name, uri)
        assert (await refusal(counted(catalog, name, uri))).reason_name == reason, (name, uri)


async def test_a_count_is_that_of_the_files_that_a_dataset_takes(catalog: Catalog, s3: str, store: ObjectStore) -> None:
    for key in ("a.jpg", "b/c.JPEG", "b/d/e.webp", "notes.txt", "b/movie.mp4"):
        await store.put(key, b"12345")
    answers = await counted(catalog, s3, str(store.root))
    assert [answer.done for answer in answers] == [*[False] * (len(answers) - 1), True]
    last = answers[-1]
    assert (last.file_count, last.size_bytes, last.skipped_count) == (3, 15, 2)
    assert set(last.sample_paths) == {"a.jpg", "b/c.JPEG", "b/d/e.webp"}
    assert await counted(catalog, s3, f"{store.root}/none") == [CountObjectsResponse(done=True)]


async def test_a_count_of_one_object_tells_if_a_dataset_takes_it(catalog: Catalog, s3: str, store: ObjectStore) -> None:
    await store.put("a.jpg", b"12345")
    await store.put("a.txt", b"12345")
    one = Dataset.IMPORT_FORMAT_FILE
    image = await counted(catalog, s3, f"{store.root}/a.jpg", import_format=one)
    assert (image[-1].file_count, image[-1].size_bytes, list(image[-1].sample_paths)) == (1, 5, ["a.jpg"])
    text = await counted(catalog, s3, f"{store.root}/a.txt", import_format=one)
    assert (text[-1].file_count, text[-1].skipped_count) == (0, 1)
    missing = counted(catalog, s3, f"{store.root}/none.jpg", import_format=one)
    assert (await refusal(missing)).reason_name == "OBJECT_NOT_FOUND"


async def test_a_count_tells_how_far_it_is(catalog: Catalog, server: ListingServer) -> None:
    server.objects = {f"{number:06}.{'jpg' if number % 10 else 'txt'}": "e" for number in range(50_000)}
    server.waits_at = 20
    name = await create(catalog, s3_connection(server.endpoint))
    begin = time.monotonic()
    request = CountObjectsRequest(name=name, uri="s3://photos")
    call = aiter(ConnectionServiceStub(catalog.editor).CountObjects(request))
    answers = [await anext(call)]
    assert 0 < answers[0].file_count < 20_000
    assert list(answers[0].sample_paths) == [f"{number:06}.jpg" for number in range(1, 6)]
    await server.waiting.wait()
    server.goes_on.set()
    answers += [answer async for answer in call]
    counts = [answer.file_count for answer in answers]
    assert counts == sorted(counts)
    assert (answers[-1].file_count, answers[-1].skipped_count, answers[-1].done) == (45_000, 5_000, True)
    assert len(answers) <= 2 + (time.monotonic() - begin) / TELL_SECONDS


async def test_a_count_ends_when_its_caller_hangs_up(catalog: Catalog, server: ListingServer) -> None:
    server.objects = {f"{number}.jpg": "e" for number in range(20_000)}
    server.waits_at = 10
    name = await create(catalog, s3_connection(server.endpoint))
    before = listings()
    call = ConnectionServiceStub(catalog.editor).CountObjects(CountObjectsRequest(name=name, uri="s3://photos"))
    await call.read()
    await server.waiting.wait()
    assert len(listings()) > len(before)
    call.cancel()
    await until(lambda: listings() == before)


async def test_a_count_leaves_the_event_loop_of_catalog_to_others(
    catalog: Catalog, server: ListingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed_in: list[threading.Thread] = []

    def parsed(body: bytes) -> ListedPage:
        parsed_in.append(threading.current_thread())
        return parse_page(body)

    monkeypatch.setattr("libs.objects.s3_lister.parse_page", parsed)
    server.objects = {f"{number}.jpg": "e" for number in range(5_000)}
    name = await create(catalog, s3_connection(server.endpoint))
    answers = await counted(catalog, name, "s3://photos")
    assert answers[-1].file_count == 5_000
    assert len(parsed_in) >= 5
    assert threading.current_thread() not in parsed_in  # where catalog serves


async def test_a_count_ends_at_the_deadline_of_its_caller(catalog: Catalog, server: ListingServer) -> None:
    server.objects = {f"{number}.jpg": "e" for number in range(20_000)}
    server.waits_at = 10
    name = await create(catalog, s3_connection(server.endpoint))
    before = listings()
    request = CountObjectsRequest(name=name, uri="s3://photos")
    call = ConnectionServiceStub(catalog.editor).CountObjects(request, timeout=2)
    with pytest.raises(grpc.aio.AioRpcError) as ended:
        [answer async for answer in call]
    assert ended.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    await until(lambda: listings() == before)


async def test_a_listing_that_breaks_off_is_no_count(
    catalog: Catalog, server: ListingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_gets, "LONGEST_PAUSE_SECONDS", 0.01)
    server.objects = {f"{number}.jpg": "e" for number in range(5_000)}
    server.fails_at = 3
    name = await create(catalog, s3_connection(server.endpoint))
    call = ConnectionServiceStub(catalog.editor).CountObjects(CountObjectsRequest(name=name, uri="s3://photos"))
    answers: list[CountObjectsResponse] = []

    async def collect() -> None:
        answers.extend([answer async for answer in call])

    assert (await refusal(collect())).reason_name == "STORAGE_FAILED"
    assert not any(answer.done for answer in answers)


def listings() -> set[asyncio.Task[object]]:
    """The listings of buckets that go on in this process, where catalog runs."""
    return {task for task in asyncio.all_tasks() if "Lister._list" in repr(task.get_coro())}
