"""The versions that are held in memory: loaded when first asked for, dropped when others need the room."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Self

import grpc.aio
import structlog

from services.search.catalog import Catalog, VersionInfo
from services.search.loaded_version import WORTH_KEEPING_AT_LAST, LoadedVersion
from services.search.snapshots.folder import SnapshotFolder
from services.search.snapshots.snapshot import Origin

log = structlog.get_logger(__name__)

SECONDS_BETWEEN_ROUNDS = 5.0
SHORTEST_ROUND_SECONDS = 0.1
SECONDS_BETWEEN_COMPARISONS = 600.0
# A process that is asked to end has some 30 s in all.
SECONDS_FOR_LAST_SNAPSHOTS = 10.0


class Versions:
    """At most so many versions of so many bytes in all; one that alone takes more is kept while it is used.

    Use as an async context manager: it keeps versions in order beside the queries, and at the end leaves snapshots of
    what changed much.
    """

    def __init__(
        self,
        catalog: Catalog,
        snapshots: SnapshotFolder | None = None,
        *,
        max_versions: int,
        budget_bytes: int,
        snapshot_seconds: float = 300,
    ) -> None:
        self._catalog = catalog
        self._snapshots = snapshots
        self._max_versions = max_versions
        self._budget_bytes = budget_bytes
        self._snapshot_seconds = snapshot_seconds
        # The least recently used first, by uid: a name can be given to another version.
        self._loaded: OrderedDict[int, LoadedVersion] = OrderedDict()
        self._used = asyncio.Event()
        self._compare_after = 0.0

    async def __aenter__(self) -> Self:
        self._keeping = asyncio.create_task(self._keep_in_order())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._keeping.cancel()
        await asyncio.wait([self._keeping])
        with suppress(TimeoutError):
            async with asyncio.timeout(SECONDS_FOR_LAST_SNAPSHOTS):
                for version in reversed(self._loaded.values()):
                    await version.stop_following()
                    if version.is_worth_saving(WORTH_KEEPING_AT_LAST):
                        await version.save()
        for version in self._loaded.values():
            await version.close()
        self._loaded.clear()

    def is_caught_up(self, info: VersionInfo) -> bool:
        """Whether a version is there, with all that there is up to a revision."""
        return info.uid in self._loaded and self._loaded[info.uid].revision >= info.revision

    @asynccontextmanager
    async def use(self, info: VersionInfo) -> AsyncIterator[LoadedVersion]:
        """A version that is not dropped meanwhile; catch up before use."""
        if info.uid not in self._loaded:
            dataset = await self._catalog.dataset(info.dataset)
            if info.uid not in self._loaded:
                self._loaded[info.uid] = LoadedVersion(
                    self._catalog, info, dataset, self._snapshots, self._snapshot_seconds
                )
        version = self._loaded[info.uid]
        self._loaded.move_to_end(info.uid)
        version.users += 1
        try:
            yield version
        finally:
            version.users -= 1
            self._used.set()

    async def _keep_in_order(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(SECONDS_BETWEEN_ROUNDS):
                    await self._used.wait()
            self._used.clear()
            try:
                await self._make_room()
                await self._save()
                await self._compare()
            except grpc.aio.AioRpcError as error:
                log.warning("versions cannot be compared with catalog", problem=error.details())
            except Exception:  # the next round may go well
                log.exception("versions cannot be kept in order")
            await asyncio.sleep(SHORTEST_ROUND_SECONDS)

    async def _make_room(self) -> None:
        for version in list(self._loaded.values()):
            await version.measure()
        for version in list(self._loaded.values()):
            if self._fits():
                return
            if version.is_free and version.is_worth_saving(WORTH_KEEPING_AT_LAST):
                await version.save()
            if version.is_free:
                log.info("a version is dropped from memory", version=version.name, size_bytes=version.size_bytes)
                await self._drop(version)

    def _fits(self) -> bool:
        size_bytes = sum(version.size_bytes for version in self._loaded.values())
        return len(self._loaded) <= self._max_versions and size_bytes <= self._budget_bytes

    async def _save(self) -> None:
        for version in list(self._loaded.values()):
            await version.save_when_due()

    async def _compare(self) -> None:
        """Forget what catalog no longer has, or has put back to an older state."""
        if time.monotonic() < self._compare_after:
            return
        self._compare_after = time.monotonic() + SECONDS_BETWEEN_COMPARISONS
        for version in list(self._loaded.values()):
            revision = version.revision
            if not await self._has(version.origin, revision) and version.is_free:
                log.warning("a version is no longer what was loaded", version=version.name, found=revision)
                await self._drop(version)
        if self._snapshots is not None:
            await self._compare_snapshots(self._snapshots)

    async def _compare_snapshots(self, snapshots: SnapshotFolder) -> None:
        for origin, revision in (await asyncio.to_thread(snapshots.revisions)).items():
            if origin.uid in self._loaded:
                await asyncio.to_thread(snapshots.touch, origin.uid)
            elif not await self._has(origin, revision):
                log.info("a snapshot is of another past", version=origin.name, found=revision)
                await asyncio.to_thread(snapshots.remove, origin.uid)

    async def _has(self, origin: Origin, revision: int) -> bool:
        """Whether catalog has this version, at this revision or a later one."""
        try:
            info = await self._catalog.version(origin.name)
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.NOT_FOUND:
                raise
            return False
        return Origin(info.name, info.uid, info.create_us) == origin and info.revision >= revision

    async def _drop(self, version: LoadedVersion) -> None:
        del self._loaded[version.uid]
        await version.close()
