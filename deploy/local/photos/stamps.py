"""About 430 photos of Debian's `tuxpaint-stamps-default`: animals, food, plants, vehicles, tools and more.

Each comes with a caption in many languages. Copyright Bill Kendrick and contributors, GPL-2: they are fetched at set-up
and never a part of Bowerbird.
"""

from pathlib import Path

import structlog

from deploy.local.packages import unpack_debian_package
from deploy.local.photos.photo import Photo, place

PACKAGE = "tuxpaint-stamps-default"
_IN_PACKAGE = "usr/share/tuxpaint/stamps"
# Drawings, which say nothing about photos.
_LEFT_OUT = {"symbols", "cartoon"}

log = structlog.get_logger(__name__)


def make(work: Path, folder: Path) -> tuple[Photo, ...]:
    """Fill the folder by way of the work folder; raises SourceMissing."""
    log.info("downloading the sample photos", package=PACKAGE, megabytes=161)
    unpack_debian_package(PACKAGE, work)
    stamps = work / _IN_PACKAGE
    sources = sorted(path for path in stamps.rglob("*.png") if not _LEFT_OUT & set(path.relative_to(stamps).parts))
    # The few without a caption are other photos mirrored.
    captioned = [path for path in sources if path.with_suffix(".txt").is_file()]
    return tuple(_photo(path, stamps, folder, number) for number, path in enumerate(captioned))


def _photo(source: Path, stamps: Path, folder: Path, number: int) -> Photo:
    name = source.relative_to(stamps).with_suffix("")
    path = place(source, folder, name.as_posix(), number)
    return Photo(path=path, caption=_caption(source.with_suffix(".txt")), category=name.parent.as_posix())


def _caption(text: Path) -> str:
    # The first line is English, the others name their language.
    return text.read_text("utf-8").splitlines()[0].strip()
