"""Catalog put together: its database, its services, and what it does in the background."""

import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bowerbird.catalog.v1 import identity_service_pb2, identity_service_pb2_grpc
from libs.rpc.paging import PageTokens
from libs.rpc.server import RpcServer, Service
from services.catalog.database import Database
from services.catalog.identity import Identity, make_sure
from services.catalog.servicers.identity import IdentityServicer
from services.catalog.settings import CatalogSettings


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
        identity = Identity(database)
        yield RpcServer(services_of(settings, database, identity), identity)
    finally:
        await database.close()


def services_of(settings: CatalogSettings, database: Database, identity: Identity) -> list[Service]:
    """All services of catalog."""
    page_tokens = PageTokens(hmac.digest(settings.encryption_key_bytes, b"page tokens", "sha256"))
    return [
        Service(
            identity_service_pb2.DESCRIPTOR.services_by_name["IdentityService"],
            identity_service_pb2_grpc.add_IdentityServiceServicer_to_server,
            IdentityServicer(identity, page_tokens),
        ),
    ]
