"""The tagger as the work loop knows it: opens what a tagging job needs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import grpc.aio
import structlog

from bowerbird.catalog.v1.work_pb2 import JobKind
from libs.endpoints.chat import open_chat
from libs.endpoints.connection import endpoint_of
from libs.endpoints.endpoint import CallLimits
from libs.images.pool import ImagePool
from libs.objects.config import dataset_root, storage_config
from libs.objects.opening import open_store
from libs.rpc.addresses import AddressPolicy
from libs.work.catalog import JobCatalog
from services.tagger.definition import TagDefinition
from services.tagger.photo import Darkroom
from services.tagger.settings import TaggerSettings
from services.tagger.tagging import TaggingJob

log = structlog.get_logger(__name__)

DEFAULT_CONCURRENCY: Final = 8


class Tagger:
    """A Worker for tagging jobs."""

    kinds = (JobKind.JOB_KIND_TAG,)

    def __init__(self, catalog: grpc.aio.Channel, pool: ImagePool, settings: TaggerSettings) -> None:
        self._channel = catalog
        self._catalog = JobCatalog(catalog)
        self._pool = pool
        self._settings = settings
        self._addresses = AddressPolicy(settings.allowed_addresses)

    @asynccontextmanager
    async def open(self, job: str) -> AsyncIterator[TaggingJob]:
        found = await self._catalog.job(job)
        spec = found.tag
        concurrency = spec.max_concurrency or DEFAULT_CONCURRENCY
        dataset = await self._catalog.dataset_of(found.version)
        storage = await self._catalog.connection(dataset.storage_connection)
        model = await self._catalog.connection(spec.model_connection)
        endpoint = endpoint_of(model.model_service, spec.model)
        async with (
            open_store(storage_config(storage), dataset_root(dataset), self._addresses) as store,
            open_chat(endpoint, self._addresses, self._limits(concurrency)) as chat,
        ):
            log.info("a job is opened", job=job, model=endpoint.model, endpoint=endpoint.shown, calls=concurrency)
            yield TaggingJob(
                job,
                TagDefinition.of(spec.guide_prompt, spec.definition_json),
                concurrency,
                darkroom=Darkroom(store, self._pool),
                chat=chat,
                catalog=self._channel,
            )

    def _limits(self, concurrency: int) -> CallLimits:
        return CallLimits(
            max_concurrency=concurrency,
            request_seconds=self._settings.request_seconds,
            overall_seconds=self._settings.overall_seconds,
            attempts=self._settings.attempts,
            backoff_seconds=self._settings.backoff_seconds,
        )
