"""Files that are replaced as a whole, so that they are there after a crash as they were or as they should be."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

UNFINISHED = ".unfinished"


@contextmanager
def replaced(path: Path) -> Iterator[BinaryIO]:
    """A new file, unbuffered, which takes the place of `path` at the end of the block, durably; if the block fails, the
    old one stays. A process that is killed leaves a file of the suffix UNFINISHED behind. Raises OSError.
    """
    unfinished = path.with_suffix(UNFINISHED)
    try:
        with unfinished.open("wb", buffering=0) as file:
            yield file
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def write_whole(file: BinaryIO, content: bytes | memoryview) -> None:
    """An unbuffered file may take less than it is given."""
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) :]
