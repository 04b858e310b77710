"""What the benchmark of the console reads out of traces, and what it puts behind files."""

from pathlib import Path

import pytest
from PIL import Image

from benchmarks.console import pictures
from benchmarks.console.scrolling import Frames, frames_of
from benchmarks.search.data import Data
from libs.objects.config import FolderConfig
from libs.objects.folder import FolderStore
from libs.objects.uri import parse_uri


def begins(process: int, *milliseconds: float) -> list[dict[str, object]]:
    return [{"name": "BeginMainThreadFrame", "pid": process, "ts": 1000 * one} for one in milliseconds]


def test_frames_are_those_of_the_process_that_drew_most_in_the_order_of_time() -> None:
    events = [*begins(1, 0, 500), *begins(2, 116, 0, 16, 32), {"name": "Paint", "pid": 1, "ts": 7}]
    frames = frames_of(events)
    assert frames.milliseconds == [16, 16, 84]
    assert frames.long_percent == pytest.approx(100 / 3)


def test_a_scroll_without_frames_is_no_smooth_one() -> None:
    with pytest.raises(ValueError, match="no frames"):
        frames_of(begins(1, 5))


def test_no_frame_is_long_at_fifty_milliseconds() -> None:
    assert Frames([50, 50]).long_percent == 0


async def test_each_file_is_a_name_of_a_picture_with_the_etag_that_a_scan_would_see(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "PICTURES", 3)
    data = Data(10)
    made = pictures.made_pictures(tmp_path / "pictures")
    pictures.link_files(data, tmp_path, made)
    etags = await pictures.etags_of(tmp_path, made)

    paths = [path for block in data.blocks() for path in block.paths.to_pylist()]
    store = FolderStore(FolderConfig(str(tmp_path)), parse_uri(f"file://{tmp_path}"))
    assert len({(tmp_path / path).stat().st_ino for path in paths}) == 3
    assert [(await store.stat(path)).etag for path in paths] == [etags[number % 3] for number in range(10)]
    with Image.open(tmp_path / paths[0]) as image:
        assert (image.format, image.size) == ("JPEG", (1920, 1080))
