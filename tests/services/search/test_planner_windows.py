"""Never fewer than k while more match, whatever a filter has to do with the query and however few neighbours the
vector database gives at a time.
"""

import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pyroaring import BitMap

from libs.rpc.addresses import AddressPolicy
from libs.vectors.batches import Documents
from libs.vectors.config import database_config
from libs.vectors.pgvector.database import PgvectorDatabase
from libs.vectors.table import IndexTable, Metric
from services.search.similarity import planner
from services.search.similarity.file_ids import file_ids
from services.search.similarity.planner import Plan, VectorTable, most_similar
from services.search.steps import Steps
from tests.services.search.indexed_version import pgvector
from tests.services.search.windowed_database import WindowedDatabase, WindowExceeded

UID, FILES, DIMENSION, CLUSTERS = 43, 3_000, 16, 12
# By ordinal these come in another order than by the ids that they are made into.
FIRST = 2_000
# Of cluster 0, which a third of its files are the same as.
STILL = 3 * CLUSTERS
STORES: Final = ("scanned exactly", "by a graph")
# Off by what float32 does to a cosine.
SLACK = 1e-6
Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Filter:
    """Lets a share of the files in cluster 0 pass, and a share of the others."""

    seed: int
    inside: float
    outside: float

    def among(self) -> BitMap:
        """The files that pass."""
        chance = np.random.default_rng(self.seed).random(FILES)
        in_cluster = np.arange(FILES) % CLUSTERS == 0
        passing = np.flatnonzero(chance < np.where(in_cluster, self.inside, self.outside))
        return BitMap((FIRST + passing).tolist())


SHARES = st.sampled_from([0.0, 0.01, 0.1, 0.5, 1.0])


@dataclass(frozen=True)
class Limits:
    """What a database says of itself."""

    window: int | None
    filters_by_id: bool


LIMITS = st.builds(Limits, st.sampled_from([1, 20, 100, 300, 1_000, None]), st.booleans())


@pytest.fixture(scope="module")
def vectors() -> Matrix:
    """In clusters by ordinal; of each cluster a third is the same, as frames of a still camera are: ties."""
    random = np.random.default_rng(12)
    centres = random.normal(size=(CLUSTERS, DIMENSION))
    made = centres[np.arange(FILES) % CLUSTERS] + 0.3 * random.normal(size=(FILES, DIMENSION))
    still = np.arange(FILES) // CLUSTERS % 3 == 0
    made[still] = centres[np.arange(FILES) % CLUSTERS][still]
    return made.astype(np.float32)


@pytest.fixture(scope="module", params=STORES)
async def store(
    database: str, vectors: Matrix, request: pytest.FixtureRequest
) -> AsyncIterator[tuple[PgvectorDatabase, IndexTable]]:
    """The vectors in a table, with and without an approximate index."""
    config, has_graph = database_config(pgvector(database)), request.param == "by a graph"
    worth_a_graph = 1 if has_graph else 10**9
    opened = await PgvectorDatabase.open(
        config, AddressPolicy(["127.0.0.0/8", "::1"]), worth_a_graph_floats=worth_a_graph
    )
    table = IndexTable(f"t_{secrets.token_hex(4)}", DIMENSION, Metric.COSINE)
    await opened.ensure_table(table)
    ids = file_ids(UID, np.arange(FIRST, FIRST + FILES, dtype=np.uint32))
    await opened.upsert(table, Documents("s", "d", "v1", ids, ["u"] * FILES, vectors))
    assert await opened.build_index(table, "s") is has_graph
    yield opened, table
    await opened.close()


