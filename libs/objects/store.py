"""The port: what every object store does. The docstrings are the specification; one test suite holds all adapters to
them.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from libs.objects.uri import StorageUri

PIECE_BYTES = 256 * 2**10


@dataclass(frozen=True, slots=True)
class Page:
    """Some objects of a listing, as parallel lists. Times are aware and in UTC; etags are without their quotes."""

    key: list[str]
    size_bytes: list[int]
    etag: list[str]
    modified: list[datetime]

    def __len__(self) -> int:
        return len(self.key)


@dataclass(frozen=True, slots=True)
class FolderPage:
    """A part of what lies directly below a folder: the keys of its sub-folders, each ending in `/`, and its objects.

    `next_token` goes on behind it; it is None on the last page.
    """

    folders: list[str]
    objects: Page
    next_token: str | None


@dataclass(frozen=True, slots=True)
class ObjectStat:
    """What is known of one object without reading it."""

    size_bytes: int
    etag: str
    modified: datetime


class ObjectStore(Protocol):
    """The objects below one root, a folder of a bucket or of this machine.

    Keys are relative to the root, with `/` between their parts; they hold any other character, and up to 1,024 bytes.
    A key that could lead out of the root (`..`) raises UriInvalid. An etag says whether content changed and nothing
    else; one that starts with `W/` was made of time and size and may miss a change.

    Every operation may raise AddressNotAllowed, AddressUnreachable (after retries), BucketNotFound,
    StorageAccessDenied and StorageFailed, beside what it names itself.
    """

    @property
    def root(self) -> StorageUri:
        """What keys are relative to."""

    def pages(self, prefix: str = "") -> AsyncGenerator[Page, None]:
        """Every object below `prefix` (empty, or ending in `/`) once, in no promised order, in pages of about 1,000.

        The order is not promised because prefixes are listed in parallel. Objects that are written or deleted meanwhile
        may or may not be there. Empty objects whose key ends in `/` are left out: they are how some tools show folders.
        A listing that ends without an error is whole. No page is empty. Close the iterator (`contextlib.aclosing`) to
        end a listing early.
        """

    async def folder(self, prefix: str = "", *, limit: int = 1000, token: str | None = None) -> FolderPage:
        """What lies directly below `prefix` (empty, or ending in `/`): at most `limit` (1 to 1,000) sub-folders and
        objects together, behind the page whose `next_token` is given.

        The order is the store's: that of the keys, byte by byte, but some sort a folder by its name without `/`.
        Objects that stand for folders are left out, so a page may be empty and not the last.
        """

    async def stat(self, key: str) -> ObjectStat:
        """Raises ObjectNotFound."""

    async def read(self, key: str, limit_bytes: int, *, etag: str | None = None) -> bytes:
        """The whole content. Raises ObjectNotFound; ObjectTooLarge, before the content is read, where it has more than
        `limit_bytes`; ObjectChanged where `etag` is given and is no longer the object's.
        """

    async def read_range(self, key: str, start: int, size_bytes: int) -> bytes:
        """The bytes from `start` on, fewer than `size_bytes` where the object ends before. Raises ObjectNotFound."""

    def content(
        self, key: str, start: int = 0, size_bytes: int | None = None, *, etag: str | None = None
    ) -> AsyncGenerator[bytes, None]:
        """The bytes from `start` on, `size_bytes` or all, in pieces of at most 256 KB: memory does not grow with the
        object.

        Ends early where the object does, and is empty where `start` lies behind its end. Raises ObjectNotFound; before
        the first piece, ObjectChanged where `etag` is given and is no longer the object's. A connection that breaks
        off in between is not tried again. Close the iterator (`contextlib.aclosing`) to end it early.
        """

    async def write(self, key: str, content: AsyncIterator[bytes]) -> None:
        """Writes or overwrites an object with content of any size; about 16 MB are held in memory.

        Nobody sees the object before it is whole. If `content` raises or the call is cancelled, nothing is left behind.
        """

    async def put(self, key: str, content: bytes, *, if_none_match: bool = False) -> None:
        """Writes or overwrites a small object. With `if_none_match` raises ObjectExists where there is one: of several
        that write at once, one succeeds.
        """

    async def link(self, key: str, lifetime_seconds: int, *, disposition: str | None = None) -> str | None:
        """An address at which anyone can read the object for a while, or None where the store has no such links.

        With `disposition` the answer carries it as Content-Disposition. Does not ask whether the object exists.
        """

    async def delete(self, key: str) -> None:
        """Deletes the object; one that is not there is no error."""
