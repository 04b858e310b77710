"""Similar files under filters: how many of the right ones are found, how soon, and what search adds to the database.

A query is two calls in a row, of search and by search of catalog. So the floor of its time is the kernel's, and twice
that of a call that does nothing; such calls are measured in turns with the queries.
"""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import asyncpg
import grpc.aio
import numpy as np
from grpc_health.v1 import health_pb2, health_pb2_grpc
from numpy.typing import NDArray

from benchmarks.report import Figure, at_least, at_most, within
from benchmarks.search.copying import Connection
from benchmarks.search.data import Block
from benchmarks.search.filters import Filter
from benchmarks.search.kernel import Kernel
from benchmarks.search.latency import in_turns, latencies
from benchmarks.search.loading import NAME
from benchmarks.search.questions import CASES, EXACT_RECALL, K, Question, Truth, questions, recall
from benchmarks.search.scene import Scene
from benchmarks.search.suite import VECTORS, say
from benchmarks.search.vectors import TABLE, TAGS_COLUMN, IndexSet, IndexSets, open_vectors
from benchmarks.search.windows import window_figure
from bowerbird.search.v1.search_service_pb2 import SearchResponse
from libs.rpc.names import parse_file_id

Value = TypeVar("Value")

QUESTIONS: Final = 30  # of each case
WARM_UP: Final = 3
COLUMN_BYTES: Final = 8 * 1024**3
GROWING_RECALL: Final = 0.95
GROWING_CASES: Final = ("none", "10%")  # what the database's approximate neighbours have to be good for
KNN_LIMIT_MS: Final = 40
KERNEL_RATIO: Final = 1.5
KERNEL_MORE_MS: Final = 5
OVERHEAD_LIMIT_MS: Final = 5
CALLS: Final = 2  # of search, and of catalog
_IN_SEARCH: Final = "exact in search"
_FILLING_SECONDS: Final = 1800
# As the adapter sets them.
_PGVECTOR_SETTINGS: Final = {
    "hnsw.iterative_scan": "relaxed_order",
    "hnsw.ef_search": "200",
    "hnsw.max_scan_tuples": "2147483647",
}
# What the growing plan asks for first where nothing is filtered: 20% more than wanted, and one to see a tie.
_FIRST_NEIGHBOURS: Final = round(K * 1.2) + 1


@dataclass(frozen=True, eq=False)
class Asked:
    """The questions, and what is right in each index set."""

    questions: list[Question]
    index_sets: IndexSets
    right_in_whole: list[set[int]]
    right_in_graph: list[set[int]]
    passing_in_graph: list[NDArray[np.uint32]]
    kernel: Kernel
    passing_in_whole: dict[Filter, NDArray[np.uint32]]


@dataclass(frozen=True)
class Plan:
    """How files were found, in the words of search, and whether none can have been missed."""

    name: str
    is_exact: bool


@dataclass(frozen=True)
class Found:
    """How well and how soon the questions of each case were answered, and how well those that one plan answered."""

    recall: dict[str, float]
    p50: dict[str, float]
    recall_by_plan: dict[tuple[str, Plan], float]


async def neighbour_figures(scene: Scene) -> AsyncIterator[Figure]:
    """With the column over all vectors, and without it over those that have a graph."""
    asked = await _prepare(scene)
    async with scene.search(vector_budget_bytes=COLUMN_BYTES) as _:
        await _column_is_filled(scene, asked)
        say("similar files with the column")
        column, kernel_ms, call_ms = await _ask_beside_kernel(scene, asked)
    size = _size(asked.index_sets.whole)
    for case in CASES:
        yield at_least(f"knn_recall {case}, column{size}", column.recall[case], "1", against=1, ratio=EXACT_RECALL)
    for case in CASES:
        limit = round(min(KNN_LIMIT_MS, KERNEL_RATIO * kernel_ms[case] + KERNEL_MORE_MS), 1)
        yield within(f"knn_p50 {case}, column{size}", column.p50[case], "ms", against=kernel_ms[case], limit=limit)
        floor = kernel_ms[case] + CALLS * call_ms
        yield within(f"knn_floor {case}, column{size}", floor, "ms", against=limit)
    yield within("empty_call_p50", call_ms, "ms", against=KERNEL_MORE_MS)
    size = _size(asked.index_sets.graph)
    async with scene.search():
        say("similar files without the column")
        database = await _ask(scene, asked, asked.index_sets.graph, asked.right_in_graph)
        for (case, plan), found in database.recall_by_plan.items():
            yield _recall_figure(f"knn_recall {case}, no column, {plan.name}{size}", found, case, plan)
        say("similar files past a database's window")
        asked_in_graph = zip(asked.questions, asked.passing_in_graph, asked.right_in_graph, strict=True)
        yield await window_figure(scene, asked.index_sets.graph, list(asked_in_graph))
        say("pgvector's own filtered queries")
        own = await _ask_pgvector(scene, asked)
        for case in CASES:
            yield within(f"knn_recall {case}, pgvector{size}", own.recall[case], "1", against=database.recall[case])
            yield within(f"knn_p50 {case}, pgvector{size}", own.p50[case], "ms", against=database.p50[case])
        say("what search adds to the database")
        overhead_ms = await _overhead_ms(scene, asked)
        yield at_most(f"search_overhead_p50{size}", overhead_ms, "ms", limit=OVERHEAD_LIMIT_MS)


