"""Catalog as search sees it, over versions of plain Python: its feed can be read from any place, and be held up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import grpc.aio
import numpy as np

from services.search.catalog import Catalog, DatasetInfo, IndexSetInfo, VersionInfo
from services.search.index.pages import WHOLE_REVISION, Cursor, FilesPage, VectorsPage, ordinals_in, read_batch
from services.search.snapshots.folder import SnapshotFolder
from services.search.versions import Versions
from tests.services.search.versions import (
    TAGS,
    PlainVersion,
    files_batch,
    stream,
    tag_id,
    tags_batch,
    vectors_page,
)

PLENTY = 2**40
DATASET = "workspaces/test/datasets/plain"
NO_ANSWER = grpc.aio.Metadata()


@dataclass
class PlainFeed:
    """A version and where each row of it stands; `gate` holds up reading before each page."""

    info: VersionInfo
    version: PlainVersion
    rows_a_page: int = 1000
    read_from: list[Cursor | None] = field(default_factory=list)
    pages_sent: int = 0
    breaks_after: int | None = None
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    vectors: dict[int, bool] = field(default_factory=dict)
    vectors_revision: int = 0
    index_set_id: str = "the first"
    _file_at: dict[int, int] = field(default_factory=dict)
    _tags_at: dict[int, int] = field(default_factory=dict)
    _vector_at: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.gate.set()

    def commit(self) -> None:
        """Give what was changed a revision."""
        (page,) = self.version.changes(rows_a_page=2**32)
        self.info = replace(self.info, revision=self.version.revision)
        for content, places in ((page.files, self._file_at), (page.tags, self._tags_at)):
            if (batch := read_batch(content)) is not None:
                places.update(dict.fromkeys(ordinals_in(batch).tolist(), self.info.revision))

    def commit_vectors(self, vectors: dict[int, bool]) -> None:
        """Say which files have a vector now and which do not."""
        self.vectors_revision += 1
        self.vectors |= vectors
        self._vector_at |= dict.fromkeys(vectors, self.vectors_revision)

    async def read(self, after: Cursor | None) -> AsyncIterator[FilesPage]:
        self.read_from.append(after)
        place = (0, 0) if after is None else (after.revision, after.ordinal)
        end = self.info.revision
        changed = sorted({(at, ordinal) for places in (self._file_at, self._tags_at) for ordinal, at in places.items()})
        rows = [row for row in changed if after is None or row > place]
        names = {tag_id(name): name for name in TAGS}
        for start in range(0, max(len(rows), 1), self.rows_a_page):
            await self.gate.wait()
            if self.breaks_after is not None and start >= self.breaks_after:
                raise grpc.aio.AioRpcError(grpc.StatusCode.UNAVAILABLE, NO_ANSWER, NO_ANSWER, "the feed broke off")
            part = rows[start : start + self.rows_a_page]
            left = max(0, len(rows) - start - self.rows_a_page)
            files = [self.version.files[ordinal] for at, ordinal in part if self._file_at[ordinal] == at]
            tagged = [self.version.files[ordinal] for at, ordinal in part if self._tags_at.get(ordinal) == at]
            place_after = Cursor(*part[-1]) if left else Cursor(end, WHOLE_REVISION)
            self.pages_sent += 1
            yield FilesPage(stream(files_batch(files)), stream(tags_batch(tagged)), names, place_after, left)

    async def read_vectors(self, after: Cursor | None) -> AsyncIterator[VectorsPage]:
        since = -1 if after is None else after.whole_revision
        changed = {ordinal: there for ordinal, there in self.vectors.items() if self._vector_at[ordinal] > since}
        yield vectors_page(changed, self.vectors_revision)

    @property
    def index_set(self) -> IndexSetInfo:
        name = f"{self.info.name}/indexSets/a"
        return IndexSetInfo(name, "", "", "", self.index_set_id, None, self.vectors_revision)


class PlainCatalog(Catalog):
    """Knows the versions that a test adds, by uid."""

    def __init__(self) -> None:
        self.feeds: dict[str, PlainFeed] = {}

    def add(self, uid: int, files: int = 0, *, seed: int | None = None, create_us: int = 1) -> PlainFeed:
        """A version with so many files."""
        name = f"{DATASET}/versions/v{uid}"
        feed = PlainFeed(VersionInfo(name, uid, 0, None, create_us), PlainVersion(uid if seed is None else seed))
        feed.version.grow(files)
        feed.commit()
        self.feeds[name] = feed
        return feed

    async def version(self, name: str, index_set: str | None = None) -> VersionInfo:
        if name not in self.feeds:
            raise grpc.aio.AioRpcError(grpc.StatusCode.NOT_FOUND, NO_ANSWER, NO_ANSWER, "no such version")
        return self.feeds[name].info

    async def dataset(self, name: str) -> DatasetInfo:
        return DatasetInfo(name, "", None)

    async def read_files(self, version: str, after: Cursor | None) -> AsyncIterator[FilesPage]:
        async for page in self.feeds[version].read(after):
            yield page

    async def read_vectors(self, index_set: str, after: Cursor | None) -> AsyncIterator[VectorsPage]:
        async for page in self.feeds[index_set.partition("/indexSets/")[0]].read_vectors(after):
            yield page


@asynccontextmanager
async def searching(catalog: PlainCatalog, folder: Path | None = None, **limits: int) -> AsyncIterator[Versions]:
    """As the process does it."""
    snapshots = None if folder is None else SnapshotFolder(folder, budget_bytes=PLENTY)
    limits = {"max_versions": 100, "budget_bytes": PLENTY} | limits
    async with Versions(catalog, snapshots, **limits) as versions:
        yield versions


async def shown(versions: Versions, feed: PlainFeed) -> list[tuple[object, ...]]:
    """What a query for all files sees now."""
    info = feed.info
    async with versions.use(info) as version:
        presence = await version.catch_up(info.revision, feed.index_set)
        assert presence is not None
        current = presence.current

        def look() -> list[tuple[object, ...]]:
            ordinals = np.fromiter(version.index.active, np.uint32)
            return [
                (file.path, file.etag, file.comment, file.ai, file.user, file.rejected, file.ordinal in current)
                for file in version.index.records(ordinals)
            ]

        return await version.run(look)


def expected(feed: PlainFeed) -> list[tuple[object, ...]]:
    """What it should see."""
    return [
        (
            file.path, file.etag, file.comment, sorted(file.ai), sorted(file.user), sorted(file.rejected),
            feed.vectors.get(ordinal, False),
        )
        for ordinal, file in sorted(feed.version.files.items())
        if file.active
    ]  # fmt: skip
