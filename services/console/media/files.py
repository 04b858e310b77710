"""The files that callers ask for, as catalog or search told of them, and only as far as the caller may."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

import grpc.aio
from cachetools import TTLCache
from google.protobuf.message import Message

from bowerbird.catalog.v1.file_pb2 import File
from bowerbird.catalog.v1.file_service_pb2 import GetFileRequest
from bowerbird.catalog.v1.file_service_pb2_grpc import FileServiceStub
from bowerbird.search.v1.search_service_pb2 import SearchResponse
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


@dataclass
class _Told:
    """Files that services told of, by the token that asked and the name: those of now, and those of just before.

    Each is kept for REMEMBERED_SECONDS at least and twice that at most, at little cost: pages of hits pass by.
    """

    clock: Callable[[], float]
    now: dict[tuple[bytes, str], File] = field(default_factory=dict)
    before: dict[tuple[bytes, str], File] = field(default_factory=dict)
    since: float = 0.0

    def put(self, token: bytes, files: Iterable[File]) -> None:
        self._age()
        self.now.update(((token, file.name), file) for file in files)

    def get(self, key: tuple[bytes, str]) -> File | None:
        self._age()
        return self.now.get(key) or self.before.get(key)

    def _age(self) -> None:
        age = self.clock() - self.since
        if age > REMEMBERED_SECONDS or len(self.now) > REMEMBERED_FILES:
            self.before = self.now if age < 2 * REMEMBERED_SECONDS else {}
            self.now, self.since = {}, self.clock()


class Files:
    """Asks catalog with the token of each caller, and remembers its answers for that token alone, for a short while.

    Whoever sees tiles has just searched for them: of those files the answer of search has told all that is needed.
    """

    def __init__(self, catalog: grpc.aio.Channel, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`catalog` is a channel without a token, `clock` gives seconds."""
        self._files = FileServiceStub(catalog)
        self._told = _Told(clock)
        self._remembered: TTLCache[tuple[bytes, str], MediaFile] = TTLCache(REMEMBERED_FILES, REMEMBERED_SECONDS, clock)

    async def get(self, name: str, token: str, request_id: str) -> MediaFile:
        """Raises AioRpcError with what catalog answers, and ObjectNotFound for a file that is no longer there."""
        key = (sha256(token.encode()).digest(), name)
        if (found := self._remembered.get(key)) is not None:
            return found
        if (told := self._told.get(key)) is not None:
            return _media_file(told)
        found = self._remembered[key] = _media_file(await self._asked(name, token, request_id))
        return found

    def see(self, token: str, answer: Message) -> None:
        """An answer that a service gave to the owner of the token: the files of hits are remembered."""
        if isinstance(answer, SearchResponse):
            self._told.put(sha256(token.encode()).digest(), (hit.file for hit in answer.hits))

    async def _asked(self, name: str, token: str, request_id: str) -> File:
        metadata = (("authorization", f"Bearer {token}"), ("x-request-id", request_id))
        answer = await self._files.GetFile(GetFileRequest(name=name), metadata=metadata, timeout=CALL_SECONDS)
        return answer.file


def _media_file(file: File) -> MediaFile:
    if file.status == File.STATUS_DELETED:
        raise ObjectNotFound(uri=file.uri)
    ids = FILE.parse(file.name)
    return MediaFile(
        dataset=DATASET.format(workspace=ids["workspace"], dataset=ids["dataset"]),
        uri=file.uri,
        path=file.path,
        size_bytes=file.size_bytes,
        etag=file.etag,
        content_type=file.content_type,
        modified=file.modify_time.ToDatetime(UTC),
    )
