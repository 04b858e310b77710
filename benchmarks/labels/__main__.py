"""All figures of labels by hand: `python -m benchmarks.labels --files N`, or `make bench-labels`.

Every file of a dataset is labelled, and undone again; search must agree with a brute-force oracle after each step. Ends
with 1 if a figure falls short or an answer is wrong.
"""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.labels.oracle import AI, REJECTED, USER, Mask, Oracle
from benchmarks.labels.walk import Walk, WrongAnswer
from benchmarks.report import Figure, report, within
from benchmarks.search.data import Data
from benchmarks.search.loading import NAME, tags_by_kind
from benchmarks.search.scene import scene
from benchmarks.search.suite import check_disk, say
from libs.rpc.logs import configure_logs

# In the order of their shares: 80% and 30% of the files, then a rare one.
TAGS: Final = ("common-00", "common-11", "scene-03", "vehicle-002", "event-000")
# An edit of a million files, and its undoing.
LIMIT_S: Final = 60.0
FILE_BYTES: Final = 4_000


async def figures(files: int, kept: Path | None) -> AsyncIterator[Figure]:
    """Raises WrongAnswer."""
    async with scene(files, kept) as ready, ready.suite.second_process(), ready.search():
        walk = Walk(ready.suite.client, NAME, oracle_of(ready.data), TAGS)
        async for step in walk.steps():
            say(f"labels: {step.name}, {step.files:,} files")
            limit = LIMIT_S * max(1.0, files / 1_000_000)
            yield within(f"{step.name} ({step.files:,} files)", step.edit_s, "s", against=limit, limit=limit)
            yield within(f"{step.name}: search follows", step.follow_s, "s", against=step.edit_s)


def oracle_of(data: Data) -> Oracle:
    """The tags that are asked about, as they were made."""
    number_of = {name: number for number, name in enumerate(data.vocabulary.names)}
    first: dict[str, dict[str, list[Mask]]] = {kind: {tag: [] for tag in TAGS} for kind in (AI, USER, REJECTED)}
    for block in data.blocks():
        for kind, rows in zip(first, tags_by_kind(block), strict=True):
            for tag, masks in first[kind].items():
                masks.append((rows == number_of[tag]).any(axis=1))
    whole = {kind: {tag: np.concatenate(masks) for tag, masks in tags.items()} for kind, tags in first.items()}
    return Oracle(data.files, whole)


async def run(files: int, kept: Path | None) -> bool:
    """Prints each figure when it is known; whether all hold."""
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240  (nothing else runs yet)
    check_disk(files * FILE_BYTES, kept)
    held = True
    try:
        async for figure in figures(files, kept):
            held = report([figure]) and held
    except WrongAnswer as error:
        say(str(error))
        return False
    return held


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.labels", description=__doc__)
    parser.add_argument("--files", type=int, default=1_000_000, help="how many files the dataset has")
    parser.add_argument("--keep", type=Path, help="a folder for what is made, which a later run takes up")
    options = parser.parse_args()
    configure_logs("benchmarks", "text")  # to standard error; the figures alone are the output
    sys.exit(0 if asyncio.run(run(options.files, options.keep and options.keep.resolve())) else 1)
