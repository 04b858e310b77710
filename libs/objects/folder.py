"""The adapter for a folder of this machine."""

import asyncio
import errno
import os
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from io import BufferedReader
from itertools import islice
from pathlib import PurePosixPath
from typing import TypeVar

import structlog

from libs.objects import confined
from libs.objects.config import FolderConfig
from libs.objects.errors import (
    BucketNotFound,
    ObjectChanged,
    ObjectExists,
    ObjectNotFound,
    ObjectTooLarge,
    StorageAccessDenied,
    StorageFailed,
    UriInvalid,
)
from libs.objects.store import PIECE_BYTES, FolderPage, ObjectStat, Page
from libs.objects.uri import StorageUri, checked_key
from libs.rpc.errors import BowerbirdError

log = structlog.get_logger(__name__)

PAGE_FILES = 1000

T = TypeVar("T")


class FolderStore:
    """ObjectStore below one folder."""

    def __init__(self, config: FolderConfig, root: StorageUri) -> None:
        """Raises UriInvalid where `root` does not lie in the connection's folder."""
        allowed = PurePosixPath(config.root)
        place = PurePosixPath("/", root.path)
        if root.scheme != "file" or not allowed.is_absolute() or not place.is_relative_to(allowed):
            raise UriInvalid(uri=root, expected=f"a folder in file://{config.root}")
        self._root = root
        self._allowed = config.root
        self._below = place.relative_to(allowed).parts

    @property
    def root(self) -> StorageUri:
        return self._root

    async def pages(self, prefix: str = "") -> AsyncGenerator[Page, None]:
        files = confined.walk(self._allowed, self._below + _folder_parts(prefix))
        try:
            while page := await self._listed(prefix, lambda: _next_page(files, prefix)):
                if page.key:
                    yield page
        finally:
            files.close()

    async def folder(self, prefix: str = "", *, limit: int = 1000, token: str | None = None) -> FolderPage:
        parts = self._below + _folder_parts(prefix)
        found = await self._listed(
            prefix, lambda: confined.children(self._allowed, parts, after=token or "", limit=limit)
        )
        if found is None:
            return FolderPage([], _page([], prefix), None)
        return FolderPage([f"{prefix}{name}/" for name in found.folders], _page(found.files, prefix), found.last)

    async def stat(self, key: str) -> ObjectStat:
        parts = self._parts(key)

        def found() -> ObjectStat:
            with confined.opened_file(self._allowed, parts) as (_, status):
                return ObjectStat(status.st_size, _etag(status), _modified(status))

        return await self._run(key, found)

    async def read(self, key: str, limit_bytes: int, *, etag: str | None = None) -> bytes:
        parts = self._parts(key)

        def content() -> bytes:
            with confined.opened_file(self._allowed, parts) as (file, status):
                if etag is not None and _etag(status) != etag:
                    raise ObjectChanged(uri=self._root.child(key))
                if status.st_size > limit_bytes:
                    raise ObjectTooLarge(uri=self._root.child(key), limit=limit_bytes, value=status.st_size)
                with os.fdopen(file, "rb", closefd=False) as opened:
                    return opened.read(limit_bytes)

        return await self._run(key, content)

    async def read_range(self, key: str, start: int, size_bytes: int) -> bytes:
        parts = self._parts(key)

        def content() -> bytes:
            with (
                confined.opened_file(self._allowed, parts) as (file, _),
                os.fdopen(file, "rb", closefd=False) as opened,
            ):
                opened.seek(start)
                return opened.read(size_bytes)

        return await self._run(key, content)

    async def content(
        self, key: str, start: int = 0, size_bytes: int | None = None, *, etag: str | None = None
    ) -> AsyncGenerator[bytes, None]:
        parts = self._parts(key)
        left = size_bytes if size_bytes is not None else sys.maxsize
        with ExitStack() as stack:

            def opened() -> BufferedReader:
                file, status = stack.enter_context(confined.opened_file(self._allowed, parts))
                if etag is not None and _etag(status) != etag:
                    raise ObjectChanged(uri=self._root.child(key))
                reader = stack.enter_context(os.fdopen(file, "rb", closefd=False))
                reader.seek(start)
                return reader

            reader = await self._run(key, opened)
            while piece := await self._run(key, partial(reader.read, min(left, PIECE_BYTES))):
                yield piece
                left -= len(piece)

    async def write(self, key: str, content: AsyncIterator[bytes]) -> None:
        parts = self._parts(key)
        part = await self._run(key, lambda: confined.Part(self._allowed, parts))
        try:
            async for chunk in content:
                await self._run(key, lambda chunk=chunk: part.append(chunk))  # type: ignore[misc]
            await self._run(key, part.publish)
        finally:
            await asyncio.shield(self._run(key, part.discard))

    async def put(self, key: str, content: bytes, *, if_none_match: bool = False) -> None:
        parts = self._parts(key)

        def written() -> None:
            part = confined.Part(self._allowed, parts)
            try:
                part.append(content)
                part.publish(overwrite=not if_none_match)
            finally:
                part.discard()

        await self._run(key, written)

    async def link(self, key: str, lifetime_seconds: int, *, disposition: str | None = None) -> str | None:
        self._parts(key)
        return None

    async def delete(self, key: str) -> None:
        parts = self._parts(key)
        try:
            await self._run(key, lambda: confined.delete(self._allowed, parts))
        except ObjectNotFound:
            return

    def _parts(self, key: str) -> tuple[str, ...]:
        parts = tuple(checked_key(key).split("/"))
        if "" in parts:  # the file system would read it as another key
            raise UriInvalid(uri=key, expected="a path without empty parts")
        return self._below + parts

    async def _run(self, key: str, operation: Callable[[], T]) -> T:
        """Runs a blocking operation on one object off the event loop; its OSErrors become errors of this room."""
        try:
            return await asyncio.to_thread(operation)
        except (FileNotFoundError, NotADirectoryError) as error:
            if not os.path.isdir(self._allowed):  # noqa: ASYNC240, PTH112
                raise BucketNotFound(uri=f"file://{self._allowed}") from error
            raise ObjectNotFound(uri=self._root.child(key)) from error
        except OSError as error:
            if error.errno == errno.ELOOP:  # a symbolic link
                raise ObjectNotFound(uri=self._root.child(key)) from error
            raise _failure(self._root.child(key), error) from error

    async def _listed(self, prefix: str, operation: Callable[[], T]) -> T | None:
        """Like `_run` for a folder. A prefix that does not exist has nothing below it, but the root must exist."""
        try:
            return await asyncio.to_thread(operation)
        except OSError as error:
            missing = isinstance(error, FileNotFoundError | NotADirectoryError) or error.errno == errno.ELOOP
            if missing and prefix:
                return None
            raise BucketNotFound(uri=self._root) if missing else _failure(self._root, error) from error


