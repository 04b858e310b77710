"""Every kind of image that a bucket may hold comes out upright, small, flat and in RGB."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from PIL import Image

from libs.images.pool import ImagePool
from tests.libs.images.samples import BLUE, RED, encoded, half_red_half_blue, is_near, noise, opened, orientation


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pool() -> AsyncIterator[ImagePool]:
    async with ImagePool(processes=2) as pool:
        yield pool


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP"])
async def test_each_allowed_format_is_prepared(pool: ImagePool, format_name: str) -> None:
    prepared = await pool.prepare(encoded(half_red_half_blue(), format_name), max_side_px=100)
    image = opened(prepared.data)
    assert (prepared.width_px, prepared.height_px, prepared.media_type) == (40, 20, "image/jpeg")
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (40, 20))
    assert is_near(image.getpixel((3, 10)), RED)
    assert is_near(image.getpixel((36, 10)), BLUE)


async def test_png_can_be_asked_for(pool: ImagePool) -> None:
    prepared = await pool.prepare(encoded(half_red_half_blue(), "PNG"), max_side_px=100, format="png")
    image = opened(prepared.data)
    assert (image.format, prepared.media_type) == ("PNG", "image/png")
    assert image.getpixel((3, 10)) == RED


async def test_bare_pixels_can_be_asked_for(pool: ImagePool) -> None:
    prepared = await pool.prepare(encoded(half_red_half_blue(), "PNG"), max_side_px=100, format="ppm")
    assert prepared.media_type == "image/x-portable-pixmap"
    assert prepared.data == b"P6\n40 20\n255\n" + half_red_half_blue().tobytes()


@pytest.mark.parametrize(
    ("size", "expected"), [((1000, 500), (100, 50)), ((300, 900), (33, 100)), ((60, 40), (60, 40))]
)
async def test_an_image_is_downscaled_to_the_largest_side_and_never_enlarged(
    pool: ImagePool, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    prepared = await pool.prepare(encoded(noise(size), "JPEG"), max_side_px=100)
    assert (prepared.width_px, prepared.height_px) == size
    assert opened(prepared.data).size == expected


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize(
    ("value", "red_at"),
    [
        (1, "left"),
        (2, "right"),
        (3, "right"),
        (4, "left"),
        (5, "top"),
        (6, "top"),
        (7, "bottom"),
        (8, "bottom"),
    ],
)
async def test_a_rotated_image_is_turned_upright(pool: ImagePool, format_name: str, value: int, red_at: str) -> None:
    data = encoded(half_red_half_blue((400, 200)), format_name, exif=orientation(value))
    prepared = await pool.prepare(data, max_side_px=40)
    image = opened(prepared.data)
    upright = (400, 200) if value < 5 else (200, 400)
    assert (prepared.width_px, prepared.height_px) == upright
    assert image.size == (upright[0] // 10, upright[1] // 10)
    middle = (image.width // 2, image.height // 2)
    pixel = {"left": (2, middle[1]), "right": (image.width - 3, middle[1]), "top": (middle[0], 2)}.get(
        red_at, (middle[0], image.height - 3)
    )
    assert is_near(image.getpixel(pixel), RED)


async def test_broken_exif_does_not_spoil_good_pixels(pool: ImagePool) -> None:
    data = encoded(half_red_half_blue(), "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xffgarbage")
    assert (await pool.prepare(data, max_side_px=100)).width_px == 40


async def test_metadata_does_not_leave_with_the_pixels(pool: ImagePool) -> None:
    exif = Image.Exif()
    exif[0x010E] = "the place where it was taken"
    prepared = await pool.prepare(encoded(half_red_half_blue(), "JPEG", exif=exif), max_side_px=100)
    assert b"the place" not in prepared.data
    assert not opened(prepared.data).getexif()


@pytest.mark.parametrize("format_name", ["PNG", "WEBP", "TIFF", "GIF"])
async def test_transparency_is_flattened_on_white(pool: ImagePool, format_name: str) -> None:
    image = Image.new("RGBA", (40, 20), (0, 0, 0, 0))
    image.paste((*RED, 255), (0, 0, 20, 20))
    prepared = opened((await pool.prepare(encoded(image, format_name), max_side_px=100)).data)
    assert is_near(prepared.getpixel((3, 10)), RED)
    assert is_near(prepared.getpixel((36, 10)), (255, 255, 255))


async def test_a_palette_with_a_transparent_colour_is_flattened_on_white(pool: ImagePool) -> None:
    data = encoded(half_red_half_blue().quantize(2), "PNG", transparency=0)
    prepared = opened((await pool.prepare(data, max_side_px=100)).data)
    assert any(is_near(prepared.getpixel((x, 10)), (255, 255, 255)) for x in (3, 36))


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA"])
async def test_images_with_few_colours_become_rgb(pool: ImagePool, mode: str) -> None:
    image = Image.new("L", (40, 20), 0)
    image.paste(255, (0, 0, 20, 20))
    prepared = opened((await pool.prepare(encoded(image.convert(mode), "PNG"), max_side_px=100)).data)
    assert is_near(prepared.getpixel((3, 10)), (255, 255, 255))
    assert is_near(prepared.getpixel((36, 10)), (0, 0, 0))


async def test_cmyk_becomes_rgb(pool: ImagePool) -> None:
    prepared = opened((await pool.prepare(encoded(half_red_half_blue(mode="CMYK"), "JPEG"), max_side_px=100)).data)
    assert prepared.mode == "RGB"
    assert is_near(prepared.getpixel((3, 10)), RED)


@pytest.mark.parametrize("format_name", ["PNG", "TIFF"])
async def test_16_bit_grey_keeps_its_brightness(pool: ImagePool, format_name: str) -> None:
    image = Image.new("I;16", (40, 20), 32768)
    prepared = opened((await pool.prepare(encoded(image, format_name), max_side_px=100)).data)
    assert is_near(prepared.getpixel((20, 10)), (128, 128, 128))


async def test_float_pixels_between_0_and_1_keep_their_brightness(pool: ImagePool) -> None:
    image = Image.new("F", (40, 20), 0.5)
    image.paste(1.0, (0, 0, 4, 20))
    prepared = opened((await pool.prepare(encoded(image, "TIFF"), max_side_px=100)).data)
    assert is_near(prepared.getpixel((30, 10)), (128, 128, 128))


@pytest.mark.parametrize("format_name", ["GIF", "WEBP", "PNG", "TIFF"])
async def test_of_an_animation_the_first_frame_is_taken(pool: ImagePool, format_name: str) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in (RED, BLUE, BLUE)]
    data = encoded(frames[0], format_name, save_all=True, append_images=frames[1:])
    assert is_near(opened((await pool.prepare(data, max_side_px=100)).data).getpixel((10, 10)), RED)


async def test_a_single_pixel_is_an_image(pool: ImagePool) -> None:
    prepared = await pool.prepare(encoded(Image.new("RGB", (1, 1), RED), "PNG"), max_side_px=100)
    assert (prepared.width_px, prepared.height_px) == (1, 1)
    assert opened(prepared.data).size == (1, 1)


async def test_an_image_of_one_pixel_height_survives_downscaling(pool: ImagePool) -> None:
    prepared = await pool.prepare(encoded(Image.new("RGB", (3000, 1), RED), "PNG"), max_side_px=100)
    assert opened(prepared.data).size == (100, 1)
