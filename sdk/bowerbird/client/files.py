"""The files of a version."""

from collections.abc import AsyncIterator

import grpc

from bowerbird.catalog.v1.file_answer_pb2 import FileAnswer
from bowerbird.catalog.v1.file_pb2 import File
from bowerbird.catalog.v1.file_service_pb2 import (
    GetFileRequest,
    ListFileAnswersRequest,
    ListFilesRequest,
    ListFilesResponse,
)
from bowerbird.catalog.v1.file_service_pb2_grpc import FileServiceStub
from bowerbird.client.defaults import LATEST
from bowerbird.client.errors import NotFound
from bowerbird.client.names import Names
from bowerbird.client.paging import paged
from bowerbird.client.transport import Transport

LARGEST_PAGE = 1000


class Files:
    """`client.files`."""

    def __init__(self, transport: Transport, names: Names) -> None:
        self._transport = transport
        self._names = names
        self._stub = FileServiceStub(transport.channel)

    async def get(self, name: str) -> File:
        """By the full name that a list or a search gave."""
        return (await self._transport.call(self._stub.GetFile, GetFileRequest(name=name))).file

    async def find(self, dataset: str, path: str, version: str = LATEST) -> File:
        """By its path below the dataset's root; also a file that is gone. Raises NotFound."""
        parent = self._names.version(dataset, version)
        request = ListFilesRequest(parent=parent, path=path, show_deleted=True)
        files = (await self._transport.call(self._stub.ListFiles, request)).files if path else ()
        if not files:
            raise NotFound(
                f"There is no file {path!r} in {parent}.",
                code=grpc.StatusCode.NOT_FOUND,
                reason="NOT_FOUND",
                metadata={"resource": "file", "name": path},
            )
        return files[0]

    def answers(self, name: str) -> AsyncIterator[FileAnswer]:
        """What jobs said of the file of this full name, the newest job first."""
        return paged(
            lambda token: self._transport.call(
                self._stub.ListFileAnswers, ListFileAnswersRequest(parent=name, page_token=token)
            ),
            lambda page: page.answers,
        )

    def list(self, dataset: str, version: str = LATEST, *, show_deleted: bool = False) -> AsyncIterator[File]:
        """In the order in which scans found them."""
        return paged(
            lambda token: self.page(
                dataset, version, show_deleted=show_deleted, page_size=LARGEST_PAGE, page_token=token
            ),
            lambda page: page.files,
        )

    async def page(
        self,
        dataset: str,
        version: str = LATEST,
        *,
        show_deleted: bool = False,
        page_size: int = 0,
        page_token: str = "",
    ) -> ListFilesResponse:
        """One page, with the token of the next; `page_size` 1 to 1,000, the server's default for 0."""
        request = ListFilesRequest(
            parent=self._names.version(dataset, version),
            page_size=page_size,
            page_token=page_token,
            show_deleted=show_deleted,
        )
        return await self._transport.call(self._stub.ListFiles, request)
