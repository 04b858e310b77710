"""The sample photos: what is chosen, in which formats, and what stands in where they cannot be had."""

import filecmp
from collections import Counter
from pathlib import Path

import platformdirs
import pytest
from PIL import Image

from deploy.local.photos import gallery, stamps
from deploy.local.photos.gallery import sample_gallery
from deploy.local.photos.photo import FORMATS, place


def test_the_gallery_has_captioned_photos_in_all_seven_formats() -> None:
    photos = sample_gallery()
    if photos.why_fewer:
        pytest.skip(photos.why_fewer)
    assert len(photos.photos) == 430
    assert set(Counter(Path(photo.path).suffix for photo in photos.photos)) == {
        ".jpg",
        ".jpeg",
        ".png",
        ".gif",
        ".bmp",
        ".tiff",
        ".webp",
    }
    assert all((photos.folder / photo.path).is_file() and photo.caption for photo in photos.photos)
    assert not any({"symbols", "cartoon"} & set(photo.path.split("/")) for photo in photos.photos)
    captions = {photo.path.rpartition(".")[0]: photo.caption for photo in photos.photos}
    assert captions["animals/birds/crow"] == "A crow."


@pytest.mark.parametrize("number", range(len(FORMATS)))
def test_a_photo_is_placed_with_the_same_bytes_each_time_and_in_the_format_of_its_ending(
    number: int, tmp_path: Path
) -> None:
    source = tmp_path / "half.png"
    Image.linear_gradient("L").convert("RGBA").save(source)
    first = place(source, tmp_path / "first", "a/b", number)
    second = place(source, tmp_path / "second", "a/b", number)
    assert first == second
    assert filecmp.cmp(tmp_path / "first" / first, tmp_path / "second" / second, shallow=False)
    with Image.open(tmp_path / "first" / first) as image:
        ending = Path(first).suffix.lstrip(".")
        assert image.format == {"jpg": "JPEG"}.get(ending, ending.upper())


def test_photos_of_python_packages_stand_in_where_the_package_cannot_be_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda _: tmp_path)
    monkeypatch.setattr(stamps, "PACKAGE", "no-such-package-of-photos")
    photos = gallery.sample_gallery()
    assert "no-such-package-of-photos" in photos.why_fewer
    assert len(photos.photos) == 19
    assert all((photos.folder / photo.path).is_file() for photo in photos.photos)
    assert gallery.sample_gallery() == photos
