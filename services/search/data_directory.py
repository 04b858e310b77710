"""The folder in which a search process keeps what it would otherwise load again."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from libs.rpc.errors import BowerbirdError


class DataDirectoryUnusable(BowerbirdError):
    """{directory} cannot be used: {problem}. BOWERBIRD_SEARCH_DATA_DIRECTORY names a folder of this process alone."""


@contextmanager
def held(directory: Path) -> Iterator[None]:
    """Make the folder if it is not there, and keep other processes out until the end, however it comes.

    Raises DataDirectoryUnusable.
    """
    try:
        directory.mkdir(0o700, parents=True, exist_ok=True)
        lock = (directory / "lock").open("a")
    except OSError as error:
        raise DataDirectoryUnusable(directory=directory, problem=error.strerror) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DataDirectoryUnusable(directory=directory, problem="another process holds it") from None
        yield
