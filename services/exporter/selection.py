"""The files of an export as catalog knows them, read in pages."""

import sys
from array import array
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import grpc.aio
import pyarrow as pa
from pyroaring import BitMap

from bowerbird.catalog.v1.feed_service_pb2 import ReadSelectionRequest
from bowerbird.catalog.v1.feed_service_pb2_grpc import FeedServiceStub
from libs.rpc.errors import FieldInvalid
from libs.work.catalog import catalog_errors

READ_SECONDS = 300.0


@dataclass(frozen=True)
class Part:
    """A run of the selection. `scores` is empty, or has one for each ordinal."""

    number: int
    ordinals: BitMap
    scores: "array[float]"  # the class itself takes no type before Python 3.12

    @property
    def name(self) -> str:
        """The name of its object."""
        return f"part-{self.number:05d}.jsonl"


@dataclass(frozen=True)
class Selection:
    """Files of one version. `scores` are float32, little-endian, in the order of the ordinals; empty if there are
    none.
    """

    version: str
    ordinals: BitMap
    scores: bytes

    def parts(self, rows_per_part: int) -> Iterator[Part]:
        """The same parts each time; the last one may be shorter."""
        for number, begin in enumerate(range(0, len(self.ordinals), rows_per_part)):
            end = begin + rows_per_part
            scores = array("f", self.scores[4 * begin : 4 * end])
            if sys.byteorder == "big":
                scores.byteswap()
            yield Part(number, self.ordinals[begin:end], scores)


async def read_part(catalog: grpc.aio.Channel, version: str, part: Part) -> AsyncIterator[pa.RecordBatch]:
    """The files of a part by ascending ordinal, in pages. Raises FieldInvalid where the version lacks one,
    and ServiceUnavailable while catalog is away.
    """
    request = ReadSelectionRequest(version=version, ordinals=part.ordinals.serialize())
    found = 0
    with catalog_errors():
        async for page in FeedServiceStub(catalog).ReadSelection(request, timeout=READ_SECONDS):
            with pa.ipc.open_stream(page.files) as stream:
                for batch in stream:
                    found += batch.num_rows
                    yield batch
    if found != len(part.ordinals):
        raise FieldInvalid(
            field="job.export.selection.ordinals",
            value=f"{len(part.ordinals)} ordinals, of which {version} has {found}",
            expected="ordinals of files of the version",
        )
