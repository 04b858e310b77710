"""What the parts of the benchmark share: the data, the suite over it, and the peer, each made when first asked for."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property

from benchmarks.search.data import Data
from benchmarks.search.filters import Filters
from benchmarks.search.loading import NAME, StoredVersion, load_catalog
from benchmarks.search.peer import Peer
from benchmarks.search.suite import Search, Suite, running_suite, say
from bowerbird.search.v1.search_pb2 import Query

SEARCH_MEMORY_BYTES = 12 * 1024**3


@dataclass
class Scene:
    """A catalog that holds the data."""

    suite: Suite
    data: Data
    version: StoredVersion
    _peer: Peer | None = field(default=None, init=False)

    @cached_property
    def filters(self) -> Filters:
        return Filters(self.data)

    @property
    def is_large(self) -> bool:
        """Beyond a million files other limits hold."""
        return self.data.files > 1_000_000

    async def peer(self) -> Peer:
        """PostgreSQL with the same files."""
        if self._peer is None:
            self._peer = await Peer.load(self.suite, self.data)
        return self._peer

    @asynccontextmanager
    async def search(self, *, vector_budget_bytes: int = 0) -> AsyncIterator[Search]:
        """Search that has loaded the version."""
        budgets = {"memory_budget_bytes": SEARCH_MEMORY_BYTES, "vector_budget_bytes": vector_budget_bytes}
        async with self.suite.search(
            **{name: str(value) for name, value in budgets.items()},
            data_directory=str(self.suite.folder / "search"),
        ) as search:
            say("search loads the version")
            await self.suite.client.search.count(NAME, Query())
            yield search

    async def close(self) -> None:
        if self._peer is not None:
            await self._peer.close()


@asynccontextmanager
async def scene(files: int) -> AsyncIterator[Scene]:
    """Everything that is measured, over so many files."""
    async with running_suite() as suite:
        data = Data(files)
        ready = Scene(suite, data, await load_catalog(suite, data))
        try:
            yield ready
        finally:
            await ready.close()
