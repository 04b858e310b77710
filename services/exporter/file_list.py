"""Writes a selection as a folder of JSONL parts and a manifest.

Each part is a fixed slice of the selection under a fixed name, so an export that is begun again after a crash writes
the same files once more, and nothing twice.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC

import grpc.aio
import numpy as np
from pyarrow import ipc
from pyroaring import BitMap

from bowerbird.catalog.v1.feed_service_pb2 import ReadSelectionRequest
from bowerbird.catalog.v1.feed_service_pb2_grpc import FeedServiceStub
from bowerbird.catalog.v1.job_pb2 import Job, Selection
from libs.objects.store import ObjectStore
from libs.objects.uri import StorageUri
from libs.rpc.names import VERSION
from libs.work.catalog import catalog_errors
from libs.work.files import Exported
from libs.work.handler import Chunk
from services.exporter.manifest import NAME, Manifest, Part
from services.exporter.rows import ATTRIBUTES, lines


@dataclass(frozen=True)
class PinnedFiles:
    """The files of a selection; `scores` has one entry a file in ascending order of the ordinals, or none."""

    version: str
    revision: int
    ordinals: BitMap
    scores: np.ndarray[tuple[int], np.dtype[np.float32]]

    @classmethod
    def of(cls, selection: Selection) -> "PinnedFiles":
        ordinals = BitMap.deserialize(selection.ordinals) if selection.ordinals else BitMap()
        return cls(selection.version, selection.revision, ordinals, np.frombuffer(selection.scores, "<f4"))

    def scores_of(self, start: int, ordinals: BitMap) -> dict[int, float]:
        """Scores by ordinal of the slice that begins at `start`; empty where the selection has none."""
        if not len(self.scores):
            return {}
        return dict(zip(ordinals, self.scores[start : start + len(ordinals)].tolist(), strict=True))


class FileList:
    """An export job, as the loop runs it."""

    def __init__(
        self, job: Job, store: ObjectStore, root: StorageUri, catalog: grpc.aio.Channel, rows_per_part: int
    ) -> None:
        self._job = job
        self._store = store
        self._root = root
        self._feed = FeedServiceStub(catalog)
        self._rows_per_part = rows_per_part
        self._attributes = list(job.export.filtered_attributes) or list(ATTRIBUTES)

    async def run(self, chunk: Chunk) -> Exported:
        """Write the parts and then the manifest. Raises the errors of object storage and of catalog."""
        files = PinnedFiles.of(self._job.export.selection)
        folder = folder_name(self._job)
        parts: list[Part] = []
        for start in range(0, len(files.ordinals), self._rows_per_part):
            parts.append(await self._write_part(folder, len(parts) + 1, files, start))
            chunk.progress(min(start + self._rows_per_part, len(files.ordinals)), len(files.ordinals))
        manifest = Manifest(
            job=self._job.name,
            version=files.version,
            revision=files.revision,
            root_uri=str(self._root),
            created=self._job.create_time.ToDatetime(UTC).replace(microsecond=0),
            attributes=self._attributes,
            parts=parts,
        )
        await self._store.put(f"{folder}/{NAME}", manifest.encode())
        uri = str(self._store.root.child(f"{folder}/{NAME}"))
        chunk.log(f"{manifest.rows:,} rows in {len(parts)} parts were written to {uri}")
        return Exported(uri, manifest.rows, len(parts))

    async def _write_part(self, folder: str, number: int, files: PinnedFiles, start: int) -> Part:
        ordinals = files.ordinals[start : start + self._rows_per_part]
        name = f"part-{number:05}.jsonl"
        rows = size_bytes = 0

        async def content() -> AsyncIterator[bytes]:
            nonlocal rows, size_bytes
            async for page in self._pages(files.version, ordinals):
                batch = ipc.open_stream(page).read_next_batch()
                body = b"".join(lines(batch, self._root, self._attributes, files.scores_of(start, ordinals)))
                rows += batch.num_rows
                size_bytes += len(body)
                yield body

        await self._store.write(f"{folder}/{name}", content())
        return Part(name, rows, size_bytes)

    async def _pages(self, version: str, ordinals: BitMap) -> AsyncIterator[bytes]:
        request = ReadSelectionRequest(version=version, ordinals=ordinals.serialize())
        with catalog_errors():
            async for page in self._feed.ReadSelection(request):
                if page.files:
                    yield page.files


def folder_name(job: Job) -> str:
    """`{dataset}-{version}-{time}`, by the time when the job was created, so that it is the same at every attempt."""
    ids = VERSION.parse(job.version)
    return f"{ids['dataset']}-{ids['version']}-{job.create_time.ToDatetime():%Y-%m-%d-%H-%M-%S}"
