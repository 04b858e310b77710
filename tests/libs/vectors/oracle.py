"""What a vector database should answer, by brute force over all vectors in float64."""

from collections.abc import Iterable, Sequence

import numpy as np

from libs.vectors.batches import Matrix, Neighbours, Vector
from libs.vectors.table import Metric

Expected = list[tuple[str, float]]


def nearest(
    file_ids: Sequence[str],
    vectors: Matrix,
    metric: Metric,
    query: Vector,
    k: int,
    *,
    among: Iterable[str] | None = None,
) -> Expected:
    """The best k files with their scores, files of the same score by id."""
    wide, target = vectors.astype(np.float64), query.astype(np.float64)
    scores = wide @ target
    if metric is Metric.COSINE:
        scores = scores / (np.linalg.norm(wide, axis=1) * np.linalg.norm(target))
    allowed = set(file_ids if among is None else among)
    pairs = [(file_id, float(score)) for file_id, score in zip(file_ids, scores, strict=True) if file_id in allowed]
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))[:k]


def assert_same(found: Neighbours, expected: Expected, tolerance: float = 1e-5) -> None:
    """Equal ids in equal order, and scores as close as float32 arithmetic brings them."""
    assert found.file_ids == [file_id for file_id, _ in expected]
    np.testing.assert_allclose(found.scores, [score for _, score in expected], atol=tolerance)
