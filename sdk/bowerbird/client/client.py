"""The client: one object with a part for each kind of resource."""

from types import ModuleType, TracebackType
from typing import Self

from bowerbird.catalog.v1 import (
    connection_service_pb2,
    dataset_service_pb2,
    file_service_pb2,
    identity_service_pb2,
    index_set_service_pb2,
    job_service_pb2,
    tag_definition_service_pb2,
    tag_edit_service_pb2,
)
from bowerbird.client.connections import Connections
from bowerbird.client.datasets import Datasets
from bowerbird.client.files import Files
from bowerbird.client.index_sets import IndexSets
from bowerbird.client.jobs import Jobs
from bowerbird.client.names import Names
from bowerbird.client.search import Search
from bowerbird.client.settings import ClientSettings, find_settings
from bowerbird.client.tag_definitions import TagDefinitions
from bowerbird.client.tag_edits import TagEdits
from bowerbird.client.tokens import Tokens
from bowerbird.client.transport import Transport
from bowerbird.search.v1 import search_service_pb2

CATALOG = (
    connection_service_pb2,
    dataset_service_pb2,
    file_service_pb2,
    identity_service_pb2,
    index_set_service_pb2,
    job_service_pb2,
    tag_definition_service_pb2,
    tag_edit_service_pb2,
)


class Client:
    """Use as an async context manager, inside one event loop. Without settings, `find_settings` finds them."""

    def __init__(self, settings: ClientSettings | None = None) -> None:
        self.settings = settings or find_settings()
        self._catalog = self._transport(self.settings.catalog, CATALOG)
        self._search = self._transport(self.settings.search, (search_service_pb2,))
        self.names = Names(self.settings.workspace)
        self.datasets = Datasets(self._catalog, self.names)
        self.files = Files(self._catalog, self.names)
        self.connections = Connections(self._catalog, self.names)
        self.tag_definitions = TagDefinitions(self._catalog, self.names)
        self.index_sets = IndexSets(self._catalog, self.names)
        self.jobs = Jobs(self._catalog, self.names)
        self.tokens = Tokens(self._catalog, self.names)
        self.search = Search(self._search, self.names)
        self.tag_edits = TagEdits(self._catalog, self.names, self.search)

    def _transport(self, address: str, modules: tuple[ModuleType, ...]) -> Transport:
        return Transport(
            address,
            self.settings.token,
            deadline_seconds=self.settings.deadline_seconds,
            services=[service for module in modules for service in module.DESCRIPTOR.services_by_name.values()],
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._catalog.close()
        await self._search.close()
