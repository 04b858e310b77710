"""TagDefinitionService."""

from typing import Any

from grpc.aio import ServicerContext
from sqlalchemy import Row

from bowerbird.catalog.v1 import tag_definition_pb2, tag_definition_service_pb2_grpc
from bowerbird.catalog.v1.tag_definition_service_pb2 import (
    CreateTagDefinitionRequest,
    CreateTagDefinitionResponse,
    DeleteTagDefinitionRequest,
    DeleteTagDefinitionResponse,
    GetTagDefinitionRequest,
    GetTagDefinitionResponse,
    ListTagDefinitionsRequest,
    ListTagDefinitionsResponse,
    UpdateTagDefinitionRequest,
    UpdateTagDefinitionResponse,
)
from libs.rpc.names import TAG_DEFINITION, WORKSPACE
from libs.rpc.paging import PageTokens, page_size
from services.catalog.definition import format_definition, parse_definition
from services.catalog.fields import checked_id, checked_mask, checked_text, etag, timestamp
from services.catalog.scope import ids_in
from services.catalog.tag_definitions import TagDefinitions

Context = ServicerContext[Any, Any]


class TagDefinitionServicer(tag_definition_service_pb2_grpc.TagDefinitionServiceServicer):
    def __init__(self, tag_definitions: TagDefinitions, page_tokens: PageTokens) -> None:
        self._tag_definitions = tag_definitions
        self._page_tokens = page_tokens

    async def CreateTagDefinition(
        self, request: CreateTagDefinitionRequest, context: Context
    ) -> CreateTagDefinitionResponse:
        workspace = ids_in(WORKSPACE, request.parent, "workspace")["workspace"]
        slug = checked_id("tag_definition_id", request.tag_definition_id)
        new = request.tag_definition
        row = await self._tag_definitions.create(
            workspace,
            slug,
            display_name=checked_display_name(new, slug),
            guide_prompt=checked_guide_prompt(new),
            definition=format_definition(parse_definition(new.definition_json)),
        )
        return CreateTagDefinitionResponse(tag_definition=encoded_tag_definition(workspace, row))

    async def GetTagDefinition(self, request: GetTagDefinitionRequest, context: Context) -> GetTagDefinitionResponse:
        ids = ids_in(TAG_DEFINITION, request.name, "tag definition")
        row = await self._tag_definitions.get(ids["workspace"], ids["tag_definition"])
        return GetTagDefinitionResponse(tag_definition=encoded_tag_definition(ids["workspace"], row))

    async def ListTagDefinitions(
        self, request: ListTagDefinitionsRequest, context: Context
    ) -> ListTagDefinitionsResponse:
        workspace = ids_in(WORKSPACE, request.parent, "workspace")["workspace"]
        size = page_size(request.page_size)
        (after,) = self._page_tokens.decode(request) or ("",)
        rows = await self._tag_definitions.list(workspace, after, size + 1)
        return ListTagDefinitionsResponse(
            tag_definitions=[encoded_tag_definition(workspace, row) for row in rows[:size]],
            next_page_token=self._page_tokens.encode(request, [rows[size - 1].slug]) if len(rows) > size else "",
        )

    async def UpdateTagDefinition(
        self, request: UpdateTagDefinitionRequest, context: Context
    ) -> UpdateTagDefinitionResponse:
        new = request.tag_definition
        ids = ids_in(TAG_DEFINITION, new.name, "tag definition")
        workspace, slug = ids["workspace"], ids["tag_definition"]
        paths = checked_mask(request.update_mask, ("display_name", "guide_prompt", "definition_json"))
        changed = {}
        if "display_name" in paths:
            changed["display_name"] = checked_display_name(new, slug)
        if "guide_prompt" in paths:
            changed["guide_prompt"] = checked_guide_prompt(new)
        if "definition_json" in paths:
            changed["definition"] = format_definition(parse_definition(new.definition_json))
        row = await self._tag_definitions.update(workspace, slug, new.etag, changed)
        return UpdateTagDefinitionResponse(tag_definition=encoded_tag_definition(workspace, row))

    async def DeleteTagDefinition(
        self, request: DeleteTagDefinitionRequest, context: Context
    ) -> DeleteTagDefinitionResponse:
        ids = ids_in(TAG_DEFINITION, request.name, "tag definition")
        await self._tag_definitions.delete(ids["workspace"], ids["tag_definition"])
        return DeleteTagDefinitionResponse()


def checked_display_name(new: tag_definition_pb2.TagDefinition, slug: str) -> str:
    return checked_text("tag_definition.display_name", new.display_name, most=127) or slug


def checked_guide_prompt(new: tag_definition_pb2.TagDefinition) -> str:
    return checked_text("tag_definition.guide_prompt", new.guide_prompt, most=8192)


def encoded_tag_definition(workspace: str, row: Row[Any]) -> tag_definition_pb2.TagDefinition:
    return tag_definition_pb2.TagDefinition(
        name=TAG_DEFINITION.format(workspace=workspace, tag_definition=row.slug),
        display_name=row.display_name,
        guide_prompt=row.guide_prompt,
        definition_json=row.definition,
        revision=row.revision,
        create_time=timestamp(row.created),
        update_time=timestamp(row.updated),
        etag=etag(row),
    )
