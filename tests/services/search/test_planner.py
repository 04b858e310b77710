"""The planner finds the most similar files under every filter, in a real pgvector."""

import secrets
from collections.abc import AsyncIterator
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest
from numpy.typing import NDArray
from pyroaring import BitMap

from libs.rpc.addresses import AddressPolicy
from libs.rpc.names import file_id, parse_file_id
from libs.vectors.batches import Documents
from libs.vectors.config import PgvectorConfig
from libs.vectors.pgvector.database import PgvectorDatabase
from libs.vectors.table import IndexTable, Metric
from services.search.similarity.file_ids import file_ids, ordinals_from
from services.search.similarity.planner import Plan, Ranking, VectorTable, most_similar
from services.search.steps import Steps
from tests.services.search.windowed_database import WindowedDatabase

UID, FILES, DIMENSION, CLUSTERS = 41, 12_000, 16, 12
Matrix = NDArray[np.float32]


@pytest.fixture(scope="module")
def vectors() -> Matrix:
    """In clusters by ordinal, and every tenth the same as the one before it: ties."""
    random = np.random.default_rng(11)
    centres = random.normal(size=(CLUSTERS, DIMENSION))
    made = centres[np.arange(FILES) % CLUSTERS] + 0.3 * random.normal(size=(FILES, DIMENSION))
    made[10::10] = made[9:-1:10]
    return made.astype(np.float32)


@pytest.fixture(scope="module", params=["scanned exactly", "by a graph"])
async def table(database: str, vectors: Matrix, request: pytest.FixtureRequest) -> AsyncIterator[VectorTable]:
    """The vectors of all files in a table, with and without an approximate index."""
    parts = urlsplit(database)
    config = PgvectorConfig(
        parts.hostname or "",
        parts.port or 5432,
        parts.path[1:],
        unquote(parts.username or ""),
        unquote(parts.password or ""),
    )
    has_graph = request.param == "by a graph"
    store = await PgvectorDatabase.open(
        config, AddressPolicy(["127.0.0.0/8", "::1"]), worth_a_graph_floats=1 if has_graph else 10**9
    )
    made = IndexTable(f"t_{secrets.token_hex(4)}", DIMENSION, Metric.COSINE)
    await store.ensure_table(made)
    ids = file_ids(UID, np.arange(FILES, dtype=np.uint32))
    await store.upsert(made, Documents("s", "d", "v1", ids, [f"s3://b/{number}" for number in range(FILES)], vectors))
    assert await store.build_index(made, "s") is has_graph
    yield VectorTable(store, made, "s", UID, FILES)
    await store.close()


def best_scores(vectors: Matrix, among: BitMap, vector: Matrix, k: int) -> list[float]:
    """Brute force: the k highest scores."""
    chosen = vectors[list(among)].astype(np.float64)
    scores = chosen @ vector / np.linalg.norm(chosen, axis=1) / np.linalg.norm(vector)
    return np.sort(scores)[::-1][:k].tolist()  # type: ignore[no-any-return]