@pytest.fixture(scope="module", autouse=True)
def few_are_many() -> Iterator[None]:
    """Neighbours are read although the files are few."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planner, "ALWAYS_EXACT", 40)
        patch.setattr(planner, "ALWAYS_FETCHED", 10)
        yield


def right_order(vectors: Matrix, among: BitMap, vector: Matrix) -> tuple[list[int], list[float]]:
    """Brute force: all files by falling score, and by ordinal where the scores are the same but for rounding."""
    ordinals = np.array(among, np.uint32)
    chosen = vectors[ordinals - FIRST].astype(np.float64)
    scores = chosen @ vector / np.linalg.norm(chosen, axis=1) / np.linalg.norm(vector)
    order = np.lexsort((ordinals, -scores.round(12)))
    return ordinals[order].tolist(), scores[order].tolist()


@given(
    filtered=st.builds(Filter, st.integers(0, 999), SHARES, SHARES),
    k=st.sampled_from([1, 2, 10, 60, 150, 700, FILES]),
    limits=LIMITS,
    asked=st.sampled_from([0, CLUSTERS, STILL, 1]),
)
@settings(max_examples=150, deadline=None, derandomize=True)
async def test_never_fewer_than_k_within_any_window(  # noqa: PLR0917 - what hypothesis draws
    store: tuple[PgvectorDatabase, IndexTable], vectors: Matrix, filtered: Filter, k: int, limits: Limits, asked: int
) -> None:
    opened, table = store
    database = WindowedDatabase(opened, limits.window, filters_by_id=limits.filters_by_id)
    among, vector = filtered.among(), vectors[asked]
    ranking = await most_similar(VectorTable(database, table, "s", UID, FILES), among, vector, k, Steps())
    right, right_scores = right_order(vectors, among, vector)
    found, scores = ranking.ordinals.tolist(), dict(zip(right, right_scores, strict=True))
    assert len(found) == len(set(found)) == min(k, len(among))
    assert ranking.scores.tolist() == pytest.approx([scores[ordinal] for ordinal in found], abs=SLACK)
    if ranking.exact:
        assert found == right[:k]
    else:
        assert ranking.plan is Plan.GROWING
    if limits.window is not None and k > limits.window:
        assert ranking.exact
        assert not database.neighbours


@pytest.mark.parametrize("filters_by_id", [True, False])
async def test_a_filter_against_the_query_goes_past_the_window_exactly(
    store: tuple[PgvectorDatabase, IndexTable], vectors: Matrix, filters_by_id: bool
) -> None:
    opened, table = store
    database = WindowedDatabase(opened, 200, filters_by_id=filters_by_id)
    among, vector = Filter(1, 0, 1).among(), vectors[0]
    ranking = await most_similar(VectorTable(database, table, "s", UID, FILES), among, vector, 150, Steps())
    assert (ranking.plan, ranking.exact) == (Plan.GROWING_THEN_EXACT, True)
    assert ranking.ordinals.tolist() == right_order(vectors, among, vector)[0][:150]
    assert database.neighbours[-1] == 200
    assert sum(database.compared) >= len(among) - 200


async def test_files_that_tie_across_the_end_of_the_window_come_by_ordinal(
    store: tuple[PgvectorDatabase, IndexTable], vectors: Matrix
) -> None:
    opened, table = store
    same = np.tile(vectors[5], (120, 1))
    ordinals = np.arange(900_000, 900_120, dtype=np.uint32)
    await opened.upsert(table, Documents("ties", "d", "v1", file_ids(UID, ordinals), ["u"] * 120, same))
    database = WindowedDatabase(opened, 50)
    ties = VectorTable(database, table, "ties", UID, 120)
    ranking = await most_similar(ties, BitMap(ordinals.tolist()), vectors[5], 45, Steps())
    assert ranking.ordinals.tolist() == ordinals[:45].tolist()
    assert ranking.exact


async def test_the_window_of_these_tests_is_enforced(
    store: tuple[PgvectorDatabase, IndexTable], vectors: Matrix
) -> None:
    opened, table = store
    with pytest.raises(WindowExceeded):
        await WindowedDatabase(opened, 20).nearest(table, "s", vectors[0], 21)
