"""The vector columns of all versions: opened when first asked for, within a budget on disk."""

import asyncio
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path

import grpc.aio
import structlog
from pyroaring import BitMap

from services.search.catalog import Catalog, IndexSetInfo
from services.search.connections import Connections
from services.search.index.pages import VectorsPage
from services.search.index.presence import VectorPresence
from services.search.loaded_version import LoadedVersion
from services.search.similarity.column_files import RECORD, ColumnFiles, ColumnKey
from services.search.similarity.column_filling import ColumnFilling, Source
from services.search.similarity.vector_column import ColumnThreads, VectorColumn

log = structlog.get_logger(__name__)

# To fill a column takes minutes: one is dropped for another only when nobody has asked for it for this long, and one
# that could not be kept is tried again after as long.
SECONDS_IDLE = 600.0


@dataclass(eq=False)
class OpenColumn:
    """A column of a version in memory."""

    key: ColumnKey
    folder: Path
    version: LoadedVersion
    index_set: IndexSetInfo
    """As the last query saw it: its connections may be changed."""
    reserved_bytes: int = 0
    used_at: float = field(default_factory=time.time)
    filling: ColumnFilling | None = None
    keeping: "asyncio.Task[None] | None" = None

    def take(self, page: VectorsPage) -> None:
        """See `VectorsWatcher`."""
        if self.filling is not None:
            self.filling.take(page)

    async def close(self) -> None:
        """End what fills it; what was filled is kept."""
        if self.keeping is not None:
            self.keeping.cancel()
            await asyncio.wait([self.keeping])


@dataclass(frozen=True)
class ClosedColumn:
    """The files of a column that no version in memory uses."""

    folder: Path
    size_bytes: int
    used_at: float


