"""FileService."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct
from grpc.aio import ServicerContext
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from bowerbird.catalog.v1 import file_pb2, file_service_pb2_grpc
from bowerbird.catalog.v1.file_answer_pb2 import FileAnswer
from bowerbird.catalog.v1.file_service_pb2 import (
    GetFileRequest,
    GetFileResponse,
    ListFileAnswersRequest,
    ListFileAnswersResponse,
    ListFilesRequest,
    ListFilesResponse,
)
from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.rpc.errors import NotFound
from libs.rpc.names import FILE, VERSION, file_id, parse_file_id
from libs.rpc.paging import PageTokens, page_size
from services.catalog.database import Database
from services.catalog.fields import checked_text, timestamp
from services.catalog.files import find_file, list_files
from services.catalog.job_results import read_answers
from services.catalog.jobs import job_name
from services.catalog.scope import ids_in
from services.catalog.tag_names import tag_names
from services.catalog.versions import Version, find_version

Context = ServicerContext[Any, Any]


class FileServicer(file_service_pb2_grpc.FileServiceServicer):
    def __init__(self, database: Database, page_tokens: PageTokens) -> None:
        self._database = database
        self._page_tokens = page_tokens

    async def GetFile(self, request: GetFileRequest, context: Context) -> GetFileResponse:
        async with self._database.begin() as connection:
            version, row = await _find(connection, request.name)
            names = await _names(connection, version, [row])
        return GetFileResponse(file=encoded_file(version, row, names))

    async def ListFiles(self, request: ListFilesRequest, context: Context) -> ListFilesResponse:
        ids = ids_in(VERSION, request.parent, "version")
        size = page_size(request.page_size)
        path = checked_text("path", request.path, most=4096)
        (after,) = self._page_tokens.decode(request) or (-1,)
        async with self._database.begin() as connection:
            version = await find_version(connection, **ids)
            rows = await list_files(connection, version, after, size + 1, deleted=request.show_deleted, path=path)
            names = await _names(connection, version, rows)
        return ListFilesResponse(
            files=[encoded_file(version, row, names) for row in rows[:size]],
            next_page_token=self._page_tokens.encode(request, [rows[size - 1].ordinal]) if len(rows) > size else "",
        )

    async def ListFileAnswers(self, request: ListFileAnswersRequest, context: Context) -> ListFileAnswersResponse:
        size = page_size(request.page_size)
        (before,) = self._page_tokens.decode(request) or (None,)
        async with self._database.begin() as connection:
            version, file = await _find(connection, request.parent)
            rows = await read_answers(connection, version.id, file.ordinal, before=before, limit=size + 1)
        return ListFileAnswersResponse(
            answers=[encoded_answer(version, row) for row in rows[:size]],
            next_page_token=self._page_tokens.encode(request, [rows[size - 1].job_id]) if len(rows) > size else "",
        )


async def _find(connection: AsyncConnection, name: str) -> tuple[Version, Row[Any]]:
    """The file of a name, with its version. Raises NameInvalid and NotFound."""
    ids = ids_in(FILE, name, "file")
    version_id, ordinal = parse_file_id(ids.pop("file"))
    version = await find_version(connection, **ids)
    if version.id != version_id:
        raise NotFound(resource="file", name=name)
    return version, await find_file(connection, version, ordinal)


async def _names(connection: AsyncConnection, version: Version, rows: Sequence[Row[Any]]) -> Mapping[int, str]:
    kinds = [kind for row in rows for kind in (row.ai, row.user, row.rejected) if kind]
    return await tag_names(connection, version.workspace_id, set().union(*kinds))


def encoded_file(version: Version, row: Row[Any], names: Mapping[int, str]) -> file_pb2.File:
    folder = version.folder
    file = file_pb2.File(
        name=f"{version.name}/files/{file_id(version.id, row.ordinal)}",
        uri=str(folder.child(row.path)) if folder is not None else row.path,
        path=row.path,
        size_bytes=row.size_bytes,
        etag=row.etag,
        content_type=row.content_type,
        status=row.status,
        width_px=row.width_px,
        height_px=row.height_px,
        comment=row.comment,
        create_time=timestamp(row.created),
        modify_time=timestamp(row.modified),
        sync_time=timestamp(row.synced),
        tag_time=timestamp(row.tagged),
        index_time=timestamp(row.indexed),
    )
    if row.attributes is not None:
        file.attributes.CopyFrom(ParseDict(row.attributes, Struct()))
    if row.tagged is not None:
        file.tags.ai.extend(sorted_names(row.ai, names))
        file.tags.user.extend(sorted_names(row.user, names))
        file.tags.rejected.extend(sorted_names(row.rejected, names))
        file.tags.stale = row.stale
        file.tags.editor = row.editor or ""
        if row.edited is not None:
            file.tags.edit_time.FromDatetime(row.edited)
    return file


def encoded_answer(version: Version, row: Row[Any]) -> FileAnswer:
    return FileAnswer(
        job=job_name(version.workspace, row.job_id),
        kind=row.kind,
        time=timestamp(row.created),
        done=row.done,
        reason=ErrorReason.ValueType(row.reason or 0),
        message=row.message,
        tags=row.tags,
        answer=row.answer,
        model=row.model,
        tag_definition=row.tag_definition,
        input_tokens=row.input_tokens,
        output_tokens=row.output_tokens,
        reused=row.reused,
        current=row.current,
    )


def sorted_names(ids: Collection[int], names: Mapping[int, str]) -> list[str]:
    return sorted(names[tag_id] for tag_id in ids)
