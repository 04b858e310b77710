"""Catalog put together: its database, its services, and what it does in the background."""

import asyncio
import contextlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bowerbird.catalog.v1 import (
    connection_service_pb2,
    connection_service_pb2_grpc,
    dataset_service_pb2,
    dataset_service_pb2_grpc,
    feed_service_pb2,
    feed_service_pb2_grpc,
    file_service_pb2,
    file_service_pb2_grpc,
    identity_service_pb2,
    identity_service_pb2_grpc,
    index_set_service_pb2,
    index_set_service_pb2_grpc,
    job_service_pb2,
    job_service_pb2_grpc,
    tag_definition_service_pb2,
    tag_definition_service_pb2_grpc,
    tag_edit_service_pb2,
    tag_edit_service_pb2_grpc,
    work_service_pb2,
    work_service_pb2_grpc,
)
from libs.rpc.addresses import AddressPolicy
from libs.rpc.paging import PageTokens
from libs.rpc.server import RpcServer, Service
from services.catalog.bell import Bell
from services.catalog.connection_configs import ConfigChecks
from services.catalog.connections import Connections
from services.catalog.database import Database
from services.catalog.discarded import Discarded
from services.catalog.identity import Identity, make_sure
from services.catalog.jobs import Jobs
from services.catalog.secrets import SecretBox
from services.catalog.servicers.connection import ConnectionServicer
from services.catalog.servicers.dataset import DatasetServicer
from services.catalog.servicers.feed import FeedServicer
from services.catalog.servicers.file import FileServicer
from services.catalog.servicers.identity import IdentityServicer
from services.catalog.servicers.index_set import IndexSetServicer
from services.catalog.servicers.job import JobServicer
from services.catalog.servicers.tag_definition import TagDefinitionServicer
from services.catalog.servicers.tag_edit import TagEditServicer
from services.catalog.servicers.work import WorkServicer
from services.catalog.settings import CatalogSettings
from services.catalog.tag_definitions import TagDefinitions
from services.catalog.tag_edits import TagEdits
from services.catalog.tags import Tags
from services.catalog.work import WorkQueue


@asynccontextmanager
async def assembled(settings: CatalogSettings) -> AsyncIterator[RpcServer]:
    """A server that is ready to start, over a database that is up to date. Raises ServiceUnavailable without one."""
    database = Database(settings.database_url.get_secret_value(), settings.database_connections)
    try:
        await database.migrate()
        await make_sure(
            database,
            workspace=settings.workspace,
            admin_token=settings.admin_token.get_secret_value() if settings.admin_token else None,
            service_tokens={name: token.get_secret_value() for name, token in settings.service_tokens.items()},
        )
        connections = Connections(database, SecretBox(settings.encryption_key_bytes))
        await connections.check_key()
        identity = Identity(database)
        discarded = Discarded(database)
        deleting = asyncio.create_task(discarded.run())
        try:
            yield RpcServer(services_of(settings, database, identity, connections, discarded), identity)
        finally:
            deleting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await deleting
    finally:
        await database.close()


def services_of(
    settings: CatalogSettings, database: Database, identity: Identity, connections: Connections, discarded: Discarded
) -> list[Service]:
    """All services of catalog."""
    addresses = AddressPolicy(settings.allowed_addresses)
    checks = ConfigChecks(addresses, settings.allowed_folders)
    bell = Bell()
    tags = Tags(database)
    queue = WorkQueue(database, bell, tags, settings.lease_seconds)
    page_tokens = PageTokens(hmac.digest(settings.encryption_key_bytes, b"page tokens", "sha256"))
    return [
        Service(
            identity_service_pb2.DESCRIPTOR.services_by_name["IdentityService"],
            identity_service_pb2_grpc.add_IdentityServiceServicer_to_server,
            IdentityServicer(identity, page_tokens),
        ),
        Service(
            connection_service_pb2.DESCRIPTOR.services_by_name["ConnectionService"],
            connection_service_pb2_grpc.add_ConnectionServiceServicer_to_server,
            ConnectionServicer(connections, checks, addresses, page_tokens),
        ),
        Service(
            dataset_service_pb2.DESCRIPTOR.services_by_name["DatasetService"],
            dataset_service_pb2_grpc.add_DatasetServiceServicer_to_server,
            DatasetServicer(database, connections, discarded, addresses, page_tokens),
        ),
        Service(
            file_service_pb2.DESCRIPTOR.services_by_name["FileService"],
            file_service_pb2_grpc.add_FileServiceServicer_to_server,
            FileServicer(database, page_tokens),
        ),
        Service(
            feed_service_pb2.DESCRIPTOR.services_by_name["FeedService"],
            feed_service_pb2_grpc.add_FeedServiceServicer_to_server,
            FeedServicer(database),
        ),
        Service(
            tag_definition_service_pb2.DESCRIPTOR.services_by_name["TagDefinitionService"],
            tag_definition_service_pb2_grpc.add_TagDefinitionServiceServicer_to_server,
            TagDefinitionServicer(TagDefinitions(database), page_tokens),
        ),
        Service(
            tag_edit_service_pb2.DESCRIPTOR.services_by_name["TagEditService"],
            tag_edit_service_pb2_grpc.add_TagEditServiceServicer_to_server,
            TagEditServicer(database, TagEdits(database, tags, bell), page_tokens),
        ),
        Service(
            index_set_service_pb2.DESCRIPTOR.services_by_name["IndexSetService"],
            index_set_service_pb2_grpc.add_IndexSetServiceServicer_to_server,
            IndexSetServicer(database, page_tokens),
        ),
        Service(
            job_service_pb2.DESCRIPTOR.services_by_name["JobService"],
            job_service_pb2_grpc.add_JobServiceServicer_to_server,
            JobServicer(Jobs(database, bell), page_tokens),
        ),
        Service(
            work_service_pb2.DESCRIPTOR.services_by_name["WorkService"],
            work_service_pb2_grpc.add_WorkServiceServicer_to_server,
            WorkServicer(queue),
        ),
    ]
