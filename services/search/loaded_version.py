"""A version in memory: its index, followed by catalog's feed and kept on disk."""

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, ParamSpec, Protocol, TypeVar

import structlog
from numpy.typing import NDArray

from services.search.catalog import Catalog, DatasetInfo, IndexSetInfo, VersionInfo
from services.search.feed import AnyPage, Follower
from services.search.index.pages import Cursor, FilesPage, VectorsPage
from services.search.index.presence import VectorPresence
from services.search.index.stored import part, under
from services.search.index.version_index import VersionIndex
from services.search.progress import LoadProgress
from services.search.snapshots.folder import SnapshotFolder
from services.search.snapshots.snapshot import Origin, Snapshot
from services.search.snapshots.stillness import ChangedMeanwhile, Reading, Stillness

log = structlog.get_logger(__name__)

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

# A snapshot is written again when so much came since the last one, as a share of the index: to read a change from the
# feed once more takes as long as it took to read it first.
WORTH_KEEPING = 0.05
WORTH_KEEPING_AT_LAST = 0.01
# So long after one that a change has overtaken, unless they are to follow each other faster.
SECONDS_UNTIL_NEXT_TRY = 10


@dataclass(frozen=True, eq=False)
class Vectors:
    """What is known of the vectors of an index set."""

    presence: VectorPresence
    follower: Follower[VectorsPage]


class VectorsWatcher(Protocol):
    """Whoever acts on changes of the vectors of an index set."""

    def take(self, page: VectorsPage) -> None:
        """See a page of the feed, before any query does."""

    async def close(self) -> None:
        """The version is dropped."""


