"""Tagging jobs from the bucket to the tags of each file, with an endpoint that misbehaves on command."""

import asyncio
import os
import sys
import time

import pytest
from PIL import Image

from bowerbird.catalog.v1.job_pb2 import Job
from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from tests.deadline import until
from tests.fakes.answers import definition_in
from tests.libs.images.samples import encoded, half_red_half_blue, noise, png_header
from tests.services.tagger.scene import DEFINITION, FULL, Studio, has_ended, photos, scene


async def test_every_file_gets_the_tags_that_the_model_answers(studio: Studio) -> None:
    files = photos(150)
    scenery = await scene(studio, files)
    job = await scenery.run()
    assert (job.state, job.progress.done, job.progress.failed) == (Job.STATE_SUCCEEDED, 150, 0)
    found = await scenery.files()
    for path, content in files.items():
        assert set(found[path].tags.ai) == await studio.expected(content)
        assert (found[path].width_px, found[path].height_px) == (48, 32)
    assert studio.endpoint.counts.calls == 150
    assert set(studio.endpoint.by_content.values()) == {1}
    assert studio.endpoint.counts.most_in_flight <= 4
    spent = studio.endpoint.counts
    assert (job.progress.input_tokens, job.progress.output_tokens) == (spent.input_tokens, spent.output_tokens)


async def test_names_of_all_sorts_are_read(studio: Studio) -> None:
    names = [
        "a b.jpg",
        'it\'s "quoted".jpg',
        "büro/größe.jpg",
        "鳥/写真.jpg",
        "per%20cent+plus?#.jpg",
        "line\nbreak.jpg",
    ]
    names.append("/".join(["x" * 120] * 8) + ".jpg")
    scenery = await scene(studio, {name: encoded(noise((48, 32)), "JPEG") for name in names})
    job = await scenery.run()
    assert (job.state, job.progress.done) == (Job.STATE_SUCCEEDED, len(names))
    assert set(await scenery.results(job)) == set(names)


async def test_a_second_job_pays_for_nothing(studio: Studio) -> None:
    scenery = await scene(studio, photos(30))
    await scenery.run()
    studio.endpoint.forget()
    incremental = await scenery.run()
    assert (incremental.state, incremental.progress.total) == (Job.STATE_SUCCEEDED, 0)
    full = await scenery.run(mode=FULL)
    assert (full.state, full.progress.done, full.progress.reused) == (Job.STATE_SUCCEEDED, 30, 30)
    assert studio.endpoint.counts.calls == 0


async def test_only_new_and_changed_files_are_paid_for(studio: Studio) -> None:
    files = photos(20)
    scenery = await scene(studio, files)
    await scenery.run()
    studio.endpoint.forget()
    changed = {"photo-0003.jpg": encoded(noise((48, 32)), "JPEG"), "new.png": encoded(noise((48, 32)), "PNG")}
    await studio.put(scenery.folder, changed)
    await scenery.scan()
    job = await scenery.run()
    assert (job.progress.total, job.progress.done) == (2, 2)
    assert studio.endpoint.counts.calls == 2
    found = await scenery.files()
    assert set(found["photo-0003.jpg"].tags.ai) == await studio.expected(changed["photo-0003.jpg"])


async def test_equal_files_are_paid_for_once(studio: Studio) -> None:
    studio.endpoint.settings.latency_ms = 50
    content = encoded(noise((48, 32)), "JPEG")
    scenery = await scene(studio, {f"copy-{number}.jpg": content for number in range(12)})
    job = await scenery.run()
    assert (job.state, job.progress.done, job.progress.reused) == (Job.STATE_SUCCEEDED, 12, 11)
    assert studio.endpoint.counts.calls == 1


