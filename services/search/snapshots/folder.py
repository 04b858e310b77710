"""The folder of snapshots: a file a version, together within a budget."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import structlog

from services.search.durable import UNFINISHED, replaced
from services.search.snapshots.arrays_file import ArraysInvalid, Copy, read_arrays, read_facts, write_arrays
from services.search.snapshots.snapshot import Origin, Snapshot, cursor_from, origin_from, snapshot_from

log = structlog.get_logger(__name__)

SUFFIX = ".snapshot"


class SnapshotFolder:
    """Reads and writes block: call from a thread. At most one at a time writes.

    A file's modification time is when it was last used. Whatever cannot be read is removed: it is loaded from catalog
    again.
    """

    def __init__(self, path: Path, *, budget_bytes: int) -> None:
        self._path = path
        self._budget_bytes = budget_bytes
        path.mkdir(0o700, parents=True, exist_ok=True)
        for unfinished in path.glob(f"*{UNFINISHED}"):
            unfinished.unlink()
        self._make_room()

    def find(self, uid: int) -> Snapshot | None:
        """The snapshot of a version, mapped into memory."""
        path = self._file(uid)
        with self._readable(path):
            snapshot = snapshot_from(read_arrays(path))
            os.utime(path)
            return snapshot
        return None

    def save(self, snapshot: Snapshot, copy: Copy) -> None:
        """Write a snapshot instead of the last one of its version, durably and whole or not at all.

        Each piece of an array is taken by `copy(to, piece)`. Raises what it raises, and OSError.
        """
        size_bytes = sum(array.nbytes for array in snapshot.arrays.values())
        if size_bytes > self._budget_bytes:
            log.warning("a snapshot would not fit", version=snapshot.origin.name, size_bytes=size_bytes)
            return
        with replaced(self._file(snapshot.origin.uid)) as file:
            write_arrays(file, snapshot.facts(), snapshot.arrays, copy)
        self._make_room()

    def touch(self, uid: int) -> None:
        """Say that a version is in use."""
        with suppress(FileNotFoundError):
            os.utime(self._file(uid))

    def remove(self, uid: int) -> None:
        """Forget a version; what is mapped stays readable."""
        self._file(uid).unlink(missing_ok=True)

    def revisions(self) -> dict[Origin, int]:
        """The versions that have a snapshot, and the revision at which it was written."""
        found = {}
        for path, _ in self._files():
            with self._readable(path):
                facts = read_facts(path)
                found[origin_from(facts)] = cursor_from(facts["files"]).revision
        return found

    @contextmanager
    def _readable(self, path: Path) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            return
        except OSError as error:
            log.warning("a snapshot cannot be read", path=str(path), problem=error.strerror)
        except ArraysInvalid as error:
            log.warning("a snapshot is removed", path=str(path), problem=str(error))
            path.unlink(missing_ok=True)

    def _make_room(self) -> None:
        """Remove the least recently used beyond the budget."""
        left_bytes = self._budget_bytes
        for path, size_bytes in self._files():
            left_bytes -= size_bytes
            if left_bytes < 0:
                log.info("a snapshot is removed to make room", path=str(path), size_bytes=size_bytes)
                path.unlink(missing_ok=True)

    def _files(self) -> list[tuple[Path, int]]:
        """Files with their size, the most recently used first. Others may remove some meanwhile."""
        found = []
        for path in self._path.glob(f"*{SUFFIX}"):
            with suppress(FileNotFoundError):
                status = path.stat()
                found.append((status.st_mtime_ns, path, status.st_size))
        return [(path, size_bytes) for _, path, size_bytes in sorted(found, reverse=True)]

    def _file(self, uid: int) -> Path:
        return self._path / f"{uid}{SUFFIX}"
