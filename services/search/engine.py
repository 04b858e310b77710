"""Answers queries: catch up, filter, and rank what is left where the query asks for similarity."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import numpy as np
from cachetools import TTLCache
from pyroaring import BitMap

from libs.rpc.errors import FieldInvalid
from services.search.catalog import Catalog, IndexSetInfo, VersionInfo
from services.search.conditions import Condition
from services.search.connections import Connections
from services.search.errors import IndexSetMissing
from services.search.evaluation import Scope, matching
from services.search.index.presence import VectorPresence
from services.search.index.version_index import FileRecord
from services.search.loaded_version import LoadedVersion
from services.search.matches import Hits, Matches
from services.search.query import Query, Similarity
from services.search.similarity.embedder import Embedder
from services.search.similarity.planner import NOTHING, Ranking, VectorTable, most_similar
from services.search.versions import Versions

# The pages of a search come one after the other: its ranking is made once, while nothing changes.
REMEMBERED_RANKINGS = 256
REMEMBERED_SECONDS = 120


@dataclass(frozen=True)
class Asked:
    """What a ranking depends on, beside the vector: with revisions, so that a change makes a new one."""

    info: VersionInfo
    index_set: IndexSetInfo
    condition: Condition
    top_k: int


@dataclass(frozen=True, eq=False)
class FoundFile:
    """A hit as it is shown."""

    file: FileRecord
    index_us: int | None
    score: float | None


@dataclass(frozen=True, eq=False)
class Answer:
    """What a query matches in a version that is held while the answer is used.

    `index_revision` is that of the index set that was asked, 0 if none was.
    """

    info: VersionInfo
    version: LoadedVersion
    matches: Matches
    index_revision: int
    presence: VectorPresence | None

    async def show(self, hits: Hits) -> list[FoundFile]:
        """The files of some hits, in their order."""
        return await self.version.run(self._show, hits)

    def _show(self, hits: Hits) -> list[FoundFile]:
        files = self.version.index.records(hits.ordinals)
        times = [None] * len(files) if self.presence is None else self.presence.index_us(hits.ordinals)
        scores = [None] * len(files) if hits.scores is None else hits.scores.tolist()
        return [FoundFile(*found) for found in zip(files, times, scores, strict=True)]


class SearchEngine:
    """Runs queries on versions."""

    def __init__(self, catalog: Catalog, versions: Versions, connections: Connections, embedder: Embedder) -> None:
        self._catalog = catalog
        self._versions = versions
        self._connections = connections
        self._embedder = embedder
        self._rankings: TTLCache[tuple[object, ...], Ranking] = TTLCache(REMEMBERED_RANKINGS, REMEMBERED_SECONDS)

    @asynccontextmanager
    async def answer(self, version_name: str, query: Query, *, shows_files: bool = False) -> AsyncIterator[Answer]:
        """What the query matches among all that was committed when the call came in.

        Raises IndexSetMissing, and what catalog, the model service and the vector database raise.
        """
        info = await self._catalog.version(version_name)
        index_set = await self._index_set(info, query, shows_files)
        async with self._versions.use(info) as version:
            presence = await version.catch_up(info.revision, index_set)
            files = await version.run(matching, query.condition, Scope(version.index, presence))
            if query.similar is None or index_set is None or presence is None:
                yield Answer(info, version, Matches(files), 0, presence)
                return
            asked = Asked(info, index_set, query.condition, query.similar.top_k)
            ranking = await self._ranking(asked, query.similar, version, files & presence.current, presence)
            yield Answer(info, version, Matches.of_ranking(ranking), index_set.revision, presence)

    async def _index_set(self, info: VersionInfo, query: Query, shows_files: bool) -> IndexSetInfo | None:
        """The index set to ask; one that is only looked at for the times at which files were indexed may be missing."""
        if query.similar is not None:
            name = query.similar.index_set or info.index_set
            if name is None:
                raise IndexSetMissing(version=info.name)
            if not name.startswith(f"{info.name}/"):
                raise FieldInvalid(field="query.index_set", value=name, expected=f"an index set of {info.name}")
            return await self._catalog.index_set(name)
        if shows_files and info.index_set is not None:
            return await self._catalog.index_set(info.index_set)
        return None

    async def _ranking(
        self, asked: Asked, similar: Similarity, version: LoadedVersion, files: BitMap, presence: VectorPresence
    ) -> Ranking:
        """The top k of these files, and of those the ones above the threshold. Without files no model is asked."""
        table = asked.index_set.table
        if not files or table is None:
            return NOTHING
        vector = await self._embedder.vector(similar.examples[0], asked.index_set, table, version.dataset)
        key = (asked, vector.tobytes())
        if (ranking := self._rankings.get(key)) is None:
            async with self._connections.database(asked.index_set) as database:
                vectors = VectorTable(database, table, asked.index_set.id, version.uid, len(presence.current))
                ranking = await most_similar(vectors, files, vector, asked.top_k)
            self._rankings[key] = ranking
        if similar.score_threshold is None:
            return ranking
        return ranking.first(int(np.count_nonzero(ranking.scores > similar.score_threshold)))