async def test_files_that_cannot_be_used_fail_with_their_reasons_and_the_others_are_tagged(studio: Studio) -> None:
    good = encoded(noise((48, 32)), "JPEG")
    files = {
        "truncated.jpg": encoded(noise((300, 300)), "JPEG")[:4000],
        "empty.jpg": b"",
        "words.png": b"just some words",
        "bomb.png": png_header(60000, 60000),
        "one pixel.png": encoded(Image.new("RGB", (1, 1)), "PNG"),
        "16 bit.tiff": encoded(Image.new("I;16", (30, 20), 40000), "TIFF"),
        "cmyk.jpg": encoded(half_red_half_blue(mode="CMYK"), "JPEG"),
        "animated.gif": encoded(noise((20, 20)), "GIF", save_all=True, append_images=[noise((20, 20))] * 3),
        "good.JPEG": good,
    }
    scenery = await scene(studio, files)
    job = await scenery.run()
    assert job.state == Job.STATE_PARTIALLY_FAILED
    assert await scenery.failures(job) == {
        "truncated.jpg": "IMAGE_CORRUPT",
        "empty.jpg": "IMAGE_EMPTY",
        "words.png": "IMAGE_FORMAT_UNSUPPORTED",
        "bomb.png": "IMAGE_TOO_LARGE",
    }
    assert job.progress.done == 5


async def test_a_wrong_answer_is_asked_for_once_more(studio: Studio) -> None:
    files = photos(6)
    scenery = await scene(studio, files)
    studio.endpoint.misbehave("prose", count=3)
    job = await scenery.run()
    assert (job.state, job.progress.done) == (Job.STATE_SUCCEEDED, 6)
    assert studio.endpoint.counts.calls == 9
    assert job.progress.input_tokens == studio.endpoint.counts.input_tokens


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("prose", "TAG_ANSWER_MALFORMED"),
        ("half_json", "TAG_ANSWER_MALFORMED"),
        ("unknown_tag", "TAG_ANSWER_UNKNOWN_TAG"),
        ("no_content", "MODEL_RESPONSE_INVALID"),
        ("not_json", "MODEL_RESPONSE_INVALID"),
    ],
)
async def test_an_answer_that_stays_wrong_fails_its_file_alone(studio: Studio, kind: str, reason: str) -> None:
    files = photos(5)
    scenery = await scene(studio, files)
    studio.endpoint.misbehave(kind, sha256=await studio.shown(files["photo-0002.jpg"]))
    job = await scenery.run()
    assert (job.state, job.progress.done) == (Job.STATE_PARTIALLY_FAILED, 4)
    assert await scenery.failures(job) == {"photo-0002.jpg": reason}
    failed = (await scenery.results(job))["photo-0002.jpg"]
    if reason.startswith("TAG_ANSWER"):
        assert failed.answer
        assert failed.answer[:20] in failed.message
        # What it cost is counted, and the next job asks again.
        assert job.progress.input_tokens == studio.endpoint.counts.input_tokens
    studio.endpoint.reset()
    again = await scenery.run()
    assert (again.state, again.progress.total, again.progress.done) == (Job.STATE_SUCCEEDED, 1, 1)
    assert studio.endpoint.counts.calls == 1


async def test_an_image_that_the_model_refuses_fails_with_the_models_words(studio: Studio) -> None:
    files = photos(4)
    scenery = await scene(studio, files)
    shown = await studio.shown(files["photo-0001.jpg"])
    studio.endpoint.misbehave("status", status=400, code="DataInspectionFailed", message="indecent", sha256=shown)
    job = await scenery.run()
    assert await scenery.failures(job) == {"photo-0001.jpg": "MODEL_REQUEST_REFUSED"}
    assert "indecent" in (await scenery.results(job))["photo-0001.jpg"].message


async def test_hiccups_of_the_endpoint_cost_time_and_no_file(studio: Studio) -> None:
    scenery = await scene(studio, photos(40))
    for kind, how in (("status", {"status": 500}), ("drop", {}), ("status", {"status": 429, "retry_after": "1"})):
        studio.endpoint.misbehave(kind, count=2, **how)
    job = await scenery.run()
    assert (job.state, job.progress.done) == (Job.STATE_SUCCEEDED, 40)


async def test_a_rate_limit_is_obeyed(studio: Studio) -> None:
    scenery = await scene(studio, photos(40))
    studio.endpoint.settings.calls_per_second = 15
    job = await scenery.run()
    assert (job.state, job.progress.done) == (Job.STATE_SUCCEEDED, 40)
    assert studio.endpoint.counts.rate_limited > 0
    assert studio.endpoint.counts.too_early <= 4 * studio.endpoint.counts.rate_limited


async def test_a_wrong_key_fails_the_job_at_once_and_is_not_shown(studio: Studio) -> None:
    studio.endpoint.settings.api_key = "right"
    scenery = await scene(studio, photos(40), api_key="sk-wrong")
    job = await scenery.run()
    assert (job.state, job.reason) == (Job.STATE_FAILED, ErrorReason.ERROR_REASON_MODEL_ACCESS_DENIED)
    assert "sk-wrong" not in job.message
    assert studio.endpoint.counts.calls <= 8


