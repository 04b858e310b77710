"""What the parts of the benchmark share: the data, the suite over it, and the peer, each made when first asked for."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from benchmarks.search.data import Data
from benchmarks.search.filters import Filters
from benchmarks.search.loading import NAME, StoredVersion, load_catalog
from benchmarks.search.making import Making
from benchmarks.search.peer import Peer, load_peer
from benchmarks.search.suite import Search, Suite, running_suite, say
from benchmarks.search.vectors import IndexSet, IndexSets, Watch, make_index_sets, see_vectors, write_vectors
from bowerbird.client import DeadlineExceeded
from bowerbird.search.v1.search_pb2 import Query

SEARCH_MEMORY_BYTES = 12 * 1024**3


@dataclass
class Scene:
    """A catalog that holds the data."""

    suite: Suite
    data: Data
    version: StoredVersion
    making: Making
    _peer: Peer | None = field(default=None, init=False)
    _index_sets: IndexSets | None = field(default=None, init=False)

    @cached_property
    def filters(self) -> Filters:
        return Filters(self.data)

    @property
    def is_large(self) -> bool:
        """Beyond a million files other limits hold."""
        return self.data.files > 1_000_000

    async def index_sets(self) -> IndexSets:
        """The index sets of the version, as catalog knows them; a version in use has some."""
        if self._index_sets is None:

            async def make() -> dict[str, Any]:
                return asdict(await make_index_sets(self.suite, self.data, self.version))

            told = await self.making.once("index sets", make)
            self._index_sets = IndexSets(**{name: IndexSet(**one) for name, one in told.items()})
        return self._index_sets

    async def write_vectors(self, watch: Watch) -> None:
        """Have the vectors in the vector database; `watch` sees the blocks of the first million, in their order."""
        index_sets = await self.index_sets()
        has_seen = False

        async def make() -> dict[str, Any]:
            nonlocal has_seen
            has_seen = True
            await write_vectors(self.suite, self.data, self.version, index_sets, watch)
            return {}

        await self.making.once("vectors", make)
        if not has_seen:
            see_vectors(self.data, index_sets, watch)

    async def peer(self) -> Peer:
        """PostgreSQL with the same files."""
        if self._peer is None:

            async def make() -> dict[str, Any]:
                await load_peer(self.suite, self.data)
                return {}

            await self.making.once("peer", make)
            self._peer = await Peer.open(self.suite, self.data)
        return self._peer

    @asynccontextmanager
    async def search(self, *, vector_budget_bytes: int = 0) -> AsyncIterator[Search]:
        """Search that has loaded the version."""
        await self.index_sets()
        budgets = {"memory_budget_bytes": SEARCH_MEMORY_BYTES, "vector_budget_bytes": vector_budget_bytes}
        async with self.suite.search(
            **{name: str(value) for name, value in budgets.items()},
            data_directory=str(self.suite.folder / "search"),
        ) as search:
            say("search loads the version")
            await self.first_answer()
            yield search

    async def first_answer(self) -> None:
        """Returns when search counts all files; to load the version may take longer than a call may."""
        while True:
            with suppress(DeadlineExceeded):
                count = await self.suite.client.search.count(NAME, Query())
                if count != self.data.files:
                    raise RuntimeError(f"search holds {count:,} files")
                return

    async def close(self) -> None:
        if self._peer is not None:
            await self._peer.close()


@asynccontextmanager
async def scene(files: int, kept: Path | None = None) -> AsyncIterator[Scene]:
    """Everything that is measured, over so many files; what is made for it stays in the folder `kept`."""
    async with running_suite(kept) as suite:
        data, making = Data(files), Making(suite.folder, files)

        async def make() -> dict[str, Any]:
            return asdict(await load_catalog(suite, data))

        version = StoredVersion(**await making.once("catalog", make))
        ready = Scene(suite, data, version, making)
        try:
            yield ready
        finally:
            await ready.close()
