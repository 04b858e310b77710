"""Search beside a real catalog, scanner, indexer, S3 and pgvector; tags are given as a tagger gives them."""

import itertools
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import grpc.aio
import numpy as np
import pytest

from bowerbird.catalog.v1.connection_pb2 import Connection, Model, ModelServiceConfig
from bowerbird.catalog.v1.connection_service_pb2 import CreateConnectionRequest
from bowerbird.catalog.v1.connection_service_pb2_grpc import ConnectionServiceStub
from bowerbird.catalog.v1.file_pb2 import File
from bowerbird.catalog.v1.job_pb2 import Job, JobMode, TagSpec
from bowerbird.catalog.v1.job_service_pb2 import CreateJobRequest
from bowerbird.catalog.v1.tag_definition_pb2 import TagDefinition
from bowerbird.catalog.v1.tag_definition_service_pb2 import CreateTagDefinitionRequest
from bowerbird.catalog.v1.tag_definition_service_pb2_grpc import TagDefinitionServiceStub
from bowerbird.catalog.v1.work_pb2 import (
    JOB_KIND_TAG,
    FileResult,
    LeaseStatus,
    LeaseUpdate,
    TagOutcome,
    WorkDemand,
)
from bowerbird.catalog.v1.work_service_pb2 import CommitWorkRequest, LeaseWorkRequest
from bowerbird.catalog.v1.work_service_pb2_grpc import WorkServiceStub
from bowerbird.search.v1.search_pb2 import Hit, Query
from bowerbird.search.v1.search_service_pb2 import SearchRequest, SearchResponse
from bowerbird.search.v1.search_service_pb2_grpc import SearchServiceStub
from bowerbird.type.v1.role_pb2 import Role
from deploy.local.ports import LOOPBACK
from libs.rpc.channel import MESSAGE_OPTIONS, TokenChannel
from services.search.assembly import assembled
from services.search.settings import SearchSettings
from tests.fakes.answers import sha256, vector_for
from tests.services.indexer import scene as indexing
from tests.services.indexer.scene import House
from tests.suite import WORKSPACE, Catalog

if TYPE_CHECKING:  # it is in the stubs alone
    from bowerbird.search.v1.search_service_pb2_grpc import SearchServiceAsyncStub

TAGS = ["bird", "tree", "night", "red car", "rain"]
numbers = itertools.count(1)


