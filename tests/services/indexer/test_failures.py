"""What happens where the model or the vector database does not do what it should."""

import asyncio
from dataclasses import replace

import asyncpg
import pytest

from bowerbird.catalog.v1.connection_pb2 import ModelServiceConfig
from bowerbird.catalog.v1.job_pb2 import Job
from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.vectors.table import IndexTable
from tests.deadline import until
from tests.services.indexer.proxy import proxied
from tests.services.indexer.scene import DIMENSION, House, photos, scene

EAS = ModelServiceConfig.PROTOCOL_EAS_EMBEDDING


def reason(job: Job) -> str:
    return ErrorReason.Name(job.reason).removeprefix("ERROR_REASON_")


async def test_an_image_that_the_model_refuses_takes_no_neighbour_with_it(house: House) -> None:
    files = photos(12)
    found = await scene(house, files, dimension=DIMENSION)
    refused = await house.shown(files["photo-5.jpg"])
    house.endpoint.misbehave("status", status=400, code="DataInspectionFailed", sha256=refused)
    job = await found.run()
    assert (job.state, job.progress.done) == (Job.STATE_PARTIALLY_FAILED, 11)
    assert await found.failures(job) == {"photo-5.jpg": "MODEL_REQUEST_REFUSED"}


async def test_an_image_that_the_model_leaves_out_fails_alone(house: House) -> None:
    found = await scene(house, photos(8), protocol=EAS, dimension=DIMENSION)
    house.endpoint.misbehave("missing", count=1)
    job = await found.run()
    assert (job.state, job.progress.done) == (Job.STATE_PARTIALLY_FAILED, 7)
    assert list((await found.failures(job)).values()) == ["MODEL_REQUEST_REFUSED"]


async def test_a_vector_that_is_not_finite_fails_its_file_alone(house: House) -> None:
    found = await scene(house, photos(8), dimension=DIMENSION)
    house.endpoint.misbehave("not_finite", count=1)
    job = await found.run()
    assert (job.state, job.progress.done) == (Job.STATE_PARTIALLY_FAILED, 7)
    assert list((await found.failures(job)).values()) == ["VECTOR_INVALID"]


@pytest.mark.parametrize("kind", ["status", "drop", "shuffled"])
async def test_what_passes_costs_no_file(house: House, kind: str) -> None:
    files = photos(10)
    found = await scene(house, files, dimension=DIMENSION)
    house.endpoint.misbehave(kind, count=2, status=503)
    job = await found.run()
    assert (job.state, job.progress.done) == (Job.STATE_SUCCEEDED, 10)
    await found.assert_indexed(files)


async def test_a_rate_limit_is_obeyed_and_waited_for(house: House) -> None:
    found = await scene(house, photos(24), dimension=DIMENSION)
    house.endpoint.misbehave("status", count=1, status=429, retry_after="1")
    job = await found.run()
    assert (job.state, job.progress.done) == (Job.STATE_SUCCEEDED, 24)
    assert house.endpoint.counts.too_early == 0


async def test_vectors_of_another_dimension_fail_their_files_and_the_next_job_gets_them_right(house: House) -> None:
    files = photos(16)
    found = await scene(house, files, dimension=DIMENSION)
    house.endpoint.misbehave("wrong_dimension", count=1)
    job = await found.run()
    assert job.state == Job.STATE_PARTIALLY_FAILED
    assert set((await found.failures(job)).values()) == {"DIMENSION_MISMATCH"}
    assert job.progress.done == 8
    assert (await found.run()).state == Job.STATE_SUCCEEDED
    await found.assert_indexed(files)


@pytest.mark.parametrize(
    ("kind", "expected"), [("wrong_dimension", "DIMENSION_MISMATCH"), ("status", "MODEL_UNAVAILABLE")]
)
async def test_a_model_that_never_answers_well_fails_the_job_before_all_files_were_tried(
    house: House, kind: str, expected: str
) -> None:
    found = await scene(house, photos(120), dimension=DIMENSION)
    house.endpoint.misbehave(kind, status=500)
    async with house.indexer(BOWERBIRD_INDEXER_BATCH_SIZE="1"):
        job = await found.end(await found.start(max_concurrency=2))
    assert (job.state, reason(job)) == (Job.STATE_FAILED, expected)
    assert house.endpoint.counts.calls < 120
    assert await found.file_count() == 0


