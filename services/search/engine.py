"""Answers queries: catch up, filter, and rank what is left where the query asks for similarity."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import numpy as np

from libs.rpc.errors import FieldInvalid
from services.search.catalog import Catalog, IndexSetInfo, VersionInfo
from services.search.conditions import Condition, asks_for_vectors
from services.search.errors import IndexSetMissing
from services.search.evaluation import Scope, matching
from services.search.index.presence import VectorPresence
from services.search.index.version_index import FileRecord
from services.search.loaded_version import LoadedVersion
from services.search.matches import Hits, Matches, Position
from services.search.notes import fewer_hits, unknown_tags
from services.search.query import Query, SortField
from services.search.similarity.planner import Ranking
from services.search.similarity.ranker import Candidates, Members, Ranked, Ranker
from services.search.similarity.score_histogram import ScoreHistogram, score_histogram
from services.search.sorting import order_of
from services.search.steps import Steps
from services.search.versions import Versions


@dataclass(frozen=True, eq=False)
class FoundFile:
    """A hit as it is shown."""

    file: FileRecord
    index_us: int | None
    score: float | None


@dataclass(frozen=True)
class Window:
    """Which hits to show: at most `size` behind a position, `skip` more passed over."""

    after: Position | None
    skip: int
    size: int


@dataclass(frozen=True, eq=False)
class Page:
    """The hits of a window with their files, and what there is to say about the query's words."""

    window: Window
    hits: Hits
    files: list[FoundFile]
    notes: list[str]


@dataclass(frozen=True, eq=False)
class Answer:
    """What a query matches in a version that is held while the answer is used.

    `index_revision` is that of the index set that was asked, 0 if none was. `first` is the page that was looked up
    together with the files, if one was.
    """

    info: VersionInfo
    version: LoadedVersion
    condition: Condition
    matches: Matches
    steps: Steps
    index_revision: int = 0
    presence: VectorPresence | None = None
    notes: list[str] = field(default_factory=list)
    ranked: Ranked | None = None
    first: Page | None = None

    async def page(self, window: Window) -> Page:
        """The hits of a window with their files."""
        if self.first is not None and self.first.window == window:
            return self.first
        return await self.version.run(self.page_of, window)

    async def show(self, hits: Hits) -> list[FoundFile]:
        """The files of some hits, in their order."""
        with self.steps.timed("look up the hits") as step:
            step.count = len(hits.ordinals)
            return await self.version.run(self._show, hits)

    def page_of(self, window: Window) -> Page:
        """The same, called where work on the index is done."""
        with self.steps.timed("look up the hits") as step:
            hits = self.matches.hits(window.after, window.skip, window.size)
            step.count = len(hits.ordinals)
            return Page(window, hits, self._show(hits), unknown_tags(self.condition, self.version.index.tags))

    def _show(self, hits: Hits) -> list[FoundFile]:
        files = self.version.index.records(hits.ordinals)
        times = [None] * len(files) if self.presence is None else self.presence.index_us(hits.ordinals)
        scores = [None] * len(files) if hits.scores is None else hits.scores.tolist()
        return [FoundFile(*found) for found in zip(files, times, scores, strict=True)]


class SearchEngine:
    """Runs queries on versions."""

    def __init__(self, catalog: Catalog, versions: Versions, ranker: Ranker) -> None:
        self._catalog = catalog
        self._versions = versions
        self._ranker = ranker

    @asynccontextmanager
    async def answer(
        self, version_name: str, query: Query, *, shows_files: bool = False, window: Window | None = None
    ) -> AsyncIterator[Answer]:
        """What the query matches among all that was committed when the call came in.

        To name the window that will be shown saves a piece of work on the index: both are done in one.
        Raises IndexSetMissing, and what catalog, the model service and the vector database raise.
        """
        steps = Steps()
        with steps.timed("ask catalog what is current"):
            info = await self._catalog.version(version_name)
            index_set = await self._index_set(info, query, shows_files or asks_for_vectors(query.condition))
        async with self._versions.use(info) as version:
            with steps.timed("catch up with catalog"):
                presence = await version.catch_up(info.revision, index_set)
            scope = Scope(version.index, presence, query.status)
            if query.similar is None or index_set is None or presence is None:

                def plain() -> Answer:
                    found = _filtered(query, scope, steps)
                    answer = Answer(info, version, query.condition, found, steps, 0, presence)
                    return answer if window is None else replace(answer, first=answer.page_of(window))

                yield await version.run(plain)
                return
            met = await version.run(_filtered, query, scope, steps)
            files, order = met.files, met.order
            indexed = files & presence.current
            candidates = Candidates(version, info.revision, indexed, presence)
            ranked = await self._ranker.rank(query, query.similar, index_set, candidates, steps)
            notes = fewer_hits(len(ranked.ranking), query.similar.top_k, len(files), len(indexed))
            matches = Matches.of_ranking(above(ranked.ranking, query.similar.score_threshold), order)
            revision = index_set.revision
            yield Answer(info, version, query.condition, matches, steps, revision, presence, notes, ranked)

    async def score_histogram(self, answer: Answer, max_ranges: int) -> ScoreHistogram:
        """How all files that meet the conditions score; they are those of an answer with similarity."""
        if answer.ranked is None:
            return score_histogram(np.empty(0, np.float32), max_ranges, 0)
        scores = await self._ranker.scores(answer.ranked)
        return await asyncio.to_thread(score_histogram, scores, max_ranges, len(answer.ranked.candidates.files))

    async def grouped(self, answer: Answer, similarity: float) -> tuple[Answer, Members]:
        """The answer with the best of each group of near-duplicates alone, and the others by the ordinal of that."""
        if answer.ranked is None or answer.matches.ranking is None:
            return answer, {}
        with answer.steps.timed("group near-duplicates", len(answer.matches)) as step:
            best, members = await self._ranker.grouped(answer.ranked, answer.matches.ranking, similarity)
            step.count = len(best)
        return replace(answer, matches=Matches.of_ranking(best, answer.matches.order)), members

    async def _index_set(self, info: VersionInfo, query: Query, shows_vectors: bool) -> IndexSetInfo | None:
        """The index set to ask; one that is only looked at for what was indexed when may be missing."""
        if query.similar is None:
            return info.index_set if shows_vectors else None
        named = query.similar.index_set
        if named and not named.startswith(f"{info.name}/"):
            raise FieldInvalid(field="query.index_set", value=named, expected=f"an index set of {info.name}")
        if named and (info.index_set is None or named != info.index_set.name):
            return await self._catalog.index_set(named)
        if info.index_set is None:
            raise IndexSetMissing(version=info.name)
        return info.index_set


def _filtered(query: Query, scope: Scope, steps: Steps) -> Matches:
    """All files that meet the conditions, in the order that is asked for."""
    with steps.timed("filter") as step:
        files = matching(query.condition, scope)
        step.count = len(files)
    return Matches(files, order=None if query.sort.field is SortField.RELEVANCE else order_of(scope.index, query.sort))


def above(ranking: Ranking, score_threshold: float | None) -> Ranking:
    """Those that score more."""
    if score_threshold is None:
        return ranking
    return ranking.first(int(np.count_nonzero(ranking.scores > score_threshold)))
