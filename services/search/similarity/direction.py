"""The vector to compare files with, from several examples and counterexamples."""

from collections.abc import Sequence

import numpy as np

from libs.vectors.batches import Vector
from libs.vectors.errors import VectorInvalid
from libs.vectors.table import Metric

# The share that TREC systems used (16 : 4). Half of it lowered the precision of `benchmarks/cutoff.py`: all vectors of
# images have much in common, and a large share takes that away too.
UNLIKE_WEIGHT = 0.25
# Of directions of length 1: what is left below this is rounding, and points nowhere.
SHORTEST = 1e-4


def direction(likes: Sequence[Vector], unlikes: Sequence[Vector], metric: Metric) -> Vector:
    """The mean direction of the examples less a quarter of that of the counterexamples; there is at least one example.

    This is Rocchio's relevance feedback without a query before it ("Relevance feedback in information retrieval", in
    The SMART Retrieval System, 1971): what somebody does not want says less about what is wanted than an example of it,
    so it weighs less. Every example counts by its direction alone, whatever its length.

    Of shape (dimension,), float32. For COSINE it has length 1; for DOT_PRODUCT the mean length of the examples, so that
    scores are of the size that one of them gives. Raises VectorInvalid where nothing is left, or where an example is
    all zeros.
    """
    mean = _mean_direction(likes, "an example")
    if unlikes:
        mean = mean - UNLIKE_WEIGHT * _mean_direction(unlikes, "a counterexample")
    length = float(np.linalg.norm(mean))
    if length < SHORTEST:
        raise VectorInvalid(problem="the examples and counterexamples cancel each other out, so no direction is left")
    wanted = 1.0 if metric is Metric.COSINE else float(np.linalg.norm(np.stack(likes), axis=1).mean())
    return (mean * (wanted / length)).astype(np.float32)


def _mean_direction(vectors: Sequence[Vector], what: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    stacked = np.stack(vectors).astype(np.float64)
    lengths = np.linalg.norm(stacked, axis=1, keepdims=True)
    if not lengths.all():
        raise VectorInvalid(problem=f"{what} is all zeros, which has no direction")
    mean: np.ndarray[tuple[int], np.dtype[np.float64]] = (stacked / lengths).mean(axis=0)
    return mean
