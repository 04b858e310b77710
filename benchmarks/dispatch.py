"""How near the tagger and the indexer come to a bare HTTP client that does the same calls with ready bodies.

The endpoint takes 500 ms an answer and 32 calls at a time: 64 calls/s are the limit. Everything else is real: catalog
on PostgreSQL, its scanner, S3, the workers, each in its own process; only the indexer's vectors go nowhere.
"""

import asyncio
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import aiohttp

from benchmarks.dispatch_scene import CHAT_PATH, EMBEDDING_PATH, FILES, NAME, Scene, scene
from benchmarks.report import Figure, at_least, at_most, report
from bowerbird.catalog.v1.job_pb2 import Job
from deploy.local.parts import ALLOWED_ADDRESSES
from deploy.local.program import Program, RunningProgram, start

CONCURRENCY: Final = 32
GOAL_RATIO: Final = 0.85
GOAL_CALLS: Final = 60


@dataclass(frozen=True)
class Run:
    """What a job came to."""

    calls_per_second: float
    rpcs: int


def measure() -> Iterator[Figure]:
    yield from asyncio.run(_measured())


async def _measured() -> list[Figure]:
    async with scene() as ready:
        jobs = ready.client.jobs
        bare_chat = await _bare(ready, CHAT_PATH)
        tag = await jobs.tag(NAME, model_connection="slow-chat", tag_definition=NAME, max_concurrency=CONCURRENCY)
        tagging = await _job(ready, "tagger", tag)
        bare_embedding = await _bare(ready, EMBEDDING_PATH)
        indexing = await _job(ready, "indexer", await jobs.index(NAME, max_concurrency=CONCURRENCY))
    return [
        at_least("tag_dispatch", tagging.calls_per_second, "1/s", against=bare_chat, ratio=GOAL_RATIO),
        at_least("index_dispatch", indexing.calls_per_second, "1/s", against=bare_embedding, ratio=GOAL_RATIO),
        at_most("rpcs_per_1000_files", tagging.rpcs * 1000 / FILES, "1", limit=GOAL_CALLS),
    ]


async def _bare(ready: Scene, path: str) -> float:
    """Calls/s of 32 tasks that do nothing but post ready bodies."""
    bodies = iter(ready.bodies[path])
    headers = {"Content-Type": "application/json"}
    async with aiohttp.ClientSession(ready.endpoint_url, headers=headers) as session:
        await session.delete("/counts")

        async def post() -> None:
            for body in bodies:
                async with session.post(path, data=body) as response:
                    response.raise_for_status()
                    await response.json()

        async with asyncio.TaskGroup() as tasks:
            for _ in range(CONCURRENCY):
                tasks.create_task(post())
    return await _calls_per_second(ready)


async def _job(ready: Scene, service: str, job: Job) -> Run:
    """The job done by a worker of its own, which comes when the job is there."""
    async with aiohttp.ClientSession(ready.endpoint_url) as session:
        await session.delete("/counts")
    count_file = ready.folder / f"{service}.calls"
    worker = await _start_worker(ready, service, count_file)
    try:
        ended = await ready.client.jobs.wait(job.name)
    finally:
        await worker.stop()
    if ended.state != Job.STATE_SUCCEEDED or ended.progress.done != FILES:
        raise RuntimeError(f"the job of the {service} did not succeed: {ended}\n{worker.log_tail()}")
    return Run(await _calls_per_second(ready), int(count_file.read_text("ascii")))


async def _start_worker(ready: Scene, service: str, count_file: Path) -> RunningProgram:
    settings = {
        "catalog_address": ready.suite.catalog_address,
        "service_token": ready.suite.secrets.service_tokens[service],
        "allowed_addresses": json.dumps(ALLOWED_ADDRESSES),
        "log_format": "text",
        **({"batch_size": "1"} if service == "indexer" else {}),
    }
    environment = {f"BOWERBIRD_{service}_{name}".upper(): value for name, value in settings.items()}
    command = (sys.executable, "-m", "benchmarks.dispatch_worker", service, str(count_file))
    return await start(Program(service, command, ready.folder / f"{service}.log", environment=environment))


async def _calls_per_second(ready: Scene) -> float:
    """By the endpoint's own clock, from the first call to the last answer."""
    async with aiohttp.ClientSession(ready.endpoint_url) as session, session.get("/counts") as response:
        counts = await response.json()
    if counts["answered"] != FILES:
        raise RuntimeError(f"{counts['answered']} calls were answered instead of {FILES}")
    return FILES / float(counts["last_answer_at"] - counts["first_call_at"])


if __name__ == "__main__":
    sys.exit(0 if report(measure()) else 1)
