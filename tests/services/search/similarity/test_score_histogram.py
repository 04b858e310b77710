"""Histograms of scores have bounds that a person reads, and counts that add up."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.search.similarity.cutoff import suggested_threshold
from services.search.similarity.score_histogram import readable_bounds, scaled, score_histogram

SCORES = st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=300)


def test_bounds_are_steps_that_a_person_reads() -> None:
    assert readable_bounds(0.031, 0.282, 6).tolist() == [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3]
    assert readable_bounds(-0.31, 0.52, 10).tolist() == [-0.4, -0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    assert readable_bounds(120, 977, 5).tolist() == [0, 200, 400, 600, 800, 1000]
    assert readable_bounds(-0.3, 0.5, 1).tolist() == [-0.5, 0.5]


@pytest.mark.parametrize("score", [0.0, 0.3, -0.7, 1.0, 12_345.678])
def test_equal_scores_have_a_range_around_them(score: float) -> None:
    histogram = score_histogram(np.full(40, score, np.float32), 20, 40)
    assert histogram.counts.tolist() == [40]
    assert histogram.bounds[0] <= np.float32(score) <= histogram.bounds[1]
    assert histogram.bounds[0] < histogram.bounds[1]


@given(SCORES, st.integers(1, 1_000))
def test_every_score_is_counted_once_in_its_range(values: list[float], max_ranges: int) -> None:
    scores = np.array(values, np.float32)
    histogram = score_histogram(scores, max_ranges, len(scores))
    bounds, last = histogram.bounds, len(histogram.counts) - 1
    assert len(bounds) == last + 2
    assert last + 1 <= max_ranges
    assert (np.diff(bounds) > 0).all()
    expected = [
        sum(low <= score < high or (number == last and score == high) for score in scores.tolist())
        for number, (low, high) in enumerate(pairwise(bounds.tolist()))
    ]
    assert histogram.counts.tolist() == expected
    assert sum(expected) == len(scores)
    assert histogram.sampled == 0


@given(st.floats(-1e3, 1e3), st.floats(1e-2, 1e3), st.integers(2, 1_000))
def test_ranges_are_as_fine_as_may_be(lowest: float, span: float, max_ranges: int) -> None:
    assume(span >= 0.001 * max(abs(lowest), abs(lowest + span)))
    assert len(readable_bounds(lowest, lowest + span, max_ranges)) - 1 >= max_ranges / 2.5 - 2


@given(st.lists(st.integers(0, 1_000), min_size=1, max_size=50).filter(any), st.integers(0, 10**7))
def test_counts_of_a_sample_are_scaled_to_the_total(counts: list[int], more: int) -> None:
    sampled = sum(counts)
    total = sampled + more
    result = scaled(np.array(counts), total)
    assert result.sum() == total
    assert np.abs(result - np.array(counts) * total / sampled).max() < 1


def test_a_sample_tells_how_many_of_all_lie_above_the_threshold() -> None:
    random = np.random.default_rng(2)
    scores = np.concatenate([random.normal(0.1, 0.02, 970), random.normal(0.4, 0.02, 30)]).astype(np.float32)
    histogram = score_histogram(scores, 20, 100_000)
    assert histogram.suggested_threshold == suggested_threshold(scores)
    assert histogram.above_threshold == 3_000
    assert histogram.counts.sum() == 100_000
    assert histogram.sampled == 1_000


def test_no_scores_have_no_ranges() -> None:
    histogram = score_histogram(np.empty(0, np.float32), 20, 0)
    assert len(histogram.bounds) == len(histogram.counts) == 0
    assert histogram.suggested_threshold is None
    assert histogram.above_threshold == 0
