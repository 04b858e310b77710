"""Thumbnails have exactly the size of their shape, the colours that the file means, and nothing else of the file."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from PIL import Image, ImageCms

from libs.images.pool import ImagePool
from libs.images.shape import Fit, Shape
from tests.libs.images.samples import BLUE, RED, encoded, half_red_half_blue, is_near, noise, opened, orientation

WHITE = (255, 255, 255)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pool() -> AsyncIterator[ImagePool]:
    async with ImagePool(processes=2) as pool:
        yield pool


@pytest.mark.parametrize("format_name", ["JPEG", "PNG"])
@pytest.mark.parametrize(
    ("size", "shape", "expected"),
    [
        ((400, 300), Shape(Fit.INSIDE, 2048, 2048, percent=50), (200, 150)),
        ((4001, 3000), Shape(Fit.INSIDE, 2048, 2048, percent=100), (2048, 1536)),
        ((3, 3), Shape(Fit.INSIDE, 2048, 2048, percent=1), (1, 1)),
        ((1000, 700), Shape(Fit.INSIDE, 200, 2048), (200, 140)),
        ((100, 70), Shape(Fit.INSIDE, 200, 2048), (100, 70)),
        ((20, 3000), Shape(Fit.INSIDE, 200, 2048), (14, 2048)),
        ((1000, 700), Shape(Fit.INSIDE, 2048, 100), (143, 100)),
        ((1000, 500), Shape(Fit.PAD, 100, 80), (100, 80)),
        ((10, 10), Shape(Fit.PAD, 100, 80), (100, 80)),
        ((1000, 500), Shape(Fit.FILL, 100, 80), (100, 80)),
        ((10, 10), Shape(Fit.FILL, 100, 80), (100, 80)),
        ((1999, 7), Shape(Fit.FILL, 3, 1001), (3, 1001)),
        ((1000, 500), Shape(Fit.FIXED, 17, 2048), (17, 2048)),
    ],
)
async def test_a_thumbnail_has_the_size_of_its_shape(
    pool: ImagePool, format_name: str, size: tuple[int, int], shape: Shape, expected: tuple[int, int]
) -> None:
    made = await pool.thumbnail(encoded(noise(size), format_name), shape)
    image = opened(made.data)
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", expected)
    assert (made.width_px, made.height_px, made.media_type) == (*size, "image/jpeg")


async def test_padding_has_its_colour_and_the_image_stands_in_its_middle(pool: ImagePool) -> None:
    shape = Shape(Fit.PAD, 100, 100, colour=(0, 200, 0))
    image = opened((await pool.thumbnail(encoded(half_red_half_blue((80, 40)), "PNG"), shape)).data)
    assert is_near(image.getpixel((50, 10)), (0, 200, 0))
    assert is_near(image.getpixel((4, 50)), (0, 200, 0))
    assert is_near(image.getpixel((20, 50)), RED)
    assert is_near(image.getpixel((80, 50)), BLUE)


async def test_filling_keeps_the_middle_undistorted(pool: ImagePool) -> None:
    drawn = Image.new("RGB", (300, 100), WHITE)
    drawn.paste(RED, (100, 0, 200, 100))
    image = opened((await pool.thumbnail(encoded(drawn, "JPEG"), Shape(Fit.FILL, 50, 50))).data)
    assert all(is_near(image.getpixel(at), RED) for at in ((3, 3), (46, 3), (25, 25), (46, 46)))


async def test_fixed_shows_all_of_the_image(pool: ImagePool) -> None:
    image = opened((await pool.thumbnail(encoded(half_red_half_blue(), "JPEG"), Shape(Fit.FIXED, 50, 50))).data)
    assert is_near(image.getpixel((10, 25)), RED)
    assert is_near(image.getpixel((40, 25)), BLUE)


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("fit", [Fit.INSIDE, Fit.PAD, Fit.FILL, Fit.FIXED])
async def test_the_shape_is_that_of_the_upright_image(pool: ImagePool, format_name: str, fit: Fit) -> None:
    data = encoded(half_red_half_blue((400, 200)), format_name, exif=orientation(6))  # turned right: red comes on top
    made = await pool.thumbnail(data, Shape(fit, 60, 120))
    image = opened(made.data)
    assert (made.width_px, made.height_px, image.size) == (200, 400, (60, 120))
    assert is_near(image.getpixel((30, 30)), RED)
    assert is_near(image.getpixel((30, 90)), BLUE)


@pytest.mark.parametrize("format_name", ["JPEG", "PNG"])
async def test_the_colours_are_those_that_the_profile_means(pool: ImagePool, format_name: str) -> None:
    # A profile whose red is the blue of sRGB.
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = profile.replace(b"rXYZ", b"rTMP", 1).replace(b"bXYZ", b"rXYZ", 1).replace(b"rTMP", b"bXYZ", 1)
    data = encoded(Image.new("RGB", (60, 60), (220, 10, 10)), format_name, icc_profile=swapped)
    image = opened((await pool.thumbnail(data, Shape(Fit.INSIDE, 30, 30))).data)
    assert is_near(image.getpixel((15, 15)), (10, 10, 220))
    assert "icc_profile" not in image.info


@pytest.mark.parametrize("profile", [b"no profile", b"\0" * 400, b""])
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
async def test_a_broken_profile_is_passed_over(pool: ImagePool, mode: str, profile: bytes) -> None:
    data = encoded(half_red_half_blue(mode=mode), "JPEG", icc_profile=profile)
    assert opened((await pool.thumbnail(data, Shape(Fit.INSIDE, 30, 30))).data).size == (30, 15)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
async def test_every_mode_becomes_rgb_on_white(pool: ImagePool, mode: str) -> None:
    source = Image.new("L", (20, 20), 255).convert(mode) if mode != "I;16" else Image.new(mode, (20, 20), 65535)
    if mode in ("LA", "RGBA"):
        source.putalpha(0)
    for fit in (Fit.INSIDE, Fit.PAD, Fit.FILL, Fit.FIXED):
        image = opened((await pool.thumbnail(encoded(source, "PNG"), Shape(fit, 10, 10))).data)
        assert (image.mode, image.size) == ("RGB", (10, 10))
        assert is_near(image.getpixel((5, 5)), WHITE)


async def test_nothing_but_pixels_is_left_of_a_file(pool: ImagePool) -> None:
    exif = orientation(1)
    exif[0x010E] = "a secret description"
    data = (
        encoded(half_red_half_blue(), "JPEG", exif=exif, comment=b"a secret comment", dpi=(300, 300)) + b"a secret tail"
    )
    made = await pool.thumbnail(data, Shape(Fit.INSIDE, 2048, 2048))
    assert b"secret" in data
    assert b"secret" not in made.data
    assert not opened(made.data).getexif()


async def test_an_animation_shows_its_first_frame(pool: ImagePool) -> None:
    frames = [Image.new("RGB", (40, 40), colour) for colour in (RED, BLUE)]
    for format_name in ("GIF", "WEBP", "PNG"):
        data = encoded(frames[0], format_name, save_all=True, append_images=frames[1:])
        image = opened((await pool.thumbnail(data, Shape(Fit.INSIDE, 20, 20))).data)
        assert getattr(image, "n_frames", 1) == 1
        assert is_near(image.getpixel((10, 10)), RED)
