"""The process of the indexer: `python -m services.indexer`."""

import asyncio
import sys

from pydantic import ValidationError

from libs.images.pool import ImagePool
from libs.rpc.addresses import AddressPolicy
from libs.rpc.channel import open_channel
from libs.rpc.errors import BowerbirdError
from libs.rpc.logs import configure_logs
from libs.rpc.server import stop_signal
from libs.work.loop import run_worker
from services.indexer.catalog import Catalog
from services.indexer.settings import IndexerSettings
from services.indexer.upkeep import Upkeep
from services.indexer.worker import Indexer


async def run(settings: IndexerSettings) -> None:
    stopped = stop_signal()
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


def main() -> int:
    try:
        settings = IndexerSettings()
    except ValidationError as error:
        for problem in error.errors():
            variable = f"BOWERBIRD_INDEXER_{'.'.join(map(str, problem['loc'])).upper()}"
            print(f"{variable}: {problem['msg']}", file=sys.stderr)
        return 2
    configure_logs("indexer", settings.log_format)
    try:
        asyncio.run(run(settings))
    except BowerbirdError as error:
        print(f"indexer ends: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
