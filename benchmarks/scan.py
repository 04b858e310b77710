"""How fast a scan takes a million names into catalog, and how much memory it needs; only the store is a stub."""

import asyncio
import json
import secrets
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.report import Figure, at_least, report
from deploy.local.servers.postgres import PostgresData, create_database, start_postgres
from services.catalog.database import Database

FILES = 1_000_000
FEWER_FILES = 100_000
ROUNDS = 3  # the best of them counts, for both sides: other work on the machine only slows
MOST_MB = 400
MOST_GROWTH = 1.1


def measure() -> Iterator[Figure]:
    yield from asyncio.run(_measured())


async def _measured() -> list[Figure]:
    async with migrated_database() as url:
        few, many = [(await _run(url, "memory", files))["peak_mb"] for files in (FEWER_FILES, FILES)]
        rounds = [await _run(url, "speed", FILES) for _ in range(ROUNDS)]
    best = {key: FILES / min(seconds[key] for seconds in rounds) for key in rounds[0]}
    return [
        at_least("scan", best["scan"], "1/s", against=best["copy"], ratio=0.5),
        at_least("rescan_unchanged", best["rescan"], "1/s", against=best["staging"], ratio=0.5),
        _memory(many, few),
    ]


@asynccontextmanager
async def migrated_database() -> AsyncIterator[str]:
    """The address of an empty catalog on a server of its own, which keeps what it acknowledges."""
    with tempfile.TemporaryDirectory(prefix="bowerbird-scan-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)  # noqa: ASYNC240  # under root the server runs as another user
        data = PostgresData(folder / "postgres", password=secrets.token_hex(16))
        running = await start_postgres(data)
        try:
            await create_database(data.server, "catalog")
            database = Database(data.server.url("catalog"))
            await database.migrate()
            await database.close()
            yield data.server.url("catalog")
        finally:
            await running.stop()


async def _run(url: str, what: str, files: int) -> dict[str, float]:
    command = (sys.executable, "-m", "benchmarks.scan_process", url, what, str(files))
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    if process.returncode != 0:
        raise RuntimeError(f"the measured process ended with {process.returncode}")
    measured: dict[str, float] = json.loads(output.splitlines()[-1])
    return measured


def _memory(many_mb: float, few_mb: float) -> Figure:
    ratio = round(many_mb / few_mb, 3)
    goal = f"< {MOST_MB} MB, ratio <= {MOST_GROWTH}"
    holds = many_mb < MOST_MB and ratio <= MOST_GROWTH
    return Figure("catalog_memory", round(many_mb, 1), "MB", round(few_mb, 1), ratio, goal, holds)


if __name__ == "__main__":
    sys.exit(0 if report(measure()) else 1)
