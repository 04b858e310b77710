"""The process of the indexer: `python -m services.indexer`."""

import asyncio
import sys

from libs.images.pool import ImagePool
from libs.rpc.addresses import AddressPolicy
from libs.rpc.channel import open_channel
from libs.rpc.process import run_process
from libs.rpc.server import stop_signal
from libs.work.loop import run_worker
from services.indexer.catalog import Catalog
from services.indexer.settings import IndexerSettings
from services.indexer.upkeep import Upkeep
from services.indexer.worker import Indexer


async def work(settings: IndexerSettings, stopped: asyncio.Event) -> None:
    """Index until `stopped` is set, then drain. Raises the error of a catalog that refuses the token."""
    async with (
        open_channel(settings.catalog_address, settings.service_token.get_secret_value()) as channel,
        ImagePool(processes=settings.decoders) as images,
    ):
        catalog = Catalog(channel)
        upkeep = Upkeep(catalog, AddressPolicy(settings.allowed_addresses))
        async with upkeep.running():
            await run_worker(
                Indexer(catalog, images, upkeep, settings),
                channel,
                name=settings.worker_name,
                stopped=stopped,
                drain_seconds=settings.drain_seconds,
            )


async def run(settings: IndexerSettings) -> None:
    await work(settings, stop_signal())


if __name__ == "__main__":
    sys.exit(run_process("indexer", IndexerSettings, run))