@asynccontextmanager
async def serving(catalog: Catalog, **changed: str) -> AsyncIterator[str]:
    """A search service in this process; yields its address."""
    environment = {
        "LISTEN_ADDRESS": f"{LOOPBACK}:0",
        "CATALOG_ADDRESS": catalog.address,
        "SERVICE_TOKEN": catalog.tokens[Role.ROLE_SERVICE],
        "ALLOWED_ADDRESSES": '["127.0.0.0/8", "::1"]',
        "LOG_FORMAT": "text",
        **changed,
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(f"BOWERBIRD_SEARCH_{name}", value)
        settings = SearchSettings()
    async with assembled(settings) as server:
        port = await server.start(settings.listen_address)
        try:
            yield f"{LOOPBACK}:{port}"
        finally:
            await server.stop(grace_seconds=0)


@asynccontextmanager
async def searching(catalog: Catalog, **changed: str) -> AsyncIterator[grpc.aio.Channel]:
    """A search service in this process, and a viewer's channel to it."""
    async with (
        serving(catalog, **changed) as address,
        connected(address, catalog.tokens[Role.ROLE_VIEWER]) as channel,
    ):
        yield channel


def connected(address: str, token: str) -> grpc.aio.Channel:
    """A channel that repeats nothing, so that a test sees each error and how long it took."""
    return TokenChannel(grpc.aio.insecure_channel(address, options=MESSAGE_OPTIONS), token)


@dataclass(frozen=True)
class Scene:
    """A scanned dataset, its index set, and what searches it."""

    dataset: indexing.Scene
    channel: grpc.aio.Channel
    contents: Mapping[str, bytes] = field(repr=False)

    @property
    def stub(self) -> "SearchServiceAsyncStub":
        return SearchServiceStub(self.channel)

    @property
    def version(self) -> str:
        return self.dataset.version

    @property
    def house(self) -> House:
        return self.dataset.house

    async def search(self, query: Query | None = None, **request: Any) -> SearchResponse:
        """One page."""
        return await self.stub.Search(SearchRequest(version=self.version, query=query, **request))

    async def paths(self, **query: Any) -> list[str]:
        """The paths of all hits, in their order."""
        return [hit.file.path for hit in (await self.search(Query(**query), page_size=1000)).hits]

    async def pages(self, query: Query, page_size: int) -> list[SearchResponse]:
        """All pages."""
        pages = [await self.search(query, page_size=page_size)]
        while token := pages[-1].next_page_token:
            pages.append(await self.search(query, page_size=page_size, page_token=token))
        return pages

    async def tag(self, tags: Mapping[str, Sequence[str]]) -> None:
        """Give tags to files by path, to all others none, as a job of a new definition does."""
        spec = await self.tag_spec()
        async for _ in self.tagging(spec, tags):
            pass

    async def tag_spec(self) -> TagSpec:
        """A new definition of TAGS and a model; the jobs of one definition follow each other."""
        number = next(numbers)
        catalog = self.house.catalog
        model = ModelServiceConfig(
            base_url=self.house.endpoint.chat_url,
            protocol=ModelServiceConfig.PROTOCOL_OPENAI_CHAT,
            models=[Model(model=f"m-{number}")],
        )
        connection = await ConnectionServiceStub(catalog.admin).CreateConnection(
            CreateConnectionRequest(
                parent=WORKSPACE, connection_id=f"chat-{number}", connection=Connection(model_service=model)
            )
        )
        definition = TagDefinition(definition_json=json.dumps({"tags": {name: f"A {name}." for name in TAGS}}))
        defined = await TagDefinitionServiceStub(catalog.editor).CreateTagDefinition(
            CreateTagDefinitionRequest(parent=WORKSPACE, tag_definition_id=f"d-{number}", tag_definition=definition)
        )
        return TagSpec(
            model_connection=connection.connection.name,
            tag_definition=defined.tag_definition.name,
            mode=JobMode.JOB_MODE_FULL,
        )

    async def tagging(
        self, spec: TagSpec, tags: Mapping[str, Sequence[str]], *, max_files: int = 1000
    ) -> AsyncIterator[dict[str, set[str]]]:
        """A job that tags all files so; yields the tags by path that catalog has acknowledged, a chunk at a time."""
        await self.dataset.jobs.CreateJob(CreateJobRequest(parent=WORKSPACE, job=Job(version=self.version, tag=spec)))
        work = WorkServiceStub(self.house.catalog.service)
        demand = WorkDemand(worker="test", kinds=[JOB_KIND_TAG], max_files=max_files)
        while leases := (await work.LeaseWork(LeaseWorkRequest(demand=demand))).leases:
            for lease in leases:
                given = {file.path: set(tags.get(file.path, ())) for file in lease.files}
                results = [
                    FileResult(ordinal=file.ordinal, etag=file.etag, tags=TagOutcome(tags=given[file.path]))
                    for file in lease.files
                ]
                update = LeaseUpdate(lease=lease.lease, results=results)
                (status,) = (await work.CommitWork(CommitWorkRequest(updates=[update]))).statuses
                assert status.state == LeaseStatus.STATE_ENDED
                yield given

    async def files(self) -> dict[str, File]:
        """The files as catalog shows them, by path."""
        return {file.path: file for file in await self.dataset.files()}

    async def scores(self, query: str) -> dict[str, float]:
        """The cosine of each image with a text, by path: what the fake model's vectors make of it."""
        asked = np.asarray(vector_for(sha256(query.encode()), indexing.DIMENSION), np.float64)
        found = {}
        for path, content in self.contents.items():
            vector = np.asarray(vector_for(await self.house.shown(content), indexing.DIMENSION), np.float64)
            found[path] = float(asked @ vector / np.linalg.norm(asked) / np.linalg.norm(vector))
        return found


def shown(hits: Sequence[Hit]) -> list[tuple[str, float]]:
    """Path and score."""
    return [(hit.file.path, hit.score) for hit in hits]
