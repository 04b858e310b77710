"""From examples to the files that are most like them."""

from dataclasses import dataclass

from cachetools import TTLCache
from pyroaring import BitMap

from services.search.catalog import IndexSetInfo
from services.search.conditions import Condition
from services.search.connections import Connections
from services.search.index.presence import VectorPresence
from services.search.loaded_version import LoadedVersion
from services.search.query import Query, Similarity, Status
from services.search.similarity.columns import VectorColumns
from services.search.similarity.examples import Examples
from services.search.similarity.planner import NOTHING, Ranking, VectorTable, most_similar
from services.search.steps import Steps

# The pages of a search come one after the other: its ranking is made once, while nothing changes.
REMEMBERED_RANKINGS = 256
REMEMBERED_SECONDS = 120


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


class Ranker:
    """Ranks files in index sets."""

    def __init__(self, connections: Connections, examples: Examples, columns: VectorColumns) -> None:
        self._connections = connections
        self._columns = columns
        self._examples = examples
        self._rankings: TTLCache[tuple[Asked, bytes], Ranking] = TTLCache(REMEMBERED_RANKINGS, REMEMBERED_SECONDS)

    async def rank(
        self, query: Query, similar: Similarity, index_set: IndexSetInfo, candidates: Candidates, steps: Steps
    ) -> Ranking:
        """The top k of the candidates. Where there are none no model is asked.

        Raises what Examples and VectorDatabase raise.
        """
        if index_set.table is None or not candidates.files:
            return NOTHING
        with steps.timed("find the vector", len(similar.examples) + len(similar.counterexamples)):
            vector = await self._examples.vector(similar, index_set, index_set.table, candidates.version.dataset)
        version, presence = candidates.version, candidates.presence
        asked = Asked(version.uid, candidates.revision, index_set, query.condition, query.status, similar.top_k)
        key = (asked, vector.tobytes())
        if (ranking := self._rankings.get(key)) is None:
            async with self._connections.database(index_set) as database:
                size = len(presence.current)
                column = self._columns.of(version, index_set, presence)
                vectors = VectorTable(database, index_set.table, index_set.id, version.uid, size, column)
                ranking = await most_similar(vectors, candidates.files, vector, similar.top_k, steps)
            self._rankings[key] = ranking
        return ranking
