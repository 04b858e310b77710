"""The score above which files are more likely than not what was asked for."""

from math import erfc, log, sqrt

import numpy as np
from numpy.typing import NDArray

# Fewer scores say nothing about a background: a handful of random ones falls into two groups half of the time.
LEAST_SCORES = 20
# Of a hundred queries that nothing fits, with a normal background, about ten get a threshold all the same.
DETECTION_RATE = 0.1
# The last files above the threshold are about as likely background as not where this share of all above it are.
BACKGROUND_SHARE = 0.2
# Share of the variance that lies between two halves of a flat distribution. More than that has a valley.
FLAT_SEPARATION = 0.75
# Quantiles of a normal distribution that are one standard deviation from its median.
ONE_BELOW, ONE_ABOVE = 0.1587, 0.8413
STEPS_AT_MOST = 100

Scores = NDArray[np.float32] | NDArray[np.float64]
_Floats = NDArray[np.float64]


def suggested_threshold(scores: Scores) -> float | None:
    """Files with a score strictly above it stand out; None where none do, or where there are fewer than 20 scores.

    `scores`, finite and in any order, are those of all files for one query, or of a random sample of them.

    Most files are not what was asked for, so the bulk of the scores is taken for the background: a normal distribution
    around the median, each side with a spread of its own (an empirical null: Efron, "Large-scale simultaneous
    hypothesis testing", JASA 99, 2004). Files stand out where the background lets expect at most a tenth as many that
    score as high (Benjamini and Hochberg, JRSS B 57, 1995), and the threshold goes down as far as it explains no more
    than a fifth of what lies above. Files that are only related to what was asked for stand out too: so it then rises
    to halfway between the background and the mean of what lies above, the condition that holds at the threshold of
    Ridler and Calvard (IEEE Trans. SMC 8, 1978). Where nothing stands out because much of what there is was asked for,
    it is the threshold of Otsu (IEEE Trans. SMC 9, 1979), if the two groups are farther apart than a flat distribution
    could be cut.

    It is a suggestion: a background with a heavier tail than a normal one makes it too low. `benchmarks/cutoff.py`
    compares it with fixed thresholds.
    """
    if len(scores) < LEAST_SCORES or _all_the_same(scores):
        return None
    found = _above_background(scores)
    return _between_groups(scores) if found is None else found


def _all_the_same(scores: Scores) -> bool:
    """But for the rounding of 32-bit sums: scores of copies of one image differ by as much."""
    lowest, highest = float(scores.min()), float(scores.max())
    return highest - lowest <= 16 * float(np.finfo(np.float32).eps) * max(abs(lowest), abs(highest))


def _above_background(scores: Scores) -> float | None:
    lower, centre, upper = (float(quantile) for quantile in np.quantile(scores, [ONE_BELOW, 0.5, ONE_ABOVE]))
    # Scores are cut off below more often than above, never the other way round.
    spread = max(upper - centre, centre - lower)
    if spread == 0:
        return None
    falling = np.sort(scores[scores > centre + spread].astype(np.float64))[::-1]
    share = _background_share((falling - centre) / spread, len(scores))
    if not (share <= DETECTION_RATE).any():
        return None
    last = int(np.flatnonzero(share <= BACKGROUND_SHARE)[-1])
    below = falling[last + 1] if last + 1 < len(falling) else centre + spread
    return _halfway(falling, centre, float(falling[last] + below) / 2)


def _background_share(deviations: _Floats, scores: int) -> _Floats:
    """Of the first n files, what share the background explains; deviations are falling, in standard deviations."""
    ranks = np.arange(1, len(deviations) + 1)
    return scores * np.exp(np.interp(deviations, _DEVIATIONS, _LOG_TAILS)) / ranks


def _halfway(falling: _Floats, centre: float, lowest: float) -> float:
    """Halfway between the centre and the mean of what lies above the result, but no lower than `lowest`."""
    means = np.cumsum(falling) / np.arange(1, len(falling) + 1)
    threshold = lowest
    for _ in range(STEPS_AT_MOST):
        above = max(1, int(np.searchsorted(-falling, -threshold)))
        halfway = max(lowest, (centre + float(means[above - 1])) / 2)
        if halfway <= threshold:
            break
        threshold = halfway
    return threshold


def _between_groups(scores: Scores) -> float | None:
    """Where to cut in two so that most of the variance lies between the parts; None where there is no valley."""
    rising = np.sort(scores.astype(np.float64))
    rising_deviations = rising - rising.mean()
    lower_sizes = np.arange(1, len(rising))
    lower_sums = np.cumsum(rising_deviations)[:-1]
    between = lower_sums**2 * len(rising) / (lower_sizes * (len(rising) - lower_sizes))
    best = int(between.argmax())
    if between[best] <= FLAT_SEPARATION * float(rising_deviations @ rising_deviations):
        return None
    return float(rising[best] + rising[best + 1]) / 2


# The tail of the normal distribution, by its logarithm: it is smooth, so that a table serves for many scores at once.
# Beyond 37 standard deviations a tail is smaller than what floats can hold.
_DEVIATIONS: _Floats = np.linspace(0, 37, 3701)
_LOG_TAILS: _Floats = np.array([log(erfc(float(deviation) / sqrt(2)) / 2) for deviation in _DEVIATIONS])
