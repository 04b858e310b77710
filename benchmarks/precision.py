"""How well the embedded models find the sample photos, through the real services, against what chance would find.

`make run` first, and leave it running: this asks the suite that runs on this machine.

    python -m benchmarks.precision

Three sets of questions: seven plain categories in words, every folder of at least five photos by its name, and every
photo's own caption, of which only the photo with that caption is right.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.report import Figure, at_least, report
from bowerbird.client import BowerbirdError, Client
from bowerbird.search.v1.search_pb2 import Query
from deploy.local.photos.gallery import sample_gallery
from deploy.local.photos.photo import Photo
from deploy.local.walk.collection import SAMPLE_DATASET

DEPTHS = (1, 5, 10)
# Question -> folders whose photos answer it.
CATEGORIES = {
    "a bird": "animals/birds",
    "a mammal": "animals/mammals",
    "a musical instrument": "hobbies/music",
    "a road sign": "town/roadsigns",
    "fruit": "food/fruit",
    "flowers": "plants/flowers",
    "tools": "household/tools",
}
LEAST_IN_FOLDER = 5
AT_ONCE = 4


@dataclass(frozen=True)
class Question:
    """A text and the paths that are right answers to it."""

    text: str
    right: frozenset[str]


async def measure() -> list[Figure]:
    """Raises BowerbirdError."""
    photos = sample_gallery().photos
    figures: list[Figure] = []
    async with Client() as client:
        for name, questions in (
            ("category", categories(photos)),
            ("folder", folders(photos)),
            ("caption", captions(photos)),
        ):
            answers = await asked(client, questions)
            figures.extend(figures_of(name, questions, answers, len(photos)))
    return figures


def categories(photos: Sequence[Photo]) -> list[Question]:
    return [Question(text, below(photos, folder)) for text, folder in CATEGORIES.items()]


def folders(photos: Sequence[Photo]) -> list[Question]:
    """By the last part of its name, as a person would say it."""
    sizes = Counter(photo.category for photo in photos)
    return [
        Question(folder.rpartition("/")[2], frozenset(photo.path for photo in photos if photo.category == folder))
        for folder, size in sizes.items()
        if size >= LEAST_IN_FOLDER
    ]


def captions(photos: Sequence[Photo]) -> list[Question]:
    same: dict[str, set[str]] = {}
    for photo in photos:
        same.setdefault(photo.caption, set()).add(photo.path)
    return [Question(caption, frozenset(paths)) for caption, paths in same.items()]


def below(photos: Sequence[Photo], folder: str) -> frozenset[str]:
    return frozenset(photo.path for photo in photos if f"{photo.category}/".startswith(f"{folder}/"))


async def asked(client: Client, questions: Sequence[Question]) -> dict[str, list[str]]:
    """The paths that each question finds, best first."""
    found: dict[str, list[str]] = {}
    waiting = iter(questions)

    async def work() -> None:
        for question in waiting:
            query = Query(text=question.text, top_k=max(DEPTHS))
            page = await client.search.page(SAMPLE_DATASET, query, page_size=max(DEPTHS))
            found[question.text] = [hit.file.path for hit in page.hits]

    async with asyncio.TaskGroup() as tasks:
        for _ in range(AT_ONCE):
            tasks.create_task(work())
    return found


def figures_of(
    name: str, questions: Sequence[Question], answers: Mapping[str, list[str]], files: int
) -> Iterator[Figure]:
    """Precision for categories and folders; for captions whether the one right photo is among the first."""
    chance = mean([len(question.right) / files for question in questions])
    for depth in DEPTHS:
        right = [len(question.right & set(answers[question.text][:depth])) for question in questions]
        if name == "caption":
            value = mean([min(count, 1) for count in right])
            yield at_least(f"{name}_found_in_{depth}", 100 * value, "%", against=100 * chance * depth, ratio=10)
        else:
            value = mean([count / depth for count in right])
            yield at_least(f"{name}_precision_at_{depth}", 100 * value, "%", against=100 * chance, ratio=5)


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def beside_suite(measure: Callable[[], Coroutine[None, None, list[Figure]]]) -> int:
    """Reports what is measured through a running suite. The exit code is 1 where a figure falls short or nobody
    answers.
    """
    try:
        figures = asyncio.run(measure())
    except* BowerbirdError as group:
        sys.stderr.write(f"error: {group.exceptions[0]}\n")
        return_code = 1
    else:
        return_code = 0 if report(figures) else 1
    return return_code


if __name__ == "__main__":
    sys.exit(beside_suite(measure))
