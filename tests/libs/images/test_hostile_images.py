"""What a hostile or broken image costs: itself, with a reason, and nothing else."""

import asyncio
import contextlib
import functools
import os
import signal
import time
from collections.abc import AsyncIterator

import psutil
import pytest
import pytest_asyncio
from PIL import Image

from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.images.errors import ImageDecoderDied, ImageDecodeTimeout, ImageError, ImageTooLarge
from libs.images.pool import ImagePool
from libs.images.process import ImageLimits
from tests.libs.images.samples import encoded, half_red_half_blue, noise, png_header


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pool() -> AsyncIterator[ImagePool]:
    async with ImagePool(processes=2) as pool:
        yield pool


async def reason_of(pool: ImagePool, data: bytes) -> str:
    with pytest.raises(ImageError) as caught:
        await pool.prepare(data, max_side_px=100)
    assert ErrorReason.Name(caught.value.reason).startswith("ERROR_REASON_IMAGE_")
    return caught.value.reason_name.removeprefix("IMAGE_")


def decoders() -> set[int]:
    """The process ids of all decoders that live below this process."""
    found = set()
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess):
            if "libs.images.decoder" in child.cmdline():
                found.add(child.pid)
    return found


@functools.cache
def slow_image() -> bytes:
    """It takes a second or so to bring this to 2,900 pixels."""
    return encoded(noise((3000, 3000)), "PNG", compress_level=1)


async def test_no_bytes_are_an_empty_image(pool: ImagePool) -> None:
    assert await reason_of(pool, b"") == "EMPTY"


