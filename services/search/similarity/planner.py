"""The most similar of some files: by the column in search, exactly by their ids, or by more and more neighbours."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from libs.vectors.batches import Neighbours, Vector
from libs.vectors.growing import growing
from libs.vectors.port import VectorDatabase
from libs.vectors.table import IndexTable
from services.search.index.bitmaps import Ordinals, bitmap_of, ordinals_of
from services.search.similarity.file_ids import IDS_A_BATCH, batches, file_ids, ordinals_from
from services.search.similarity.vector_column import VectorColumn
from services.search.steps import Steps

# So many files are compared one by one whatever the alternative: it is exact, and pgvector takes some 10 us a file. A
# database that does not filter by id sends their vectors instead.
ALWAYS_EXACT = 5_000
ALWAYS_FETCHED = 500


class Plan(Enum):
    """How the most similar files were found."""

    IN_SEARCH = "exact in search"
    EXACT = "exact in the database"
    GROWING = "growing"
    GROWING_THEN_EXACT = "growing, the rest exact in the database"


@dataclass(frozen=True, eq=False)
class Ranking:
    """Files by falling score, files of the same score by ordinal.

    `exact` says that no better file was missed: each was compared, by its vector as the database has it or as the
    column keeps it, whose cosines are off by 1e-6 or so.
    """

    ordinals: Ordinals
    scores: NDArray[np.float64]
    exact: bool
    plan: Plan

    def __len__(self) -> int:
        return len(self.ordinals)

    def first(self, k: int) -> "Ranking":
        """The best k."""
        return replace(self, ordinals=self.ordinals[:k], scores=self.scores[:k])


NOTHING = Ranking(np.empty(0, np.uint32), np.empty(0), True, Plan.EXACT)


@dataclass(frozen=True)
class VectorTable:
    """The vectors of a version in one index set."""

    database: VectorDatabase
    table: IndexTable
    index_set_id: str
    version_uid: int
    size: int
    """How many files have a current vector."""
    column: VectorColumn | None = None
    """The same vectors in search, as far as they are there."""

    def lacking(self, among: BitMap) -> BitMap:
        """Those of some files that must be asked for in the database."""
        return among if self.column is None else self.column.lacking(among)

    @property
    def always_exact(self) -> int:
        """So many files are looked up by id without a second thought."""
        return ALWAYS_EXACT if self.database.capabilities.filters_by_id else ALWAYS_FETCHED


async def most_similar(vectors: VectorTable, among: BitMap, vector: Vector, k: int, steps: Steps) -> Ranking:
    """The k files of `among` that are most like `vector`; fewer only where fewer of them have a vector. All of `among`
    have a current one, by catalog's word.

    Raises what VectorDatabase raises.
    """
    if not among:
        return NOTHING
    search = _Search(vectors, vector, k, steps)
    if (column := vectors.column) is not None:
        lacking = column.lacking(among)
        if len(lacking) <= vectors.always_exact:
            return (await search.by_column(column, among & column.right, lacking)).first(k)
    return (await search.by_database(among)).first(k)


@dataclass(frozen=True, eq=False)
class _Search:
    """The ways to find the best k and all that tie with the last."""

    vectors: VectorTable
    vector: Vector
    k: int
    steps: Steps

    async def by_column(self, column: VectorColumn, right: BitMap, lacking: BitMap) -> Ranking:
        """In search, and the few files that the column lacks yet in the database."""
        with self.steps.timed("compare in search", len(right)):
            found = Ranking(*await column.best(right, self.vector, self.k), True, Plan.IN_SEARCH)
        if not lacking:
            return found
        rest = await self._exactly(lacking)
        return merged([found, rest], rest.exact, Plan.IN_SEARCH)

    async def by_database(self, among: BitMap) -> Ranking:
        """Exactly where few files are left, or as many as neighbours would have to be read until k of them are in
        `among`; else by neighbours.
        """
        expected = round(self.k * self.vectors.size / len(among) * 1.2) + 1
        window = self.vectors.database.capabilities.window
        is_beyond_window = window is not None and self.k > window
        if len(among) <= self.vectors.always_exact or expected >= len(among) or is_beyond_window:
            return await self._exactly(among)
        found, is_settled = await self._growing(among, expected)
        if is_settled:
            return found
        rest = await self._exactly(among - bitmap_of(found.ordinals))
        return merged([found, rest], rest.exact, Plan.GROWING_THEN_EXACT)

    async def _growing(self, among: BitMap, first_k: int) -> tuple[Ranking, bool]:
        """Neighbours that are in `among`: k of them and all that tie with the last, which is settled then; or as many
        as came before the window's end, or before it would have read fewer vectors to compare the files one by one.
        """
        vectors, found, asked = self.vectors, NOTHING, 0
        batches = growing(vectors.database, vectors.table, vectors.index_set_id, self.vector, first_k)
        with self.steps.timed("read neighbours in the database") as step:
            async for batch in batches:
                asked += len(batch)
                step.count = asked
                found = merged([found, ranked(batch, Plan.GROWING, among)], found.exact and batch.exact, Plan.GROWING)
                if len(found) >= self.k and batch.scores[-1] < found.scores[self.k - 1]:
                    return found, True
                if len(found) < self.k and asked >= len(among):
                    return found, False
        # Files that tie with the last may be beyond the window; without one, all neighbours were read.
        window = vectors.database.capabilities.window
        return found, len(found) >= self.k and (window is None or asked < window)

    async def _exactly(self, among: BitMap) -> Ranking:
        """By the ids of the files."""
        best, found = NOTHING, list[Ranking]()
        with self.steps.timed("compare in the database", len(among)):
            for ordinals in batches(ordinals_of(among)):
                found.append(ranked(await self._best_of(ordinals), Plan.EXACT))
                # Not after every batch: with a large k that would be to sort all of it again and again.
                if sum(map(len, found)) >= max(self.k, IDS_A_BATCH):
                    best, found = self._best([best, *found]), []
        return self._best([best, *found])

    def _best(self, rankings: list[Ranking]) -> Ranking:
        return merged(rankings, all(ranking.exact for ranking in rankings), Plan.EXACT).first(self.k)

    async def _best_of(self, ordinals: Ordinals) -> Neighbours:
        """The database breaks ties by id, search by ordinal: so all that tie with the last of the best k are asked
        for.
        """
        vectors, k = self.vectors, self.k
        ids = file_ids(vectors.version_uid, ordinals)
        asked = min(k, len(ids)) + 1
        while True:
            found = await vectors.database.nearest_among(vectors.table, vectors.index_set_id, ids, self.vector, asked)
            if len(found) < asked or found.scores[-1] < found.scores[k - 1]:
                return found
            asked *= 2


def ranked(neighbours: Neighbours, plan: Plan, among: BitMap | None = None) -> Ranking:
    """Neighbours as a ranking, of those alone that are in `among`."""
    ordinals = ordinals_from(neighbours.file_ids)
    ranking = Ranking(ordinals, neighbours.scores, neighbours.exact, plan)
    if among is None:
        return ranking
    inside = np.isin(ordinals, ordinals_of(bitmap_of(ordinals) & among))
    return replace(ranking, ordinals=ordinals[inside], scores=neighbours.scores[inside])


def merged(rankings: Sequence[Ranking], exact: bool, plan: Plan) -> Ranking:
    """All of them in order."""
    ordinals = np.concatenate([ranking.ordinals for ranking in rankings])
    scores = np.concatenate([ranking.scores for ranking in rankings])
    order = np.lexsort((ordinals, -scores))
    return Ranking(ordinals[order], scores[order], exact, plan)
