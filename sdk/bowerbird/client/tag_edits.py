"""Labels by hand: tags that people give, and tags of models that they reject."""

import uuid
from collections.abc import AsyncIterator, Sequence

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
from bowerbird.client.defaults import LATEST
from bowerbird.client.names import Names
from bowerbird.client.paging import paged
from bowerbird.client.search import Search
from bowerbird.client.transport import Transport
from bowerbird.search.v1.search_pb2 import Query

# Up to 10,000 files are done in the call, behind whatever else changes the version.
DEADLINE_SECONDS = 120.0


class TagEdits:
    """`client.tag_edits`. An edit of more than 10,000 files is a job: `client.jobs.wait(edit.job)`."""

    def __init__(self, transport: Transport, names: Names, search: Search) -> None:
        self._transport = transport
        self._names = names
        self._search = search
        self._stub = TagEditServiceStub(transport.channel)

    async def edit(
        self,
        dataset: str,
        files: Query | Selection | Sequence[str],
        changes: TagChanges,
        version: str = LATEST,
    ) -> TagEdit:
        """Change the tags of files: all that match a query, a selection of them, or up to 10,000 by their names.

        A query is asked first: files that match only later are left as they are. The edit is made once, however often
        the connection breaks meanwhile.
        """
        if isinstance(files, Query):
            files = (await self._search.select(dataset, files, version)).selection
        request = EditTagsRequest(
            parent=self._names.version(dataset, version),
            changes=changes,
            request_id=uuid.uuid4().hex,
        )
        if isinstance(files, Selection):
            # The one that it was selected from, should there be a newer one by now. Scores are not read.
            request.parent = files.version
            request.selection.CopyFrom(files)
            request.selection.ClearField("scores")
        else:
            request.names.CopyFrom(FileNames(names=files))
        return (await self._transport.call(self._stub.EditTags, request, deadline_seconds=DEADLINE_SECONDS)).tag_edit

    async def get(self, name: str) -> TagEdit:
        """By its full name."""
        return (await self._transport.call(self._stub.GetTagEdit, GetTagEditRequest(name=name))).tag_edit

    def list(self, dataset: str, version: str = LATEST) -> AsyncIterator[TagEdit]:
        """Newest first."""
        parent = self._names.version(dataset, version)
        return paged(
            lambda token: self._transport.call(
                self._stub.ListTagEdits, ListTagEditsRequest(parent=parent, page_token=token)
            ),
            lambda page: page.tag_edits,
        )

    async def undo(self, name: str) -> TagEdit:
        """Undo it, by its full name: what it changed, where no later edit changed the same again."""
        request = UndoTagEditRequest(name=name, request_id=uuid.uuid4().hex)
        answer = await self._transport.call(self._stub.UndoTagEdit, request, deadline_seconds=DEADLINE_SECONDS)
        return answer.tag_edit