class VectorColumns:
    """Opens columns, and keeps all of them within a budget. The folder belongs to this process alone, and may be
    missing: then there are none.
    """

    def __init__(self, catalog: Catalog, connections: Connections, folder: Path | None, *, budget_bytes: int) -> None:
        self._catalog = catalog
        self._connections = connections
        self._folder = folder if budget_bytes else None
        self._budget_bytes = budget_bytes
        self._threads = ColumnThreads()
        self._open: dict[str, OpenColumn] = {}
        self._closed = {} if folder is None else found_in(folder)
        self._not_before: dict[str, float] = {}

    def of(self, version: LoadedVersion, index_set: IndexSetInfo, presence: VectorPresence) -> VectorColumn | None:
        """The column of an index set that the version follows, where there is one to be asked. If there is not, it is
        going to be, unless there is no room.
        """
        if self._folder is None or index_set.table is None:
            return None
        opened = self._open.get(index_set.id)
        if opened is None:
            if time.time() >= self._not_before.get(index_set.id, 0):
                key = ColumnKey(index_set.id, index_set.table)
                self._begin(OpenColumn(key, self._folder / index_set.id, version, index_set), presence)
            return None
        if opened.version is not version:
            return None  # it is being closed, with a version that was dropped
        opened.used_at, opened.index_set = time.time(), index_set
        return None if opened.filling is None else opened.filling.usable

    async def close(self) -> None:
        """Close all; what was filled is kept."""
        for opened in list(self._open.values()):
            await opened.close()
        await asyncio.to_thread(self._threads.close)

    def _begin(self, opened: OpenColumn, presence: VectorPresence) -> None:
        self._open[opened.key.index_set_id] = opened
        # The version closes it from now on. What the feed says before the files are open is read again.
        opened.version.watch_vectors(opened.key.index_set_id, opened)
        opened.keeping = asyncio.create_task(self._keep(opened, presence))

    async def _keep(self, opened: OpenColumn, presence: VectorPresence) -> None:
        """Open it and follow until that ends. It ends well when it is cancelled; else its files go."""
        is_kept = False
        try:
            self._closed.pop(opened.key.index_set_id, None)
            if await self._reserve(opened, presence.current.max() + 1 if presence.current else 0):
                await self._follow(opened, presence)
            log.warning("there is no room for a vector column", index_set=opened.index_set.name)
        except asyncio.CancelledError:
            is_kept = await _recorded(opened)
            raise
        except OSError as error:
            log.warning("a vector column cannot be kept", index_set=opened.index_set.name, problem=error.strerror)
        except grpc.aio.AioRpcError as error:
            log.info("a vector column is not needed any more", index_set=opened.index_set.name, problem=error.details())
        except Exception:  # searches go on without it
            log.exception("a vector column cannot be kept", index_set=opened.index_set.name)
        finally:
            index_set_id = opened.key.index_set_id
            opened.version.unwatch_vectors(index_set_id)
            opened.filling = None
            if is_kept:
                self._closed[index_set_id] = ClosedColumn(opened.folder, opened.reserved_bytes, opened.used_at)
            else:
                self._not_before[index_set_id] = time.time() + SECONDS_IDLE
                await asyncio.to_thread(shutil.rmtree, opened.folder, ignore_errors=True)
            del self._open[index_set_id]

    async def _follow(self, opened: OpenColumn, presence: VectorPresence) -> None:
        index_set_id, version = opened.key.index_set_id, opened.version
        newest_revision = version.vectors_revision(index_set_id)
        files, revision, right = await asyncio.to_thread(ColumnFiles.open, opened.folder, opened.key, newest_revision)
        source = Source(
            version_uid=version.uid,
            table=opened.key.table,
            index_set_id=index_set_id,
            database=lambda: self._connections.database(opened.index_set),
            current=lambda: version.run(lambda: BitMap(presence.current)),
            revision=lambda: version.vectors_revision(index_set_id),
            changes=lambda after: self._catalog.read_vectors(opened.index_set.name, after),
            reserve=lambda rows: self._reserve(opened, rows),
        )
        opened.filling = ColumnFilling(VectorColumn(files, right, self._threads), source, revision)
        await opened.filling.follow()

    async def _reserve(self, opened: OpenColumn, rows: int) -> bool:
        """Room for so many rows of a column, if need be in the place of others: closed ones first, the least recently
        used first, and none that somebody has just asked for.
        """
        wanted = opened.key.size_bytes(rows)
        while self._taken_bytes - opened.reserved_bytes + wanted > self._budget_bytes:
            if self._closed:
                index_set_id = min(self._closed, key=lambda key: self._closed[key].used_at)
                await self._remove(self._closed.pop(index_set_id))
                continue
            idle = [other for other in self._open.values() if other.used_at < time.time() - SECONDS_IDLE]
            others = [other for other in idle if other is not opened]
            if not others:
                return False
            await min(others, key=lambda other: other.used_at).close()
        opened.reserved_bytes = wanted
        return True

    @property
    def _taken_bytes(self) -> int:
        opened = sum(column.reserved_bytes for column in self._open.values())
        return opened + sum(column.size_bytes for column in self._closed.values())

    async def _remove(self, column: ClosedColumn) -> None:
        log.info("a vector column makes room", folder=column.folder.name, size_bytes=column.size_bytes)
        await asyncio.to_thread(shutil.rmtree, column.folder, ignore_errors=True)


def found_in(folder: Path) -> dict[str, ClosedColumn]:
    """The columns that an earlier process left, by the ids of their index sets. What has no record is removed."""
    found = {}
    for column in folder.iterdir() if folder.is_dir() else ():
        record = column / RECORD
        if record.is_file():
            size_bytes = sum(file.stat().st_size for file in column.iterdir())
            found[column.name] = ClosedColumn(column, size_bytes, record.stat().st_mtime)
        else:
            shutil.rmtree(column, ignore_errors=True)
    return found


async def _recorded(opened: OpenColumn) -> bool:
    try:
        if opened.filling is not None:
            await opened.filling.record()
    except OSError as error:
        log.warning("a vector column cannot be recorded", index_set=opened.index_set.name, problem=error.strerror)
    return (opened.folder / RECORD).is_file()
