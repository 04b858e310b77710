"""From examples to the files that are most like them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import numpy as np
from cachetools import TTLCache
from numpy.typing import NDArray
from pyroaring import BitMap

from libs.vectors.batches import Vector
from libs.vectors.table import IndexTable
from services.search.catalog import IndexSetInfo
from services.search.conditions import Condition
from services.search.connections import Connections
from services.search.index.bitmaps import bitmap_of, ordinals_of
from services.search.index.presence import VectorPresence
from services.search.loaded_version import LoadedVersion
from services.search.query import MAX_TOP_K, Query, Similarity, Status
from services.search.similarity.columns import VectorColumns
from services.search.similarity.comparison import scores_of, vectors_of
from services.search.similarity.examples import Examples
from services.search.similarity.near_duplicates import groups
from services.search.similarity.planner import NOTHING, Ranking, VectorTable, most_similar
from services.search.steps import Steps

# The pages of a search come one after the other: its ranking is made once, while nothing changes.
REMEMBERED_RANKINGS = 256
REMEMBERED_SECONDS = 120
# For a histogram of scores: by the column so many take some 30 ms, from a database a tenth of a second and more.
MOST_COMPARED = 1_000_000
MOST_READ = 10_000


@dataclass(frozen=True)
class Asked:
    """What a ranking depends on, beside the vector: with revisions, so that a change makes a new one."""

    version_uid: int
    revision: int
    index_set: IndexSetInfo
    condition: Condition
    status: Status
    top_k: int


@dataclass(frozen=True, eq=False)
class Candidates:
    """The files to rank: those that meet the conditions and have a current vector."""

    version: LoadedVersion
    revision: int
    files: BitMap
    presence: VectorPresence


@dataclass(frozen=True, eq=False)
class Ranked:
    """A ranking, and what was compared with what: no vector where there was nothing to compare."""

    ranking: Ranking
    index_set: IndexSetInfo
    candidates: Candidates
    vector: Vector | None = None


# By the ordinal of a group's best file the others: ordinals and cosines, falling.
Members = dict[int, list[tuple[int, float]]]


class Ranker:
    """Ranks files in index sets."""

    def __init__(self, connections: Connections, examples: Examples, columns: VectorColumns) -> None:
        self._connections = connections
        self._columns = columns
        self._examples = examples
        self._rankings: TTLCache[tuple[Asked, bytes], Ranking] = TTLCache(REMEMBERED_RANKINGS, REMEMBERED_SECONDS)

    async def rank(
        self, query: Query, similar: Similarity, index_set: IndexSetInfo, candidates: Candidates, steps: Steps
    ) -> Ranked:
        """The top k of the candidates. Where there are none no model is asked.

        Raises what Examples and VectorDatabase raise.
        """
        if index_set.table is None or not candidates.files:
            return Ranked(NOTHING, index_set, candidates)
        with steps.timed("find the vector", len(similar.examples) + len(similar.counterexamples)):
            vector = await self._examples.vector(similar, index_set, index_set.table, candidates.version.dataset)
        asked = Asked(
            candidates.version.uid, candidates.revision, index_set, query.condition, query.status, similar.top_k
        )
        key = (asked, vector.tobytes())
        if (ranking := self._rankings.get(key)) is None:
            async with self._vectors(index_set, candidates) as vectors:
                ranking = await most_similar(vectors, candidates.files, vector, similar.top_k, steps)
            if similar.top_k <= MAX_TOP_K:  # longer ones are streamed, not paged, and would take memory without bound
                self._rankings[key] = ranking
        return Ranked(ranking, index_set, candidates, vector)

    async def scores(self, ranked: Ranked) -> NDArray[np.float32]:
        """About the scores of all candidates, or of a random sample where they are many, in no promised order.

        Raises what VectorDatabase raises.
        """
        if ranked.vector is None:
            return np.empty(0, np.float32)
        async with self._vectors(ranked.index_set, ranked.candidates) as vectors:
            files = ranked.candidates.files
            is_near = len(vectors.lacking(files)) <= vectors.always_exact
            sample = await asyncio.to_thread(sampled, files, MOST_COMPARED if is_near else MOST_READ)
            return (await scores_of(vectors, sample, ranked.vector))[1]

    async def grouped(self, ranked: Ranked, ranking: Ranking, similarity: float) -> tuple[Ranking, Members]:
        """The best file of each group of near-duplicates in what is left of a ranking, and the others.

        A file whose vector went meanwhile is left out. Raises what VectorDatabase raises.
        """
        if not len(ranking):
            return ranking, {}
        async with self._vectors(ranked.index_set, ranked.candidates) as vectors:
            found, rows = await vectors_of(vectors, bitmap_of(ranking.ordinals))
        is_there = np.isin(ranking.ordinals, found)
        ordinals = ranking.ordinals[is_there]
        together = await asyncio.to_thread(groups, rows[np.searchsorted(found, ordinals)], similarity)
        leaders = np.flatnonzero(is_there)[together.firsts()]
        members = {
            int(ordinals[leader]): list(zip(ordinals[others].tolist(), together.cosines[others].tolist(), strict=True))
            for leader, others in together.members().items()
        }
        return replace(ranking, ordinals=ranking.ordinals[leaders], scores=ranking.scores[leaders]), members

    @asynccontextmanager
    async def _vectors(self, index_set: IndexSetInfo, candidates: Candidates) -> AsyncIterator[VectorTable]:
        """The vectors of the version, in the database and in the column where there is one."""
        version, presence = candidates.version, candidates.presence
        async with self._connections.database(index_set) as database:
            column = self._columns.of(version, index_set, presence)
            yield VectorTable(database, indexed(index_set), index_set.id, version.uid, len(presence.current), column)


def sampled(files: BitMap, most: int) -> BitMap:
    """All of them, or as many at random, the same ones each time."""
    if len(files) <= most:
        return files
    chosen = np.random.default_rng(most).choice(len(files), most, replace=False, shuffle=False)
    return bitmap_of(ordinals_of(files)[chosen])


def indexed(index_set: IndexSetInfo) -> IndexTable:
    """The table of an index set in which something was indexed."""
    if index_set.table is None:
        raise ValueError(f"nothing was indexed in {index_set.name}")
    return index_set.table
