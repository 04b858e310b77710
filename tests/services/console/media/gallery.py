"""A dataset of pictures in real object storage, scanned by the real scanner, and a console in front of it."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from bowerbird.catalog.v1.file_pb2 import File
from bowerbird.catalog.v1.file_service_pb2 import ListFilesRequest
from bowerbird.catalog.v1.file_service_pb2_grpc import FileServiceStub
from bowerbird.type.v1.role_pb2 import Role
from libs.objects.store import ObjectStore
from tests.services.catalog.scans.scene import Scanned
from tests.services.console.scene import Answer, Console

numbers = itertools.count(1)


@dataclass(frozen=True)
class Gallery:
    """A dataset and the folder that it is of."""

    console: Console
    scanned: Scanned
    store: ObjectStore = field(repr=False)

    async def hang(self, pictures: Mapping[str, bytes]) -> dict[str, File]:
        """Put objects into the folder, scan it, and return all files by path."""
        for path, content in pictures.items():
            await self.store.put(path, content)
        await self.scanned.scan()
        return await self.files()

    async def one(self, content: bytes, ending: str = "jpg") -> File:
        """A new file with this content."""
        path = f"picture-{next(numbers)}.{ending}"
        return (await self.hang({path: content}))[path]

    async def files(self) -> dict[str, File]:
        request = ListFilesRequest(parent=self.scanned.version, page_size=1000, show_deleted=True)
        found = (await FileServiceStub(self.console.catalog.viewer).ListFiles(request)).files
        return {file.path: file for file in found}

    async def thumbnail(
        self,
        file: File | str,
        mode: str = "w_100",
        *,
        role: Role.ValueType | None = Role.ROLE_VIEWER,
        headers: dict[str, str] | None = None,
        **parameters: str,
    ) -> Answer:
        name = file if isinstance(file, str) else file.name
        query = urlencode({"mode": mode, **parameters})
        return await self.console.ask("GET", f"/v1/{name}:thumbnail?{query}", role=role, headers=headers)

    async def content(
        self,
        file: File | str,
        query: str = "",
        *,
        role: Role.ValueType | None = Role.ROLE_VIEWER,
        headers: dict[str, str] | None = None,
        method: str = "GET",
    ) -> Answer:
        name = file if isinstance(file, str) else file.name
        return await self.console.ask(method, f"/v1/{name}:content{query}", role=role, headers=headers)
