"""The models at work: off the event loop, a bounded number at a time."""

import asyncio
import math
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from libs.images.pool import ImagePool
from services.modelserver.classifier import INPUT_SIDE_PX, Classifier
from services.modelserver.concepts import ConceptTable, Floats
from services.modelserver.embedder import Embedder
from services.modelserver.tag_prompt import TagDefinition
from services.modelserver.tagger import Tagger
from services.modelserver.text_encoder import TextEncoder

EMBEDDING_MODEL = "bowerbird-concepts"
TAGGING_MODEL = "bowerbird-tagger"
# The classifier's last grid has 9 x 9 places; counted as an image's tokens.
IMAGE_TOKENS = 81
MARGIN = 0.1  # of the longer side, on each side: whole things in a frame are recognised best

Result = TypeVar("Result")


class Engine:
    """Embeds and tags. Images are opened by the decoder processes of `images`, never here."""

    def __init__(self, models_folder: Path, images: ImagePool, *, compute_threads: int) -> None:
        table = ConceptTable.load(models_folder)
        self._images = images
        self._classifier = Classifier(models_folder)
        self._text_encoder = TextEncoder(models_folder)
        self._embedder = Embedder(table, self._text_encoder)
        self._tagger = Tagger(table, self._text_encoder)
        self._threads = ThreadPoolExecutor(compute_threads, thread_name_prefix="model")
        self.dimension = self._embedder.dimension

    async def embed_text(self, text: str) -> Floats:
        """A unit vector of shape (dimension,)."""
        return await self._run(lambda: self._embedder.embed_text(text))

    async def embed_image(self, data: bytes) -> Floats:
        """A unit vector of shape (dimension,); raises ImageError."""
        canvas = await self._canvas(data)
        return await self._run(lambda: self._embedder.embed_image(canvas, self._classifier.look(canvas)))

    async def tag(self, data: bytes, definition: TagDefinition) -> list[str]:
        """The tags that apply, as `name` or `name/value`; raises ImageError."""
        canvas = await self._canvas(data)
        return await self._run(lambda: self._tagger.tags(canvas, self._classifier.look(canvas), definition))

    def count_tokens(self, text: str) -> int:
        """As the text encoder counts them."""
        return self._text_encoder.count_tokens(text)

    def close(self) -> None:
        """Ends the threads once their runs are over."""
        self._threads.shutdown()

    async def _canvas(self, data: bytes) -> NDArray[np.uint8]:
        side_px = math.floor(INPUT_SIDE_PX / (1 + 2 * MARGIN))
        return framed(pixels_of_ppm((await self._images.prepare(data, max_side_px=side_px, format="ppm")).data))

    async def _run(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def pixels_of_ppm(data: bytes) -> NDArray[np.uint8]:
    """RGB of shape (height, width, 3), from the binary form (P6) with 8 bits that `libs.images` writes."""
    head = re.match(rb"P6\n(\d+) (\d+)\n255\n", data)
    if head is None:
        raise ValueError("the prepared image is not a binary PPM of 8 bits")
    return np.frombuffer(data, dtype=np.uint8, offset=head.end()).reshape(int(head[2]), int(head[1]), 3)


def framed(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """In the middle of a white square with a margin."""
    height, width, _ = pixels.shape
    side = math.ceil(max(height, width) * (1 + 2 * MARGIN))
    canvas = np.full((side, side, 3), 255, dtype=np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    canvas[top : top + height, left : left + width] = pixels
    return canvas
