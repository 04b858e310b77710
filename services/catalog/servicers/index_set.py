"""IndexSetService."""

import re
from typing import Any

from grpc.aio import ServicerContext

from bowerbird.catalog.v1 import index_set_pb2, index_set_service_pb2_grpc
from bowerbird.catalog.v1.index_set_pb2 import Metric
from bowerbird.catalog.v1.index_set_service_pb2 import (
    GetIndexSetRequest,
    GetIndexSetResponse,
    ListIndexSetsRequest,
    ListIndexSetsResponse,
    RecordDimensionRequest,
    RecordDimensionResponse,
    RecordMissingVectorsRequest,
    RecordMissingVectorsResponse,
    SetIndexSetRequest,
    SetIndexSetResponse,
)
from libs.rpc.errors import FieldInvalid
from libs.rpc.names import CONNECTION, INDEX_SET, VERSION
from libs.rpc.paging import PageTokens, page_size
from services.catalog.database import Database
from services.catalog.edits import ROWS_A_REVISION
from services.catalog.fields import checked_enum, checked_text, timestamp
from services.catalog.index_sets import (
    IndexSet,
    IndexSetting,
    find_index_set,
    list_index_sets,
    record_dimension,
    set_index_set,
)
from services.catalog.missing_vectors import record_missing_vectors
from services.catalog.scope import ids_in
from services.catalog.versions import find_version

Context = ServicerContext[Any, Any]
TABLE = re.compile(r"[a-z][a-z0-9_]{0,62}")
DEFAULT_TABLE = "bowerbird"


class IndexSetServicer(index_set_service_pb2_grpc.IndexSetServiceServicer):
    def __init__(self, database: Database, page_tokens: PageTokens) -> None:
        self._database = database
        self._page_tokens = page_tokens

    async def SetIndexSet(self, request: SetIndexSetRequest, context: Context) -> SetIndexSetResponse:
        ids = ids_in(VERSION, request.parent, "version")
        setting = decoded_setting(ids["workspace"], request.index_set)
        async with self._database.begin() as connection:
            version = await find_version(connection, **ids)
            index_set = await set_index_set(connection, version, setting)
        return SetIndexSetResponse(index_set=encoded_index_set(index_set))

    async def GetIndexSet(self, request: GetIndexSetRequest, context: Context) -> GetIndexSetResponse:
        index_set = await self._find(request.name, is_counted=not request.omit_file_count)
        return GetIndexSetResponse(index_set=encoded_index_set(index_set))

    async def ListIndexSets(self, request: ListIndexSetsRequest, context: Context) -> ListIndexSetsResponse:
        ids = ids_in(VERSION, request.parent, "version")
        size = page_size(request.page_size)
        (after,) = self._page_tokens.decode(request) or (0,)
        async with self._database.begin() as connection:
            version = await find_version(connection, **ids)
            found = await list_index_sets(connection, version, after, size + 1)
        return ListIndexSetsResponse(
            index_sets=[encoded_index_set(index_set) for index_set in found[:size]],
            next_page_token=self._page_tokens.encode(request, [found[size - 1].id]) if len(found) > size else "",
        )

    async def RecordDimension(self, request: RecordDimensionRequest, context: Context) -> RecordDimensionResponse:
        if not 1 <= request.dimension <= 65_535:
            raise FieldInvalid(field="dimension", value=request.dimension, expected="1 to 65,535")
        index_set = await self._find(request.name)
        async with self._database.begin() as connection:
            await record_dimension(connection, index_set, request.dimension)
        return RecordDimensionResponse(index_set=encoded_index_set(await self._find(request.name)))

    async def RecordMissingVectors(
        self, request: RecordMissingVectorsRequest, context: Context
    ) -> RecordMissingVectorsResponse:
        if len(request.ordinals) > ROWS_A_REVISION:
            raise FieldInvalid(field="ordinals", value=len(request.ordinals), expected=f"at most {ROWS_A_REVISION}")
        index_set = await self._find(request.name)
        async with self._database.begin() as connection:
            files = await record_missing_vectors(connection, index_set, request.revision, request.ordinals)
        return RecordMissingVectorsResponse(file_count=files)

    async def _find(self, name: str, *, is_counted: bool = True) -> IndexSet:
        ids = ids_in(INDEX_SET, name, "index set")
        index_set = ids.pop("index_set")
        async with self._database.begin() as connection:
            version = await find_version(connection, **ids)
            return await find_index_set(connection, version, index_set, is_counted=is_counted)


def decoded_setting(workspace: str, index_set: index_set_pb2.IndexSet) -> IndexSetting:
    """Raises FieldInvalid, NameInvalid and NotFound."""
    table = index_set.table or DEFAULT_TABLE
    if not TABLE.fullmatch(table):
        raise FieldInvalid(
            field="index_set.table",
            value=table,
            expected="1 to 63 lower-case letters, digits or '_', beginning with a letter",
        )
    return IndexSetting(
        model_connection=_connection(workspace, "index_set.model_connection", index_set.model_connection),
        model=checked_text("index_set.model", index_set.model, most=255),
        database_connection=_connection(workspace, "index_set.database_connection", index_set.database_connection),
        table=table,
        metric=checked_enum("index_set.metric", Metric, index_set.metric, Metric.METRIC_COSINE),
    )


def _connection(workspace: str, field: str, name: str) -> str:
    ids = ids_in(CONNECTION, name, "connection")
    if ids["workspace"] != workspace:
        raise FieldInvalid(field=field, value=name, expected="one of this workspace")
    return ids["connection"]


def encoded_index_set(index_set: IndexSet) -> index_set_pb2.IndexSet:
    workspace = index_set.version.workspace
    return index_set_pb2.IndexSet(
        name=index_set.name,
        model_connection=CONNECTION.format(workspace=workspace, connection=index_set.model_connection),
        model=index_set.model,
        database_connection=CONNECTION.format(workspace=workspace, connection=index_set.database_connection),
        table=index_set.table_name,
        metric=Metric.ValueType(index_set.metric),
        dimension=index_set.dimension,
        file_count=index_set.file_count,
        revision=index_set.revision,
        create_time=timestamp(index_set.created),
    )
