"""What the docstrings of ObjectStore promise, as tests that each adapter's test file inherits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

import pytest

from libs.objects.errors import ObjectChanged, ObjectExists, ObjectNotFound, ObjectTooLarge, UriInvalid
from libs.objects.store import ObjectStore, Page

# Names that break parsers, shells and URLs; each is one object.
ODD_KEYS = [
    "plain.jpg",
    "with space.jpg",
    "plus+and&ampersand=.jpg",
    "percent%20literal%.jpg",
    "quote'and\"double.jpg",
    "<angle>&amp;.jpg",
    "question?hash#.jpg",
    "new\nline\ttab.jpg",
    "ünïcødé-日本語-🐦.jpg",
    "tilde~star*(paren)[bracket].jpg",
    "folder/deeper/deepest/file.jpg",
    "folder with space/ü/file.jpg",
    "/".join(["x" * 160] * 6) + ".jpg",  # 969 characters; the roots make it a thousand
]


async def listed(store: ObjectStore, prefix: str = "") -> list[str]:
    return sorted([key async for page in store.pages(prefix) for key in page.key])


async def directly_below(store: ObjectStore, prefix: str = "", limit: int = 1000) -> list[str]:
    """The keys of all sub-folders and objects, sorted, from pages of this size."""
    found: list[str] = []
    token = None
    while True:
        page = await store.folder(prefix, limit=limit, token=token)
        assert len(page.folders) + len(page.objects) <= limit
        found += [*page.folders, *page.objects.key]
        if (token := page.next_token) is None:
            return sorted(found)


async def pieces(content: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


class ObjectStoreConformance:
    """A subclass gives the fixtures `store`, empty for each test, and `other`, a second store on the same root."""

    async def test_an_empty_store_has_no_pages(self, store: ObjectStore) -> None:
        assert [page async for page in store.pages()] == []
        assert await directly_below(store) == []

    async def test_an_object_is_listed_with_its_size_time_and_etag(self, store: ObjectStore) -> None:
        before = datetime.now(UTC) - timedelta(seconds=5)
        await store.put("a.jpg", b"12345")
        [page] = [page async for page in store.pages()]
        stat = await store.stat("a.jpg")
        assert (page.key, page.size_bytes, page.etag) == (["a.jpg"], [5], [stat.etag])
        assert stat.size_bytes == 5
        assert stat.etag
        assert '"' not in stat.etag
        for modified in (page.modified[0], stat.modified):
            assert before <= modified <= datetime.now(UTC) + timedelta(seconds=5)

    @pytest.mark.parametrize("key", ODD_KEYS, ids=lambda key: ascii(key[:24]))
    async def test_any_name_is_written_listed_read_and_deleted(self, store: ObjectStore, key: str) -> None:
        content = key.encode()
        await store.put(key, content)
        assert await listed(store) == [key]
        assert await store.read(key, 10_000) == content
        assert (await store.stat(key)).size_bytes == len(content)
        await store.delete(key)
        assert await listed(store) == []

    async def test_all_odd_names_are_listed_together(self, store: ObjectStore) -> None:
        for key in ODD_KEYS:
            await store.put(key, b"")
        assert await listed(store) == sorted(ODD_KEYS)

    async def test_thousands_of_objects_in_many_folders_are_listed_once_each(self, store: ObjectStore) -> None:
        keys = [f"{i % 3}/{i % 7}/{i}.jpg" for i in range(210)] + [f"flat/{i}.jpg" for i in range(1010)]
        await write_all(store, keys)
        assert await listed(store) == sorted(keys)
        assert await listed(store, "flat/") == sorted(key for key in keys if key.startswith("flat/"))
        assert await listed(store, "1/2/") == sorted(key for key in keys if key.startswith("1/2/"))

    async def test_a_listing_can_be_ended_early(self, store: ObjectStore) -> None:
        await write_all(store, [f"{i % 40}/{i}.jpg" for i in range(200)])
        tasks = asyncio.all_tasks()
        async with aclosing(store.pages()) as pages:
            first = await anext(pages)
        assert isinstance(first, Page)
        assert asyncio.all_tasks() == tasks

    async def test_a_prefix_that_does_not_exist_has_no_objects(self, store: ObjectStore) -> None:
        await store.put("a/b.jpg", b"")
        assert await listed(store, "c/") == []
        assert await directly_below(store, "c/") == []
        assert await listed(store, "a/b.jpg/") == []

    async def test_a_folder_holds_what_is_directly_below_it(self, store: ObjectStore) -> None:
        for key in ("a.jpg", "b/1.jpg", "b/2.jpg", "c d/e/f.jpg", "ü/1.jpg", "b/x/1.jpg"):
            await store.put(key, b"12345")
        page = await store.folder()
        assert (page.folders, page.objects.key, page.next_token) == (["b/", "c d/", "ü/"], ["a.jpg"], None)
        stat = await store.stat("a.jpg")
        assert (page.objects.size_bytes, page.objects.etag) == ([5], [stat.etag])
        assert abs((page.objects.modified[0] - stat.modified).total_seconds()) < 1
        deeper = await store.folder("b/")
        assert (deeper.folders, deeper.objects.key) == (["b/x/"], ["b/1.jpg", "b/2.jpg"])

    @pytest.mark.parametrize("limit", [1, 7, 1000])
    async def test_a_large_folder_comes_in_pages_that_miss_and_repeat_nothing(
        self, store: ObjectStore, limit: int
    ) -> None:
        objects = ["a b.jpg", "a+.jpg", "a-.jpg", "a.jpg", "a0.jpg", "ä.jpg", "~.jpg", *(f"m{n}.jpg" for n in range(9))]
        folders = ["a/", "a#/", "b/", "zz/", *(f"n{n}/" for n in range(5))]
        await write_all(store, [*objects, *(f"{folder}x/1.jpg" for folder in folders)])
        assert await directly_below(store, limit=limit) == sorted([*objects, *folders])

    async def test_an_etag_changes_with_the_content(self, store: ObjectStore) -> None:
        await store.put("a", b"first")
        first = await store.stat("a")
        assert await store.read("a", 100, etag=first.etag) == b"first"
        await store.put("a", b"other")
        assert (await store.stat("a")).etag != first.etag
        with pytest.raises(ObjectChanged):
            await store.read("a", 100, etag=first.etag)

    async def test_a_missing_object_is_not_found(self, store: ObjectStore) -> None:
        await store.put("there/x", b"")
        for key in ("missing", "there", "there/x/y"):
            with pytest.raises(ObjectNotFound, match="/" + key):
                await store.stat(key)
            with pytest.raises(ObjectNotFound):
                await store.read(key, 100)
            with pytest.raises(ObjectNotFound):
                await store.read_range(key, 0, 100)
            await store.delete("missing")

    async def test_an_object_over_the_limit_is_not_read(self, store: ObjectStore) -> None:
        await store.put("a", b"x" * 101)
        with pytest.raises(ObjectTooLarge, match=r"101 bytes.* 100 "):
            await store.read("a", 100)
        assert len(await store.read("a", 101)) == 101

    async def test_a_range_is_read_as_far_as_it_goes(self, store: ObjectStore) -> None:
        await store.put("a", b"0123456789")
        assert await store.read_range("a", 2, 3) == b"234"
        assert await store.read_range("a", 8, 100) == b"89"
        assert await store.read_range("a", 10, 5) == b""

    @pytest.mark.parametrize(
        ("start", "size"),
        [(0, None), (0, 0), (0, 1), (299_999, 2), (1, 300_000), (700_000, 9), (700_000, None), (9, None)],
    )
    async def test_content_is_streamed_in_pieces_from_anywhere(
        self, store: ObjectStore, start: int, size: int | None
    ) -> None:
        content = bytes(range(251)) * (700_000 // 251 + 1)
        content = content[:700_000]
        await store.put("a b/ü", content)
        stat = await store.stat("a b/ü")
        streamed = [piece async for piece in store.content("a b/ü", start, size, etag=stat.etag)]
        assert all(0 < len(piece) <= 256 * 2**10 for piece in streamed)
        assert b"".join(streamed) == content[start : None if size is None else start + size]

    async def test_content_of_an_empty_object_has_no_pieces(self, store: ObjectStore) -> None:
        await store.put("a", b"")
        assert [piece async for piece in store.content("a")] == []

    async def test_content_that_changed_or_is_gone_is_not_streamed(self, store: ObjectStore) -> None:
        await store.put("a", b"first")
        first = await store.stat("a")
        await store.put("a", b"second")
        with pytest.raises(ObjectChanged):
            await anext(store.content("a", etag=first.etag))
        with pytest.raises(ObjectNotFound, match="/b"):
            await anext(store.content("b"))
        with pytest.raises(UriInvalid):
            await anext(store.content("../b"))

    async def test_content_can_be_ended_early(self, store: ObjectStore) -> None:
        await store.put("a", bytes(2**20))
        async with aclosing(store.content("a")) as pieces:
            assert await anext(pieces)
        assert await store.read("a", 2**20) == bytes(2**20)

    async def test_put_overwrites_unless_told_otherwise(self, store: ObjectStore) -> None:
        await store.put("a", b"1", if_none_match=True)
        with pytest.raises(ObjectExists, match="/a exists"):
            await store.put("a", b"2", if_none_match=True)
        assert await store.read("a", 10) == b"1"
        await store.put("a", b"3")
        assert await store.read("a", 10) == b"3"

    async def test_of_many_first_writers_one_succeeds(self, store: ObjectStore, other: ObjectStore) -> None:
        async def first(writer: ObjectStore, content: bytes) -> bytes | None:
            try:
                await writer.put("claim", content, if_none_match=True)
            except ObjectExists:
                return None
            return content

        claims = await asyncio.gather(*(first([store, other][i % 2], b"%d" % i) for i in range(8)))
        [winner] = [content for content in claims if content is not None]
        assert await store.read("claim", 10) == winner

    @pytest.mark.parametrize("size", [0, 1, 16 * 2**20, 40 * 2**20 + 7])
    async def test_content_of_any_size_is_streamed(self, store: ObjectStore, size: int) -> None:
        content = bytes(range(256)) * (size // 256 + 1)
        await store.write("big/stream", pieces(content[:size], 3 * 2**20 + 1))
        assert await store.read("big/stream", 64 * 2**20) == content[:size]
        assert await listed(store) == ["big/stream"]

    @pytest.mark.parametrize("size", [10, 40 * 2**20])
    async def test_a_stream_that_breaks_leaves_nothing_behind(self, store: ObjectStore, size: int) -> None:
        async def broken() -> AsyncIterator[bytes]:
            async for piece in pieces(bytes(size), 8 * 2**20):
                yield piece
            raise RuntimeError("the source broke")

        with pytest.raises(RuntimeError, match="the source broke"):
            await store.write("half", broken())
        assert await listed(store) == []
        await store.put("half", b"before")
        with pytest.raises(RuntimeError, match="the source broke"):
            await store.write("half", broken())
        assert await store.read("half", 10) == b"before"

    async def test_a_stream_that_is_cancelled_leaves_nothing_behind(self, store: ObjectStore) -> None:
        reached = asyncio.Event()

        async def endless() -> AsyncIterator[bytes]:
            yield bytes(20 * 2**20)
            reached.set()
            await asyncio.sleep(3600)

        writing = asyncio.create_task(store.write("half", endless()))
        await reached.wait()
        writing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await writing
        assert await listed(store) == []

    @pytest.mark.parametrize("key", ["", "..", "../x", "a/../../x", "./x", "a/..", "nul\0"])
    async def test_a_key_that_leads_elsewhere_is_refused(self, store: ObjectStore, key: str) -> None:
        with pytest.raises(UriInvalid):
            await store.read(key, 10)
        with pytest.raises(UriInvalid):
            await store.put(key, b"")
        with pytest.raises(UriInvalid):
            await store.write(key, pieces(b"x", 1))
        with pytest.raises(UriInvalid):
            await store.stat(key)
        with pytest.raises(UriInvalid):
            await store.delete(key)
        with pytest.raises(UriInvalid):
            await store.link(key, 60)


async def write_all(store: ObjectStore, keys: list[str]) -> None:
    waiting = iter(keys)

    async def writer() -> None:
        for key in waiting:
            await store.put(key, b"x")

    async with asyncio.TaskGroup() as group:
        for _ in range(16):
            group.create_task(writer())
