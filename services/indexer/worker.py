"""The indexer as the loop of `libs.work` runs it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

import structlog

from bowerbird.catalog.v1.work_pb2 import JobKind
from libs.endpoints.embedding import EmbeddingClient, open_embedding
from libs.endpoints.endpoint import CallLimits
from libs.endpoints.errors import EndpointError
from libs.images.pool import ImagePool
from libs.objects.opening import open_store
from libs.rpc.addresses import AddressPolicy
from libs.vectors.opening import open_database
from libs.vectors.port import VectorDatabase
from libs.vectors.table import IndexTable
from services.indexer.catalog import Catalog
from services.indexer.handler import IndexHandler
from services.indexer.settings import IndexerSettings
from services.indexer.target import IndexJob, IndexTarget
from services.indexer.upkeep import Upkeep

log = structlog.get_logger(__name__)


class Indexer:
    """A Worker."""

    kinds: Sequence[JobKind.ValueType] = (JobKind.JOB_KIND_INDEX,)

    def __init__(self, catalog: Catalog, images: ImagePool, upkeep: Upkeep, settings: IndexerSettings) -> None:
        self._catalog = catalog
        self._images = images
        self._upkeep = upkeep
        self._settings = settings
        self._addresses = AddressPolicy(settings.allowed_addresses)

    @asynccontextmanager
    async def open(self, job: str) -> AsyncIterator[IndexHandler]:
        """The job's store, model and database, with a table that fits the model."""
        found = await self._catalog.index_job(job)
        async with AsyncExitStack() as stack:
            store = await stack.enter_async_context(open_store(found.storage, found.root, self._addresses))
            model = await stack.enter_async_context(self._model(found))
            database = await self._database(found, stack)
            table = await self._ready_table(found.target, model, database)
            yield IndexHandler(
                found,
                store=store,
                images=self._images,
                model=model,
                batch_size=self._settings.batch_size,
                database=database,
                table=table,
            )
        self._upkeep.after(found, table)

    def _model(self, job: IndexJob) -> AbstractAsyncContextManager[EmbeddingClient]:
        settings = self._settings
        limits = CallLimits(
            max_concurrency=job.max_concurrency,
            request_seconds=settings.request_seconds,
            overall_seconds=settings.overall_seconds,
            attempts=settings.attempts,
            backoff_seconds=settings.backoff_seconds,
        )
        return open_embedding(job.target.endpoint, self._addresses, limits)

    async def _database(self, job: IndexJob, stack: AsyncExitStack) -> VectorDatabase:
        patience = self._settings.database_patience_seconds
        database = await open_database(job.target.database, self._addresses, patience_seconds=patience)
        stack.push_async_callback(database.close)
        return database

    async def _ready_table(self, target: IndexTarget, model: EmbeddingClient, database: VectorDatabase) -> IndexTable:
        """The table of the index set, made if it is missing. Raises what makes a table and a model unfit."""
        dimension = target.dimension or target.endpoint.dimension or await _dimension_of(model)
        table = IndexTable(target.table_name, dimension, target.metric)
        await database.ensure_table(table)
        if target.dimension is None:
            await self._catalog.record_dimension(target.name, dimension)
            log.info("the model's dimension was recorded", index_set=target.name, dimension=dimension)
        return table


async def _dimension_of(model: EmbeddingClient) -> int:
    """Asked once for an index set, with the retries that any call has."""
    (entry,) = (await model.embed(["bird"])).entries
    if isinstance(entry, EndpointError):
        raise entry
    return len(entry)