@pytest.mark.parametrize(
    "data",
    [b"just some words", b"\0" * 1000, b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7 ...", b"GIF"],
    ids=["text", "zeros", "svg", "pdf", "three bytes"],
)
async def test_what_is_not_an_image_is_unsupported(pool: ImagePool, data: bytes) -> None:
    assert await reason_of(pool, data) == "FORMAT_UNSUPPORTED"


@pytest.mark.parametrize("format_name", ["ICO", "PPM", "TGA", "JPEG2000", "PDF", "EPS"])
async def test_a_format_that_is_not_allowed_is_unsupported(pool: ImagePool, format_name: str) -> None:
    assert await reason_of(pool, encoded(half_red_half_blue(), format_name)) == "FORMAT_UNSUPPORTED"


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP"])
@pytest.mark.parametrize("kept", [0.3, 0.7])
async def test_a_truncated_image_is_corrupt(pool: ImagePool, format_name: str, kept: float) -> None:
    data = encoded(noise((200, 100)), format_name)
    assert await reason_of(pool, data[: int(len(data) * kept)]) == "CORRUPT"


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP"])
async def test_a_bare_signature_is_corrupt(pool: ImagePool, format_name: str) -> None:
    assert await reason_of(pool, encoded(noise((200, 100)), format_name)[:16]) == "CORRUPT"


async def test_a_decompression_bomb_is_refused_by_its_header_with_the_size_named(pool: ImagePool) -> None:
    begun = time.monotonic()
    with pytest.raises(ImageTooLarge, match="60000 x 60000 = 3600000000 pixels; at most 50000000") as caught:
        await pool.prepare(png_header(60000, 60000), max_side_px=100)
    assert caught.value.details == {"value": "60000 x 60000 = 3600000000 pixels", "limit": "50000000"}
    assert time.monotonic() - begun < 5


async def test_too_many_bytes_are_refused_without_a_decoder() -> None:
    before = decoders()
    async with ImagePool(processes=1, limits=ImageLimits(size_bytes=1000)) as pool:
        with pytest.raises(ImageTooLarge, match="bytes; at most 1000"):
            await pool.prepare(encoded(noise((100, 100)), "PNG"), max_side_px=100)
        assert decoders() == before


async def test_an_image_that_needs_too_much_memory_costs_only_itself() -> None:
    large = encoded(Image.new("RGBA", (6000, 6000)), "PNG", compress_level=1)
    async with ImagePool(processes=1, limits=ImageLimits(memory_bytes=48 * 1024 * 1024)) as pool:
        with pytest.raises(ImageDecoderDied, match="more memory than allowed"):
            await pool.prepare(large, max_side_px=100)
        assert (await pool.prepare(encoded(half_red_half_blue(), "PNG"), max_side_px=100)).width_px == 40


async def test_the_largest_allowed_image_with_transparency_fits_into_the_memory_limit() -> None:
    large = encoded(Image.new("RGBA", (7000, 7000), (1, 2, 3, 128)), "PNG", compress_level=1)
    async with ImagePool(processes=1, limits=ImageLimits(decode_seconds=60)) as pool:
        assert (await pool.prepare(large, max_side_px=1024)).height_px == 7000


async def test_an_image_that_decodes_too_slowly_is_given_up_and_costs_only_itself() -> None:
    slow = slow_image()
    async with ImagePool(processes=1, limits=ImageLimits(decode_seconds=30)) as pool:
        await pool.prepare(encoded(half_red_half_blue(), "PNG"), max_side_px=100)
        pool.limits = ImageLimits(decode_seconds=0.05)
        with pytest.raises(ImageDecodeTimeout, match=r"0\.05 s"):
            await pool.prepare(slow, max_side_px=2900)
        pool.limits = ImageLimits()
        assert (await pool.prepare(encoded(half_red_half_blue(), "PNG"), max_side_px=100)).width_px == 40


async def test_a_decoder_that_is_killed_once_is_replaced_and_its_image_is_tried_again() -> None:
    slow = slow_image()
    before = decoders()
    async with ImagePool(processes=1) as pool:
        await pool.prepare(encoded(half_red_half_blue(), "PNG"), max_side_px=100)
        (decoder,) = decoders() - before
        call = asyncio.create_task(pool.prepare(slow, max_side_px=2900))
        await asyncio.sleep(0)
        os.kill(decoder, signal.SIGKILL)
        assert (await call).width_px == 3000
        assert decoder not in decoders()


async def test_an_image_that_kills_two_decoders_fails_with_the_signal_named() -> None:
    before = decoders()
    async with ImagePool(processes=1) as pool:

        async def kill_every_decoder() -> None:
            while True:
                for decoder in decoders() - before:
                    os.kill(decoder, signal.SIGKILL)
                await asyncio.sleep(0.01)

        killer = asyncio.create_task(kill_every_decoder())
        with pytest.raises(ImageDecoderDied, match="signal SIGKILL"):
            await pool.prepare(slow_image(), max_side_px=2900)
        killer.cancel()
        assert (await pool.prepare(encoded(half_red_half_blue(), "PNG"), max_side_px=100)).width_px == 40


async def test_a_cancelled_call_ends_at_once_and_frees_its_place() -> None:
    slow = slow_image()
    async with ImagePool(processes=1) as pool:
        call = asyncio.create_task(pool.prepare(slow, max_side_px=2900))
        await asyncio.sleep(0.05)
        begun = time.monotonic()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert time.monotonic() - begun < 1
        assert (await pool.prepare(encoded(half_red_half_blue(), "PNG"), max_side_px=100)).width_px == 40


async def test_more_calls_than_processes_wait_their_turn_and_all_are_answered() -> None:
    data = [encoded(noise((100 + n, 50)), "JPEG") for n in range(40)]
    before = decoders()
    async with ImagePool(processes=2) as pool:
        prepared = await asyncio.gather(*(pool.prepare(one, max_side_px=1000) for one in data))
        assert 1 <= len(decoders() - before) <= 2
    assert [one.width_px for one in prepared] == [100 + n for n in range(40)]


async def test_a_decoder_does_not_inherit_the_secrets_of_its_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOWERBIRD_SECRET", "s3cret")
    before = decoders()
    async with ImagePool(processes=1) as pool:
        await pool.prepare(encoded(half_red_half_blue(), "PNG"), max_side_px=100)
        (decoder,) = decoders() - before
        assert "BOWERBIRD_SECRET" not in psutil.Process(decoder).environ()


async def test_a_closed_pool_leaves_no_process_behind() -> None:
    before = decoders()
    async with ImagePool(processes=2) as pool:
        await asyncio.gather(*(pool.prepare(encoded(noise((200, 200)), "PNG"), max_side_px=100) for _ in range(8)))
        assert len(decoders() - before) == 2
    assert decoders() == before
