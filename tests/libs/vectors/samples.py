"""Documents for tests."""

import uuid
from collections.abc import Sequence

import numpy as np

from libs.vectors.batches import Documents, Matrix
from libs.vectors.table import IndexTable, Metric

DIMENSION = 16


def new_table(dimension: int = DIMENSION, metric: Metric = Metric.COSINE) -> IndexTable:
    """A table that no other test has."""
    return IndexTable(f"t{uuid.uuid4().hex}", dimension, metric)


def random_vectors(count: int, dimension: int = DIMENSION, seed: int = 0) -> Matrix:
    """Vectors of any length and direction."""
    return np.random.default_rng(seed).standard_normal((count, dimension), dtype=np.float32)


def ids(count: int) -> list[str]:
    """Ids that sort differently as text and as numbers."""
    return [f"f{number}" for number in range(count)]


def documents(vectors: Matrix, index_set_id: str = "7", file_ids: Sequence[str] | None = None) -> Documents:
    """Documents with these vectors, called f0, f1, ... unless they are given names."""
    file_ids = ids(len(vectors)) if file_ids is None else file_ids
    uris = [f"s3://bucket/{file_id}.jpg" for file_id in file_ids]
    return Documents(index_set_id, "dataset", "v1", file_ids, uris, vectors)