async def test_an_endpoint_that_nobody_serves_fails_the_job_and_not_a_million_files(studio: Studio) -> None:
    scenery = await scene(studio, photos(100), base_url="http://127.0.0.1:9/v1")
    job = await scenery.run()
    assert (job.state, job.reason) == (Job.STATE_FAILED, ErrorReason.ERROR_REASON_MODEL_UNAVAILABLE)
    assert "127.0.0.1:9" in job.message
    assert job.progress.failed < 20


async def test_an_address_that_the_tagger_may_not_call_fails_the_job(studio: Studio) -> None:
    scenery = await scene(studio, photos(3))
    # Object storage is on this machine, too, and comes first.
    async with studio.tagger(BOWERBIRD_TAGGER_ALLOWED_ADDRESSES='["public"]'):
        job = await scenery.when(await scenery.start(), has_ended)
    assert (job.state, job.reason) == (Job.STATE_FAILED, ErrorReason.ERROR_REASON_ADDRESS_NOT_ALLOWED)
    assert studio.endpoint.counts.calls == 0


async def test_a_stop_ends_calls_within_5_seconds_and_keeps_what_was_paid_for(studio: Studio) -> None:
    scenery = await scene(studio, photos(60))
    studio.endpoint.misbehave("hang", skip=10)
    async with studio.tagger():
        job = await scenery.start()
        await scenery.when(job, lambda found: found.progress.done == 10)
        await until(lambda: studio.endpoint.in_flight == 4)
        await scenery.stop(job)
        begun = time.monotonic()
        await until(lambda: studio.endpoint.in_flight == 0)
        found = await scenery.when(job, has_ended)
        assert time.monotonic() - begun < 5
    assert found.state == Job.STATE_STOPPED
    assert found.progress.done == 10
    studio.endpoint.reset()
    again = await scenery.run()
    assert (again.state, again.progress.done) == (Job.STATE_SUCCEEDED, 50)
    assert studio.endpoint.counts.calls == 50


async def test_a_killed_tagger_costs_its_calls_in_flight_and_its_last_batch(studio: Studio) -> None:
    studio.endpoint.settings.latency_ms = 20
    scenery = await scene(studio, photos(300))
    job = await scenery.start()
    first = await studio.tagger_process()
    await scenery.when(job, lambda found: found.progress.done >= 60)
    await first.kill()
    second = await studio.tagger_process()
    found = await scenery.when(job, has_ended)
    assert (found.state, found.progress.done, found.progress.failed) == (Job.STATE_SUCCEEDED, 300, 0)
    assert len(await scenery.results(job)) == 300
    assert studio.endpoint.counts.calls <= 300 + 4 + 32
    await second.stop()
    assert second.returncode == 0


async def test_the_guide_prompt_and_the_definition_reach_the_model(studio: Studio) -> None:
    scenery = await scene(studio, photos(1), guide_prompt="You look at photos of parking lots.")
    await scenery.run()
    assert studio.endpoint.last_text.startswith("You look at photos of parking lots.\n")
    assert definition_in(studio.endpoint.last_text) == DEFINITION


async def test_a_missing_setting_is_named(studio: Studio) -> None:
    assert await ended_with(studio, BOWERBIRD_TAGGER_SERVICE_TOKEN=None) == (
        2,
        "BOWERBIRD_TAGGER_SERVICE_TOKEN: Field required\n",
    )


async def test_a_token_that_catalog_does_not_know_ends_the_process_with_the_reason(studio: Studio) -> None:
    status, told = await ended_with(studio, BOWERBIRD_TAGGER_SERVICE_TOKEN="wrong")
    assert status == 1
    assert "tagger ends: " in told
    assert "wrong" not in told


async def ended_with(studio: Studio, **changed: str | None) -> tuple[int | None, str]:
    """Exit status and standard error of a tagger with these settings."""
    environment = {name: value for name, value in (studio.environment | changed).items() if value is not None}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.tagger", stderr=asyncio.subprocess.PIPE, env={**os.environ, **environment}
    )
    _, told = await asyncio.wait_for(process.communicate(), 30)
    return process.returncode, told.decode()
