"""The pool of decoder processes: the one way in which the suite opens an image, for models or for people."""

import asyncio
import os
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Literal, Self

import structlog

from libs.images.errors import (
    ImageCorrupt,
    ImageDecoderDied,
    ImageDecodeTimeout,
    ImageEmpty,
    ImageFormatUnsupported,
    ImageTooLarge,
)
from libs.images.process import DecoderDied, DecoderProcess, ImageLimits, Reply
from libs.images.shape import Fit, Shape
from libs.images.wire import Output, Verdict

FORMATS: Final = "JPEG, PNG, GIF, BMP, TIFF or WEBP"
MEDIA_TYPES: Final = {"jpeg": "image/jpeg", "png": "image/png", "ppm": "image/x-portable-pixmap"}

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class PreparedImage:
    """An image ready to be looked at: RGB in 8 bits, upright, on white, without metadata.

    The size is the original's once it stands upright.
    """

    data: bytes
    width_px: int
    height_px: int
    media_type: str


class ImagePool:
    """At most `processes` images are decoded at a time (default: one a core); the other calls wait their turn.

    Use as an async context manager. The processes are started by the first image that needs them, and a process that
    dies or hangs costs one image and is replaced.
    """

    def __init__(self, *, processes: int | None = None, limits: ImageLimits | None = None) -> None:
        self.limits = limits or ImageLimits()
        self._size = processes or len(os.sched_getaffinity(0))
        # Last in, first out: a light load keeps one process warm. None stands for a process yet to be started.
        self._idle: asyncio.LifoQueue[DecoderProcess | None] = asyncio.LifoQueue()
        for _ in range(self._size):
            self._idle.put_nowait(None)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Waits for the calls that still run; cancel them first where that is too long."""
        for _ in range(self._size):
            if process := await self._idle.get():
                process.kill()

    async def prepare(
        self,
        data: bytes,
        *,
        max_side_px: int,
        format: Literal["jpeg", "png", "ppm"] = "jpeg",  # noqa: A002 (Pillow's and everyone's word for it)
        quality: int = 90,
    ) -> PreparedImage:
        """The first frame, turned upright, flattened on white, in RGB, at most max_side_px a side, never enlarged.

        `quality` (1 to 95) is JPEG's; PPM is a short head and the bare pixels, for a reader that has no decoder. Raises
        a subclass of ImageError: ImageEmpty, ImageFormatUnsupported, ImageCorrupt, ImageTooLarge, ImageDecodeTimeout or
        ImageDecoderDied.
        """
        return await self._made(data, Shape(Fit.MODEL, max_side_px, max_side_px), format, quality)

    async def thumbnail(self, data: bytes, shape: Shape, *, quality: int = 80) -> PreparedImage:
        """The first frame as JPEG in a shape for people: upright, on white, in sRGB. Raises like `prepare`."""
        return await self._made(data, shape, "jpeg", quality)

    async def _made(self, data: bytes, shape: Shape, output: str, quality: int) -> PreparedImage:
        if not data:
            raise ImageEmpty
        if len(data) > self.limits.size_bytes:
            raise ImageTooLarge(value=f"{len(data)} bytes", limit=f"{self.limits.size_bytes}")
        reply = await self._decode(data, shape, Output[output.upper()], quality)
        match reply.verdict:
            case Verdict.PREPARED:
                return PreparedImage(reply.body, reply.width_px, reply.height_px, MEDIA_TYPES[output])
            case Verdict.UNSUPPORTED:
                raise ImageFormatUnsupported(expected=FORMATS)
            case Verdict.CORRUPT:
                raise ImageCorrupt(problem=reply.body.decode())
            case Verdict.TOO_MANY_PIXELS:
                size = f"{reply.width_px} x {reply.height_px} = {reply.body.decode()} pixels"
                raise ImageTooLarge(value=size, limit=f"{self.limits.pixels}")

    async def _decode(self, data: bytes, shape: Shape, output: Output, quality: int) -> Reply:
        """Tried twice where the process died of something that may not be the image's doing."""
        try:
            return await self._decode_once(data, shape, output, quality)
        except DecoderDied as death:
            if death.met_memory_limit:
                raise ImageDecoderDied(problem=str(death)) from None
            log.warning("an image decoder died, the image is tried once more", problem=str(death))
        try:
            return await self._decode_once(data, shape, output, quality)
        except DecoderDied as death:
            raise ImageDecoderDied(problem=f"{death}, and so did the next one") from None

    async def _decode_once(self, data: bytes, shape: Shape, output: Output, quality: int) -> Reply:
        process = await self._idle.get()
        answered = False
        try:
            if process is None:
                process = DecoderProcess(self.limits)
            async with asyncio.timeout(self.limits.decode_seconds):
                reply = await process.decode(data, shape, output, quality)
            answered = True
            return reply
        except TimeoutError:
            raise ImageDecodeTimeout(limit=f"{self.limits.decode_seconds:g} s") from None
        finally:
            if process is not None and not answered:
                process.kill()
                process = None
            self._idle.put_nowait(process)
