"""Images made by Pillow, as files."""

import os
import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image

RED, BLUE = (220, 20, 20), (20, 20, 220)


def encoded(image: Image.Image, format_name: str, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, format_name, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


def half_red_half_blue(size: tuple[int, int] = (40, 20), mode: str = "RGB") -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", size, BLUE)
    image.paste(RED, (0, 0, size[0] // 2, size[1]))
    return image.convert(mode)


def noise(size: tuple[int, int]) -> Image.Image:
    """An image unlike any other. Not Pillow's own noise: it takes C's rand(), which gRPC seeds anew at will."""
    return Image.frombytes("L", size, os.urandom(size[0] * size[1])).convert("RGB")


def orientation(value: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = value
    return exif


def is_near(pixel: object, colour: tuple[int, int, int]) -> bool:
    """Within what JPEG and colour conversion cost."""
    assert isinstance(pixel, tuple)
    return all(abs(a - b) < 60 for a, b in zip(pixel, colour, strict=True))


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds one row's worth of compressed zeros."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack("!I", len(body)) + kind + body + struct.pack("!I", zlib.crc32(kind + body))

    head = struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(width * 3 + 1)))