class LoadedVersion:
    """A version's index and what is known of its vectors.

    All work on the index runs on the version's own thread, one piece after the other: a piece sees whole revisions, the
    event loop stays free, and other versions go on. Snapshots alone are written beside it. It begins with the last one,
    if there is one.
    """

    def __init__(
        self,
        catalog: Catalog,
        info: VersionInfo,
        dataset: DatasetInfo,
        snapshots: SnapshotFolder | None,
        snapshot_seconds: float,
    ) -> None:
        self.origin = Origin(info.name, info.uid, info.create_us)
        self.dataset = dataset
        self.index = VersionIndex(info.uid)
        self.users = 0
        self.size_bytes = 0
        self._catalog = catalog
        self._snapshots = snapshots
        self._snapshot_seconds = snapshot_seconds
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"version-{info.uid}")
        self._stillness = Stillness()
        self._progress = LoadProgress(info.name)
        self._files: Follower[FilesPage] = Follower(partial(catalog.read_files, info.name), self._apply_files)
        self._vectors: dict[str, Vectors] = {}
        self._watchers: dict[str, VectorsWatcher] = {}
        # As the snapshot has them, by the id of the index set, until a query asks for them.
        self._kept_vectors: dict[str, tuple[VectorPresence, Cursor]] = {}
        self._applied_bytes = 0
        self._measured_bytes = -1
        self._saved_bytes: int | None = None
        self._save_after = 0.0
        self._opening = asyncio.create_task(self._open(info.revision))

    @property
    def name(self) -> str:
        """The resource name."""
        return self.origin.name

    @property
    def uid(self) -> int:
        """The uid in catalog."""
        return self.origin.uid

    @property
    def revision(self) -> int:
        """The newest revision of which nothing is missing; -1 before it is loaded."""
        return self._files.revision

    @property
    def is_free(self) -> bool:
        """Whether nobody uses it and it does not change."""
        return not self.users and not self._is_changing

    async def run(
        self, work: Callable[Arguments, Result], *arguments: Arguments.args, **options: Arguments.kwargs
    ) -> Result:
        """Do work on the index."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, partial(work, *arguments, **options))

    async def catch_up(self, revision: int, index_set: IndexSetInfo | None = None) -> VectorPresence | None:
        """Hold what was committed up to this revision, and up to that of an index set; see `Follower.catch_up`."""
        await asyncio.shield(self._opening)
        presence = None
        if index_set is not None:
            vectors = self._vectors_of(index_set)
            await vectors.follower.catch_up(index_set.revision)
            presence = vectors.presence
        await self._files.catch_up(revision)
        return presence

    def watch_vectors(self, index_set_id: str, watcher: VectorsWatcher) -> None:
        """Have a watcher see what the feed says of an index set from now on. There is one an index set."""
        self._watchers[index_set_id] = watcher

    def unwatch_vectors(self, index_set_id: str) -> None:
        """End that."""
        self._watchers.pop(index_set_id, None)

    def vectors_revision(self, index_set_id: str) -> int:
        """The newest revision of an index set of which nothing is missing; -1 where none was read."""
        vectors = self._vectors.get(index_set_id)
        return -1 if vectors is None else vectors.follower.revision

    async def measure(self) -> None:
        """Bring `size_bytes` up to date, roughly. To count costs some milliseconds, so small changes are left out."""
        if self._opening.done() and self._applied_bytes > self._measured_bytes * 1.02:
            self._measured_bytes = self._applied_bytes
            presences = [vectors.presence for vectors in self._vectors.values()]
            self.size_bytes = await self.run(
                lambda: self.index.size_bytes + sum(presence.size_bytes for presence in presences)
            )

    def is_worth_saving(self, share: float) -> bool:
        """Whether more than this share of it would have to be read again after a restart."""
        if self._snapshots is None or self._files.cursor is None or self._is_changing:
            return False
        return self._saved_bytes is None or self._applied_bytes - self._saved_bytes > share * self.size_bytes

    async def save_when_due(self) -> None:
        """Write a snapshot if that is worth its while and the last one is not from just now."""
        if time.monotonic() >= self._save_after and self.is_worth_saving(WORTH_KEEPING):
            await self.save()

    async def save(self) -> None:
        """Write a snapshot of what is there now. One that is overtaken by a change is given up."""
        if self._snapshots is None or self._files.cursor is None or self._is_changing:
            return
        # Nothing changes until the next `await`; what changes behind it ends the reading.
        reading, applied_bytes, began = Reading(self._stillness), self._applied_bytes, time.monotonic()
        presences, cursors = {}, {}
        for index_set, vectors in self._vectors.items():
            if (cursor := vectors.follower.cursor) is not None:
                presences[index_set], cursors[index_set] = vectors.presence, cursor
        write = partial(self._write, self._snapshots, reading, self._files.cursor, presences, cursors)
        self._save_after = time.monotonic() + min(SECONDS_UNTIL_NEXT_TRY, self._snapshot_seconds)
        try:
            await self._in_writing_thread(write)
        except ChangedMeanwhile:
            log.info("a snapshot was overtaken by a change", version=self.name)
        except OSError as error:
            log.warning("a snapshot cannot be written", version=self.name, problem=error.strerror)
        else:
            self._saved_bytes = applied_bytes
            self._save_after = time.monotonic() + self._snapshot_seconds
            seconds = round(time.monotonic() - began, 3)
            log.info("a snapshot is written", version=self.name, seconds=seconds)

    async def stop_following(self) -> None:
        """End what is being read; what was applied stays."""
        self._opening.cancel()
        await asyncio.wait([self._opening])
        await self._files.close()
        for vectors in self._vectors.values():
            await vectors.follower.close()

    async def close(self) -> None:
        """End what runs; nobody may use it any more."""
        await self.stop_following()
        for watcher in list(self._watchers.values()):
            await watcher.close()
        self._thread.shutdown(wait=False)

    @property
    def _is_changing(self) -> bool:
        followers: list[Follower[Any]] = [self._files, *(vectors.follower for vectors in self._vectors.values())]
        return not self._opening.done() or any(follower.is_reading for follower in followers)

    async def _open(self, revision: int) -> None:
        """Take up the snapshot, unless it is of another version or catalog was put back behind it."""
        if self._snapshots is None:
            return
        began = time.monotonic()
        snapshot = await self.run(self._snapshots.find, self.uid)
        if snapshot is None:
            return
        if snapshot.origin != self.origin or snapshot.files.revision > revision:
            log.warning("a snapshot is of another past", version=self.name, found=snapshot.files.revision)
            self._snapshots.remove(self.uid)
            return
        try:
            self.index, self._kept_vectors = await self.run(_taken_up, snapshot)
        except Exception:  # whatever a file of another make leads to; without it all is as before the first load
            log.exception("a snapshot cannot be taken up", version=self.name)
            self._snapshots.remove(self.uid)
            return
        self._files.go_on_from(snapshot.files)
        self._saved_bytes = 0
        self._save_after = time.monotonic() + self._snapshot_seconds
        seconds = round(time.monotonic() - began, 3)
        log.info("a snapshot is taken up", version=self.name, revision=snapshot.files.revision, seconds=seconds)

    async def _apply_files(self, page: FilesPage) -> None:
        await self._apply(self.index.apply, page)
        self._progress.note(page.remaining)

    async def _apply_vectors(self, index_set_id: str, presence: VectorPresence, page: VectorsPage) -> None:
        if (watcher := self._watchers.get(index_set_id)) is not None:
            watcher.take(page)
        await self._apply(presence.apply, page)

    async def _apply(self, apply: Callable[[AnyPage], None], page: AnyPage) -> None:
        await self.run(self._stillness.change, partial(apply, page))
        self._applied_bytes += page.size_bytes

    def _vectors_of(self, index_set: IndexSetInfo) -> Vectors:
        """By id, for a name can be given to another index set."""
        if index_set.id not in self._vectors:
            presence, cursor = self._kept_vectors.pop(index_set.id, (VectorPresence(), None))
            if cursor is not None and cursor.revision > index_set.revision:
                presence, cursor = VectorPresence(), None
            read = partial(self._catalog.read_vectors, index_set.name)
            vectors = Vectors(presence, Follower(read, partial(self._apply_vectors, index_set.id, presence)))
            if cursor is not None:
                vectors.follower.go_on_from(cursor)
            self._vectors[index_set.id] = vectors
        return self._vectors[index_set.id]

    def _write(
        self,
        snapshots: SnapshotFolder,
        reading: Reading,
        files: Cursor,
        presences: Mapping[str, VectorPresence],
        cursors: Mapping[str, Cursor],
    ) -> None:
        """Queries go on beside it, for they change nothing of what is dumped."""
        arrays = reading.piece(partial(_dump, self.index, presences))
        snapshots.save(Snapshot(self.origin, files, cursors, arrays), reading.copy)

    async def _in_writing_thread(self, write: Callable[[], None]) -> None:
        """The thread has ended when this returns, also when it is cancelled."""
        writing = asyncio.create_task(asyncio.to_thread(write))
        try:
            await asyncio.shield(writing)
        except asyncio.CancelledError:
            self._stillness.end_reading()
            await asyncio.wait([writing])
            raise


def _dump(index: VersionIndex, presences: Mapping[str, VectorPresence]) -> dict[str, NDArray[Any]]:
    arrays = under("files", index.dump())
    for index_set, presence in presences.items():
        arrays |= under(f"vectors/{index_set}", presence.dump())
    return arrays


def _taken_up(snapshot: Snapshot) -> tuple[VersionIndex, dict[str, tuple[VectorPresence, Cursor]]]:
    index = VersionIndex(snapshot.origin.uid)
    index.load(part("files", snapshot.arrays))
    kept = {}
    for index_set, cursor in snapshot.vectors.items():
        presence = VectorPresence()
        presence.load(part(f"vectors/{index_set}", snapshot.arrays))
        kept[index_set] = presence, cursor
    return index, kept
