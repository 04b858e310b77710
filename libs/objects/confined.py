"""Files below one folder, and never outside it.

Every part of a path is opened from the folder above it, without following symbolic links: so nothing outside is
reached, whatever changes meanwhile, and a link is not there at all, as in object storage. All functions block and
raise OSError.
"""

import heapq
import os
import secrets
import stat
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from operator import itemgetter

PART_PREFIX = ".bowerbird-part-"  # a file that is being written; it is not an object yet

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK  # a pipe must not hold us
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True)
class Found:
    """A file of a walk: its parts below the folder that the walk began in, and what the file system says of it."""

    parts: tuple[str, ...]
    status: os.stat_result


@dataclass(frozen=True)
class Children:
    """Some of what a folder holds: names of folders, and files. `last` is the last key where more follow."""

    folders: list[str]
    files: list[Found]
    last: str | None


@contextmanager
def opened_folder(root: str, parts: Sequence[str] = (), *, create: bool = False) -> Iterator[int]:
    """A descriptor of the folder `parts` below `root`; with `create` the folders on the way are made."""
    folder = os.open(root, _FOLDER)
    try:
        for part in parts:
            if create:
                with suppress(FileExistsError):
                    os.mkdir(part, dir_fd=folder)
            deeper = os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = deeper
        yield folder
    finally:
        os.close(folder)


@contextmanager
def opened_file(root: str, parts: Sequence[str]) -> Iterator[tuple[int, os.stat_result]]:
    """A descriptor of a regular file, and its status. Anything else that has the name raises FileNotFoundError."""
    with opened_folder(root, parts[:-1]) as folder:
        file = os.open(parts[-1], _READ, dir_fd=folder)
    try:
        status = os.fstat(file)
        if not stat.S_ISREG(status.st_mode):
            raise FileNotFoundError
        yield file, status
    finally:
        os.close(file)


def children(root: str, parts: Sequence[str], *, after: str, limit: int) -> Children:
    """The first `limit` folders and regular files of a folder whose keys come behind `after`. Keys are names, those of
    folders with a `/`, compared byte by byte, as object storage does. Names that are not UTF-8 are left out.
    """
    with opened_folder(root, parts) as folder, os.scandir(folder) as entries:
        behind = os.fsencode(after)
        keyed = ((key, entry) for entry in entries if (key := _key(entry)) > behind)
        found = heapq.nsmallest(limit + 1, keyed, key=itemgetter(0))
        listed = Children([], [], found[limit - 1][0].decode() if len(found) > limit else None)
        for key, entry in found[:limit]:
            if key.endswith(b"/"):
                listed.folders.append(entry.name)
            else:
                with suppress(FileNotFoundError):
                    listed.files.append(Found((entry.name,), entry.stat(follow_symlinks=False)))
        return listed


def is_text(name: str) -> bool:
    """Whether the bytes of a name are UTF-8."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def walk(root: str, parts: Sequence[str]) -> Generator[Found, None, None]:
    """Every regular file below a folder. Files and folders that vanish meanwhile are left out; the folder itself must
    exist.
    """
    waiting: list[tuple[str, ...]] = [()]
    while waiting:
        here = waiting.pop()
        try:
            with opened_folder(root, (*parts, *here)) as folder, os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append((*here, entry.name))
                    elif entry.is_file(follow_symlinks=False) and not entry.name.startswith(PART_PREFIX):
                        with suppress(FileNotFoundError):
                            yield Found((*here, entry.name), entry.stat(follow_symlinks=False))
        except (FileNotFoundError, NotADirectoryError):
            if not here:
                raise


def delete(root: str, parts: Sequence[str]) -> None:
    """Deletes a file for good."""
    with opened_folder(root, parts[:-1]) as folder:
        os.unlink(parts[-1], dir_fd=folder)
        os.fsync(folder)


class Part:
    """A file in the making, beside its place under another name, so that nobody sees half of it."""

    def __init__(self, root: str, parts: Sequence[str]) -> None:
        self._root = root
        self._folders = parts[:-1]
        self._name = parts[-1]
        self._part = PART_PREFIX + secrets.token_hex(8)
        with opened_folder(root, self._folders, create=True) as folder:
            self._file = os.fdopen(os.open(self._part, _CREATE, 0o644, dir_fd=folder), "wb")

    def append(self, content: bytes) -> None:
        self._file.write(content)

    def publish(self, *, overwrite: bool = True) -> None:
        """Gives the file its name, durably. Unless it overwrites, a name that is taken raises FileExistsError."""
        self._file.flush()
        os.fsync(self._file.fileno())
        with opened_folder(self._root, self._folders) as folder:
            if overwrite:
                os.replace(self._part, self._name, src_dir_fd=folder, dst_dir_fd=folder)
            else:
                os.link(self._part, self._name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
            os.fsync(folder)

    def discard(self) -> None:
        """Removes what is left of the work; after `publish` that is nothing but a second name."""
        self._file.close()
        with suppress(FileNotFoundError), opened_folder(self._root, self._folders) as folder:
            os.unlink(self._part, dir_fd=folder)


def _key(entry: "os.DirEntry[str]") -> bytes:
    """Empty for what is no object and no folder."""
    if not is_text(entry.name):
        return b""
    if entry.is_dir(follow_symlinks=False):
        return f"{entry.name}/".encode()
    if entry.is_file(follow_symlinks=False) and not entry.name.startswith(PART_PREFIX):
        return entry.name.encode()
    return b""
