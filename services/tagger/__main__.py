"""The process of the tagger: `python -m services.tagger`."""

import asyncio
import sys

from libs.images.pool import ImagePool
from libs.rpc.channel import open_channel
from libs.rpc.process import run_process
from libs.rpc.server import stop_signal
from libs.work.loop import run_worker
from services.tagger.settings import TaggerSettings
from services.tagger.worker import Tagger


async def work(settings: TaggerSettings, stopped: asyncio.Event) -> None:
    """Tag until `stopped` is set, then drain. Raises the error of a catalog that refuses the token."""
    async with (
        open_channel(settings.catalog_address, settings.service_token.get_secret_value()) as catalog,
        ImagePool(processes=settings.decoders) as pool,
    ):
        await run_worker(
            Tagger(catalog, pool, settings),
            catalog,
            name=settings.worker_name,
            stopped=stopped,
            drain_seconds=settings.drain_seconds,
        )


async def run(settings: TaggerSettings) -> None:
    await work(settings, stop_signal())


if __name__ == "__main__":
    sys.exit(run_process("tagger", TaggerSettings, run))
