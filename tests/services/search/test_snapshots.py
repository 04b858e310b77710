"""What is kept on disk is taken up whole or not at all, and never shows anything but what catalog has."""

import os
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from services.search.data_directory import DataDirectoryUnusable, held
from services.search.index.pages import WHOLE_REVISION, Cursor
from services.search.snapshots import snapshot as snapshots
from services.search.snapshots.arrays_file import ALIGNMENT, ArraysInvalid, read_arrays, write_arrays
from services.search.snapshots.folder import SnapshotFolder
from services.search.snapshots.snapshot import Origin, Snapshot
from services.search.snapshots.stillness import ChangedMeanwhile, Reading, Stillness

MIB = 1024 * 1024
ARRAYS: dict[str, NDArray[Any]] = {
    "ordinals": np.arange(700_000, dtype=np.uint32),
    "nothing": np.empty(0, np.int64),
    "flags": np.array([True, False, True]),
    "table": np.arange(12, dtype=np.int16).reshape(3, 4),
    "every other": np.arange(10, dtype=np.float32)[::2],
}


def snapshot(uid: int, *, size_bytes: int = 1000, revision: int = 3) -> Snapshot:
    origin = Origin(f"workspaces/w/datasets/d/versions/v{uid}", uid, 1_000_000 + uid)
    arrays = {"values": np.full(size_bytes, uid, np.uint8)}
    return Snapshot(origin, Cursor(revision, WHOLE_REVISION), {"a": Cursor(2, 5)}, arrays)


@pytest.fixture
def folder(tmp_path: Path) -> SnapshotFolder:
    return SnapshotFolder(tmp_path, budget_bytes=100 * MIB)


def write(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        write_arrays(file, {"name": "straße"}, ARRAYS)


def test_arrays_come_back_aligned_as_they_were(tmp_path: Path) -> None:
    write(tmp_path / "file")
    found = read_arrays(tmp_path / "file")
    assert found.facts == {"name": "straße"}
    assert found.arrays.keys() == ARRAYS.keys()
    for name, array in found.arrays.items():
        assert (array.dtype, array.shape) == (ARRAYS[name].dtype, ARRAYS[name].shape)
        assert array.tolist() == ARRAYS[name].tolist()
        assert array.ctypes.data % ALIGNMENT == 0


def test_writing_to_what_was_read_leaves_the_file_alone(tmp_path: Path) -> None:
    write(tmp_path / "file")
    found = read_arrays(tmp_path / "file").arrays["ordinals"]
    found[:] = 7
    assert found[-1] == 7
    assert read_arrays(tmp_path / "file").arrays["ordinals"].tolist() == ARRAYS["ordinals"].tolist()


def test_a_file_that_ends_anywhere_before_its_end_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "whole")
    content = (tmp_path / "whole").read_bytes()
    for length in [0, 1, 8, 9, 30, *range(100, len(content), 100_000), *range(len(content) - 700, len(content), 7)]:
        (tmp_path / "torn").write_bytes(content[:length])
        with pytest.raises(ArraysInvalid):
            read_arrays(tmp_path / "torn")


def test_a_changed_byte_anywhere_in_the_content_is_noticed(tmp_path: Path) -> None:
    write(tmp_path / "whole")
    content = (tmp_path / "whole").read_bytes()
    end_of_arrays = content.rindex(b'{"facts"')
    places = [0, ALIGNMENT, ALIGNMENT + 1_000_000, *range(end_of_arrays, len(content), 11), len(content) - 1]
    for place in places:
        damaged = bytearray(content)
        damaged[place] ^= 4
        (tmp_path / "damaged").write_bytes(damaged)
        with pytest.raises(ArraysInvalid):
            read_arrays(tmp_path / "damaged")


def test_a_snapshot_comes_back_with_its_places_in_the_feeds(folder: SnapshotFolder) -> None:
    kept = snapshot(5)
    folder.save(kept, np.copyto)
    found = folder.find(5)
    assert found is not None
    assert (found.origin, found.files, found.vectors) == (kept.origin, kept.files, kept.vectors)
    assert found.arrays["values"].tolist() == kept.arrays["values"].tolist()
    assert folder.find(6) is None
    assert folder.revisions() == {kept.origin: 3}