async def test_a_wrong_key_fails_the_job_at_once(house: House) -> None:
    house.endpoint.settings.api_key = "right"
    found = await scene(house, photos(50), api_key="wrong", dimension=DIMENSION)
    job = await found.run(max_concurrency=2)
    assert (job.state, reason(job)) == (Job.STATE_FAILED, "MODEL_ACCESS_DENIED")
    assert house.endpoint.counts.calls <= 2
    assert "wrong" not in job.message


async def test_a_wrong_password_of_the_database_fails_the_job_before_anything_is_paid_for(house: House) -> None:
    wrong = replace(house.vectors_config, password="not the password")
    found = await scene(house, photos(3), database=wrong, dimension=DIMENSION)
    job = await found.run()
    assert (job.state, reason(job)) == (Job.STATE_FAILED, "DATABASE_ACCESS_DENIED")
    assert "not the password" not in job.message
    assert house.endpoint.counts.calls == 0


async def test_a_table_that_does_not_fit_fails_the_job_before_anything_is_paid_for(house: House) -> None:
    connection = await asyncpg.connect(house.vectors_url)
    await connection.execute("CREATE TABLE sales (id integer PRIMARY KEY, amount numeric)")
    await connection.close()
    found = await scene(house, photos(3), table="sales", dimension=DIMENSION)
    job = await found.run()
    assert (job.state, reason(job)) == (Job.STATE_FAILED, "INDEX_TABLE_INCOMPATIBLE")
    assert "sales" in job.message

    other = await scene(house, photos(3), table="narrow", dimension=DIMENSION)
    async with other.table() as (database, table, _):
        await database.ensure_table(IndexTable(table.name, DIMENSION // 2, table.metric))
    job = await other.run()
    assert (job.state, reason(job)) == (Job.STATE_FAILED, "DIMENSION_MISMATCH")
    assert house.endpoint.counts.calls == 0


async def test_a_database_that_is_away_for_a_while_costs_no_vector(house: House) -> None:
    files = photos(60)
    async with proxied(house.vectors_config.host, house.vectors_config.port) as proxy:
        behind = replace(house.vectors_config, host="127.0.0.1", port=proxy.port)
        found = await scene(house, files, database=behind, dimension=DIMENSION)
        house.endpoint.settings.latency_ms = 50
        async with house.indexer(BOWERBIRD_INDEXER_BATCH_SIZE="1"):
            job = await found.start()
            await until(lambda: house.endpoint.counts.answered > 10)
            await proxy.close()
            await asyncio.sleep(0.5)  # the outage
            await proxy.open()
            job = await found.end(job)
    assert (job.state, job.progress.done) == (Job.STATE_SUCCEEDED, 60)
    await found.assert_indexed(files)
    assert max(house.endpoint.by_content.values()) == 1


async def test_a_database_that_stays_away_fails_the_job_and_ends_the_spending(house: House) -> None:
    async with proxied(house.vectors_config.host, house.vectors_config.port) as proxy:
        behind = replace(house.vectors_config, host="127.0.0.1", port=proxy.port)
        found = await scene(house, photos(60), database=behind, dimension=DIMENSION)
        house.endpoint.settings.latency_ms = 50
        async with house.indexer(BOWERBIRD_INDEXER_BATCH_SIZE="1", BOWERBIRD_INDEXER_DATABASE_PATIENCE_SECONDS="1"):
            job = await found.start()
            await until(lambda: house.endpoint.counts.answered > 10)
            await proxy.close()
            job = await found.end(job)
        assert (job.state, reason(job)) == (Job.STATE_FAILED, "DATABASE_UNAVAILABLE")
        assert house.endpoint.counts.calls < 60
