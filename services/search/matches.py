"""The files that a query matches at one moment, and the pages of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from services.search.index.bitmaps import Ordinals, bitmap_of
from services.search.similarity.planner import Ranking
from services.search.sorting import Key, Order, Place

Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Position:
    """Behind which hit a page goes on. The score is None without similarity: then hits come by ordinal. The key is what
    they are sorted by, where it is a field.
    """

    score: float | None
    ordinal: int
    key: Key = None


@dataclass(frozen=True, eq=False)
class Hits:
    """Some matching files in order, and their scores (None without similarity). `goes_on` says that there are more."""

    ordinals: Ordinals
    scores: Scores | None
    goes_on: bool
    last_key: Key = None

    @property
    def last(self) -> Position:
        """The position behind them; there must be a hit."""
        score = None if self.scores is None else float(self.scores[-1])
        return Position(score, int(self.ordinals[-1]), self.last_key)


@dataclass(frozen=True, eq=False)
class Matches:
    """What matches: in an order where there is one, else by falling score where there is a ranking, else by ordinal.

    With an order, `hits` and `pages` read the index, so they are called where work on it is done; what `pages` returns
    does not.
    """

    files: BitMap
    ranking: Ranking | None = None
    order: Order | None = None

    @classmethod
    def of_ranking(cls, ranking: Ranking, order: Order | None = None) -> "Matches":
        """What a ranking holds."""
        return cls(bitmap_of(ranking.ordinals), ranking, order)

    def __len__(self) -> int:
        return len(self.files)

    def hits(self, after: Position | None, skip: int, size: int) -> Hits:
        """At most `size` hits behind a position, `skip` more passed over. The hit at the position may be gone."""
        if self.order is not None:
            return self._ordered(self.order, after, skip, size)
        if self.ranking is not None:
            start = skip + (0 if after is None else _ranked_up_to(self.ranking, after))
            end = start + size
            return Hits(self.ranking.ordinals[start:end], self.ranking.scores[start:end], end < len(self))
        start = skip + (0 if after is None else self.files.rank(after.ordinal))
        if start >= len(self.files):
            return Hits(np.empty(0, np.uint32), None, goes_on=False)
        found = islice(self.files.iter_equal_or_larger(self.files[start]), size)
        return Hits(np.fromiter(found, np.uint32), None, start + size < len(self))

    def pages(self, size: int) -> Iterator[Hits]:
        """All hits in pages."""
        if self.order is None:
            return self._pages(size)
        ordinals = self.order.all(self.files)
        starts = range(0, len(ordinals), size)
        return (
            Hits(page := ordinals[start : start + size], self._scores_of(page), start + size < len(ordinals))
            for start in starts
        )

    def scores_by_ordinal(self) -> NDArray[np.float32]:
        """The scores in ascending order of the ordinals; none without a ranking."""
        return self._by_ordinal[1].astype("<f4")

    def _ordered(self, order: Order, after: Position | None, skip: int, size: int) -> Hits:
        place = None if after is None else Place(after.key, after.ordinal)
        found = order.first(self.files, skip + size + 1, place)[skip:]
        ordinals = found[:size]
        key = order.place(int(ordinals[-1])).key if len(ordinals) else None
        return Hits(ordinals, self._scores_of(ordinals), len(found) > size, key)

    def _pages(self, size: int) -> Iterator[Hits]:
        after = None
        while len((hits := self.hits(after, 0, size)).ordinals):
            yield hits
            after = hits.last

    def _scores_of(self, ordinals: Ordinals) -> Scores | None:
        if self.ranking is None:
            return None
        ranked, scores = self._by_ordinal
        return scores[np.searchsorted(ranked, ordinals)]

    @cached_property
    def _by_ordinal(self) -> tuple[Ordinals, Scores]:
        if self.ranking is None:
            return np.empty(0, np.uint32), np.empty(0)
        order = np.argsort(self.ranking.ordinals)
        return self.ranking.ordinals[order], self.ranking.scores[order]


def _ranked_up_to(ranking: Ranking, position: Position) -> int:
    score = np.inf if position.score is None else position.score
    ties = (ranking.scores == score) & (ranking.ordinals <= position.ordinal)
    return int(np.count_nonzero((ranking.scores > score) | ties))
