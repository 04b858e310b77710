"""Questions for similar files whose right answers are known: by brute force in float32, block by block."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.search.data import SEED, Block, Data
from benchmarks.search.embedding import CLUSTERS, Matrix
from benchmarks.search.filters import Filter, Filters
from bowerbird.search.v1.search_pb2 import Query

K: Final = 100
# Of what was found exactly; a file may lie as near as another but for what float32 does to a cosine.
EXACT_RECALL: Final = 0.999
CASES: Final = ("none", "10%", "1%", "0.1%", "opposed")
_SHARES: Final = {"10%": 0.1, "1%": 0.01, "0.1%": 0.001}

Ordinals = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Question:
    """The K files most like a unit vector among those that a filter lets pass."""

    case: str
    vector: NDArray[np.float32]
    filter: Filter

    def query(self, names: list[str], index_set: str) -> Query:
        """As search takes it."""
        query = self.filter.query(names)
        query.examples.like.add().vector.values.extend(self.vector.tolist())
        query.top_k = K
        query.index_set = index_set
        return query


def questions(data: Data, filters: Filters, count: int) -> list[Question]:
    """So many of each case; "opposed" lets files pass alone whose group lies farthest from the question."""
    random = np.random.default_rng([SEED, 20])
    made = []
    for case in CASES:
        unrelated = filters.unrelated(_SHARES[case], count) if case in _SHARES else []
        vectors = data.embedding.draw(random.integers(CLUSTERS, size=count, dtype=np.int32), random)
        for number, vector in enumerate(vectors):
            if case == "opposed":
                farthest = int(np.argmin(data.embedding.group_centres @ vector))
                chosen = Filter(any_of=(data.vocabulary.scene_tag(farthest),))
            else:
                chosen = unrelated[number] if unrelated else Filter()
            made.append(Question(case, vector, chosen))
    return made


@dataclass(eq=False)
class Truth:
    """The right answers among the files of the blocks that were taken, which must come in their order."""

    questions: list[Question]
    _vectors: Matrix = field(init=False)
    _best: list[tuple[NDArray[np.float32], Ordinals]] = field(init=False)
    _passing: dict[Filter, list[NDArray[np.uint32]]] = field(init=False)

    def __post_init__(self) -> None:
        self._vectors = np.array([question.vector for question in self.questions])
        self._passing = {question.filter: [] for question in self.questions}
        self._best = [(np.empty(0, np.float32), np.empty(0, np.int64)) for _ in self.questions]

    def take(self, block: Block) -> None:
        """Compare all questions with the files of a block."""
        passing = {one: np.flatnonzero(one.mask(block)) for one in self._passing}
        for one, rows in passing.items():
            self._passing[one].append((block.first + rows).astype(np.uint32))
        every_score = self._vectors @ block.vectors.T
        for number, question in enumerate(self.questions):
            rows = passing[question.filter]
            scores = np.concatenate([self._best[number][0], every_score[number, rows]])
            ordinals = np.concatenate([self._best[number][1], block.first + rows])
            first = np.argpartition(-scores, K - 1)[:K] if len(scores) > K else np.arange(len(scores))
            self._best[number] = scores[first], ordinals[first]

    def passing(self) -> list[NDArray[np.uint32]]:
        """The ordinals that the filter of each question lets pass."""
        every = {one: np.concatenate(parts) for one, parts in self._passing.items()}
        return [every[question.filter] for question in self.questions]

    def answers(self) -> list[set[int]]:
        """The ordinals of the best K of each question."""
        return [set(ordinals.tolist()) for _, ordinals in self._best]


def recall(found: list[set[int]], right: list[set[int]]) -> float:
    """The share of the right answers that were found; a question without any counts as answered."""
    shares = [len(one & other) / len(other) if other else 1 for one, other in zip(found, right, strict=True)]
    return float(np.mean(shares))
