"""How good the suggested threshold is, and whether more examples help, on the sample photos.

`make run` first, and leave it running: this asks the suite that runs on this machine.

    python -m benchmarks.cutoff

Thresholds: F1 of the files that score more than the suggested threshold; nothing found, and an F1 of 0, where none is
suggested. It is held against the one fixed threshold that is best over all queries of a set, which nobody knows
beforehand, and against the best threshold of each query, which is the most that any could reach. Three sets: the
categories and folders of `benchmarks.precision` by their names; every photo of such a folder as the example, where the
others of its folder are right; and every caption of such a photo, where all of its folder are right. The method was
chosen by the first two; the captions were left aside.

Examples: for every photo of such a folder, how many of the first ten hits are of its folder, as a share of the most
that could be: with the photo alone, with the next one of the folder, and with the first wrong hit as what the files
should not be like. Photos that any of these queries holds count in none of them.
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from benchmarks.precision import LEAST_IN_FOLDER, beside_suite, categories, folders, mean
from benchmarks.report import Figure, at_least, within
from bowerbird.client import Client
from bowerbird.search.v1.search_pb2 import Example, Examples, Query
from deploy.local.photos.gallery import sample_gallery
from deploy.local.photos.photo import Photo
from deploy.local.walk.collection import SAMPLE_DATASET
from services.search.similarity.cutoff import suggested_threshold

Answer = TypeVar("Answer")

DEPTH = 10
AT_ONCE = 4

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Goals:
    """Least ratios: of F1 to that of the fixed threshold and to the best, and of the queries that get a threshold."""

    to_fixed: float
    to_best: float
    with_one: float


GOALS = {
    "name": Goals(1.2, 0.8, 0.9),
    # Scores of images with images are of one scale whatever the example, so that a fixed threshold does well, if only
    # one knew it; and often the photos of a folder do not stand out at all.
    "example": Goals(0.5, 0.4, 0.4),
    "caption": Goals(1.2, 0.6, 0.9),
}


@dataclass(frozen=True)
class Hits:
    """All files by falling score."""

    paths: list[str]
    scores: Floats

    def judged(self, right: frozenset[str], without: str = "") -> "Judged":
        """Which of them are right, one left out."""
        kept = [number for number, path in enumerate(self.paths) if path != without]
        return Judged(self.scores[kept], np.array([self.paths[number] in right for number in kept]))


@dataclass(frozen=True)
class Judged:
    """Scores, and which of them are right answers."""

    scores: Floats
    right: NDArray[np.bool_]

    def f1(self, thresholds: Floats) -> Floats:
        """F1 of what lies above each threshold."""
        order = np.argsort(self.scores)
        found = len(self.scores) - np.searchsorted(self.scores[order], thresholds, "right")
        right_found = np.concatenate([[0], np.cumsum(self.right[order][::-1])])[found]
        return np.asarray(2 * right_found / (found + self.right.sum()))

    def suggested_f1(self) -> float | None:
        threshold = suggested_threshold(self.scores)
        return None if threshold is None else float(self.f1(np.array([threshold]))[0])


@dataclass(frozen=True)
class Trial:
    """What a photo alone finds, and what it finds with others: the next photo of its folder, and its best hit of
    another folder as the counterexample.
    """

    photo: Photo
    second: Photo
    wrong: Photo
    alone: Hits
    with_second: Hits
    with_wrong: Hits
    with_both: Hits

    def share(self, hits: Hits, folder: frozenset[str]) -> float:
        """How many of the first hits are in a folder, as a share of the most that could be."""
        examples = {self.photo.path, self.second.path, self.wrong.path}
        inside = folder - examples
        first = [path for path in hits.paths if path not in examples][:DEPTH]
        return len(inside.intersection(first)) / max(min(DEPTH, len(inside)), 1)


class Sample:
    """The sample photos in the suite that runs on this machine."""

    def __init__(self, client: Client, names: dict[str, str]) -> None:
        self.photos = sample_gallery().photos
        self.folders: dict[str, frozenset[str]] = {
            folder: frozenset(photo.path for photo in self.photos if photo.category == folder)
            for folder in sorted({photo.category for photo in self.photos})
        }
        self._client = client
        self._names = names
        self._room = asyncio.Semaphore(AT_ONCE)

    @classmethod
    async def open(cls, client: Client) -> "Sample":
        return cls(client, {hit.file.path: hit.file.name async for hit in client.search.hits(SAMPLE_DATASET, Query())})

    def pairs(self) -> Iterator[tuple[Photo, Photo]]:
        """Every photo of a folder that is large enough, with the next one of it."""
        for paths in self.folders.values():
            if len(paths) >= LEAST_IN_FOLDER:
                inside = [photo for photo in self.photos if photo.path in paths]
                yield from zip(inside, [*inside[1:], inside[0]], strict=True)

    async def by_text(self, text: str) -> Hits:
        return await self._hits(Query(text=text))

    async def by_example(self, like: Sequence[Photo], unlike: Sequence[Photo] = ()) -> Hits:
        """By the vectors that the files have in the index set."""
        likes, unlikes = ([Example(file=self._names[photo.path]) for photo in some] for some in (like, unlike))
        return await self._hits(Query(examples=Examples(like=likes, unlike=unlikes)))

    async def trial(self, photo: Photo, second: Photo) -> Trial:
        alone = await self.by_example([photo])
        of = {photo.path: photo for photo in self.photos}
        wrong = next(of[path] for path in alone.paths if of[path].category != photo.category)
        return Trial(
            photo,
            second,
            wrong,
            alone,
            await self.by_example([photo, second]),
            await self.by_example([photo], [wrong]),
            await self.by_example([photo, second], [wrong]),
        )

    async def _hits(self, query: Query) -> Hits:
        query.top_k = len(self.photos)
        async with self._room:
            hits = [hit async for hit in self._client.search.hits(SAMPLE_DATASET, query)]
        return Hits([hit.file.path for hit in hits], np.array([hit.score for hit in hits]))


async def measure() -> list[Figure]:
    """Raises BowerbirdError."""
    async with Client() as client:
        sample = await Sample.open(client)
        questions = [*categories(sample.photos), *folders(sample.photos)]
        pairs = list(sample.pairs())
        by_name = await together(sample.by_text(question.text) for question in questions)
        by_caption = await together(sample.by_text(photo.caption) for photo, _ in pairs)
        trials = await together(sample.trial(*pair) for pair in pairs)
    same = [sample.folders[photo.category] for photo, _ in pairs]
    sets = {
        "name": [hits.judged(question.right) for hits, question in zip(by_name, questions, strict=True)],
        "example": [
            trial.alone.judged(right, without=trial.photo.path) for trial, right in zip(trials, same, strict=True)
        ],
        "caption": [hits.judged(right) for hits, right in zip(by_caption, same, strict=True)],
    }
    of_sets = [figure for name, queries in sets.items() for figure in thresholds(name, queries)]
    return [*of_sets, *examples(trials, sample.folders)]


async def together(calls: Iterable[Coroutine[None, None, Answer]]) -> list[Answer]:
    """The answers in the order of the calls."""
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(call) for call in calls]
    return [task.result() for task in running]


def thresholds(name: str, queries: Sequence[Judged]) -> Iterator[Figure]:
    """Of one set of queries."""
    everywhere = np.unique(np.concatenate([query.scores for query in queries]))
    fixed = np.stack([query.f1(everywhere) for query in queries])
    fixed = fixed[:, fixed.mean(axis=0).argmax()]
    best = mean([float(query.f1(query.scores).max()) for query in queries])
    suggested = [query.suggested_f1() for query in queries]
    there = [number for number, f1 in enumerate(suggested) if f1 is not None]
    overall = 100 * mean([f1 or 0.0 for f1 in suggested])
    where_suggested = 100 * mean([suggested[number] or 0.0 for number in there])
    share = 100 * len(there) / len(queries)
    goals = GOALS[name]
    yield at_least(f"{name}_f1_to_fixed", overall, "%", against=100 * float(fixed.mean()), ratio=goals.to_fixed)
    yield at_least(f"{name}_f1_to_best", overall, "%", against=100 * best, ratio=goals.to_best)
    yield at_least(
        f"{name}_f1_where_suggested", where_suggested, "%", against=100 * float(fixed[there].mean()), ratio=0.9
    )
    yield at_least(f"{name}_queries_with_one", share, "%", against=100, ratio=goals.with_one)


def examples(trials: Sequence[Trial], in_folder: Mapping[str, frozenset[str]]) -> Iterator[Figure]:
    """Precision at ten, and how many of the ten are of the counterexample's folder."""

    def right(found: Callable[[Trial], Hits]) -> float:
        return 100 * mean([trial.share(found(trial), in_folder[trial.photo.category]) for trial in trials])

    def wrong(found: Callable[[Trial], Hits]) -> float:
        return 100 * mean([trial.share(found(trial), in_folder[trial.wrong.category]) for trial in trials])

    alone, with_second, with_wrong, with_both = map(attrgetter, ("alone", "with_second", "with_wrong", "with_both"))
    yield at_least("second_example_right_in_10", right(with_second), "%", against=right(alone), ratio=1)
    yield at_least("counterexample_right_in_10", right(with_wrong), "%", against=right(alone), ratio=1)
    yield at_least("both_right_in_10", right(with_both), "%", against=right(with_second), ratio=1)
    yield within("counterexample_wrong_in_10", wrong(with_wrong), "%", against=wrong(alone), ratio=0.9)


if __name__ == "__main__":
    sys.exit(beside_suite(measure))
