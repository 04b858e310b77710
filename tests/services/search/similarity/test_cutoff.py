"""The suggested threshold parts what was asked for from the background, and is left out where nothing stands out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from services.search.similarity.cutoff import suggested_threshold

Scores = NDArray[np.float32]


def mixture(background: int, relevant: int, *, seed: int = 3) -> tuple[Scores, NDArray[np.bool_]]:
    """Scores around 0.1 and, of what was asked for, around 0.26; and which are of the latter. In any order."""
    random = np.random.default_rng(seed)
    scores = np.concatenate([random.normal(0.1, 0.02, background), random.normal(0.26, 0.03, relevant)])
    order = random.permutation(len(scores))
    return scores[order].astype(np.float32), (np.arange(len(scores)) >= background)[order]


def f1(scores: Scores, relevant: NDArray[np.bool_], threshold: float | None) -> float:
    assert threshold is not None
    found = scores > threshold
    return float(2 * np.count_nonzero(found & relevant) / (np.count_nonzero(found) + np.count_nonzero(relevant)))


@pytest.mark.parametrize(
    ("background", "relevant"),
    [(99_990, 10), (9_970, 30), (990, 10), (900, 100), (700, 300), (500, 500), (95, 5), (40, 20), (27, 2), (18, 2)],
)
def test_what_was_asked_for_lies_above_the_threshold_and_little_else(background: int, relevant: int) -> None:
    values = [
        f1(*mixed, suggested_threshold(mixed[0]))
        for seed in range(5)
        if (mixed := mixture(background, relevant, seed=seed))
    ]
    assert np.mean(values) > 0.9


@pytest.mark.parametrize("files", [20, 100, 1_000, 100_000])
def test_a_background_alone_seldom_gets_a_threshold(files: int) -> None:
    given = [suggested_threshold(mixture(files, 0, seed=seed)[0]) for seed in range(40)]
    assert sum(threshold is None for threshold in given) >= 30


def test_a_background_that_leans_to_one_side_gets_a_threshold_that_few_files_pass() -> None:
    scores = np.random.default_rng(1).gamma(4, 0.01, 10_000).astype(np.float32)
    threshold = suggested_threshold(scores)
    assert threshold is None or np.mean(scores > threshold) < 0.02


@pytest.mark.parametrize("scores", [[], [0.3], [0.1] * 19, [0.1] * 18 + [0.9]])
def test_few_scores_get_none(scores: list[float]) -> None:
    assert suggested_threshold(np.array(scores, np.float32)) is None


@pytest.mark.parametrize("score", [0.0, 0.25, -3.0, 1e6])
def test_equal_scores_get_none_even_where_rounding_parts_them(score: float) -> None:
    scores = np.full(1_000, score, np.float32)
    assert suggested_threshold(scores) is None
    scores[::2] = np.nextafter(scores[::2], np.float32(np.inf))
    assert score == 0 or suggested_threshold(scores) is None


def test_files_that_differ_from_many_equal_ones_stand_out() -> None:
    scores = np.full(1_000, 0.1, np.float32)
    scores[:7] = 0.4
    threshold = suggested_threshold(scores)
    assert threshold is not None
    assert 0.1 < threshold < 0.4


def test_files_that_are_only_related_stay_below() -> None:
    random = np.random.default_rng(5)
    parts = [random.normal(0.1, 0.01, 1_000), random.normal(0.2, 0.01, 10), random.normal(0.5, 0.02, 30)]
    threshold = suggested_threshold(np.concatenate(parts).astype(np.float32))
    assert threshold is not None
    assert parts[1].max() < threshold < parts[2].min()


def test_a_sample_gets_about_the_threshold_of_all() -> None:
    scores, _ = mixture(196_000, 4_000)
    all_of_them, sampled = suggested_threshold(scores), suggested_threshold(scores[:10_000])
    assert all_of_them == pytest.approx(sampled, abs=0.01)


@given(st.lists(st.floats(-1, 1, width=32), min_size=20, max_size=200), st.integers(-6, 6), st.integers(0, 2**32 - 1))
def test_it_follows_the_scale_of_the_scores_and_not_their_order(values: list[float], power: int, seed: int) -> None:
    scores = np.array(values)
    threshold = suggested_threshold(scores)
    assert suggested_threshold(np.random.default_rng(seed).permutation(scores)) == threshold
    scaled = suggested_threshold(scores * 2.0**power)
    if threshold is None:
        assert scaled is None
    else:
        assert scaled == threshold * 2.0**power
        assert scores.min() <= threshold < scores.max()
