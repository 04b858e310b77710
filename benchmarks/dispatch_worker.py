"""A tagger or an indexer as `dispatch.py` runs it: the real one, on a channel that counts its calls.

    python -m benchmarks.dispatch_worker {tagger|indexer} COUNT_FILE

The settings are those of the service. At its end the number of its gRPC calls lies in COUNT_FILE. The indexer's
vectors go nowhere: a database's speed is not what is measured.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import grpc.aio

from libs.images.pool import ImagePool
from libs.rpc.addresses import AddressPolicy
from libs.rpc.channel import open_channel
from libs.rpc.logs import configure_logs
from libs.rpc.server import stop_signal
from libs.vectors.batches import Documents
from libs.vectors.port import VectorDatabase
from libs.vectors.table import IndexTable
from libs.work.loop import run_worker
from libs.work.settings import WorkerSettings
from services.indexer.catalog import Catalog
from services.indexer.settings import IndexerSettings
from services.indexer.target import IndexJob
from services.indexer.upkeep import Upkeep
from services.indexer.worker import Indexer
from services.tagger.settings import TaggerSettings
from services.tagger.worker import Tagger


class CountingChannel:
    """A channel for stubs, with the number of calls by method."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._channel = channel
        self.calls: Counter[str] = Counter()

    def unary_unary(self, method: str, *arguments: Any, **options: Any) -> Any:
        return self._counted(method, self._channel.unary_unary(method, *arguments, **options))

    def unary_stream(self, method: str, *arguments: Any, **options: Any) -> Any:
        return self._counted(method, self._channel.unary_stream(method, *arguments, **options))

    def _counted(self, method: str, call: Any) -> Any:
        def counted(*arguments: Any, **options: Any) -> Any:
            self.calls[method] += 1
            return call(*arguments, **options)

        return counted


class Discarding:
    """Of a vector database, what an indexing job needs; nothing is kept."""

    async def ensure_table(self, table: IndexTable) -> None: ...

    async def upsert(self, table: IndexTable, documents: Documents) -> None: ...


class DiscardingIndexer(Indexer):
    """An indexer whose vectors go nowhere."""

    async def _database(self, job: IndexJob, stack: AsyncExitStack) -> VectorDatabase:
        discarding: Any = Discarding()
        return discarding  # type: ignore[no-any-return]


async def run(service: str) -> Counter[str]:
    """Work until a signal; the calls by method."""
    settings: WorkerSettings = TaggerSettings() if service == "tagger" else IndexerSettings()
    configure_logs(service, settings.log_format)
    stopped = stop_signal()
    async with (
        open_channel(settings.catalog_address, settings.service_token.get_secret_value()) as channel,
        ImagePool() as pool,
    ):
        counting: Any = CountingChannel(channel)
        worker = _worker(settings, counting, pool)
        await run_worker(worker, counting, name=service, stopped=stopped)
        calls: Counter[str] = counting.calls
        return calls


def _worker(settings: WorkerSettings, channel: grpc.aio.Channel, pool: ImagePool) -> Tagger | Indexer:
    if isinstance(settings, IndexerSettings):
        catalog = Catalog(channel)
        return DiscardingIndexer(catalog, pool, Upkeep(catalog, AddressPolicy(settings.allowed_addresses)), settings)
    assert isinstance(settings, TaggerSettings)  # noqa: S101
    return Tagger(channel, pool, settings)


def main(arguments: Sequence[str]) -> None:
    service, count_file = arguments
    calls = asyncio.run(run(service))
    for method, number in calls.most_common():
        sys.stderr.write(f"{number:6} {method}\n")
    Path(count_file).write_text(str(calls.total()), encoding="ascii")


if __name__ == "__main__":
    main(sys.argv[1:])
