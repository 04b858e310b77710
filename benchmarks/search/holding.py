"""How fast search takes a version in, how much memory it needs for it, and how soon it answers after a crash."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import asyncpg

from benchmarks.report import Figure, at_least, at_most, within
from benchmarks.search.copying import Connection
from benchmarks.search.loading import FILE_COLUMNS, TAG_COLUMNS
from benchmarks.search.scene import Scene
from benchmarks.search.suite import CATALOG, Search, say

LOAD_RATIO: Final = 0.3
RESTART_LIMIT_SECONDS: Final = 2
FILE_LIMIT_BYTES: Final = 300
_LOADS: Final = 2  # the best counts, for the peer too
_SETTLED_SECONDS: Final = 5.0
_SETTLING_SECONDS: Final = 120.0


async def holding_figures(scene: Scene) -> AsyncIterator[Figure]:
    """Load, restart and memory."""
    folder = scene.suite.folder / "search-kept"
    load_seconds = []
    for number in range(_LOADS):
        say("search loads the version, with nothing kept")
        async with scene.suite.search(data_directory=str(folder / str(number)), vector_budget_bytes="0") as search:
            before = search.memory_bytes
            load_seconds.append(await _first_answer_seconds(scene))
            file_bytes = (search.memory_bytes - before) / scene.data.files
            if number == _LOADS - 1:
                restart_seconds = await _restart_seconds(scene, search, folder / str(number))
    copy_seconds = min([await _copy_seconds(scene) for _ in range(_LOADS)])
    files = scene.data.files
    yield at_least("load", files / min(load_seconds), "1/s", against=files / copy_seconds, ratio=LOAD_RATIO)
    limit = None if scene.is_large else RESTART_LIMIT_SECONDS
    yield within("restart", restart_seconds, "s", against=min(load_seconds), limit=limit)
    yield at_most("memory_per_file", file_bytes, "bytes", limit=FILE_LIMIT_BYTES)


async def _first_answer_seconds(scene: Scene) -> float:
    begin = time.perf_counter()
    await scene.first_answer()
    return time.perf_counter() - begin


async def _restart_seconds(scene: Scene, search: Search, folder: Path) -> float:
    """From being ready to the first answer, once what it keeps on disk is there."""
    say("search is killed, and starts on what it kept")
    await _settled(folder)
    await search.kill()
    await search.start()
    return await _first_answer_seconds(scene)


async def _settled(folder: Path) -> None:
    """Returns when nothing below the folder has changed for some seconds."""
    deadline = time.monotonic() + _SETTLING_SECONDS
    seen, since = _state(folder), time.monotonic()
    while time.monotonic() < min(deadline, since + _SETTLED_SECONDS):
        await asyncio.sleep(0.2)
        if (now := _state(folder)) != seen:
            seen, since = now, time.monotonic()


def _state(folder: Path) -> dict[Path, tuple[int, int]]:
    files = [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []
    return {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in files}


async def _copy_seconds(scene: Scene) -> float:
    """A binary COPY of the rows that search reads, dropped as they come."""
    say("PostgreSQL copies the same rows to nowhere")
    connection: Connection = await asyncpg.connect(scene.suite.postgres.url(CATALOG))

    async def drop(rows: bytes) -> None:
        """Nothing is done with them."""

    try:
        begin = time.perf_counter()
        for table, columns in (("files", FILE_COLUMNS), ("file_tags", TAG_COLUMNS)):
            chosen = ", ".join(f'"{column}"' for column in columns)
            query = f"SELECT {chosen} FROM {table} WHERE version_id = {scene.version.id}"  # noqa: S608  (a number)
            await connection.copy_from_query(query, output=drop, format="binary")
        return time.perf_counter() - begin
    finally:
        await connection.close()
