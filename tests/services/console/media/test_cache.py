"""What the folder of thumbnails promises: a budget, whole entries, and that a restart forgets nothing."""

import os
import time
from hashlib import sha256
from pathlib import Path

import pytest

from bowerbird.catalog.v1.file_pb2 import File
from services.console.media.cache import FOLDERS, DiskCache
from tests.libs.images.samples import encoded, noise
from tests.services.console.media.gallery import Gallery
from tests.services.console.media.test_thumbnails import count_calls
from tests.services.console.scene import consoling

MB = 2**20


def key(number: int) -> bytes:
    return sha256(b"%d" % number).digest()


def path_of(folder: Path, number: int) -> Path:
    return folder / key(number).hex()[:2] / key(number).hex()[2:]


def entries(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_what_was_put_is_there_after_a_restart(tmp_path: Path) -> None:
    put = DiskCache(tmp_path, budget_bytes=64 * MB).put(key(1), b"content")
    assert put.sha256 == sha256(b"content").digest()
    assert DiskCache(tmp_path, budget_bytes=64 * MB).get(key(1)) == put
    assert DiskCache(tmp_path, budget_bytes=64 * MB).get(key(2)) is None


def test_the_budget_holds_and_what_was_used_last_stays(tmp_path: Path) -> None:
    budget = FOLDERS * 4 * 4096
    cache = DiskCache(tmp_path, budget_bytes=budget, touch_seconds=0)
    long_ago = time.time() - 10_000
    for number in range(2000):
        cache.put(key(number), bytes(3000))
        os.utime(path_of(tmp_path, number), (long_ago + number, long_ago + number))
        assert (cache.get(key(7)) is not None) == (number >= 7)  # used all the time
    assert budget / 2 < sum(path.stat().st_blocks * 512 for path in entries(tmp_path)) <= budget
    kept = [number for number in range(2000) if path_of(tmp_path, number).exists()]
    assert sum(kept) / len(kept) > 1200  # of all, the mean would be 1,000


def test_a_cache_that_finds_more_than_its_budget_clears_it(tmp_path: Path) -> None:
    large = DiskCache(tmp_path, budget_bytes=FOLDERS * MB)
    for number in range(1000):
        large.put(key(number), bytes(5000))
    small = DiskCache(tmp_path, budget_bytes=FOLDERS * 2 * 8192)
    for number in range(1000, 3000):
        small.put(key(number), bytes(5000))
    assert sum(path.stat().st_size for path in entries(tmp_path)) <= FOLDERS * 2 * 8192


@pytest.mark.parametrize("spoil", ["cut", "flip", "empty", "foreign"])
def test_a_spoiled_entry_is_dropped(tmp_path: Path, spoil: str) -> None:
    cache = DiskCache(tmp_path, budget_bytes=64 * MB)
    cache.put(key(1), bytes(1000))
    [path] = entries(tmp_path)
    raw = path.read_bytes()
    path.write_bytes({"cut": raw[:500], "flip": raw[:-1] + b"x", "empty": b"", "foreign": b"<html>" + raw}[spoil])
    assert cache.get(key(1)) is None
    assert entries(tmp_path) == []
    assert cache.put(key(1), b"anew") == cache.get(key(1))


def test_what_a_crash_left_half_written_goes_when_it_is_old(tmp_path: Path) -> None:
    folder = tmp_path / key(1).hex()[:2]
    folder.mkdir()
    old, new = folder / ".part-old", folder / ".part-new"
    for part in (old, new):
        part.write_bytes(b"half")
    os.utime(old, (1, 1))
    DiskCache(tmp_path, budget_bytes=64 * MB).put(key(1), b"content")
    assert (old.exists(), new.exists()) == (False, True)


def test_a_folder_that_cannot_be_written_costs_the_keeping_alone(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_bytes(b"no folder")
    cache = DiskCache(blocked / "thumbnails", budget_bytes=64 * MB)
    assert cache.put(key(1), b"content").content == b"content"
    assert cache.get(key(1)) is None


async def test_a_restarted_console_shows_what_was_made_before(
    gallery: Gallery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = await gallery.one(encoded(noise((300, 200)), "JPEG"))
    made = count_calls(monkeypatch)
    bodies = [await shown(gallery, file, tmp_path) for _ in range(2)]
    assert bodies[0] == bodies[1]
    assert len(made) == 1
    for path in entries(tmp_path):
        path.write_bytes(path.read_bytes()[:-1])
    assert await shown(gallery, file, tmp_path) == bodies[0]
    assert len(made) == 2


async def test_without_a_folder_pictures_are_made_each_time(gallery: Gallery, sample: File) -> None:
    async with consoling(gallery.console.catalog, "127.0.0.1:9") as console:
        there = Gallery(console, gallery.scanned, gallery.store)
        assert (await there.thumbnail(sample)).body == (await gallery.thumbnail(sample)).body


async def shown(gallery: Gallery, file: File, folder: Path) -> bytes:
    """A thumbnail from a console of its own."""
    async with consoling(gallery.console.catalog, "127.0.0.1:9", THUMBNAIL_DIRECTORY=str(folder)) as console:
        answer = await Gallery(console, gallery.scanned, gallery.store).thumbnail(file)
        assert answer.status == 200
        return answer.body
