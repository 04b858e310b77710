"""Shapes and colours of images that people look at; runs in the decoder process alone."""

from functools import lru_cache
from io import BytesIO
from math import ceil

from PIL import Image, ImageCms

from libs.images.shape import Fit, Shape

# A scale-on-load or a reduction by whole numbers leaves this many times the size, and the filter does the rest.
REDUCING_GAP = 2.0
COLOUR_MODES = ("L", "RGB", "CMYK")


def shaped(image: Image.Image, shape: Shape) -> Image.Image:
    """The image in its shape, but for the surface around it. A JPEG should not be loaded yet: it is decoded at a
    fraction of its size.
    """
    if shape.fit in (Fit.INSIDE, Fit.PAD):
        image.thumbnail(_fitted(image.size, shape), Image.Resampling.BICUBIC, reducing_gap=REDUCING_GAP)
        image.load()
        return image
    size = (shape.width_px, shape.height_px)
    needed = size if shape.fit is Fit.FIXED else _covering(image.size, size)
    image.draft(None, (ceil(needed[0] * REDUCING_GAP), ceil(needed[1] * REDUCING_GAP)))
    box = None if shape.fit is Fit.FIXED else _middle(image.size, size)
    return image.resize(size, Image.Resampling.BICUBIC, box, reducing_gap=REDUCING_GAP)


def padded(image: Image.Image, shape: Shape) -> Image.Image:
    """The image in the middle of a surface."""
    surface = Image.new("RGB", (shape.width_px, shape.height_px), shape.colour)
    surface.paste(image, ((surface.width - image.width) // 2, (surface.height - image.height) // 2))
    return surface


def in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The image in the colours that its profile means, as browsers show them without one."""
    if not profile or image.mode not in COLOUR_MODES:
        return image
    try:
        transform = _to_srgb(profile, image.mode)
        return ImageCms.applyTransform(image, transform) or image
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):  # a broken profile beside good pixels
        return image


def _fitted(size: tuple[int, int], shape: Shape) -> tuple[int, int]:
    """The size that the image gets. Tight, for a loose one keeps JPEG from being decoded at a fraction."""
    bounds = [
        min(limit, max(1, round(side * shape.percent / 100)))
        for limit, side in zip((shape.width_px, shape.height_px), size, strict=True)
    ]
    scale = min(1.0, bounds[0] / size[0], bounds[1] / size[1])
    return min(bounds[0], ceil(size[0] * scale)), min(bounds[1], ceil(size[1] * scale))


def _covering(size: tuple[int, int], covered: tuple[int, int]) -> tuple[float, float]:
    """The size of the whole image at the scale at which it just covers."""
    scale = max(covered[0] / size[0], covered[1] / size[1])
    return size[0] * scale, size[1] * scale


def _middle(size: tuple[int, int], shape: tuple[int, int]) -> tuple[float, float, float, float]:
    """The largest box of the shape's ratio in the middle."""
    scale = min(size[0] / shape[0], size[1] / shape[1])
    width, height = shape[0] * scale, shape[1] * scale
    left, top = max(0.0, (size[0] - width) / 2), max(0.0, (size[1] - height) / 2)
    return left, top, min(left + width, size[0]), min(top + height, size[1])


@lru_cache(maxsize=8)  # the photos of a bucket come from few cameras
def _to_srgb(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform:
    return ImageCms.buildTransform(
        ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB"), mode, "RGB"
    )
