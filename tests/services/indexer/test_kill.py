"""kill -9 in the middle of a job."""

import sys
from pathlib import Path

from bowerbird.catalog.v1.job_pb2 import Job
from deploy.local.program import Program, start
from tests.deadline import until
from tests.services.indexer.scene import DIMENSION, House, photos, scene

BATCH, CONCURRENCY, COMMITTED_AT_ONCE = 4, 2, 32


async def test_a_killed_indexer_leaves_one_result_a_file_and_pays_little_twice(house: House, tmp_path: Path) -> None:
    files = photos(160)
    found = await scene(house, files, dimension=DIMENSION)
    house.endpoint.settings.latency_ms = 60
    environment = house.environment | {"BOWERBIRD_INDEXER_BATCH_SIZE": str(BATCH)}
    program = Program("indexer", (sys.executable, "-m", "services.indexer"), tmp_path / "log", environment=environment)
    job = await found.start(max_concurrency=CONCURRENCY)
    for answered in (8, 24):
        indexer = await start(program)
        await until(lambda enough=answered: house.endpoint.counts.answered >= enough, seconds=30)  # type: ignore[misc]
        await indexer.kill()
        await house.run_leases_out()
    assert 0 < len(await found.vectors()) < 160

    indexer = await start(program)
    job = await found.end(job, seconds=60)
    await indexer.stop()
    assert indexer.returncode == 0
    assert (job.state, job.progress.done, job.progress.failed) == (Job.STATE_SUCCEEDED, 160, 0)
    assert await found.results(job) == dict.fromkeys(files, True)
    await found.assert_indexed(files)
    sent = sum(house.endpoint.by_content.values())
    assert sent <= 160 + 2 * (CONCURRENCY * BATCH + COMMITTED_AT_ONCE)
