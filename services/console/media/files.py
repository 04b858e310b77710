"""The files that callers ask for, as catalog knows them and only as far as the caller may."""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

import grpc.aio
from cachetools import TTLCache

from bowerbird.catalog.v1.file_pb2 import File
from bowerbird.catalog.v1.file_service_pb2 import GetFileRequest
from bowerbird.catalog.v1.file_service_pb2_grpc import FileServiceStub
from libs.objects.errors import ObjectNotFound
from libs.rpc.names import DATASET, FILE

CALL_SECONDS = 10
# A person who moves about sees the same tiles again. Shorter than the 30 s for which a token that was ended may count.
REMEMBERED_SECONDS = 10
REMEMBERED_FILES = 20_000


@dataclass(frozen=True)
class MediaFile:
    """What is needed to read a file. `path` is below the root of its dataset."""

    dataset: str
    uri: str
    path: str
    size_bytes: int
    etag: str
    content_type: str
    modified: datetime


class Files:
    """Asks catalog with the token of each caller, and remembers its answers for that token alone, for a short while."""

    def __init__(self, catalog: grpc.aio.Channel) -> None:
        """`catalog` is a channel without a token."""
        self._files = FileServiceStub(catalog)
        self._remembered: TTLCache[tuple[bytes, str], MediaFile] = TTLCache(REMEMBERED_FILES, REMEMBERED_SECONDS)

    async def get(self, name: str, token: str, request_id: str) -> MediaFile:
        """Raises AioRpcError with what catalog answers, and ObjectNotFound for a file that is no longer there."""
        key = (sha256(token.encode()).digest(), name)
        if (found := self._remembered.get(key)) is not None:
            return found
        metadata = (("authorization", f"Bearer {token}"), ("x-request-id", request_id))
        answer = await self._files.GetFile(GetFileRequest(name=name), metadata=metadata, timeout=CALL_SECONDS)
        file = answer.file
        if file.status == File.STATUS_DELETED:
            raise ObjectNotFound(uri=file.uri)
        ids = FILE.parse(file.name)
        found = self._remembered[key] = MediaFile(
            dataset=DATASET.format(workspace=ids["workspace"], dataset=ids["dataset"]),
            uri=file.uri,
            path=file.path,
            size_bytes=file.size_bytes,
            etag=file.etag,
            content_type=file.content_type,
            modified=file.modify_time.ToDatetime(UTC),
        )
        return found