@pytest.mark.parametrize("content", [b"", b"something else", b"BBarray1" + bytes(5000)])
def test_a_foreign_file_is_ignored_and_removed(tmp_path: Path, folder: SnapshotFolder, content: bytes) -> None:
    (tmp_path / "5.snapshot").write_bytes(content)
    assert folder.find(5) is None
    assert not list(tmp_path.iterdir())


def test_a_snapshot_of_another_format_is_ignored_and_removed(
    tmp_path: Path, folder: SnapshotFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.save(snapshot(5), np.copyto)
    monkeypatch.setattr(snapshots, "FORMAT", snapshots.FORMAT + 1)
    assert folder.revisions() == {}
    assert folder.find(5) is None
    assert not list(tmp_path.iterdir())


def test_what_an_earlier_process_did_not_finish_is_removed_at_the_start(tmp_path: Path, folder: SnapshotFolder) -> None:
    folder.save(snapshot(5), np.copyto)
    (tmp_path / "5.unfinished").write_bytes(b"BBarray1 and so on")
    again = SnapshotFolder(tmp_path, budget_bytes=MIB)
    assert again.find(5) is not None
    assert [path.name for path in tmp_path.iterdir()] == ["5.snapshot"]


def test_a_write_that_fails_leaves_the_last_snapshot_and_nothing_else(tmp_path: Path, folder: SnapshotFolder) -> None:
    folder.save(snapshot(5, revision=3), np.copyto)
    stillness = Stillness()
    reading = Reading(stillness)
    stillness.end_reading()
    with pytest.raises(ChangedMeanwhile):
        folder.save(snapshot(5, revision=4), reading.copy)
    found = folder.find(5)
    assert found is not None
    assert found.files.revision == 3
    assert [path.name for path in tmp_path.iterdir()] == ["5.snapshot"]


def test_the_least_recently_used_snapshots_make_room_for_others(tmp_path: Path) -> None:
    folder = SnapshotFolder(tmp_path, budget_bytes=3 * MIB + 10_000)
    for uid in (1, 2, 3):
        folder.save(snapshot(uid, size_bytes=MIB), np.copyto)
        os.utime(tmp_path / f"{uid}.snapshot", ns=(uid, uid))
    folder.touch(1)
    folder.save(snapshot(4, size_bytes=MIB), np.copyto)
    assert [uid for uid in (1, 2, 3, 4) if folder.find(uid)] == [1, 3, 4]
    folder.save(snapshot(9, size_bytes=4 * MIB), np.copyto)
    assert [uid for uid in (1, 2, 3, 4, 9) if folder.find(uid)] == [1, 3, 4]


def test_a_smaller_budget_holds_from_the_start(tmp_path: Path, folder: SnapshotFolder) -> None:
    for uid in (1, 2, 3):
        folder.save(snapshot(uid, size_bytes=MIB), np.copyto)
        os.utime(tmp_path / f"{uid}.snapshot", ns=(uid, uid))
    smaller = SnapshotFolder(tmp_path, budget_bytes=2 * MIB)
    assert [uid for uid in (1, 2, 3) if smaller.find(uid)] == [3]


def test_a_directory_is_one_process_alone(tmp_path: Path) -> None:
    for _ in range(2):
        with (
            held(tmp_path / "data"),
            pytest.raises(DataDirectoryUnusable, match="data cannot be used: another process holds it"),
            held(tmp_path / "data"),
        ):
            pass


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(DataDirectoryUnusable, match="file/data cannot be used: Not a directory"),
        held(tmp_path / "file" / "data"),
    ):
        pass


def test_random_bytes_never_pass_for_a_snapshot(tmp_path: Path, folder: SnapshotFolder) -> None:
    chance = random.Random(7)  # noqa: S311 - it makes test data
    folder.save(snapshot(5, size_bytes=300), np.copyto)
    content = (tmp_path / "5.snapshot").read_bytes()
    for _ in range(300):
        start = chance.randrange(len(content))
        noise = chance.randbytes(chance.randrange(1, 40))
        (tmp_path / "5.snapshot").write_bytes(content[:start] + noise + content[start + len(noise) :])
        found = folder.find(5)
        assert found is None or found.arrays["values"].tolist() == [5] * 300
