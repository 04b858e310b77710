"""Tag definitions."""

from collections.abc import AsyncIterator, Iterable

from google.protobuf.field_mask_pb2 import FieldMask

from bowerbird.catalog.v1.tag_definition_pb2 import TagDefinition
from bowerbird.catalog.v1.tag_definition_service_pb2 import (
    CreateTagDefinitionRequest,
    DeleteTagDefinitionRequest,
    GetTagDefinitionRequest,
    ListTagDefinitionsRequest,
    UpdateTagDefinitionRequest,
)
from bowerbird.catalog.v1.tag_definition_service_pb2_grpc import TagDefinitionServiceStub
from bowerbird.client.names import Names
from bowerbird.client.paging import paged
from bowerbird.client.transport import Transport


class TagDefinitions:
    """`client.tag_definitions`."""

    def __init__(self, transport: Transport, names: Names) -> None:
        self._transport = transport
        self._names = names
        self._stub = TagDefinitionServiceStub(transport.channel)

    async def create(
        self, tag_definition_id: str, definition_json: str, *, guide_prompt: str = "", display_name: str = ""
    ) -> TagDefinition:
        """`definition_json` is `{"tags": {NAME: DESCRIPTION | {"description": ..., "values": ...}}}`."""
        definition = TagDefinition(
            definition_json=definition_json, guide_prompt=guide_prompt, display_name=display_name
        )
        request = CreateTagDefinitionRequest(
            parent=self._names.parent, tag_definition_id=tag_definition_id, tag_definition=definition
        )
        return (await self._transport.call(self._stub.CreateTagDefinition, request)).tag_definition

    async def get(self, tag_definition: str) -> TagDefinition:
        request = GetTagDefinitionRequest(name=self._names.tag_definition(tag_definition))
        return (await self._transport.call(self._stub.GetTagDefinition, request)).tag_definition

    def list(self) -> AsyncIterator[TagDefinition]:
        """By id."""
        return paged(
            lambda token: self._transport.call(
                self._stub.ListTagDefinitions, ListTagDefinitionsRequest(parent=self._names.parent, page_token=token)
            ),
            lambda page: page.tag_definitions,
        )

    async def update(self, tag_definition: TagDefinition, fields: Iterable[str]) -> TagDefinition:
        """Change `fields` of display_name, guide_prompt and definition_json to what `tag_definition` has."""
        request = UpdateTagDefinitionRequest(tag_definition=tag_definition, update_mask=FieldMask(paths=fields))
        return (await self._transport.call(self._stub.UpdateTagDefinition, request)).tag_definition

    async def delete(self, tag_definition: str) -> None:
        """Tags that were given by it stay."""
        request = DeleteTagDefinitionRequest(name=self._names.tag_definition(tag_definition))
        await self._transport.call(self._stub.DeleteTagDefinition, request)
