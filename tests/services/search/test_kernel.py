"""The kernel finds what brute force finds, whatever the vectors are like."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pyroaring import BitMap

from libs.vectors.table import Metric
from services.search.index.bitmaps import bitmap_of, ordinals_of
from services.search.similarity import kernel

Matrix = NDArray[np.float32]
ROWS = 70_000


def brute_force(vectors: Matrix, vector: Matrix, metric: Metric) -> NDArray[np.float64]:
    """All scores."""
    rows, asked = vectors.astype(np.float64), vector.astype(np.float64)
    if metric is Metric.COSINE:
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        asked /= np.linalg.norm(asked)
    return rows @ asked


def found_by_kernel(
    codes: kernel.Codes, among: BitMap, query: kernel.EncodedQuery, k: int
) -> tuple[list[int], NDArray[np.float64]]:
    """The best k, by pieces one after the other."""
    floor = kernel.Floor(k)
    pieces = kernel.pieces(ordinals_of(among))
    ordinals, scores = kernel.best(codes, [kernel.candidates(codes, p, query, floor) for p in pieces], query, k)
    return ordinals.tolist(), scores


def clustered(seed: int, rows: int, dimension: int, noise: float) -> Matrix:
    """Vectors in 20 clusters one after the other; of each ten, two are the same."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(20, dimension))
    made = centres[np.arange(rows) * 20 // rows] + noise * random.normal(size=(rows, dimension))
    made[10::10] = made[9:-1:10]
    return made.astype(np.float32)


def filters(random: np.random.Generator, rows: int) -> dict[str, BitMap]:
    """By how many they leave and where."""
    ordinals = np.arange(rows, dtype=np.uint32)
    return {
        "all": BitMap(range(rows)),
        "half": bitmap_of(ordinals[random.random(rows) < 0.5]),
        "a tenth": bitmap_of(ordinals[random.random(rows) < 0.1]),
        "few": bitmap_of(random.choice(ordinals, 30, replace=False)),
        "one": BitMap([rows - 1]),
        "the first cluster": BitMap(range(rows // 20)),
        "all but the first cluster": BitMap(range(rows // 20, rows)),
        "some of each block": bitmap_of(ordinals[(ordinals % 997) < 3]),
    }


@pytest.fixture(scope="module", params=[Metric.COSINE, Metric.DOT_PRODUCT])
def encoded(request: pytest.FixtureRequest) -> tuple[Matrix, kernel.Codes, Metric]:
    vectors = clustered(1, ROWS, 48, 0.5)
    if request.param is Metric.DOT_PRODUCT:
        vectors *= np.random.default_rng(2).lognormal(0, 2, size=(ROWS, 1)).astype(np.float32)
        vectors[777] = 0
    return vectors, kernel.encode(vectors, request.param), request.param


@pytest.mark.parametrize("k", [1, 10, 100, 5_000])
@pytest.mark.parametrize("name", list(filters(np.random.default_rng(), 100)))
def test_the_best_are_those_of_brute_force(encoded: tuple[Matrix, kernel.Codes, Metric], name: str, k: int) -> None:
    vectors, codes, metric = encoded
    among = filters(np.random.default_rng(5), ROWS)[name]
    query = kernel.encode_query(vectors[17], metric)
    ordinals, scores = found_by_kernel(codes, among, query, k)
    inside = ordinals_of(among)
    # By the score of every row, with ties by ordinal, exactly.
    every = kernel.scores_of(codes, inside, query)
    assert ordinals == inside[np.lexsort((inside, -every))[:k]].tolist()
    # Which is what float64 gives, but for what two bytes a component cannot hold.
    expected = np.sort(brute_force(vectors, vectors[17], metric)[inside])[::-1][:k]
    largest = 1.0 if metric is Metric.COSINE else np.abs(vectors[inside]).max() * np.linalg.norm(vectors[17])
    assert scores == pytest.approx(expected, abs=2e-5 * float(largest))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 300), st.integers(1, 40), st.sampled_from([0.0, 1e-4, 0.3]), st.data())
def test_no_row_is_missed_whatever_the_data(
    seed: int, rows: int, dimension: int, noise: float, data: st.DataObject
) -> None:
    vectors = clustered(seed, rows, dimension, noise)
    metric = data.draw(st.sampled_from(Metric))
    k = data.draw(st.integers(1, rows))
    among = BitMap(data.draw(st.sets(st.integers(0, rows - 1), min_size=1)))
    codes = kernel.encode(vectors, metric)
    query = kernel.encode_query(clustered(seed + 1, rows, dimension, 1.0)[0], metric)
    ordinals, _ = found_by_kernel(codes, among, query, k)
    inside = ordinals_of(among)
    every = kernel.scores_of(codes, inside, query)
    assert ordinals == inside[np.lexsort((inside, -every))[:k]].tolist()


def test_margins_hold(encoded: tuple[Matrix, kernel.Codes, Metric]) -> None:
    vectors, codes, metric = encoded
    every = np.arange(ROWS, dtype=np.uint32)
    query = kernel.encode_query(vectors[123], metric)
    scores = kernel.scores_of(codes, every, query)
    for piece in kernel.pieces(every):
        bounds = kernel.candidates(codes, piece, query, kernel.Floor(ROWS + 1))
        assert len(bounds) == len(piece.ordinals)
        assert (np.abs(bounds.scores - scores[piece.ordinals]) <= bounds.margins).all()


def test_a_row_gives_back_its_vector(encoded: tuple[Matrix, kernel.Codes, Metric]) -> None:
    vectors, codes, metric = encoded
    chosen = np.array([3, 777, 69_999], np.uint32)
    expected = vectors[chosen].astype(np.float64)
    if metric is Metric.COSINE:
        expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    largest = np.abs(expected).max(axis=1, keepdims=True)
    assert (np.abs(kernel.vectors_of(codes, chosen) - expected) <= largest / 127 / 508 * 1.01).all()


def test_coarse_scores_come_for_each_ordinal(encoded: tuple[Matrix, kernel.Codes, Metric]) -> None:
    vectors, codes, metric = encoded
    query = kernel.encode_query(vectors[9], metric)
    for among in filters(np.random.default_rng(6), ROWS).values():
        inside = ordinals_of(among)
        scores = np.concatenate([kernel.coarse_scores(codes, piece, query) for piece in kernel.pieces(inside)])
        margins = codes.error[inside] * query.norm + codes.norm[inside] * query.error
        assert len(scores) == len(inside)
        assert (np.abs(scores - kernel.scores_of(codes, inside, query)) <= margins).all()


@pytest.mark.parametrize("dimension", [1, 31, 512, 16_000])
def test_codes_at_their_ends_neither_overflow_nor_saturate(dimension: int) -> None:
    signs = np.random.default_rng(7).choice(np.array([-1, 1], np.float32), size=(64, dimension))
    vectors = np.concatenate([signs, np.ones((1, dimension), np.float32), -np.ones((1, dimension), np.float32)])
    codes, every = kernel.encode(vectors, Metric.DOT_PRODUCT), np.arange(len(vectors), dtype=np.uint32)
    for asked in vectors[-3:]:
        (piece,) = kernel.pieces(every)
        scores = kernel.coarse_scores(codes, piece, kernel.encode_query(asked, Metric.DOT_PRODUCT))
        assert scores == pytest.approx(vectors.astype(np.float64) @ asked, abs=1e-5 * dimension)
