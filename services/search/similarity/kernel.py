"""Vectors as codes of two bytes a component, and the exact search among them.

The first byte is scanned by SIMD, the second is read for the candidates alone. With `scale` s, `coarse` c and `fine` f
a row stands for the vector s (c + f / 254), which is off from the one that was encoded by at most s / 508 in each
component: about 1e-6 in a cosine. That vector is what *the* score of a row is computed from.

The scan gives a coarse score and a margin that the score cannot leave, by the inequality of Cauchy and Schwarz: with
the query v encoded likewise as v' (its coarse byte alone),

    |(s c + s f / 254) . v - s c . v'|  <=  |s f / 254| |v| + |s c| |v - v'|

whose norms of rows are kept as `error` and `norm`. A row whose upper bound is below the score of k others is not among
the best k; every other row is scored. So the best k are those that scoring every row would give, whatever the data.

Coarse codes are kept as c + 128, because SIMD multiplies unsigned bytes a fifth faster; with the `total` of a row's
bytes the product of the codes themselves follows exactly.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import simsimd
from numpy.typing import NDArray

from libs.vectors.batches import Matrix, Vector
from libs.vectors.table import Metric
from services.search.index.bitmaps import Ordinals

Scores = NDArray[np.float32]

LEVELS = 127
OFFSET = 128
MEASURES = ("scale", "error", "norm", "total")
FINE_STEPS = 254
# float32 keeps seven digits: what a few roundings can move a score by, as a share of its largest possible value.
ROUNDING = 1e-6
# Rows are looked up in pieces that stay in the cache; scanned rows stream by, so that longer pieces cost less.
GATHERED_ROWS = 4_096
SCORED_ROWS = 256
SCANNED_ROWS = 65_536
# To look up a row takes four times as long as to scan it, so a block is scanned whole where one in four rows is wanted.
SCANNED_SHARE = 0.25
MIN_SCANNED_ROWS = 1_024
GROUP_ROWS = 64


@dataclass(frozen=True, eq=False)
class Codes:
    """Encoded vectors, a row each. `measures` are the `MEASURES` of the rows, side by side: where rows are looked up,
    to fetch one costs as much as to fetch all.
    """

    coarse: NDArray[np.uint8]
    fine: NDArray[np.int8]
    measures: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.measures)

    @property
    def scale(self) -> Scores:
        return self.measures[:, MEASURES.index("scale")]

    @property
    def error(self) -> Scores:
        return self.measures[:, MEASURES.index("error")]

    @property
    def norm(self) -> Scores:
        return self.measures[:, MEASURES.index("norm")]


@dataclass(frozen=True, eq=False)
class EncodedQuery:
    """What files are compared with: its vector as compared (of length 1 for a cosine), and its coarse code."""

    vector: NDArray[np.float64]
    coarse: NDArray[np.uint8]
    scale: np.float32
    error: np.float32
    norm: np.float32


@dataclass(frozen=True, eq=False)
class Piece:
    """Rows that are looked at in one go: these ordinals, which are all below `end` and not below `start`."""

    ordinals: Ordinals
    start: int
    end: int

    @property
    def is_scanned(self) -> bool:
        """Whether the whole range is scanned; else the rows are looked up one by one."""
        return len(self.ordinals) > SCANNED_SHARE * (self.end - self.start)


@dataclass(frozen=True, eq=False)
class Candidates:
    """Rows that may be among the best; their score is within `margin` of `scores`."""

    ordinals: Ordinals
    scores: Scores
    margins: Scores

    def __len__(self) -> int:
        return len(self.ordinals)

    def of(self, chosen: NDArray[np.intp] | NDArray[np.bool_]) -> "Candidates":
        """Some of them."""
        return Candidates(self.ordinals[chosen], self.scores[chosen], self.margins[chosen])


class Floor:
    """A score that k rows are known to reach, raised as they are found. Threads may share it: a raise that is lost
    costs time alone.
    """

    def __init__(self, k: int) -> None:
        self.k = k
        self.score = -np.inf

    def raise_by(self, lower_bounds: Scores) -> None:
        """Take the lower bounds of some rows into account."""
        if len(lower_bounds) >= self.k:
            kth = len(lower_bounds) - self.k
            self.score = max(self.score, float(np.partition(lower_bounds, kth)[kth]))


def encode(vectors: Matrix, metric: Metric) -> Codes:
    """The codes of vectors that `check_matrix` lets pass."""
    rows = vectors.astype(np.float32)
    if metric is Metric.COSINE:
        # Large components would overflow when squared.
        rows /= np.abs(rows).max(axis=1, keepdims=True)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    scale, coarse = _coarse(rows)
    fine = np.rint((rows / scale[:, None] - coarse) * FINE_STEPS).astype(np.int8)
    error = scale / np.float32(FINE_STEPS) * np.linalg.norm(fine.astype(np.float32), axis=1)
    norm = scale * np.linalg.norm(coarse.astype(np.float32), axis=1)
    kept = _offset(coarse)
    # A total is exact as float32 up to 65,000 components.
    total = kept.sum(axis=1, dtype=np.int64)
    return Codes(kept, fine, np.stack([scale, error * (1 + ROUNDING), norm, total], axis=1).astype(np.float32))


def encode_query(vector: Vector, metric: Metric) -> EncodedQuery:
    """The same for a vector that `check_vector` lets pass."""
    exact = vector.astype(np.float64)
    if metric is Metric.COSINE:
        exact /= np.linalg.norm(exact)
    (scale,), (coarse,) = _coarse(exact[None].astype(np.float32))
    norm = np.linalg.norm(exact)
    error = np.linalg.norm(exact - float(scale) * coarse) + ROUNDING * norm
    return EncodedQuery(exact, _offset(coarse), scale, np.float32(error), np.float32(norm * (1 + ROUNDING)))


def pieces(ordinals: Ordinals) -> list[Piece]:
    """Ascending ordinals, cut so that each piece is fast."""
    if not len(ordinals):
        return []
    blocks = range(int(ordinals[0]) // SCANNED_ROWS + 1, int(ordinals[-1]) // SCANNED_ROWS + 1)
    # Of the same type as the ordinals: else all of those would be converted.
    bounds = np.searchsorted(ordinals, np.array(blocks, ordinals.dtype) * ordinals.dtype.type(SCANNED_ROWS)).tolist()
    cut: list[Piece] = []
    waiting = 0
    for begin, end in pairwise([0, *bounds, len(ordinals)]):
        if begin == end:
            continue
        block = _piece(ordinals[begin:end])
        if block.is_scanned and end - begin >= MIN_SCANNED_ROWS:
            cut += _looked_up(ordinals[waiting:begin])
            cut.append(block)
            waiting = end
    return cut + _looked_up(ordinals[waiting:])


def coarse_scores(codes: Codes, piece: Piece, query: EncodedQuery) -> Scores:
    """The coarse score of each ordinal of a piece: off by at most `error` |v| + `norm` |v - v'|, which is 0.01 in a
    cosine of 512 components, and ten times less as a rule.
    """
    if piece.is_scanned:
        scores: Scores = _bounds(codes, slice(piece.start, piece.end), query)[0][
            piece.ordinals - np.uint32(piece.start)
        ]
        return scores
    return _bounds(codes, piece.ordinals, query)[0]


def candidates(codes: Codes, piece: Piece, query: EncodedQuery, floor: Floor) -> Candidates:
    """The rows of a piece that may be among the best k; raises the floor."""
    scores, margins = _bounds(codes, slice(piece.start, piece.end) if piece.is_scanned else piece.ordinals, query)
    near = np.flatnonzero(scores + margins >= floor.score)
    if piece.is_scanned:
        ordinals = near.astype(np.uint32) + np.uint32(piece.start)
        if len(piece.ordinals) < piece.end - piece.start:
            # Nearly all rows are below the floor, so that few are looked for among the ordinals.
            inside = _among(piece.ordinals, ordinals)
            near, ordinals = near[inside], ordinals[inside]
    else:
        ordinals = piece.ordinals[near]
    found = Candidates(ordinals, scores[near], margins[near])
    floor.raise_by(_group_maxima(found.scores - found.margins, floor.k))
    return found.of(found.scores + found.margins >= floor.score)


def best(
    codes: Codes, found: Sequence[Candidates], query: EncodedQuery, k: int
) -> tuple[Ordinals, NDArray[np.float64]]:
    """The best k of the candidates by falling score, those of the same score by ordinal."""
    every = Candidates(
        np.concatenate([part.ordinals for part in found]),
        np.concatenate([part.scores for part in found]),
        np.concatenate([part.margins for part in found]),
    )
    first = np.zeros(len(every), np.bool_)
    first[np.argpartition(every.scores, max(len(every) - k, 0))[-k:]] = True
    scores = scores_of(codes, every.ordinals[first], query)
    floor = scores.min() if len(scores) >= k else -np.inf
    rest = every.ordinals[~first & (every.scores + every.margins >= floor)]
    ordinals = np.concatenate([every.ordinals[first], rest])
    scores = np.concatenate([scores, scores_of(codes, rest, query)])
    order = np.lexsort((ordinals, -scores))[:k]
    return ordinals[order], scores[order]


def scores_of(codes: Codes, ordinals: Ordinals, query: EncodedQuery) -> NDArray[np.float64]:
    """The scores of rows. Equal rows have equal scores: the sums are rounded to float32, for their last digits depend
    on the order of addition.
    """
    scores = np.empty(len(ordinals))
    for start in range(0, len(ordinals), SCORED_ROWS):
        part = ordinals[start : start + SCORED_ROWS]
        scores[start : start + len(part)] = _numbers(codes, part).astype(np.float64) @ query.vector
    return (scores * (codes.scale[ordinals].astype(np.float64) / FINE_STEPS)).astype(np.float32).astype(np.float64)


def vectors_of(codes: Codes, ordinals: Ordinals) -> Matrix:
    """The vectors that rows stand for."""
    vectors: Matrix = _numbers(codes, ordinals).astype(np.float32)
    vectors *= (codes.scale[ordinals] / np.float32(FINE_STEPS))[:, None]
    return vectors


def _coarse(rows: Matrix) -> tuple[Scores, NDArray[np.int8]]:
    largest = np.abs(rows).max(axis=1)
    scale = np.maximum(largest / np.float32(LEVELS), np.finfo(np.float32).tiny)
    return scale, np.rint(rows / scale[:, None]).astype(np.int8)


def _offset(coarse: NDArray[np.int8]) -> NDArray[np.uint8]:
    return coarse.view(np.uint8) ^ np.uint8(OFFSET)


def _bounds(codes: Codes, rows: slice | Ordinals, query: EncodedQuery) -> tuple[Scores, Scores]:
    """The coarse scores of rows, and the margins of their scores."""
    coarse = codes.coarse[rows] if isinstance(rows, slice) else _room.looked_up(codes.coarse, rows)
    measures = codes.measures[rows] if isinstance(rows, slice) else np.take(codes.measures, rows, axis=0, mode="clip")
    scale, error, norm, total = measures.T
    scores = _dots(coarse, total, query)
    scores *= scale
    scores *= query.scale
    margins = error * query.norm
    margins += norm * query.error
    return scores, margins


class _Room(threading.local):
    """Where a thread puts the rows that it looks up. To let go of some megabytes and to be given them again costs twice
    as much as to fill them.
    """

    def __init__(self) -> None:
        self._rows = np.empty((0, 0), np.uint8)

    def looked_up(self, matrix: NDArray[np.uint8], rows: Ordinals) -> NDArray[np.uint8]:
        """Some rows, there until the thread looks up others."""
        if self._rows.shape[1] != matrix.shape[1] or len(self._rows) < len(rows):
            self._rows = np.empty((max(len(rows), GATHERED_ROWS), matrix.shape[1]), np.uint8)
        return np.take(matrix, rows, axis=0, mode="clip", out=self._rows[: len(rows)])


_room = _Room()


def _among(ordinals: Ordinals, wanted: Ordinals) -> NDArray[np.bool_]:
    """Which of some ordinals are among others, that are ascending and at least one."""
    places = np.searchsorted(ordinals, wanted)
    inside: NDArray[np.bool_] = ordinals[np.minimum(places, len(ordinals) - 1)] == wanted
    return inside


def _dots(rows: NDArray[np.uint8], totals: NDArray[np.float32], query: EncodedQuery) -> Scores:
    """Of the codes without their offset, from the products of those with it: sums of integers, exact in float64."""
    products: NDArray[np.float64] = np.asarray(simsimd.cdist(query.coarse[None], rows, metric="dot"))[0]
    products -= OFFSET * totals.astype(np.float64)
    products += OFFSET * (OFFSET * len(query.coarse) - int(query.coarse.sum(dtype=np.int64)))
    return products.astype(np.float32)


def _numbers(codes: Codes, ordinals: Ordinals) -> NDArray[np.int16]:
    numbers = np.take(codes.coarse, ordinals, axis=0, mode="clip").astype(np.int16)
    numbers -= OFFSET
    numbers *= FINE_STEPS
    numbers += np.take(codes.fine, ordinals, axis=0, mode="clip")
    return numbers


def _piece(ordinals: Ordinals) -> Piece:
    return Piece(ordinals, int(ordinals[0]), int(ordinals[-1]) + 1)


def _looked_up(ordinals: Ordinals) -> list[Piece]:
    return [_piece(ordinals[start : start + GATHERED_ROWS]) for start in range(0, len(ordinals), GATHERED_ROWS)]


def _group_maxima(bounds: Scores, k: int) -> Scores:
    """The largest of each group, where there are far more than k: k groups reach a score where k rows do, in far fewer
    numbers to look through.
    """
    whole = len(bounds) // GROUP_ROWS * GROUP_ROWS
    if whole < 8 * k * GROUP_ROWS:
        return bounds
    maxima: Scores = bounds[:whole].reshape(-1, GROUP_ROWS).max(axis=1)
    return maxima
