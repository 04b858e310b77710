"""Search put together: its clients, what it holds in memory, and its service."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from bowerbird.search.v1 import search_service_pb2, search_service_pb2_grpc
from libs.images.pool import ImagePool
from libs.rpc.addresses import AddressPolicy
from libs.rpc.authenticator import CatalogAuthenticator
from libs.rpc.channel import open_channel
from libs.rpc.paging import PageTokens
from libs.rpc.server import RpcServer, Service
from services.search.catalog import Catalog
from services.search.connections import Connections
from services.search.data_directory import held
from services.search.engine import SearchEngine
from services.search.servicers.search import SearchServicer
from services.search.settings import SearchSettings
from services.search.similarity.columns import VectorColumns
from services.search.similarity.embedder import Embedder
from services.search.similarity.example_image import ExampleImages
from services.search.similarity.examples import Examples
from services.search.similarity.ranker import Ranker
from services.search.snapshots.folder import SnapshotFolder
from services.search.versions import Versions


@asynccontextmanager
async def assembled(settings: SearchSettings) -> AsyncIterator[RpcServer]:
    """A server that is ready to start. Catalog need not be there yet: calls fail until it is.

    Raises DataDirectoryUnusable.
    """
    async with AsyncExitStack() as stack:
        if settings.data_directory is not None:
            stack.enter_context(held(settings.data_directory))
        token = settings.service_token.get_secret_value()
        channel = await stack.enter_async_context(open_channel(settings.catalog_address, token))
        pool = await stack.enter_async_context(ImagePool(processes=settings.image_processes))
        catalog = Catalog(channel)
        connections = Connections(catalog, AddressPolicy(settings.allowed_addresses))
        stack.push_async_callback(connections.close)
        columns = VectorColumns(
            catalog, connections, columns_folder(settings), budget_bytes=settings.vector_budget_bytes
        )
        stack.push_async_callback(columns.close)
        versions = await stack.enter_async_context(
            Versions(
                catalog,
                snapshots_of(settings),
                max_versions=settings.max_versions,
                budget_bytes=settings.memory_budget_bytes,
                snapshot_seconds=settings.snapshot_seconds,
            )
        )
        images = ExampleImages(catalog, connections, pool)
        examples = Examples(Embedder(connections, images), connections)
        engine = SearchEngine(catalog, versions, Ranker(connections, examples, columns))
        servicer = SearchServicer(engine, PageTokens(settings.page_token_key))
        service = Service(
            search_service_pb2.DESCRIPTOR.services_by_name["SearchService"],
            search_service_pb2_grpc.add_SearchServiceServicer_to_server,
            servicer,
        )
        yield RpcServer([service], CatalogAuthenticator(channel))


def snapshots_of(settings: SearchSettings) -> SnapshotFolder | None:
    """Where versions are kept; None if nothing is."""
    if settings.data_directory is None:
        return None
    return SnapshotFolder(settings.data_directory / "versions", budget_bytes=settings.disk_budget_bytes)


def columns_folder(settings: SearchSettings) -> Path | None:
    """Where vector columns are kept; None if none are."""
    return None if settings.data_directory is None else settings.data_directory / "vectors"
