"""Edits of tags as a caller makes them, and the tags of files as the database has them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyroaring import BitMap

from bowerbird.catalog.v1.file_pb2 import File
from bowerbird.catalog.v1.file_service_pb2 import GetFileRequest
from bowerbird.catalog.v1.file_service_pb2_grpc import FileServiceStub
from bowerbird.catalog.v1.job_pb2 import Selection
from bowerbird.catalog.v1.tag_edit_pb2 import TagChanges, TagEdit
from bowerbird.catalog.v1.tag_edit_service_pb2 import (
    EditTagsRequest,
    FileNames,
    GetTagEditRequest,
    ListTagEditsRequest,
    UndoTagEditRequest,
)
from bowerbird.catalog.v1.tag_edit_service_pb2_grpc import TagEditServiceStub
from libs.rpc.names import file_id
from tests.services.catalog.jobs_scene import Scene

if TYPE_CHECKING:  # these are in the stubs alone
    from bowerbird.catalog.v1.tag_edit_service_pb2_grpc import TagEditServiceAsyncStub


@dataclass(frozen=True)
class Labels:
    """The tags by hand of a scene's version."""

    scene: Scene

    @property
    def stub(self) -> "TagEditServiceAsyncStub":
        return TagEditServiceStub(self.scene.catalog.editor)

    def name(self, ordinal: int) -> str:
        return f"{self.scene.version}/files/{file_id(self.scene.version_id, ordinal)}"

    def names(self, ordinals: Iterable[int]) -> FileNames:
        return FileNames(names=map(self.name, ordinals))

    def selection(self, ordinals: Iterable[int]) -> Selection:
        return Selection(version=self.scene.version, ordinals=BitMap(ordinals).serialize())

    async def edit(self, ordinals: Iterable[int], *, request_id: str = "", **changes: Collection[str]) -> TagEdit:
        """By a selection."""
        request = EditTagsRequest(
            parent=self.scene.version,
            selection=self.selection(ordinals),
            changes=TagChanges(**changes),
            request_id=request_id,
        )
        return (await self.stub.EditTags(request)).tag_edit

    async def undo(self, edit: TagEdit, request_id: str = "") -> TagEdit:
        return (await self.stub.UndoTagEdit(UndoTagEditRequest(name=edit.name, request_id=request_id))).tag_edit

    async def get(self, edit: TagEdit) -> TagEdit:
        return (await self.stub.GetTagEdit(GetTagEditRequest(name=edit.name))).tag_edit

    async def list(self, page_size: int = 100) -> list[TagEdit]:
        """All of them, page by page."""
        request = ListTagEditsRequest(parent=self.scene.version, page_size=page_size)
        edits: list[TagEdit] = []
        while True:
            answer = await self.stub.ListTagEdits(request)
            assert len(answer.tag_edits) <= page_size
            edits += answer.tag_edits
            request.page_token = answer.next_page_token
            if not request.page_token:
                return edits

    async def file(self, ordinal: int) -> File:
        files = FileServiceStub(self.scene.catalog.viewer)
        return (await files.GetFile(GetFileRequest(name=self.name(ordinal)))).file

    async def tags(self) -> Mapping[int, tuple[set[str], set[str], set[str]]]:
        """What models gave, what people gave, what they rejected, by ordinal; files without any are left out."""
        rows = await self.scene.database.fetch(
            "WITH names AS (SELECT id, name FROM tags) "
            "SELECT ordinal, array(SELECT name FROM names WHERE id = ANY (ai)) AS ai, "
            'array(SELECT name FROM names WHERE id = ANY ("user")) AS given, '
            "array(SELECT name FROM names WHERE id = ANY (rejected)) AS rejected, "
            'cardinality(ai) + cardinality("user") + cardinality(rejected) AS count '
            "FROM file_tags WHERE version_id = $1",
            self.scene.version_id,
        )
        found = {row["ordinal"]: (set(row["ai"]), set(row["given"]), set(row["rejected"])) for row in rows}
        assert [sum(map(len, found[row["ordinal"]])) for row in rows] == [row["count"] for row in rows]
        return {ordinal: tags for ordinal, tags in found.items() if any(tags)}

    async def delete(self, *ordinals: int) -> None:
        """What a scan writes that no longer finds files."""
        await self.scene.database.execute(
            "UPDATE files SET status = 2 WHERE version_id = $1 AND ordinal = ANY ($2)",
            self.scene.version_id, list(ordinals),
        )  # fmt: skip

    async def publish(self) -> None:
        await self.scene.database.execute("UPDATE versions SET state = 2 WHERE id = $1", self.scene.version_id)

    async def changes_that_stand(self) -> int:
        """Rows of what edits changed."""
        return int(
            await self.scene.database.fetchval(
                "SELECT count(*) FROM tag_edit_changes WHERE version_id = $1 AND NOT undone", self.scene.version_id
            )
        )

    async def revision(self) -> int:
        return int(
            await self.scene.database.fetchval("SELECT revision FROM versions WHERE id = $1", self.scene.version_id)
        )
