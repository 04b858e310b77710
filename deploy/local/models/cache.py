"""Where the converted models are kept, so that they are made once a machine and version."""

import fcntl
import shutil
import tempfile
from pathlib import Path

import platformdirs
import structlog

from deploy.local.models.fetch import fetch

# Raise it with every change to what `convert` writes or to the files that it reads.
VERSION = 1

log = structlog.get_logger(__name__)


def models_folder() -> Path:
    """The folder of this version's models in the user's cache; it exists only once they are complete."""
    return platformdirs.user_cache_path("bowerbird") / "models" / f"v{VERSION}"


def ensure_models() -> Path:
    """The folder for `services.modelserver`, filled by the first call (a minute, 105 MB); raises SourceMissing.

    Safe to call from several processes: one does the work, the others wait for it.
    """
    folder = models_folder()
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            remove_leftovers(folder.parent)
            make_models(folder)
    return folder


def make_models(folder: Path) -> None:
    """Into a folder beside it first: a rename is all or nothing, whatever ends this process."""
    from deploy.local.models.convert import convert  # noqa: PLC0415 (onnx, which only this needs, takes a second)

    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="making-") as work:
        sources, made = Path(work, "sources"), Path(work, "made")
        sources.mkdir()
        made.mkdir()
        found = fetch(sources)
        log.info("converting the embedded models")
        convert(found, made)
        made.rename(folder)
    log.info("the embedded models are ready", folder=str(folder))


def remove_leftovers(parent: Path) -> None:
    """What a run that was killed left behind; called under the lock."""
    for left in parent.glob("making-*"):
        shutil.rmtree(left)
