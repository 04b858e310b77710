"""The process of the exporter: `python -m services.exporter`."""

import asyncio
import sys

from libs.rpc.channel import open_channel
from libs.rpc.process import run_process
from libs.rpc.server import stop_signal
from libs.work.loop import run_worker
from services.exporter.settings import ExporterSettings
from services.exporter.worker import Exporter


async def work(settings: ExporterSettings, stopped: asyncio.Event) -> None:
    """Export until `stopped` is set, then drain. Raises the error of a catalog that refuses the token."""
    async with open_channel(settings.catalog_address, settings.service_token.get_secret_value()) as catalog:
        await run_worker(
            Exporter(catalog, settings),
            catalog,
            name=settings.worker_name,
            stopped=stopped,
            drain_seconds=settings.drain_seconds,
        )


async def run(settings: ExporterSettings) -> None:
    await work(settings, stop_signal())


if __name__ == "__main__":
    sys.exit(run_process("exporter", ExporterSettings, run))
