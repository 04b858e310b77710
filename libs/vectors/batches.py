"""Vectors and neighbours as columns: ids beside one float32 matrix, never an object a row."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from libs.vectors.errors import DimensionMismatch, VectorInvalid
from libs.vectors.table import IndexTable, Metric

Matrix = NDArray[np.float32]
Vector = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Documents:
    """Vectors of files of one index set, to be written. The ids differ from each other; row i belongs to
    `file_ids[i]`.
    """

    index_set_id: str
    dataset_id: str
    dataset_version: str
    file_ids: Sequence[str]
    uris: Sequence[str]
    vectors: Matrix

    def __post_init__(self) -> None:
        if not (self.vectors.ndim == 2 and len(self.vectors) == len(self.file_ids) == len(self.uris)):
            raise ValueError(f"{self.vectors.shape} for {len(self.file_ids)} ids and {len(self.uris)} uris")
        if len(set(self.file_ids)) != len(self.file_ids):
            raise ValueError("an id stands twice in one batch")

    def __len__(self) -> int:
        return len(self.file_ids)


@dataclass(frozen=True, eq=False)
class Vectors:
    """Vectors that were read; row i belongs to `file_ids[i]`."""

    file_ids: list[str]
    vectors: Matrix

    def __len__(self) -> int:
        return len(self.file_ids)


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Files by falling score, files of the same score by id.

    `scores` (float64) are raw: the cosine or the dot product. `exact` says that no file with a higher score is
    missing, and that of files tied at the end those with the lower ids were taken; else an approximate index may have
    missed some.
    """

    file_ids: list[str]
    scores: NDArray[np.float64]
    exact: bool

    def __len__(self) -> int:
        return len(self.file_ids)


def ranked(file_ids: Sequence[str], scores: NDArray[np.float64], k: int, *, exact: bool) -> Neighbours:
    """The best k of these, in the order that `Neighbours` promises."""
    order = sorted(range(len(file_ids)), key=lambda row: (-scores[row], file_ids[row]))[:k]
    return Neighbours([file_ids[row] for row in order], scores[order], exact)


def check_vector(vector: Vector, table: IndexTable) -> None:
    """Raises DimensionMismatch or VectorInvalid where a vector can be neither stored in a table nor compared."""
    if vector.shape != (table.dimension,):
        raise DimensionMismatch(expected=table.dimension, found=vector.shape[-1] if vector.ndim else 0)
    if not np.isfinite(vector).all():
        raise VectorInvalid(problem="it holds values that are not finite")
    if table.metric is Metric.COSINE and not vector.any():
        raise VectorInvalid(problem="it is all zeros, which has no direction to take a cosine of")


def check_matrix(vectors: Matrix, table: IndexTable) -> None:
    """The same for a batch."""
    if vectors.shape[1] != table.dimension:
        raise DimensionMismatch(expected=table.dimension, found=vectors.shape[1])
    if not np.isfinite(vectors).all():
        raise VectorInvalid(problem="it holds values that are not finite")
    if table.metric is Metric.COSINE and not vectors.any(axis=1).all():
        raise VectorInvalid(problem="it is all zeros, which has no direction to take a cosine of")