def _size(index_set: IndexSet) -> str:
    return f" of {index_set.files:,}"


def _recall_figure(name: str, found: float, case: str, plan: Plan) -> Figure:
    """Exact is exact under any filter; of approximate neighbours a share is expected where the filter lets many pass
    whatever the question.
    """
    if not plan.is_exact and case not in GROWING_CASES:
        return within(name, found, "1", against=1)
    return at_least(name, found, "1", against=1, ratio=EXACT_RECALL if plan.is_exact else GROWING_RECALL)


async def _prepare(scene: Scene) -> Asked:
    """Write the vectors, and see meanwhile which answers are right."""
    index_sets = await scene.index_sets()
    asked = questions(scene.data, scene.filters, WARM_UP + QUESTIONS)
    whole, graph, kernel = Truth(asked), Truth(asked), Kernel(index_sets.whole.files)

    def watch(block: Block) -> None:
        whole.take(block)
        kernel.take(block)
        if block.first < index_sets.graph.files:
            graph.take(block)

    await scene.write_vectors(watch)
    passing = {one.filter: among for one, among in zip(asked, whole.passing(), strict=True)}
    return Asked(asked, index_sets, whole.answers(), graph.answers(), graph.passing(), kernel, passing)


async def _column_is_filled(scene: Scene, asked: Asked) -> None:
    """Returns when the column answers; the first question makes it be filled."""
    say("the column is filled from the database")
    begin, random = time.monotonic(), np.random.default_rng(0)
    names, index_set = scene.data.vocabulary.names, asked.index_sets.whole.name
    while True:
        # Never the same question, whose ranking would be remembered.
        vector = random.standard_normal(len(asked.questions[0].vector), np.float32)
        query = Question("none", vector, asked.questions[0].filter).query(names, index_set)
        answer = await scene.suite.client.search.page(NAME, query, explain=True)
        seconds = time.monotonic() - begin
        if answer.explanation.plan == _IN_SEARCH:
            say(f"that took {seconds:.0f} s")
            return
        if seconds > _FILLING_SECONDS:
            raise RuntimeError(f"the column was not filled after {seconds:.0f} s: {answer.explanation}")
        await asyncio.sleep(1)


async def _ask_beside_kernel(scene: Scene, asked: Asked) -> tuple[Found, dict[str, float], float]:
    """What search finds by the column, the p50 of the kernel alone for each case, and that of an empty call."""
    kernel_ms, call_ms = [], []
    async with grpc.aio.insecure_channel(scene.suite.search_address) as channel:
        health = health_pb2_grpc.HealthStub(channel)

        async def alone(one: Question) -> None:
            kernel_ms.append(asked.kernel.milliseconds(one.vector, asked.passing_in_whole[one.filter], K))
            begin = time.perf_counter()
            await health.Check(health_pb2.HealthCheckRequest())  # type: ignore[attr-defined]  # its types lack it
            call_ms.append((time.perf_counter() - begin) * 1000)

        found = await _ask(scene, asked, asked.index_sets.whole, asked.right_in_whole, alone)
    kernel_p50 = {case: statistics.median(_of(case, asked.questions, kernel_ms)) for case in CASES}
    return found, kernel_p50, statistics.median(call_ms)


async def _nothing(_: Question) -> None:
    """Beside search nothing is asked."""


