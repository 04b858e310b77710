"""The sample photos with their captions, made once a machine and version."""

import fcntl
import json
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import platformdirs
import structlog

from deploy.local.packages import SourceMissing
from deploy.local.photos import spares, stamps
from deploy.local.photos.photo import Photo

# Raise it with every change to which photos there are, their names or their formats.
VERSION = 1

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Gallery:
    """A folder of photos; `why_fewer` says why it holds the few spare ones only, and is empty otherwise."""

    folder: Path
    photos: tuple[Photo, ...]
    why_fewer: str = ""


def sample_gallery() -> Gallery:
    """The sample photos, fetched at the first call (161 MB, half a minute); raises SourceMissing.

    Where the Debian package cannot be had, some photos of Python packages stand in for them; the next call tries
    again. Safe to call from several processes: one does the work, the others wait for it.
    """
    parent = platformdirs.user_cache_path("bowerbird") / "photos"
    parent.mkdir(parents=True, exist_ok=True)
    with (parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            return _kept(parent / f"stamps-v{VERSION}") or _made(parent / f"stamps-v{VERSION}")
        except SourceMissing as missing:
            log.warning("the sample photos cannot be had; photos of Python packages stand in", reason=str(missing))
            return _kept(parent / f"spares-v{VERSION}") or _made(parent / f"spares-v{VERSION}", str(missing))


def _kept(folder: Path) -> Gallery | None:
    try:
        record = json.loads((folder / "gallery.json").read_text("utf-8"))
    except FileNotFoundError:
        return None
    return Gallery(folder / "photos", tuple(Photo(**photo) for photo in record["photos"]), record["why_fewer"])


def _made(folder: Path, why_fewer: str = "") -> Gallery:
    """Into a folder beside it first: a rename is all or nothing, whatever ends this process."""
    make = spares.make if why_fewer else stamps.make
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="making-") as work:
        made = Path(work, "made")
        (made / "photos").mkdir(parents=True)
        photos = make(Path(work), made / "photos")
        record = {"why_fewer": why_fewer, "photos": [asdict(photo) for photo in photos]}
        (made / "gallery.json").write_text(json.dumps(record, indent=1, ensure_ascii=False), "utf-8")
        made.rename(folder)
    return Gallery(folder / "photos", photos, why_fewer)
