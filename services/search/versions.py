"""The versions that are held in memory: loaded when first asked for, dropped when others need the room."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import ParamSpec, TypeVar

import structlog

from services.search.catalog import Catalog, DatasetInfo, IndexSetInfo, VersionInfo
from services.search.feed import AnyPage, Follower
from services.search.index.pages import FilesPage, VectorsPage
from services.search.index.version_index import VectorPresence, VersionIndex

log = structlog.get_logger(__name__)

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class LoadedVersion:
    """A version's index, followed by catalog's feed.

    All work on the index runs on the version's own thread, one piece after the other: a piece sees whole revisions, the
    event loop stays free, and other versions go on.
    """

    def __init__(self, catalog: Catalog, info: VersionInfo, dataset: DatasetInfo) -> None:
        self.name = info.name
        self.uid = info.uid
        self.dataset = dataset
        self.index = VersionIndex(info.uid)
        self.users = 0
        self.size_bytes = 0
        self._pages = 0
        self._pages_measured = 0
        self._catalog = catalog
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"version-{info.uid}")
        self._files: Follower[FilesPage] = Follower(
            partial(catalog.read_files, info.name), partial(self._apply, self.index.apply)
        )
        self._vectors: dict[str, tuple[VectorPresence, Follower[VectorsPage]]] = {}

    async def run(
        self, work: Callable[Arguments, Result], *arguments: Arguments.args, **options: Arguments.kwargs
    ) -> Result:
        """Do work on the index."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, partial(work, *arguments, **options))

    async def catch_up(self, revision: int, index_set: IndexSetInfo | None = None) -> VectorPresence | None:
        """Hold what was committed up to this revision, and up to that of an index set; see `Follower.catch_up`."""
        presence = None
        if index_set is not None:
            presence, follower = self._presence(index_set.name)
            await follower.catch_up(index_set.revision)
        await self._files.catch_up(revision)
        return presence

    async def measure(self) -> None:
        """Bring `size_bytes` up to date, roughly. To count costs some milliseconds, so small changes are left out."""
        if self._pages > self._pages_measured * 1.02:
            self._pages_measured = self._pages
            self.size_bytes = await self.run(
                lambda: self.index.size_bytes + sum(presence.size_bytes for presence, _ in self._vectors.values())
            )

    async def close(self) -> None:
        """End what runs; nobody may use it any more."""
        await self._files.close()
        for _, follower in self._vectors.values():
            await follower.close()
        self._thread.shutdown(wait=False)

    async def _apply(self, apply: Callable[[AnyPage], None], page: AnyPage) -> None:
        await self.run(apply, page)
        self._pages += 1

    def _presence(self, index_set: str) -> tuple[VectorPresence, Follower[VectorsPage]]:
        if index_set not in self._vectors:
            presence = VectorPresence()
            follower: Follower[VectorsPage] = Follower(
                partial(self._catalog.read_vectors, index_set), partial(self._apply, presence.apply)
            )
            self._vectors[index_set] = presence, follower
        return self._vectors[index_set]


class Versions:
    """At most so many versions of so many bytes in all; one that alone takes more is kept while it is used."""

    def __init__(self, catalog: Catalog, *, max_versions: int, budget_bytes: int) -> None:
        self._catalog = catalog
        self._max_versions = max_versions
        self._budget_bytes = budget_bytes
        # The least recently used first, by uid: a name can be given to another version.
        self._loaded: OrderedDict[int, LoadedVersion] = OrderedDict()

    @asynccontextmanager
    async def use(self, info: VersionInfo) -> AsyncIterator[LoadedVersion]:
        """A version that is not dropped meanwhile; catch up before use."""
        if info.uid not in self._loaded:
            dataset = await self._catalog.dataset(info.dataset)
            if info.uid not in self._loaded:
                self._loaded[info.uid] = LoadedVersion(self._catalog, info, dataset)
        version = self._loaded[info.uid]
        self._loaded.move_to_end(info.uid)
        version.users += 1
        try:
            yield version
        finally:
            version.users -= 1
            await self._make_room(version)

    async def close(self) -> None:
        """Drop all."""
        for version in self._loaded.values():
            await version.close()
        self._loaded.clear()

    async def _make_room(self, used: LoadedVersion) -> None:
        await used.measure()
        for version in [version for version in self._loaded.values() if not version.users]:
            if self._fits():
                return
            if self._loaded.pop(version.uid, None) is not None:
                log.info("a version is dropped from memory", version=version.name, size_bytes=version.size_bytes)
                await version.close()

    def _fits(self) -> bool:
        size_bytes = sum(version.size_bytes for version in self._loaded.values())
        return len(self._loaded) <= self._max_versions and size_bytes <= self._budget_bytes
