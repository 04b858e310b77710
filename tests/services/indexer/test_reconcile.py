"""Catalog and vector database are brought back in step."""

import pytest

from bowerbird.catalog.v1.job_pb2 import Job
from libs.rpc.names import file_id, parse_file_id
from libs.vectors.batches import Documents
from services.indexer.catalog import Catalog
from services.indexer.reconcile import Reconciled, reconcile
from tests.deadline import until
from tests.libs.vectors.samples import random_vectors
from tests.services.indexer.scene import DIMENSION, House, Scene, photos, scene


@pytest.fixture
async def indexed(house: House) -> Scene:
    """A scene with twelve files that are indexed."""
    found = await scene(house, photos(12), dimension=DIMENSION)
    assert (await found.run()).state == Job.STATE_SUCCEEDED
    house.endpoint.forget()
    return found


async def reconciled(found: Scene, job: Job) -> Reconciled:
    catalog = Catalog(found.house.catalog.service)
    target = (await catalog.index_job(job.name)).target
    async with found.table() as (database, table, _):
        return await reconcile(catalog, database, table, target)


async def add_stale(found: Scene, count: int) -> None:
    """Vectors of files that catalog never committed."""
    version_uid, _ = parse_file_id(next(iter(await found.vectors())))
    ids = [file_id(version_uid, 100_000 + number) for number in range(count)]
    async with found.table() as (database, table, index_set):
        await database.upsert(table, Documents(index_set, "d", "v1", ids, ids, random_vectors(count, DIMENSION)))


async def test_what_agrees_is_left_alone(indexed: Scene) -> None:
    job = await indexed.end(await indexed.start())
    revision = (await indexed.message()).revision
    assert await reconciled(indexed, job) == Reconciled(deleted=0, missing=0)
    assert (await indexed.message()).revision == revision
    assert len(await indexed.vectors()) == 12


async def test_vectors_that_the_database_lost_are_embedded_again_and_no_others(indexed: Scene) -> None:
    job = await indexed.end(await indexed.start())
    lost = list(await indexed.vectors())[:5]
    async with indexed.table() as (database, table, index_set):
        await database.delete(table, index_set, lost)
    assert await reconciled(indexed, job) == Reconciled(deleted=0, missing=5)
    assert await indexed.file_count() == 7
    assert await reconciled(indexed, job) == Reconciled(deleted=0, missing=0)
    job = await indexed.run()
    assert (job.state, job.progress.total, job.progress.done) == (Job.STATE_SUCCEEDED, 5, 5)
    assert sum(indexed.house.endpoint.by_content.values()) == 5
    assert len(await indexed.vectors()) == await indexed.file_count() == 12


async def test_vectors_of_no_file_are_deleted_and_those_of_other_index_sets_stay(indexed: Scene) -> None:
    job = await indexed.end(await indexed.start())
    await add_stale(indexed, 3)
    async with indexed.table() as (database, table, _):
        await database.upsert(table, Documents("other", "d", "v1", ["a"], ["a"], random_vectors(1, DIMENSION)))
        assert await reconciled(indexed, job) == Reconciled(deleted=3, missing=0)
        assert await database.count(table, "other") == 1
    assert len(await indexed.vectors()) == 12


async def test_nothing_is_deleted_while_a_job_may_be_about_to_commit_it(indexed: Scene) -> None:
    house = indexed.house
    before = await indexed.end(await indexed.start())
    await house.put(indexed.folder, {"new.jpg": photos(1)["photo-0.jpg"]})
    await indexed.scan()
    house.endpoint.misbehave("hang", count=None)
    async with house.indexer():
        job = await indexed.start()
        await until(lambda: house.endpoint.in_flight == 1)
        await add_stale(indexed, 2)
        assert await reconciled(indexed, before) == Reconciled(deleted=0, missing=0)
        await indexed.stop(job)
        await indexed.end(job)
        # Behind the stopped job they are deleted.
        await indexed.until_stored(12)
