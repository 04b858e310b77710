"""One export: parts first, the manifest last, so that a reader who finds a manifest finds all that it names.

It may be killed anywhere and done again: the folder belongs to the job, each part is whole or not there, and the next
attempt writes those that are missing.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

import grpc.aio
import structlog
import yaml
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_random_exponential

from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.objects.errors import ObjectExists
from libs.objects.store import ObjectStore
from libs.rpc.errors import BowerbirdError
from libs.work.files import Exported
from libs.work.handler import Chunk
from services.exporter.rows import RowWriter
from services.exporter.selection import Part, Selection, read_part

log = structlog.get_logger(__name__)

MANIFEST = "manifest.yaml"
CLAIM = "_job"
CLAIM_BYTES = 4096
FORMAT = "bowerbird-export/1"
LONGEST_PAUSE_SECONDS = 10


@dataclass(frozen=True)
class Order:
    """What is to be exported. `dataset` and `version` are ids; `revision` is that at which the files were selected."""

    job: str
    dataset: str
    version: str
    revision: int
    created: datetime
    selection: Selection

    @property
    def folder(self) -> str:
        """The name of the export's folder: the same whenever the job is done again."""
        return f"{self.dataset}-{self.version}-{self.created:%Y-%m-%d-%H-%M-%S}"


class Export:
    """A ChunkHandler. `store` is opened at the destination."""

    def __init__(
        self, order: Order, store: ObjectStore, rows: RowWriter, catalog: grpc.aio.Channel, rows_per_part: int
    ) -> None:
        self._order = order
        self._store = store
        self._rows = rows
        self._catalog = catalog
        self._rows_per_part = rows_per_part

    async def run(self, chunk: Chunk) -> Exported:
        """Raises what the store raises, and FieldInvalid for a selection that the version does not have."""
        folder, rows_per_part = await self._claim()
        chunk.log(f"Writing to {self._store.root.child(folder)}.")
        sizes = await self._sizes(folder)
        written: list[dict[str, str | int]] = []
        total = len(self._order.selection.ordinals)
        done = 0
        for part in self._order.selection.parts(rows_per_part):
            if part.name not in sizes:
                sizes[part.name] = await self._write(f"{folder}/{part.name}", part)
            written.append({"name": part.name, "rows": len(part.ordinals), "size_bytes": sizes[part.name]})
            done += len(part.ordinals)
            chunk.progress(done, total)
        key = f"{folder}/{MANIFEST}"
        await self._store.put(key, self._manifest(written))
        return Exported(str(self._store.root.child(key)), done, len(written))

    async def _claim(self) -> tuple[str, int]:
        """The folder that belongs to this job, and the rows of each part in it: both stay as they were first chosen.

        Of two jobs of one second each gets a folder of its own.
        """
        number = 1
        while True:
            folder = self._order.folder if number == 1 else f"{self._order.folder}-{number}"
            claim = f"{folder}/{CLAIM}"
            try:
                content = f"{self._order.job} {self._rows_per_part}"
                await self._store.put(claim, content.encode(), if_none_match=True)
                return folder, self._rows_per_part
            except ObjectExists:
                job, _, rows_per_part = (await self._store.read(claim, CLAIM_BYTES)).decode().partition(" ")
                if job == self._order.job:
                    return folder, int(rows_per_part)
            number += 1

    async def _sizes(self, folder: str) -> dict[str, int]:
        """Bytes of what an earlier attempt wrote, by name."""
        prefix = f"{folder}/"
        return {
            key.removeprefix(prefix): size
            async for page in self._store.pages(prefix)
            for key, size in zip(page.key, page.size_bytes, strict=True)
        }

    async def _write(self, key: str, part: Part) -> int:
        """Writes a part and returns its bytes; while catalog is away, again and again: the lease says for how long."""
        async for attempt in AsyncRetrying(
            retry=retry_if_exception(catalog_is_away),
            wait=wait_random_exponential(max=LONGEST_PAUSE_SECONDS),
            before_sleep=self._say_again,
        ):
            with attempt:
                lines = Lines(self._catalog, self._order.selection.version, part, self._rows)
                await self._store.write(key, lines.stream())
        return lines.size_bytes

    def _say_again(self, state: RetryCallState) -> None:
        log.warning("catalog is away", job=self._order.job, attempt=state.attempt_number)

    def _manifest(self, parts: list[dict[str, str | int]]) -> bytes:
        order = self._order
        manifest = {
            "format": FORMAT,
            "job": order.job,
            "dataset": order.dataset,
            "version": order.version,
            "revision": order.revision,
            "created": order.created,
            "attributes": list(self._rows.attributes),
            "rows": len(order.selection.ordinals),
            "parts": parts,
        }
        return yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True).encode()


class Lines:
    """A part as JSON lines, read from catalog while they are written."""

    def __init__(self, catalog: grpc.aio.Channel, version: str, part: Part, rows: RowWriter) -> None:
        self._catalog = catalog
        self._version = version
        self._part = part
        self._rows = rows
        self.size_bytes = 0

    async def stream(self) -> AsyncIterator[bytes]:
        row = 0
        async for batch in read_part(self._catalog, self._version, self._part):
            lines = self._rows.lines(batch, self._part.scores[row : row + batch.num_rows])
            row += batch.num_rows
            self.size_bytes += len(lines)
            yield lines


def catalog_is_away(error: BaseException) -> bool:
    """Whether the same call may succeed later."""
    return isinstance(error, BowerbirdError) and error.reason == ErrorReason.ERROR_REASON_SERVICE_UNAVAILABLE
