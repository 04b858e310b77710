"""One indexing job: image, batch, model, vector database. What catalog is told of lies in the database already."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from libs.endpoints.embedding import EmbeddingClient, Embeddings
from libs.endpoints.endpoint import ImageContent, Usage
from libs.endpoints.errors import DimensionMismatch, EndpointError, ModelRequestRefused
from libs.images.errors import ImageError
from libs.images.pool import ImagePool
from libs.objects.errors import BucketNotFound
from libs.objects.store import ObjectStore
from libs.rpc.errors import AddressNotAllowed, AddressUnreachable, BowerbirdError
from libs.vectors.batches import Documents, Vector, check_vector
from libs.vectors.errors import VectorInvalid
from libs.vectors.port import VectorDatabase
from libs.vectors.table import IndexTable, Metric
from libs.work.files import Answer, Failed, FileResult, Indexed, Outcome, WorkFile
from libs.work.handler import JobFailed
from libs.work.outage import Outage
from services.indexer.target import IndexJob

# Vectors of one index set can be compared only if all images were shown to the model like this.
MAX_SIDE_PX: Final = 1024
JPEG_QUALITY: Final = 90


@dataclass(frozen=True)
class PreparedFile:
    """A file that was read and downscaled."""

    file: WorkFile
    sha256: bytes
    width_px: int
    height_px: int
    image: ImageContent

    def result(self, outcome: Outcome, answer: Answer | None = None) -> FileResult:
        return FileResult(self.file, outcome, self.sha256, self.width_px, self.height_px, answer)


class IndexHandler:
    """A FileHandler. `batch_size` is what the model takes in one call, or fewer."""

    def __init__(
        self,
        job: IndexJob,
        *,
        store: ObjectStore,
        images: ImagePool,
        model: EmbeddingClient,
        batch_size: int,
        database: VectorDatabase,
        table: IndexTable,
    ) -> None:
        self.concurrency = job.max_concurrency
        self.batch_size = min(batch_size, model.batch_size)
        self._target = job.target
        self._store = store
        self._images = images
        self._model = model
        self._database = database
        self._table = table
        self._outage = Outage(job.max_concurrency)

    async def prepare(self, file: WorkFile) -> PreparedFile | FileResult:
        """Read the content that was scanned, and downscale it. Raises JobFailed where no file can be read."""
        try:
            data = await self._store.read(file.path, self._images.limits.size_bytes, etag=file.etag)
        except (BucketNotFound, AddressNotAllowed, AddressUnreachable) as error:
            raise JobFailed(error) from error
        sha256 = hashlib.sha256(data).digest()
        try:
            image = await self._images.prepare(data, max_side_px=MAX_SIDE_PX, quality=JPEG_QUALITY)
        except ImageError as error:
            return FileResult.failed(file, error, sha256)
        content = ImageContent(image.data, image.media_type)
        return PreparedFile(file, sha256, image.width_px, image.height_px, content)

    async def look_up(self, prepared: Sequence[PreparedFile]) -> Sequence[PreparedFile]:
        """Nothing: catalog keeps that an embedding was paid for, but not its vector."""
        return prepared

    async def finish(self, batch: Sequence[PreparedFile]) -> Sequence[FileResult]:
        """Embed the batch, then write what came out well. A failure is of its file alone."""
        try:
            embeddings = await self._embed(batch)
        except BowerbirdError as error:
            return [prepared.result(Failed.of(error)) for prepared in batch]
        vectors: dict[int, Vector] = {}
        failures: dict[int, BowerbirdError] = {}
        for row, entry in enumerate(embeddings.entries):
            try:
                vectors[row] = self._stored_form(entry)
            except BowerbirdError as error:
                failures[row] = error
        failures |= await self._write(batch, vectors)
        return [
            prepared.result(Failed.of(failures[row]) if row in failures else Indexed(), answer)
            for row, (prepared, answer) in enumerate(zip(batch, _answers(embeddings.usage, len(batch)), strict=True))
        ]

    async def _embed(self, batch: Sequence[PreparedFile]) -> Embeddings:
        try:
            embeddings = await self._model.embed([prepared.image for prepared in batch])
            self._check_dimension(embeddings)
        except ModelRequestRefused:
            raise  # this image is not taken; others may be
        except (EndpointError, AddressNotAllowed) as error:
            self._outage.failed(error)
            raise
        self._outage.answered()
        return embeddings

    def _check_dimension(self, embeddings: Embeddings) -> None:
        for entry in embeddings.entries:
            if not isinstance(entry, EndpointError) and len(entry) != self._table.dimension:
                raise DimensionMismatch(expected=self._table.dimension, found=len(entry))

    def _stored_form(self, entry: Vector | EndpointError) -> Vector:
        """Of length 1 where the metric is cosine. Raises what keeps a vector out of the table."""
        if isinstance(entry, EndpointError):
            raise entry
        check_vector(entry, self._table)
        if self._table.metric is Metric.DOT_PRODUCT:
            return entry
        wide = entry.astype(np.float64)
        return (wide / np.linalg.norm(wide)).astype(np.float32)

    async def _write(self, batch: Sequence[PreparedFile], vectors: Mapping[int, Vector]) -> dict[int, BowerbirdError]:
        """Which rows the database does not take. Raises JobFailed where it takes none: no more is to be paid for
        then.
        """
        try:
            await self._upsert([batch[row] for row in vectors], list(vectors.values()))
        except VectorInvalid as error:
            if len(vectors) == 1:
                return dict.fromkeys(vectors, error)
            refused: dict[int, BowerbirdError] = {}
            for row, vector in vectors.items():
                refused |= await self._write(batch, {row: vector})
            return refused
        except BowerbirdError as error:
            raise JobFailed(error) from error
        return {}

    async def _upsert(self, files: Sequence[PreparedFile], vectors: Sequence[Vector]) -> None:
        if not files:
            return
        documents = Documents(
            index_set_id=self._target.index_set_id,
            dataset_id=self._target.dataset_id,
            dataset_version=self._target.version_id,
            file_ids=[prepared.file.file_id for prepared in files],
            uris=[str(self._store.root.child(prepared.file.path)) for prepared in files],
            vectors=np.stack(vectors),
        )
        await self._database.upsert(self._table, documents)


def _answers(usage: Usage, count: int) -> list[Answer]:
    """What was paid for each of a batch: the same share, and the first has what is left over."""
    share, left_over = divmod(usage.input_tokens, count)
    return [Answer(input_tokens=share + (left_over if row == 0 else 0)) for row in range(count)]
