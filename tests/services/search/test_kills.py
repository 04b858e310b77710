"""kill -9 of search in the middle of edits and of snapshots: the next query sees every edit that was acknowledged."""

import asyncio
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bowerbird.search.v1.search_pb2 import Query, TagFilter
from bowerbird.search.v1.search_service_pb2 import StreamHitsRequest
from bowerbird.type.v1.role_pb2 import Role
from deploy.local.health import grpc_serves
from deploy.local.ports import LOOPBACK, free_ports
from deploy.local.program import Program, RunningProgram, start_ready
from tests.deadline import until
from tests.services.indexer import scene as indexing
from tests.services.indexer.scene import House
from tests.services.search.scene import TAGS, Scene, connected

FILES = 1000
KILLS = 6
MOST_KILLS = 40


@dataclass
class SearchProcess:
    """Search as a process of its own that keeps versions on disk, and writes them as often as it can."""

    house: House
    data: Path
    log: Path
    address: str = field(default_factory=lambda: f"{LOOPBACK}:{free_ports(1)[0]}")

    @property
    def unfinished(self) -> list[Path]:
        """Snapshots that are being written, or were when the process was killed."""
        return list((self.data / "versions").glob("*.unfinished"))

    @property
    def snapshots(self) -> list[Path]:
        return list((self.data / "versions").glob("*.snapshot"))

    async def start(self) -> RunningProgram:
        environment = {
            "LISTEN_ADDRESS": self.address,
            "CATALOG_ADDRESS": self.house.catalog.address,
            "SERVICE_TOKEN": self.house.catalog.tokens[Role.ROLE_SERVICE],
            "DATA_DIRECTORY": str(self.data),
            "SNAPSHOT_SECONDS": "0",
            "ALLOWED_ADDRESSES": '["127.0.0.0/8", "::1"]',
            "LOG_FORMAT": "text",
        }
        variables = {f"BOWERBIRD_SEARCH_{name}": value for name, value in environment.items()}
        program = Program("search", (sys.executable, "-m", "services.search"), self.log, environment=variables)
        return await start_ready(program, lambda: grpc_serves(self.address))

    @asynccontextmanager
    async def scene(self, dataset: indexing.Scene) -> AsyncIterator[Scene]:
        """The dataset, and a channel that knows nothing of processes before this one."""
        async with connected(self.address, self.house.catalog.tokens[Role.ROLE_VIEWER]) as channel:
            yield Scene(dataset, channel, {})


@pytest.fixture
def process(house: House, tmp_path: Path) -> SearchProcess:
    return SearchProcess(house, tmp_path / "data", tmp_path / "search.log")


@pytest.fixture
async def dataset(house: House) -> indexing.Scene:
    """Scanned files; nobody opens them."""
    return await indexing.scene(house, {f"{number:04}.jpg": f"{number}".encode() for number in range(FILES)})


async def seen(scene: Scene) -> dict[str, set[str]]:
    """The tags of every file as search has them."""
    request = StreamHitsRequest(version=scene.version, query=Query())
    answers = scene.stub.StreamHits(request, wait_for_ready=True)
    return {hit.file.path: set(hit.file.tags.ai) async for answer in answers for hit in answer.hits}


@dataclass
class Edits:
    """All files are tagged over and over, each time otherwise. `sent` has the tags by path in the order of the jobs."""

    sent: dict[str, list[set[str]]] = field(default_factory=lambda: {f"{n:04}.jpg": [set()] for n in range(FILES)})
    acknowledged: dict[str, int] = field(default_factory=lambda: {f"{n:04}.jpg": 0 for n in range(FILES)})

    async def go_on(self, scene: Scene) -> None:
        spec = await scene.tag_spec()
        chance = random.Random(4)  # noqa: S311 - it makes test data
        while True:
            tags = {path: chance.sample(TAGS, 2) for path in self.sent}
            for path, given in tags.items():
                self.sent[path].append(set(given))
            async for chunk in scene.tagging(spec, tags, max_files=64):
                self.acknowledged.update({path: len(self.sent[path]) - 1 for path in chunk})


async def test_whenever_it_is_killed_the_next_query_sees_every_acknowledged_edit(
    process: SearchProcess, dataset: indexing.Scene
) -> None:
    chance = random.Random(9)  # noqa: S311 - it decides when
    edits = Edits()
    kills = torn = 0
    async with process.scene(dataset) as tagger:
        editing = asyncio.create_task(edits.go_on(tagger))
        while kills < KILLS or not torn:
            assert kills < MOST_KILLS
            running = await process.start()
            async with process.scene(dataset) as scene:
                acknowledged = dict(edits.acknowledged)
                found = await seen(scene)
                missed = [path for path, last in acknowledged.items() if found[path] not in edits.sent[path][last:]]
                assert not missed, (kills, len(missed))
                querying = asyncio.create_task(query_on(scene))
                await until(lambda: process.snapshots)
                if chance.random() < 0.8:
                    await until(lambda: process.unfinished, seconds=20)
                await running.kill()
                querying.cancel()
                await asyncio.wait([querying])
            kills += 1
            torn += bool(process.unfinished)
            assert not editing.done(), editing.exception()
        editing.cancel()
        await asyncio.wait([editing])
    running = await process.start()
    async with process.scene(dataset) as scene:
        assert await seen(scene) == {path: set(file.tags.ai) for path, file in (await scene.files()).items()}
    await running.stop()
    assert process.log.read_text("utf-8").count("a snapshot is taken up") >= KILLS
    assert max(edits.acknowledged.values()) > 1
    assert not process.unfinished


async def query_on(scene: Scene) -> None:
    """So that search follows the edits."""
    while True:
        await scene.search(Query(tags=TagFilter(all_of=["bird"])))
