"""How the scores of a query are spread over its files."""

from dataclasses import dataclass
from math import ceil, floor, log10

import numpy as np
from numpy.typing import NDArray

from services.search.similarity.cutoff import Scores, suggested_threshold

READABLE = (1, 2, 5)
# Of the largest score: what differs by less is shown as one value, near enough.
LEAST_SPAN = 0.001


@dataclass(frozen=True, eq=False)
class ScoreHistogram:
    """How many files score how much.

    `bounds` (float64) ascend by equal steps of 1, 2 or 5 times a power of ten, one more than there are `counts`
    (int64); both are empty where there are no scores. Range i holds the scores from bound i on and before bound i + 1,
    the last one its upper bound too. `above_threshold` files score more than `suggested_threshold`, none where it is
    None. `sampled` is how many files were compared if only a sample was, else 0.
    """

    bounds: NDArray[np.float64]
    counts: NDArray[np.int64]
    suggested_threshold: float | None
    above_threshold: int
    sampled: int


def score_histogram(scores: Scores, max_ranges: int, total: int) -> ScoreHistogram:
    """The histogram of at most `max_ranges` (1 or more) ranges.

    `scores` are those of all `total` files, or of a uniform random sample of them: then counts are scaled up, and add
    up to the total. They are finite, in any order.
    """
    if not len(scores):
        return ScoreHistogram(np.empty(0), np.empty(0, np.int64), None, 0, 0)
    bounds = readable_bounds(float(scores.min()), float(scores.max()), max_ranges)
    counts = np.histogram(scores.astype(np.float64), bounds)[0]
    threshold = suggested_threshold(scores)
    above = 0 if threshold is None else int(np.count_nonzero(scores > threshold))
    return ScoreHistogram(
        bounds,
        scaled(counts, total),
        threshold,
        int(scaled(np.array([above, len(scores) - above]), total)[0]),
        len(scores) if len(scores) < total else 0,
    )


def readable_bounds(lowest: float, highest: float, max_ranges: int) -> NDArray[np.float64]:
    """Bounds from the lowest value or below to the highest or above, in the finest readable steps that are not too
    many.
    """
    span = max(highest - lowest, LEAST_SPAN * max(abs(lowest), abs(highest))) or 1.0
    # A range on either side of zero is the fewest that multiples of a step can have: a single range spans several.
    ranges = max(max_ranges, 2)
    exponent = floor(log10(span / ranges))
    while True:
        for digit in READABLE:
            first, last = _multiples(lowest, highest, digit, exponent)
            if last - first <= ranges:
                bounds = np.array([_decimal(number * digit, exponent) for number in range(first, last + 1)])
                return bounds[[0, -1]] if max_ranges == 1 else bounds
        exponent += 1


def _multiples(lowest: float, highest: float, digit: int, exponent: int) -> tuple[int, int]:
    """The numbers of the steps at both ends, so that both values lie between them although steps are rounded."""
    step = _decimal(digit, exponent)
    first, last = floor(lowest / step), ceil(highest / step)
    first -= _decimal(first * digit, exponent) > lowest
    last += _decimal(last * digit, exponent) < highest
    return first, max(last, first + 1)


def _decimal(number: int, exponent: int) -> float:
    """`number` times a power of ten, as a reader would write it: 3 and -1 are 0.3, where 3 * 0.1 is not."""
    return float(f"{number}e{exponent}")


def scaled(counts: NDArray[np.int64], total: int) -> NDArray[np.int64]:
    """Whole numbers in the proportions of the counts that add up to the total, by the method of largest remainders."""
    sampled = int(counts.sum())
    shares, remainders = np.divmod(counts * total, sampled)
    missing = total - int(shares.sum())
    shares[np.argsort(-remainders, kind="stable")[:missing]] += 1
    return shares
