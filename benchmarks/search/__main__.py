"""All figures of search: `python -m benchmarks.search --files N --only filters,facets`, or `make bench-search`.

Ends with 1 if one falls short.
"""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final

from benchmarks.report import Figure, report
from benchmarks.search.filtering import facet_figures, filter_figures
from benchmarks.search.holding import holding_figures
from benchmarks.search.neighbours import neighbour_figures
from benchmarks.search.scene import Scene, scene
from benchmarks.search.suite import check_disk
from benchmarks.search.throughput import throughput_figures
from benchmarks.search.vectors import WHOLE_FILES
from libs.rpc.logs import configure_logs

PARTS: Final[dict[str, Callable[[Scene], AsyncIterator[Figure]]]] = {
    "load": holding_figures,
    "filters": filter_figures,
    "facets": facet_figures,
    "throughput": throughput_figures,
    "knn": neighbour_figures,
}
# What each takes on disk, in PostgreSQL and in search.
FILE_BYTES: Final = 2_500
VECTOR_BYTES: Final = 5_000


async def run(files: int, parts: list[str], kept: Path | None) -> bool:
    """Measures the parts, prints each figure when it is known; whether all hold."""
    vectors = min(files, WHOLE_FILES) if "knn" in parts else 0
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240  (nothing else runs yet)
    check_disk(files * FILE_BYTES + vectors * VECTOR_BYTES, kept)
    held = True
    async with scene(files, kept) as ready:
        for name, figures in PARTS.items():
            if name in parts:
                async for figure in figures(ready):
                    held = report([figure]) and held
    return held


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search", description=__doc__)
    parser.add_argument("--files", type=int, default=1_000_000, help="how many files the dataset has")
    parser.add_argument("--only", default=",".join(PARTS), help=f"parts to measure, of {', '.join(PARTS)}")
    parser.add_argument(
        "--keep", type=Path, help="a folder for what is made, which a later run over as many files takes up"
    )
    options = parser.parse_args()
    chosen = options.only.split(",")
    if unknown := set(chosen) - PARTS.keys():
        parser.error(f"no part is called {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    configure_logs("benchmarks", "text")  # to standard error; the figures alone are the output
    sys.exit(0 if asyncio.run(run(options.files, chosen, options.keep and options.keep.resolve())) else 1)
