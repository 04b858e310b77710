"""Indexing jobs from their creation to their end."""

import math

import numpy as np
import pytest

from bowerbird.catalog.v1.connection_pb2 import ModelServiceConfig
from bowerbird.catalog.v1.index_set_pb2 import METRIC_DOT_PRODUCT
from bowerbird.catalog.v1.job_pb2 import Job, JobMode
from tests.deadline import until
from tests.fakes.answers import vector_for
from tests.libs.images.samples import encoded, half_red_half_blue, orientation
from tests.services.indexer.scene import DIMENSION, House, photos, scene

SHAPES = [ModelServiceConfig.PROTOCOL_DASHSCOPE_EMBEDDING, ModelServiceConfig.PROTOCOL_EAS_EMBEDDING]


@pytest.mark.parametrize("protocol", SHAPES, ids=["dashscope", "eas"])
async def test_every_image_gets_the_vector_that_the_model_gives_it(
    house: House, protocol: ModelServiceConfig.Protocol.ValueType
) -> None:
    files = photos(20)
    found = await scene(house, files, protocol=protocol)
    job = await found.run()
    assert (job.state, job.progress.done, job.progress.failed) == (Job.STATE_SUCCEEDED, 20, 0)
    await found.assert_indexed(files)
    assert (await found.message()).dimension == DIMENSION
    # One call asked for the dimension; the others took batches of up to eight.
    assert house.endpoint.counts.calls <= 1 + math.ceil(20 / 8) + 1


async def test_the_dimension_of_the_connection_spares_asking_for_it(house: House) -> None:
    found = await scene(house, photos(3), dimension=DIMENSION)
    assert (await found.run()).state == Job.STATE_SUCCEEDED
    assert house.endpoint.counts.calls == 1


async def test_with_the_dot_product_vectors_keep_their_length(house: House) -> None:
    files = photos(1)
    found = await scene(house, files, metric=METRIC_DOT_PRODUCT)
    assert (await found.run()).state == Job.STATE_SUCCEEDED
    (vector,) = (await found.vectors()).values()
    expected = vector_for(await house.shown(files["photo-0.jpg"]), DIMENSION)
    np.testing.assert_allclose(vector, expected, rtol=1e-6)


async def test_any_format_and_orientation_is_sent_as_an_upright_jpeg_and_its_size_is_kept(house: House) -> None:
    image = half_red_half_blue((64, 32))
    files = {
        "turned.jpg": encoded(image, "JPEG", exif=orientation(6)),
        "a b/päth #1?.png": encoded(image, "PNG"),
        "animated.GIF": encoded(image, "GIF"),
        "scan.tiff": encoded(image, "TIFF"),
        "small.webp": encoded(image, "WEBP"),
        "old.bmp": encoded(image, "BMP"),
    }
    found = await scene(house, files)
    job = await found.run()
    assert (job.state, job.progress.done) == (Job.STATE_SUCCEEDED, len(files))
    await found.assert_indexed(files)
    sizes = {file.path: (file.width_px, file.height_px) for file in await found.files()}
    assert sizes.pop("turned.jpg") == (32, 64)
    assert set(sizes.values()) == {(64, 32)}


async def test_broken_images_fail_alone_each_with_its_reason(house: House) -> None:
    good = photos(9)
    bad = {
        "empty.jpg": b"",
        "text.png": b"not an image at all",
        "cut.jpg": good["photo-0.jpg"][: len(good["photo-0.jpg"]) // 2],
    }
    found = await scene(house, good | bad)
    job = await found.run()
    assert (job.state, job.progress.done, job.progress.failed) == (Job.STATE_PARTIALLY_FAILED, 9, 3)
    assert await found.failures(job) == {
        "empty.jpg": "IMAGE_EMPTY",
        "text.png": "IMAGE_FORMAT_UNSUPPORTED",
        "cut.jpg": "IMAGE_CORRUPT",
    }
    await found.assert_indexed(good)


async def test_an_object_that_changed_since_the_scan_waits_for_the_next_one(house: House) -> None:
    files = photos(3)
    found = await scene(house, files)
    newer = photos(1)
    await house.put(found.folder, newer)
    job = await found.run()
    assert await found.failures(job) == {"photo-0.jpg": "OBJECT_CHANGED"}
    await found.scan()
    job = await found.run()
    assert (job.state, job.progress.total) == (Job.STATE_SUCCEEDED, 1)
    await found.assert_indexed(files | newer)


async def test_an_incremental_job_embeds_what_is_new_and_clears_away_what_is_gone(house: House) -> None:
    files = photos(10)
    found = await scene(house, files)
    await found.run()
    house.endpoint.forget()
    assert (await found.run()).progress.total == 0
    assert house.endpoint.counts.calls == 0

    changed = photos(2)
    added = {"new.jpg": photos(1)["photo-0.jpg"]}
    await house.put(found.folder, changed | added)
    await house.remove(found.folder, "photo-9.jpg")
    await found.scan()
    async with house.indexer():
        job = await found.end(await found.start())
        assert (job.state, job.progress.total, job.progress.done) == (Job.STATE_SUCCEEDED, 3, 3)
        now = {name: content for name, content in (files | changed | added).items() if name != "photo-9.jpg"}
        await found.until_stored(len(now))
    await found.assert_indexed(now)
    assert sum(house.endpoint.by_content.values()) == 3


async def test_a_full_job_embeds_everything_again(house: House) -> None:
    files = photos(6)
    found = await scene(house, files)
    await found.run()
    async with found.table() as (database, table, index_set):
        await database.delete_index_set(table, index_set)
    job = await found.run(mode=JobMode.JOB_MODE_FULL)
    assert (job.state, job.progress.done) == (Job.STATE_SUCCEEDED, 6)
    await found.assert_indexed(files)


async def test_no_more_calls_are_in_flight_than_the_job_allows(house: House) -> None:
    found = await scene(house, photos(40), dimension=DIMENSION)
    house.endpoint.settings.latency_ms = 100
    async with house.indexer(BOWERBIRD_INDEXER_BATCH_SIZE="2"):
        job = await found.end(await found.start(max_concurrency=3))
    assert job.state == Job.STATE_SUCCEEDED
    assert house.endpoint.counts.most_in_flight == 3


async def test_a_stop_ends_calls_in_flight_and_keeps_what_was_done(house: House) -> None:
    found = await scene(house, photos(30), dimension=DIMENSION)
    house.endpoint.misbehave("hang", count=None, batch_over=1)
    async with house.indexer(BOWERBIRD_INDEXER_BATCH_SIZE="4"):
        job = await found.start(max_concurrency=2)
        await until(lambda: house.endpoint.in_flight == 2)
        await found.stop(job)
        job = await found.end(job, seconds=8)
        assert job.state == Job.STATE_STOPPED
        await until(lambda: house.endpoint.in_flight == 0, seconds=5)
    assert house.endpoint.counts.cancelled == 2
    house.endpoint.reset()
    assert (await found.run()).state == Job.STATE_SUCCEEDED


async def test_several_indexers_share_a_job(house: House) -> None:
    files = photos(150)
    found = await scene(house, files, dimension=DIMENSION)
    house.endpoint.settings.latency_ms = 50
    async with house.indexer(), house.indexer(), house.indexer():
        job = await found.end(await found.start(max_concurrency=2))
    assert (job.state, job.progress.done) == (Job.STATE_SUCCEEDED, 150)
    await found.assert_indexed(files)
    assert max(house.endpoint.by_content.values()) == 1
