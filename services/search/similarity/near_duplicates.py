"""Hits grouped by near-duplicate, each group behind its best hit."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from libs.vectors.batches import Matrix

BLOCK_ROWS = 256
# Sums of 32-bit floats: copies have a cosine of one less as much as this.
ROUNDING = 2e-6


@dataclass(frozen=True, eq=False)
class Groups:
    """Which hits belong together. Both arrays have one entry a hit, in rank order.

    `leaders` (intp) holds the position of the hit that leads its group, a leader's its own; `cosines` (float32) how
    similar the two are, 1 for a leader.
    """

    leaders: NDArray[np.intp]
    cosines: NDArray[np.float32]

    def firsts(self) -> NDArray[np.intp]:
        """The positions of the leaders, in rank order."""
        return np.flatnonzero(self.leaders == np.arange(len(self.leaders)))

    def members(self) -> dict[int, NDArray[np.intp]]:
        """The positions of the others of each group that has any, by the position of its leader: by falling cosine,
        equal ones in rank order.
        """
        others = np.flatnonzero(self.leaders != np.arange(len(self.leaders)))
        ordered = others[np.lexsort((others, -self.cosines[others], self.leaders[others]))]
        leaders, starts = np.unique(self.leaders[ordered], return_index=True)
        return dict(zip(leaders.tolist(), np.split(ordered, starts[1:]), strict=True)) if len(ordered) else {}


def groups(vectors: Matrix, similarity: float) -> Groups:
    """Each hit joins the best ranked leader whose cosine with it is at least `similarity`, or else leads a group.

    `vectors` are those of the hits in rank order, of any length; one of zeros is like none and stays alone.

    The leaders are what a person sees, so they are the best hits there are, no two of them near-duplicates of each
    other, and every hit that is hidden is a near-duplicate of the one that is shown in its place. Linking whatever is
    similar would chain: the frames of a film lead from its beginning to its end without two neighbours that differ. A
    longer ranking leaves the groups as they are, and only adds to them.

    At most 256 x n cosines are held at a time.
    """
    directions = _directions(vectors)
    least = similarity - ROUNDING
    count = len(directions)
    leaders, cosines = np.arange(count), np.ones(count, np.float32)
    shown, positions, found = np.empty_like(directions), np.empty(count, np.intp), 0
    for start in range(0, count, BLOCK_ROWS):
        block = directions[start : start + BLOCK_ROWS]
        first, nearest = _first_near(block, shown[:found], least)
        joins = first >= 0
        leaders[start:][: len(block)][joins] = positions[first[joins]]
        cosines[start:][: len(block)][joins] = nearest[joins]
        alone = start + np.flatnonzero(~joins)
        first, nearest = _first_among(directions[alone], least)
        leaders[alone], cosines[alone] = alone[first], nearest
        new = alone[leaders[alone] == alone]
        shown[found : found + len(new)] = directions[new]
        positions[found : found + len(new)] = new
        found += len(new)
    return Groups(leaders, np.clip(cosines, -1, 1))


def _directions(vectors: Matrix) -> Matrix:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    directions: Matrix = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return directions


def _first_near(rows: Matrix, shown: Matrix, least: float) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """For each row the first of those shown that is near, -1 where none is, and its cosine."""
    if not len(shown):
        return np.full(len(rows), -1), np.zeros(len(rows), np.float32)
    cosines = rows @ shown.T
    first = (cosines >= least).argmax(axis=1)
    nearest = cosines[np.arange(len(rows)), first]
    return np.where(nearest >= least, first, -1), nearest


def _first_among(rows: Matrix, least: float) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """For each row the first leader before it that is near, itself where none is, and its cosine."""
    cosines = rows @ rows.T
    first, nearest = np.arange(len(rows)), np.ones(len(rows), np.float32)
    for row in np.flatnonzero((np.tril(cosines, -1) >= least).any(axis=1)):
        near = np.flatnonzero((cosines[row, :row] >= least) & (first[:row] == np.arange(row)))
        if len(near):
            first[row], nearest[row] = near[0], cosines[row, near[0]]
    return first, nearest
