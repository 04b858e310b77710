import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from libs.objects.config import FolderConfig, S3Config
from libs.objects.errors import BucketNotFound, ObjectNotFound, UriInvalid
from libs.objects.opening import open_store
from libs.objects.store import ObjectStore
from libs.rpc.addresses import AddressPolicy
from tests.libs.objects.conformance import ObjectStoreConformance, directly_below, listed


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[ObjectStore]:
    (tmp_path / "root").mkdir()
    async with open_store(FolderConfig(str(tmp_path)), f"file://{tmp_path}/root", AddressPolicy(())) as opened:
        yield opened


@pytest.fixture
def other(store: ObjectStore) -> ObjectStore:
    return store


class TestFolder(ObjectStoreConformance):
    """The local folder keeps all that an object store promises."""


async def test_a_backslash_is_a_letter_like_others(store: ObjectStore) -> None:
    await store.put("a\\b.jpg", b"")
    assert await listed(store) == await directly_below(store) == ["a\\b.jpg"]


async def test_symbolic_links_are_not_followed_anywhere(store: ObjectStore, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.jpg").write_bytes(b"secret")
    (tmp_path / "root" / "folder").symlink_to(tmp_path / "outside")
    (tmp_path / "root" / "file.jpg").symlink_to(tmp_path / "outside" / "secret.jpg")
    assert await listed(store) == []
    assert await directly_below(store) == []
    assert await listed(store, "folder/") == []
    for key in ("folder/secret.jpg", "file.jpg"):
        with pytest.raises(ObjectNotFound):
            await store.read(key, 100)
    with pytest.raises(ObjectNotFound):
        await store.put("folder/new.jpg", b"")
    assert [path.name for path in (tmp_path / "outside").iterdir()] == ["secret.jpg"]
    await store.put("file.jpg", b"ours")  # takes the name, not what the link points at
    assert (tmp_path / "outside" / "secret.jpg").read_bytes() == b"secret"


async def test_pipes_and_sockets_are_no_objects(store: ObjectStore, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "root" / "pipe.jpg")
    assert await listed(store) == await directly_below(store) == []
    with pytest.raises(ObjectNotFound):
        await store.read("pipe.jpg", 100)


async def test_a_file_in_the_making_is_no_object(store: ObjectStore, tmp_path: Path) -> None:
    (tmp_path / "root" / ".bowerbird-part-0123").write_bytes(b"half")  # its writer was killed
    assert await listed(store) == await directly_below(store) == []


async def test_an_etag_of_a_file_says_that_it_is_weak(store: ObjectStore) -> None:
    await store.put("a", b"1")
    assert (await store.stat("a")).etag.startswith("W/")


async def test_a_folder_has_no_links(store: ObjectStore) -> None:
    assert await store.link("a", 60) is None


async def test_names_that_are_not_text_are_left_out(store: ObjectStore, tmp_path: Path) -> None:
    os.mknod(os.fsencode(tmp_path / "root") + b"/\xff.jpg")
    (tmp_path / "root" / os.fsdecode(b"\xfe")).mkdir()
    await store.put("a.jpg", b"")
    assert await listed(store) == await directly_below(store) == ["a.jpg"]


@pytest.mark.parametrize("uri", ["file:///", "file:///etc", "file://{root}beside", "s3://bucket/x"])
async def test_a_root_outside_the_connections_folder_is_refused(tmp_path: Path, uri: str) -> None:
    with pytest.raises(UriInvalid, match="expected a folder in file://"):
        async with open_store(FolderConfig(str(tmp_path)), uri.format(root=tmp_path), AddressPolicy(())):
            pass


async def test_a_file_uri_needs_a_folder_connection() -> None:
    with pytest.raises(UriInvalid):
        async with open_store(S3Config(), "file:///data", AddressPolicy()):
            pass


async def test_a_missing_root_is_not_an_empty_one(tmp_path: Path) -> None:
    async with open_store(FolderConfig(str(tmp_path)), f"file://{tmp_path}/gone", AddressPolicy(())) as store:
        with pytest.raises(BucketNotFound, match="/gone"):
            await listed(store)
        with pytest.raises(BucketNotFound, match="/gone"):
            await store.folder()
        await store.put("made/on/the/way.txt", b"x")
        assert await listed(store) == ["made/on/the/way.txt"]
    async with open_store(FolderConfig(f"{tmp_path}/none"), f"file://{tmp_path}/none/x", AddressPolicy(())) as store:
        with pytest.raises(BucketNotFound):
            await store.put("a", b"")