async def _ask(
    scene: Scene,
    asked: Asked,
    index_set: IndexSet,
    right: list[set[int]],
    beside: Callable[[Question], Awaitable[None]] = _nothing,
) -> Found:
    """Each question once for its time, with the usual page, and once more for all hits: those are remembered."""
    names, client = scene.data.vocabulary.names, scene.suite.client

    async def page(one: Question) -> SearchResponse:
        return await client.search.page(NAME, one.query(names, index_set.name))

    async def every(one: Question) -> tuple[set[int], Plan]:
        answer = await client.search.page(NAME, one.query(names, index_set.name), page_size=K, explain=True)
        ordinals = {parse_file_id(hit.file.name.rpartition("/")[2])[1] for hit in answer.hits}
        return ordinals, Plan(answer.explanation.plan, answer.explanation.exact)

    milliseconds, found, plans = [], list[set[int]](), list[Plan]()
    for case in CASES:
        of_case = _of(case, asked.questions, asked.questions, warm_up=0)
        milliseconds += (await in_turns(page, beside, of_case))[0].milliseconds
        for one in of_case:
            ordinals, plan = await every(one)
            found.append(ordinals)
            plans.append(plan)
    return _summed(asked, milliseconds, found, right, plans)


async def _ask_pgvector(scene: Scene, asked: Asked) -> Found:
    """The filter in the query itself, on tags beside the vectors."""
    connection: Connection = await asyncpg.connect(
        scene.suite.postgres.url(VECTORS), server_settings=_PGVECTOR_SETTINGS
    )

    async def nearest(one: Question) -> set[int]:
        conditions = [f"index_set_id = '{asked.index_sets.graph.document_id}'"]
        if one.filter.any_of:
            conditions.append(f"{TAGS_COLUMN} && ARRAY{list(one.filter.any_of)}")
        if one.filter.all_of:
            conditions.append(f"{TAGS_COLUMN} @> ARRAY{list(one.filter.all_of)}")
        rows = await connection.fetch(
            f"SELECT file_meta_id FROM {TABLE.name} WHERE {' AND '.join(conditions)}"  # noqa: S608  (our own)
            f" ORDER BY file_vector <=> $1::real[]::vector LIMIT {K}",
            one.vector.tolist(),
        )
        return {parse_file_id(row["file_meta_id"])[1] for row in rows}

    try:
        found = await latencies(nearest, asked.questions)
    finally:
        await connection.close()
    return _summed(asked, found.milliseconds, found.answers, asked.right_in_graph)


async def _overhead_ms(scene: Scene, asked: Asked) -> float:
    """The p50 of search less that of the database's own neighbours, for the same questions without a filter."""
    names, index_set = scene.data.vocabulary.names, asked.index_sets.graph
    random = np.random.default_rng(1)
    # Near the questions, and none of them: rankings of those are remembered.
    plain = [
        Question(
            "none", one.vector + random.standard_normal(len(one.vector), np.float32) * np.float32(0.01), one.filter
        )
        for one in _of("none", asked.questions, asked.questions, warm_up=0)
    ]
    database = await open_vectors(scene.suite)

    async def nearest(one: Question) -> None:
        await database.nearest(TABLE, index_set.document_id, one.vector, _FIRST_NEIGHBOURS)

    async def page(one: Question) -> None:
        await scene.suite.client.search.page(NAME, one.query(names, index_set.name))

    try:
        for one in plain:  # so that both find the pages in memory
            await nearest(one)
        through_search, alone = await in_turns(page, nearest, plain, warm_up=WARM_UP)
    finally:
        await database.close()
    say(f"search {through_search.p50:.1f} ms, the database alone {alone.p50:.1f} ms")
    return through_search.p50 - alone.p50


def _summed(
    asked: Asked,
    milliseconds: Sequence[float],
    found: Sequence[set[int]],
    right: Sequence[set[int]],
    plans: Sequence[Plan] = (),
) -> Found:
    by_plan = {}
    for case in CASES:
        counted = _of(case, asked.questions, list(zip(found, right, plans, strict=True))) if plans else []
        for plan in dict.fromkeys(plan for *_, plan in counted):
            pairs = [(one, other) for one, other, planned in counted if planned == plan]
            by_plan[case, plan] = recall([one for one, _ in pairs], [other for _, other in pairs])
    return Found(
        {case: recall(_of(case, asked.questions, found), _of(case, asked.questions, right)) for case in CASES},
        {case: statistics.median(_of(case, asked.questions, milliseconds)) for case in CASES},
        by_plan,
    )


def _of(case: str, asked: Sequence[Question], values: Sequence[Value], warm_up: int = WARM_UP) -> list[Value]:
    """The values of the questions of a case, but for the first few."""
    return [value for one, value in zip(asked, values, strict=True) if one.case == case][warm_up:]
