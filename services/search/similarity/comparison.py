"""The scores and the vectors of chosen files: by the column in search as far as it has them, the rest from the
database.
"""

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from libs.vectors.batches import Matrix, Vector
from libs.vectors.table import Metric
from services.search.index.bitmaps import Ordinals, ordinals_of
from services.search.similarity.file_ids import batches, file_ids, ordinals_from
from services.search.similarity.planner import VectorTable


async def scores_of(vectors: VectorTable, among: BitMap, vector: Vector) -> tuple[Ordinals, NDArray[np.float32]]:
    """The files of `among` that have a vector, ascending, and about their scores: those of the column are off by 0.001
    or so in a cosine (see `kernel.coarse_scores`). All of `among` have a current vector, by catalog's word.

    The column takes some 30 ns a file, the database 10 us and more: see `VectorTable.lacking`.
    """
    lacking, found = vectors.lacking(among), []
    if vectors.column is not None:
        right = among & vectors.column.right
        found.append((ordinals_of(right), await vectors.column.scores(right, vector)))
    found.append(await _scores_in_database(vectors, lacking, vector))
    ordinals = np.concatenate([part for part, _ in found])
    scores = np.concatenate([part for _, part in found])
    if not lacking:
        return ordinals, scores
    order = np.argsort(ordinals)
    return ordinals[order], scores[order]


async def vectors_of(vectors: VectorTable, among: BitMap) -> tuple[Ordinals, Matrix]:
    """The files of `among` that have a vector, ascending, and their vectors, of length 1 where the metric is the
    cosine. Two kilobytes a file: not for many.
    """
    lacking, found = vectors.lacking(among), []
    if vectors.column is not None:
        right = ordinals_of(among & vectors.column.right)
        found.append((right, await vectors.column.rows(right)))
    found.append(await _vectors_in_database(vectors, lacking))
    ordinals = np.concatenate([part for part, _ in found])
    order = np.argsort(ordinals)
    return ordinals[order], np.concatenate([part for _, part in found])[order]


async def _scores_in_database(
    vectors: VectorTable, among: BitMap, vector: Vector
) -> tuple[Ordinals, NDArray[np.float32]]:
    ordinals, scores = [np.empty(0, np.uint32)], [np.empty(0, np.float32)]
    for batch in batches(ordinals_of(among)):
        ids = file_ids(vectors.version_uid, batch)
        found = await vectors.database.nearest_among(vectors.table, vectors.index_set_id, ids, vector, len(ids))
        ordinals.append(ordinals_from(found.file_ids))
        scores.append(found.scores.astype(np.float32))
    return np.concatenate(ordinals), np.concatenate(scores)


async def _vectors_in_database(vectors: VectorTable, among: BitMap) -> tuple[Ordinals, Matrix]:
    ordinals, rows = [np.empty(0, np.uint32)], [np.empty((0, vectors.table.dimension), np.float32)]
    for batch in batches(ordinals_of(among)):
        ids = file_ids(vectors.version_uid, batch)
        found = await vectors.database.fetch(vectors.table, vectors.index_set_id, ids)
        ordinals.append(ordinals_from(found.file_ids))
        rows.append(found.vectors)
    matrix = np.concatenate(rows)
    if vectors.table.metric is Metric.COSINE:
        matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    return np.concatenate(ordinals), matrix
