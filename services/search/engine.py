"""Answers queries: catch up, filter, and rank what is left where the query asks for similarity."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

import numpy as np
from cachetools import LRUCache

from libs.rpc.errors import FieldInvalid, NotFound
from services.search.answer import Answer, Window
from services.search.catalog import Catalog, IndexSetInfo, VersionInfo
from services.search.conditions import asks_for_vectors
from services.search.errors import IndexSetMissing
from services.search.evaluation import Scope, matching
from services.search.matches import Matches
from services.search.notes import fewer_hits
from services.search.query import Query, SortField
from services.search.similarity.planner import Ranking
from services.search.similarity.ranker import Candidates, Members, Ranker
from services.search.similarity.score_histogram import ScoreHistogram, score_histogram
from services.search.sorting import order_of
from services.search.steps import Steps
from services.search.versions import Versions

# Far more than are searched at a time; each is as small as its name.
REMEMBERED_VERSIONS = 1_000


@dataclass(frozen=True, eq=False)
class _Question:
    """A query and what of its answer is looked at."""

    query: Query
    shows_vectors: bool
    window: Window | None


class SearchEngine:
    """Runs queries on versions."""

    def __init__(self, catalog: Catalog, versions: Versions, ranker: Ranker) -> None:
        self._catalog = catalog
        self._versions = versions
        self._ranker = ranker
        # As catalog told of them last, by the names that were asked for.
        self._known: LRUCache[tuple[str, str | None], VersionInfo] = LRUCache(REMEMBERED_VERSIONS)

    @asynccontextmanager
    async def answer(
        self, version_name: str, query: Query, *, shows_files: bool = False, window: Window | None = None
    ) -> AsyncIterator[Answer]:
        """What the query matches among all that was committed when the call came in.

        To name the window that will be shown saves a piece of work on the index: both are done in one.
        Raises IndexSetMissing, and what catalog, the model service and the vector database raise.
        """
        question = _Question(query, shows_files or asks_for_vectors(query.condition), window)
        async with AsyncExitStack() as held:
            yield await self._answer_as_committed(held, version_name, question)

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
        return replace(answer, matches=Matches.of_ranking(best, answer.matches.order), first=None), members

    async def _answer_as_committed(self, held: AsyncExitStack, version_name: str, question: _Question) -> Answer:
        """Answers by what is known while catalog is asked whether that is still so: it is, but after a change. No model
        is asked before that: what it was paid for might be thrown away.
        """
        similar = question.query.similar
        names = version_name, None if similar is None else similar.index_set
        steps, early, known = Steps(), None, self._known.get(names)
        if known is not None and self._versions.is_caught_up(known) and not (similar and similar.asks_model):
            early = asyncio.create_task(self._answer(held, known, question, Steps()))
        try:
            with steps.timed("ask catalog what is current"):
                info = await self._catalog.version(*names)
            self._known[names] = info
            if early is not None and info == known:
                return (await early).behind(steps)
        finally:
            if early is not None:
                early.cancel()
                await asyncio.gather(early, return_exceptions=True)
        return await self._answer(held, info, question, steps)

    async def _answer(self, held: AsyncExitStack, info: VersionInfo, question: _Question, steps: Steps) -> Answer:
        """What matches in a version that is at least as `info` tells; it is held as long as the stack is open."""
        query, window = question.query, question.window
        index_set = _index_set(info, question)
        version = await held.enter_async_context(self._versions.use(info))
        with steps.timed("catch up with catalog"):
            presence = await version.catch_up(info.revision, index_set)
        scope = Scope(version.index, presence, query.status)
        if query.similar is None or index_set is None or presence is None:

            def plain() -> Answer:
                found = _filtered(query, scope, steps)
                answer = Answer(info, version, query.condition, found, steps, 0, presence)
                return answer if window is None else replace(answer, first=answer.page_of(window))

            return await version.run(plain)
        met = await version.run(_filtered, query, scope, steps)
        files, order = met.files, met.order
        indexed = files & presence.current
        candidates = Candidates(version, info.revision, indexed, presence)
        ranked = await self._ranker.rank(query, query.similar, index_set, candidates, steps)
        notes = fewer_hits(len(ranked.ranking), query.similar.top_k, len(files), len(indexed))
        matches = Matches.of_ranking(above(ranked.ranking, query.similar.score_threshold), order)
        answer = Answer(info, version, query.condition, matches, steps, index_set.revision, presence, notes, ranked)
        return answer if window is None else replace(answer, first=await answer.page(window))


def _index_set(info: VersionInfo, question: _Question) -> IndexSetInfo | None:
    """The index set to ask; one that is only looked at for what was indexed when may be missing."""
    if question.query.similar is None:
        return info.index_set if question.shows_vectors else None
    named = question.query.similar.index_set
    if named and not named.startswith(f"{info.name}/"):
        raise FieldInvalid(field="query.index_set", value=named, expected=f"an index set of {info.name}")
    if info.index_set is None:
        raise NotFound(resource="index set", name=named) if named else IndexSetMissing(version=info.name)
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
