"""TagEditService."""

from collections.abc import Mapping, Sequence
from typing import Any

from grpc.aio import ServicerContext
from pyroaring import BitMap

from bowerbird.catalog.v1 import tag_edit_pb2, tag_edit_service_pb2_grpc
from bowerbird.catalog.v1.job_pb2 import Selection
from bowerbird.catalog.v1.tag_edit_service_pb2 import (
    EditTagsRequest,
    EditTagsResponse,
    GetTagEditRequest,
    GetTagEditResponse,
    ListTagEditsRequest,
    ListTagEditsResponse,
    UndoTagEditRequest,
    UndoTagEditResponse,
)
from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.rpc.errors import FieldInvalid, NotFound
from libs.rpc.identity import current_caller
from libs.rpc.names import FILE, TAG_EDIT, VERSION, parse_file_id
from libs.rpc.paging import PageTokens, page_size
from services.catalog.database import Database
from services.catalog.edits import ROWS_A_REVISION
from services.catalog.fields import checked_text, timestamp
from services.catalog.jobs import job_name
from services.catalog.scope import ids_in
from services.catalog.selection import parse_ordinals
from services.catalog.tag_edits import LISTS, NewTagEdit, TagEdit, TagEdits
from services.catalog.tags import tag_name
from services.catalog.versions import Version, find_version

Context = ServicerContext[Any, Any]

MAX_TAGS = 64
MAX_EXPRESSION = 8_192
CONTRADICTIONS = (("add", "remove"), ("add", "reject"), ("reject", "restore"))


class TagEditServicer(tag_edit_service_pb2_grpc.TagEditServiceServicer):
    def __init__(self, database: Database, tag_edits: TagEdits, page_tokens: PageTokens) -> None:
        self._database = database
        self._tag_edits = tag_edits
        self._page_tokens = page_tokens

    async def EditTags(self, request: EditTagsRequest, context: Context) -> EditTagsResponse:
        ids = ids_in(VERSION, request.parent, "version")
        version = await self._version(ids)
        new = NewTagEdit(
            names=decoded_changes(request.changes),
            editor=current_caller().subject,
            request_id=checked_text("request_id", request.request_id, most=64),
            expression=decoded_expression(request.selection),
        )
        edit = await self._tag_edits.edit(version, decoded_files(version, request), new)
        return EditTagsResponse(tag_edit=encoded_tag_edit(edit))

    async def GetTagEdit(self, request: GetTagEditRequest, context: Context) -> GetTagEditResponse:
        ids = ids_in(TAG_EDIT, request.name, "tag edit")
        edit_id = ids.pop("tag_edit")
        return GetTagEditResponse(
            tag_edit=encoded_tag_edit(await self._tag_edits.get(await self._version(ids), edit_id))
        )

    async def ListTagEdits(self, request: ListTagEditsRequest, context: Context) -> ListTagEditsResponse:
        version = await self._version(ids_in(VERSION, request.parent, "version"))
        size = page_size(request.page_size)
        (before,) = self._page_tokens.decode(request) or (None,)
        edits = await self._tag_edits.list(version, before, size + 1)
        return ListTagEditsResponse(
            tag_edits=map(encoded_tag_edit, edits[:size]),
            next_page_token=self._page_tokens.encode(request, [edits[size - 1].id]) if len(edits) > size else "",
        )

    async def UndoTagEdit(self, request: UndoTagEditRequest, context: Context) -> UndoTagEditResponse:
        ids = ids_in(TAG_EDIT, request.name, "tag edit")
        edit_id = ids.pop("tag_edit")
        request_id = checked_text("request_id", request.request_id, most=64)
        version = await self._version(ids)
        edit = await self._tag_edits.undo(version, edit_id, current_caller().subject, request_id)
        return UndoTagEditResponse(tag_edit=encoded_tag_edit(edit))

    async def _version(self, ids: Mapping[str, str]) -> Version:
        async with self._database.begin() as connection:
            return await find_version(connection, **ids)


def decoded_changes(changes: tag_edit_pb2.TagChanges) -> Mapping[str, Sequence[str]]:
    """The tags by list, sorted. Raises FieldInvalid."""
    names = {kind: sorted(set(map(tag_name, getattr(changes, kind)))) for kind in LISTS}
    count = sum(map(len, names.values()))
    if not 1 <= count <= MAX_TAGS:
        raise FieldInvalid(field="changes", value=f"{count} tags", expected=f"1 to {MAX_TAGS} tags in all lists")
    for one, other in CONTRADICTIONS:
        if both := set(names[one]) & set(names[other]):
            raise FieldInvalid(
                field=f"changes.{other}", value=min(both), expected=f"tags that are not in changes.{one} as well"
            )
    return names


def decoded_files(version: Version, request: EditTagsRequest) -> BitMap:
    """Ordinals of the files. Raises FieldInvalid, NameInvalid, and NotFound for a name that leads to no file."""
    match request.WhichOneof("files"):
        case "names":
            return files_named(version, request.names.names)
        case "selection":
            return files_selected(version, request.selection)
    raise FieldInvalid(field="files", value="", expected="one of names, selection")


def files_named(version: Version, names: Sequence[str]) -> BitMap:
    if not 1 <= len(names) <= ROWS_A_REVISION:
        raise FieldInvalid(
            field="names", value=f"{len(names)} files", expected=f"1 to {ROWS_A_REVISION:,}; more by a selection"
        )
    files = BitMap()
    for name in names:
        ids = FILE.parse(name)
        version_id, ordinal = parse_file_id(ids["file"])
        is_there = version_id == version.id and ordinal < version.next_ordinal
        if not is_there or (ids["workspace"], ids["dataset"]) != (version.workspace, version.dataset):
            raise NotFound(resource="file", name=name)
        files.add(ordinal)
    return files


def files_selected(version: Version, selection: Selection) -> BitMap:
    if selection.version != version.name:
        raise FieldInvalid(field="selection.version", value=selection.version, expected=version.name)
    return parse_ordinals(selection.ordinals)


def decoded_expression(selection: Selection) -> str | None:
    """What the selection says that it was selected by. Raises FieldInvalid."""
    if not selection.HasField("expression"):
        return None
    return checked_text("selection.expression", selection.expression, most=MAX_EXPRESSION)


def encoded_tag_edit(edit: TagEdit) -> tag_edit_pb2.TagEdit:
    workspace = edit.version.workspace
    return tag_edit_pb2.TagEdit(
        name=edit.name,
        changes=tag_edit_pb2.TagChanges(**{kind: list(tags) for kind, tags in edit.tags.items()}),
        state=tag_edit_pb2.TagEdit.State.ValueType(edit.state),
        file_count=edit.files,
        processed_file_count=edit.processed,
        changed_file_count=edit.changed,
        reverted_file_count=edit.reverted,
        editor=edit.editor,
        create_time=timestamp(edit.created),
        job=job_name(workspace, edit.job_id) if edit.job_id else "",
        undoer=edit.undoer or "",
        undo_time=timestamp(edit.undo_asked),
        undo_job=job_name(workspace, edit.undo_job_id) if edit.undo_job_id else "",
        notes=notes_of(edit),
        reason=ErrorReason.ValueType(edit.reason or 0),
        message=edit.message,
        expression=edit.expression,
    )


def notes_of(edit: TagEdit) -> list[str]:
    """A sentence for each tag that nobody could have."""
    return [
        f"No file has the tag {name!r}: there was nothing to {kind}."
        for kind, tags in edit.tags.items()
        for name, tag_id in tags.items()
        if tag_id is None
    ]
