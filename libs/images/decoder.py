"""The decoder process: reads images from its socket, answers each with a prepared one or a verdict.

Started by `libs.images.process` as `python -I -m libs.images.decoder`; it imports Pillow and little else, has no
secrets in its environment, cannot write files, and is ended by the kernel when it takes too much memory or time.
"""

import argparse
import os
import resource
import signal
import socket
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from libs.images.shape import Fit, Shape
from libs.images.thumbnail import in_srgb, padded, shaped
from libs.images.wire import MEMORY_EXIT, REQUEST, RESPONSE, Output, Verdict

# The one plugin that may look at bytes with this beginning; no other is even imported.
PLUGINS: Final[list[tuple[type[ImageFile], Callable[[bytes], bool]]]] = [
    (JpegImageFile, lambda head: head.startswith(b"\xff\xd8\xff")),
    (PngImageFile, lambda head: head.startswith(b"\x89PNG\r\n\x1a\n")),
    (GifImageFile, lambda head: head.startswith((b"GIF87a", b"GIF89a"))),
    (WebPImageFile, lambda head: head.startswith(b"RIFF") and head[8:12] == b"WEBP"),
    (TiffImageFile, lambda head: head.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"))),
    (BmpImageFile, lambda head: head.startswith(b"BM")),
]
# Modes that can be resized as they are; the rest (palette, bi-level, 16-bit, float, Lab ...) is converted first.
RESIZABLE: Final = {"L", "LA", "RGB", "RGBA", "CMYK"}
ORIENTATION_TAG: Final = 0x0112
TRANSPOSE: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SIDEWAYS: Final = {TRANSPOSE[orientation] for orientation in (5, 6, 7, 8)}


class Refused(Exception):
    """The image is not prepared; the verdict says why."""

    def __init__(self, verdict: Verdict, problem: str, size: tuple[int, int] = (0, 0)) -> None:
        super().__init__(problem)
        self.verdict = verdict
        self.size = size


@dataclass(frozen=True)
class Order:
    """What to make of an image."""

    shape: Shape
    output: Output
    quality: int


def serve(connection: socket.socket, *, pixels_limit: int, orphan_seconds: float) -> None:
    """Answer requests until the other side closes."""
    stream = connection.makefile("rb")
    while head := stream.read(REQUEST.size):
        size_bytes, fit, width, height, percent, *colour, output, quality = REQUEST.unpack(head)
        data = stream.read(size_bytes)
        # The pool kills a slow decoder; this ends one whose pool died first, even inside a C function.
        signal.setitimer(signal.ITIMER_REAL, orphan_seconds)
        try:
            shape = Shape(Fit(fit), width, height, percent, (colour[0], colour[1], colour[2]))
            (width_px, height_px), body = prepare(data, Order(shape, Output(output), quality), pixels_limit)
            verdict = Verdict.PREPARED
        except Refused as refused:
            verdict, (width_px, height_px), body = refused.verdict, refused.size, str(refused).encode()
        except MemoryError:
            os._exit(MEMORY_EXIT)
        signal.setitimer(signal.ITIMER_REAL, 0)
        connection.sendall(RESPONSE.pack(verdict, len(body), width_px, height_px) + body)


def prepare(data: bytes, order: Order, pixels_limit: int) -> tuple[tuple[int, int], bytes]:
    """The size of the oriented original (width, height) and the prepared image; raises Refused."""
    image: Image.Image = _opened(data)
    if image.width * image.height > pixels_limit:
        raise Refused(Verdict.TOO_MANY_PIXELS, str(image.width * image.height), image.size)
    try:
        size = image.size
        if order.shape.fit is Fit.MODEL:
            image = _downscaled(image, order.shape.width_px)
            turn = TRANSPOSE.get(_orientation(image))
        else:
            image, turn = _shaped(image, order.shape)
        image = _flattened(image)
    except MemoryError:
        raise
    except Exception as error:  # a plugin meets bad bytes with whatever its parsing stumbles over
        raise Refused(Verdict.CORRUPT, _told(error)) from error
    if turn is not None:
        image = image.transpose(turn)
        size = size[::-1] if turn in SIDEWAYS else size
    if order.shape.fit is Fit.PAD:
        image = padded(image, order.shape)
    return size, _encoded(image, order)


def _opened(data: bytes) -> ImageFile:
    plugin = next((plugin for plugin, fits in PLUGINS if fits(data[:16])), None)
    if plugin is None:
        raise Refused(Verdict.UNSUPPORTED, "")
    try:
        return plugin(BytesIO(data))
    except MemoryError:
        raise
    except Exception as error:  # see prepare
        raise Refused(Verdict.CORRUPT, f"its {plugin.format} header is broken") from error


def _downscaled(image: Image.Image, max_side_px: int) -> Image.Image:
    """The first frame, at most max_side_px wide and high, in a resizable mode."""
    image = _resizable(image)
    # For JPEG this decodes at 1/2, 1/4 or 1/8 already, where the image stays twice as large as needed.
    image.thumbnail((max_side_px, max_side_px), Image.Resampling.BICUBIC, reducing_gap=2.0)
    image.load()
    return image


def _shaped(image: Image.Image, shape: Shape) -> tuple[Image.Image, Image.Transpose | None]:
    """The first frame in its shape and in sRGB, and the turn that brings it upright."""
    profile = image.info.get("icc_profile")
    if image.format != "JPEG":  # formats may tell the orientation behind the pixels
        image.load()
    turn = TRANSPOSE.get(_orientation(image))
    image = _resizable(image)
    image = shaped(image, shape.turned() if turn in SIDEWAYS else shape)
    return in_srgb(_flattened(image) if image.mode in ("RGBA", "LA") else image, profile), turn


def _resizable(image: Image.Image) -> Image.Image:
    if image.mode in RESIZABLE and not (image.has_transparency_data and image.mode in ("L", "RGB")):
        return image
    if image.mode.startswith(("I", "F")):
        return _eight_bit(image)
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _eight_bit(image: Image.Image) -> Image.Image:
    """Grey levels of 16 or 32 bits or of floats, brought to 8 bits by the range that their type suggests."""
    levels = image.convert("F")
    low, high = (float(level) for level in levels.getextrema()[:2])  # type: ignore[arg-type]
    if image.mode.startswith("I;16") or (image.mode == "I" and low >= 0 and 255 < high <= 65535):
        low, high = 0.0, 65535.0
    elif low >= 0 and high <= 1 and image.mode == "F":
        low, high = 0.0, 1.0
    elif low >= 0 and high <= 255:
        low, high = 0.0, 255.0
    scale = 255.0 / (high - low or 1.0)
    return levels.point(lambda level: level * scale - low * scale).convert("L")


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation that is still to be applied; the TIFF plugin applies its own while it loads."""
    if image.format == "TIFF":
        return 1
    try:
        return int(image.getexif().get(ORIENTATION_TAG, 1))
    except Exception:  # broken metadata beside good pixels
        return 1


def _flattened(image: Image.Image) -> Image.Image:
    if image.mode in ("RGBA", "LA"):
        image = image.convert("RGBA")
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=image.getchannel("A"))
        return white
    return image.convert("RGB")


def _encoded(image: Image.Image, order: Order) -> bytes:
    image.info.clear()  # no colour profile, no EXIF with its places and times leaves with the pixels
    out = BytesIO()
    if order.output is Output.JPEG:
        image.save(out, "JPEG", quality=order.quality)
    elif order.output is Output.PNG:
        image.save(out, "PNG", compress_level=1)
    else:
        image.save(out, "PPM")
    return out.getvalue()


def _told(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text[:200] or type(error).__name__


def _confine(memory_bytes: int) -> None:
    """At most memory_bytes of address space more than now, no files written, no core dumps."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = pages * resource.getpagesize() + memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Run on the socket that the pool hands over as a file descriptor."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--socket", type=int)
    arguments.add_argument("--memory-bytes", type=int)
    arguments.add_argument("--pixels-limit", type=int)
    arguments.add_argument("--orphan-seconds", type=float)
    given = arguments.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the pool's process, which then ends this one
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = None  # the limit is checked here, with the size in the message
    _confine(given.memory_bytes)
    connection = socket.socket(fileno=given.socket)
    serve(connection, pixels_limit=given.pixels_limit, orphan_seconds=given.orphan_seconds)


if __name__ == "__main__":
    main()
