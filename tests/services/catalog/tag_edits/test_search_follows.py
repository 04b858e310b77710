"""Bulk labels through the client, the processes that do them, and search: everything is labelled and undone, and search
and its facets agree with a brute-force oracle after each step.
"""

from collections.abc import AsyncIterator, Awaitable, Callable

import numpy as np
import pytest

from benchmarks.labels.oracle import AI, REJECTED, USER, Oracle
from benchmarks.labels.walk import Walk
from bowerbird.client import Client, ClientSettings
from bowerbird.type.v1.role_pb2 import Role
from deploy.local.ports import LOOPBACK
from services.catalog.assembly import assembled
from services.catalog.database import Database
from services.catalog.tags import Tags
from tests.services.catalog.jobs_scene import Scene, scene
from tests.services.catalog.scans.scene import scanner_process
from tests.services.search.scene import serving
from tests.suite import Catalog, catalog_environment, connected, settings_of

FILES = 50_000
SHARES = {"bird": 0.7, "tree": 0.5, "sky": 0.3, "night": 0.01}


@pytest.fixture(scope="module")
async def environment(make_database: Callable[[], Awaitable[str]]) -> dict[str, str]:
    return catalog_environment(await make_database())


@pytest.fixture(scope="module")
async def catalog(environment: dict[str, str]) -> AsyncIterator[Catalog]:
    settings = settings_of(environment)
    async with assembled(settings) as server:
        port = await server.start(settings.listen_address)
        async with connected(f"{LOOPBACK}:{port}", settings) as catalog:
            yield catalog
        await server.stop(grace_seconds=0)


async def test_everything_is_labelled_and_undone_and_search_agrees(
    catalog: Catalog, environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    log = tmp_path_factory.mktemp("process") / "process.log"
    async with scene(catalog, FILES) as made, scanner_process(environment, log), serving(catalog) as search:
        oracle = await tagged(made)
        settings = ClientSettings(catalog.address, search, catalog.tokens[Role.ROLE_EDITOR], "test")
        async with Client(settings) as client:
            steps = [step async for step in Walk(client, made.dataset, oracle, list(SHARES)).steps()]
    assert [step.name for step in steps] == [
        "label everything", "label what matches", "undo the first", "undo the second"
    ]  # fmt: skip
    assert steps[0].files == FILES


async def tagged(made: Scene) -> Oracle:
    """Tags by models, by people and rejected ones, as they have come to be by now."""
    random = np.random.default_rng(7)
    given = {tag: random.random(FILES) < share for tag, share in SHARES.items()}
    first = {
        AI: given,
        USER: {"night": random.random(FILES) < 0.02, "mine": random.random(FILES) < 0.1},
        REJECTED: {"bird": given["bird"] & (random.random(FILES) < 0.05)},
    }
    database = Database(made.catalog.database_url, connections=1)
    workspace = await made.database.fetchval("SELECT workspace_id FROM versions WHERE id = $1", made.version_id)
    ids = await Tags(database).ids(workspace, [*SHARES, "mine"])
    await database.close()
    lists = [
        ["{" + ",".join(str(ids[tag]) for tag, files in tags.items() if files[file]) + "}" for file in range(FILES)]
        for tags in first.values()
    ]
    await made.database.execute(
        'INSERT INTO file_tags (version_id, ordinal, ai, "user", rejected, tagged, revision) '
        "SELECT $1, ordinal, ai::integer[], given::integer[], rejected::integer[], now(), 2 "
        "FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[]) AS one (ordinal, ai, given, rejected)",
        made.version_id, list(range(FILES)), *lists,
    )  # fmt: skip
    await made.database.execute("UPDATE versions SET revision = 2 WHERE id = $1", made.version_id)
    return Oracle(FILES, first)