def filters(vectors: Matrix) -> dict[str, tuple[BitMap, Matrix]]:
    """Files to choose from and the vector to compare with: cluster 0's files are the nearest."""
    random = np.random.default_rng(3)
    vector = vectors[0]
    in_cluster = set(range(0, FILES, CLUSTERS))
    return {
        "all": (BitMap(range(FILES)), vector),
        "half": (BitMap(random.choice(FILES, FILES // 2, replace=False).tolist()), vector),
        "two thirds, none of the cluster": (BitMap(o for o in range(FILES) if o % 3 and o not in in_cluster), vector),
        "all but the cluster": (BitMap(o for o in range(FILES) if o not in in_cluster), vector),
        "few of another cluster": (BitMap(list(range(5, FILES, CLUSTERS))[:40]), vector),
        "the cluster alone": (BitMap(in_cluster), vector),
        "one": (BitMap([4321]), vector),
    }


@pytest.mark.parametrize("k", [1, 10, 100, 1500])
@pytest.mark.parametrize("name", list(filters(np.zeros((FILES, DIMENSION), np.float32))))
async def test_never_fewer_than_k_while_more_match(table: VectorTable, vectors: Matrix, name: str, k: int) -> None:
    among, vector = filters(vectors)[name]
    ranking = await most_similar(table, among, vector, k, Steps())
    assert len(ranking) == min(k, len(among))
    assert len(set(ranking.ordinals.tolist())) == len(ranking)
    assert set(ranking.ordinals.tolist()) <= set(among)
    expected = best_scores(vectors, among, vector, k)
    if ranking.exact:
        assert ranking.scores.tolist() == pytest.approx(expected, abs=1e-6)
    else:
        assert np.count_nonzero(ranking.scores >= expected[-1] - 1e-6) >= 0.9 * len(expected)


async def test_the_order_is_by_falling_score_and_then_by_ordinal(table: VectorTable) -> None:
    ranking = await most_similar(table, BitMap(range(FILES)), np.ones(DIMENSION, np.float32), 500, Steps())
    rows = list(zip((-ranking.scores).tolist(), ranking.ordinals.tolist(), strict=True))
    assert rows == sorted(rows)


async def test_of_files_that_tie_at_the_end_those_with_the_lowest_ordinals_are_taken(table: VectorTable) -> None:
    same = np.tile(np.arange(1, DIMENSION + 1, dtype=np.float32), (90, 1))
    ordinals = np.arange(500_000, 500_090, dtype=np.uint32)
    documents = Documents("ties", "d", "v1", file_ids(UID, ordinals), ["u"] * 90, same)
    await table.database.upsert(table.table, documents)
    ties = VectorTable(table.database, table.table, "ties", UID, 90)
    for among in (BitMap(ordinals.tolist()), BitMap(ordinals[::2].tolist())):
        ranking = await most_similar(ties, among, same[0], 20, Steps())
        assert ranking.ordinals.tolist() == list(among)[:20]


async def test_without_a_file_the_database_is_not_asked(table: VectorTable) -> None:
    nowhere = VectorTable(table.database, IndexTable("no_such_table", DIMENSION), "s", UID, 0)
    assert len(await most_similar(nowhere, BitMap(), np.ones(DIMENSION, np.float32), 10, Steps())) == 0


async def windowed(
    table: VectorTable, window: int, among: BitMap, vector: Matrix, k: int
) -> tuple[Ranking, WindowedDatabase]:
    assert isinstance(table.database, PgvectorDatabase)
    database = WindowedDatabase(table.database, window)
    limited = VectorTable(database, table.table, table.index_set_id, UID, FILES)
    return await most_similar(limited, among, vector, k, Steps()), database


async def test_past_the_window_the_rest_is_compared_exactly(table: VectorTable, vectors: Matrix) -> None:
    among, vector = filters(vectors)["all but the cluster"]
    ranking, database = await windowed(table, 300, among, vector, 250)
    assert ranking.plan is Plan.GROWING_THEN_EXACT
    assert ranking.exact
    assert ranking.scores.tolist() == pytest.approx(best_scores(vectors, among, vector, 250), abs=1e-6)
    assert max(database.neighbours) <= 300


async def test_more_hits_than_the_window_holds_are_compared_exactly_at_once(
    table: VectorTable, vectors: Matrix
) -> None:
    among, vector = filters(vectors)["half"]
    ranking, database = await windowed(table, 300, among, vector, 400)
    assert ranking.plan is Plan.EXACT
    assert ranking.scores.tolist() == pytest.approx(best_scores(vectors, among, vector, 400), abs=1e-6)
    assert not database.neighbours


async def test_few_files_are_compared_one_by_one(table: VectorTable, vectors: Matrix) -> None:
    among, vector = filters(vectors)["the cluster alone"]
    ranking, database = await windowed(table, 10_000, among, vector, 10)
    assert ranking.plan is Plan.EXACT
    assert not database.neighbours


async def test_under_a_filter_against_the_query_no_more_neighbours_are_read_than_files_are_left(
    table: VectorTable, vectors: Matrix
) -> None:
    among = BitMap(o for o in range(FILES) if o % CLUSTERS in range(6, 12))
    ranking, database = await windowed(table, 10_000, among, vectors[0], 600)
    assert len(ranking) == 600
    assert max(database.neighbours) <= 2 * len(among)


def test_many_ids_are_packed_as_one_is() -> None:
    ordinals = np.array([0, 1, 255, 70_000, 2**32 - 1], np.uint32)
    ids = file_ids(2**40 + 3, ordinals)
    assert ids == [file_id(2**40 + 3, ordinal) for ordinal in ordinals.tolist()]
    assert [parse_file_id(one) for one in ids] == [(2**40 + 3, ordinal) for ordinal in ordinals.tolist()]
    assert ordinals_from(ids).tolist() == ordinals.tolist()
