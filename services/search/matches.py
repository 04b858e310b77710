"""The files that a query matches at one moment, and the pages of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from services.search.index.bitmaps import Ordinals, bitmap_of
from services.search.similarity.planner import Ranking


@dataclass(frozen=True)
class Position:
    """Behind which hit a page goes on. The score is None without similarity: then hits come by ordinal."""

    score: float | None
    ordinal: int


@dataclass(frozen=True, eq=False)
class Hits:
    """Some matching files in order, and their scores (None without similarity)."""

    ordinals: Ordinals
    scores: NDArray[np.float64] | None

    @property
    def last(self) -> Position:
        """The position behind them; there must be a hit."""
        return Position(None if self.scores is None else float(self.scores[-1]), int(self.ordinals[-1]))


@dataclass(frozen=True, eq=False)
class Matches:
    """What matches: by falling score where there is a ranking, else by ordinal."""

    files: BitMap
    ranking: Ranking | None = None

    @classmethod
    def of_ranking(cls, ranking: Ranking) -> "Matches":
        """What a ranking holds."""
        return cls(bitmap_of(ranking.ordinals), ranking)

    def __len__(self) -> int:
        return len(self.files)

    def hits(self, after: Position | None, skip: int, size: int) -> Hits:
        """At most `size` hits behind a position, `skip` more passed over. The hit at the position may be gone."""
        if self.ranking is not None:
            start = skip + (0 if after is None else _ranked_up_to(self.ranking, after))
            return Hits(self.ranking.ordinals[start : start + size], self.ranking.scores[start : start + size])
        start = skip + (0 if after is None else self.files.rank(after.ordinal))
        if start >= len(self.files):
            return Hits(np.empty(0, np.uint32), None)
        found = islice(self.files.iter_equal_or_larger(self.files[start]), size)
        return Hits(np.fromiter(found, np.uint32), None)

    def goes_on(self, hits: Hits) -> bool:
        """Whether there are more behind these."""
        if not len(hits.ordinals):
            return False
        last = self.ranking.ordinals[-1] if self.ranking is not None else self.files.max()
        return int(hits.ordinals[-1]) != int(last)

    def pages(self, size: int) -> Iterator[Hits]:
        """All hits in pages."""
        after = None
        while len((hits := self.hits(after, 0, size)).ordinals):
            yield hits
            after = hits.last

    def scores_by_ordinal(self) -> NDArray[np.float32]:
        """The scores in ascending order of the ordinals; none without a ranking."""
        if self.ranking is None:
            return np.empty(0, np.float32)
        return self.ranking.scores[np.argsort(self.ranking.ordinals)].astype("<f4")


def _ranked_up_to(ranking: Ranking, position: Position) -> int:
    score = np.inf if position.score is None else position.score
    ties = (ranking.scores == score) & (ranking.ordinals <= position.ordinal)
    return int(np.count_nonzero((ranking.scores > score) | ties))