def _folder_parts(prefix: str) -> tuple[str, ...]:
    return tuple(checked_key(prefix).removesuffix("/").split("/")) if prefix else ()


def _next_page(files: Iterator[confined.Found], prefix: str) -> Page | None:
    """The next files, or None after the last; a page may lack those that no key can name."""
    found = list(islice(files, PAGE_FILES))
    if not found:
        return None
    named = [file for file in found if all(map(confined.is_text, file.parts))]
    if len(named) < len(found):
        log.warning("names that are not UTF-8 were left out", count=len(found) - len(named))
    return _page(named, prefix)


def _page(files: Sequence[confined.Found], prefix: str) -> Page:
    return Page(
        [prefix + "/".join(file.parts) for file in files],
        [file.status.st_size for file in files],
        [_etag(file.status) for file in files],
        [_modified(file.status) for file in files],
    )


def _etag(status: os.stat_result) -> str:
    """A file system keeps no hash of the content; a change that keeps size and both times goes unseen, hence weak."""
    return f"W/{status.st_mtime_ns:x}-{status.st_size:x}-{status.st_ctime_ns:x}"


def _modified(status: os.stat_result) -> datetime:
    return datetime.fromtimestamp(status.st_mtime, UTC)


def _failure(uri: StorageUri, error: OSError) -> BowerbirdError:
    if isinstance(error, PermissionError):
        return StorageAccessDenied(uri=uri)
    if isinstance(error, FileExistsError):
        return ObjectExists(uri=uri)
    return StorageFailed(uri=uri, problem=error.strerror or error)
