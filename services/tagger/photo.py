"""A file's image, ready to be shown to a model."""

import hashlib
from dataclasses import dataclass
from typing import Final

from libs.endpoints.endpoint import ImageContent
from libs.images.errors import ImageError
from libs.images.pool import ImagePool
from libs.objects.errors import BucketNotFound
from libs.objects.store import ObjectStore
from libs.rpc.errors import AddressNotAllowed, AddressUnreachable
from libs.work.files import Answer, FileResult, WorkFile
from libs.work.handler import JobFailed

# How an image is shown belongs to what an answer stands for: answers in the ledger were given to images like this.
MAX_SIDE_PX: Final = 1024
JPEG_QUALITY: Final = 85


@dataclass(frozen=True)
class Photo:
    """The image of a file, and the answer that it got before, if any. The size is the upright original's."""

    file: WorkFile
    sha256: bytes
    image: ImageContent
    width_px: int
    height_px: int
    answer: Answer | None = None


class Darkroom:
    """Reads files from one store and opens them in the pool."""

    def __init__(self, store: ObjectStore, pool: ImagePool) -> None:
        self._store = store
        self._pool = pool

    async def develop(self, file: WorkFile) -> Photo | FileResult:
        """The photo, or the file's failure where its image is broken.

        Raises JobFailed where no file can be read, and what the store raises for one file.
        """
        try:
            data = await self._store.read(file.path, self._pool.limits.size_bytes, etag=file.etag)
        except (BucketNotFound, AddressNotAllowed, AddressUnreachable) as error:
            raise JobFailed(error) from error
        sha256 = hashlib.sha256(data).digest()
        try:
            prepared = await self._pool.prepare(data, max_side_px=MAX_SIDE_PX, quality=JPEG_QUALITY)
        except ImageError as error:
            return FileResult.failed(file, error, sha256)
        image = ImageContent(prepared.data, prepared.media_type)
        answer = file.answer if file.sha256 == sha256 else None
        return Photo(file, sha256, image, prepared.width_px, prepared.height_px, answer)
