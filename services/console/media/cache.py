"""Thumbnails on disk, within a budget.

A file for each, in one of 256 folders by its key. Keys are hashes, so each folder has its share of what is used and
may take its share of the budget: when it has taken more, it is listed, and what was not used for longest goes. So
nothing is kept in memory for each thumbnail, nothing is read at the start, and a restart forgets nothing. An entry
carries a checksum: one that a crash, a full disk or a person spoiled is dropped, so nothing needs to be forced to the
disk.
"""

import os
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import structlog

FOLDERS = 256
MAGIC = b"bbt1"
HEAD_BYTES = len(MAGIC) + 32
# What a file takes at least on usual file systems.
BLOCK_BYTES = 4096
# Left free after a clearing, so that not every new entry needs one.
KEPT_SHARE = 0.9
PART = ".part-"
PART_SECONDS = 3600

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Entry:
    """Content, and the SHA-256 of it."""

    content: bytes
    sha256: bytes


class DiskCache:
    """The functions block; call them in a thread. Any number of threads and processes may share the folder."""

    def __init__(self, folder: Path, *, budget_bytes: int, touch_seconds: float = 600) -> None:
        """A hit is noted on disk at most every `touch_seconds`."""
        self._folder = folder
        self._share_bytes = budget_bytes // FOLDERS
        self._touch_seconds = touch_seconds
        self._taken: dict[Path, int] = {}

    def get(self, key: bytes) -> Entry | None:
        """The entry, None where there is none or none that is whole."""
        path = self._path(key)
        try:
            with path.open("rb") as file:
                raw, modified = file.read(), os.fstat(file.fileno()).st_mtime
        except FileNotFoundError:
            return None
        except OSError as error:
            log.warning("a thumbnail cannot be read from the cache", problem=str(error))
            return None
        digest, content = raw[len(MAGIC) : HEAD_BYTES], raw[HEAD_BYTES:]
        if not raw.startswith(MAGIC) or sha256(content).digest() != digest:
            log.warning("a spoiled thumbnail is dropped from the cache", name=path.name)
            with suppress(OSError):
                path.unlink()
            return None
        if time.time() - modified > self._touch_seconds:
            with suppress(OSError):
                os.utime(path)
        return Entry(content, digest)

    def put(self, key: bytes, content: bytes) -> Entry:
        """Keep content, as far as the disk allows. Nobody ever reads half of it."""
        entry = Entry(content, sha256(content).digest())
        path = self._path(key)
        part = path.with_name(PART + secrets.token_hex(8))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(MAGIC + entry.sha256 + content)
            part.replace(path)
            self._account(path.parent, _on_disk(len(content) + HEAD_BYTES))
        except OSError as error:  # the picture is there all the same
            log.warning("a thumbnail cannot be kept in the cache", problem=str(error))
            with suppress(OSError):
                part.unlink(missing_ok=True)
        return entry

    def _path(self, key: bytes) -> Path:
        name = key.hex()
        return self._folder / name[:2] / name[2:]

    def _account(self, folder: Path, size_bytes: int) -> None:
        taken = self._taken.get(folder)
        taken = self._clear(folder, self._share_bytes) if taken is None else taken + size_bytes
        if taken > self._share_bytes:
            taken = self._clear(folder, int(self._share_bytes * KEPT_SHARE))
        self._taken[folder] = taken

    def _clear(self, folder: Path, most_bytes: int) -> int:
        """Delete what was not used for longest until the rest fits; returns what the rest takes."""
        taken = 0
        now = time.time()
        found: list[tuple[float, int, str]] = []
        with os.scandir(folder) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):
                    status = entry.stat()
                    # What a crash left half-written.
                    is_lost = entry.name.startswith(PART) and now - status.st_mtime > PART_SECONDS
                    found.append((0.0 if is_lost else status.st_mtime, _on_disk(status.st_size), entry.path))
        for modified, size_bytes, path in sorted(found, reverse=True):
            if modified and taken + size_bytes <= most_bytes:
                taken += size_bytes
            else:
                with suppress(FileNotFoundError):
                    Path(path).unlink()
        return taken


def _on_disk(size_bytes: int) -> int:
    return -(-size_bytes // BLOCK_BYTES) * BLOCK_BYTES
