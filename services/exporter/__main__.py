"""The process of the exporter: `python -m services.exporter`."""

import asyncio
import sys

from pydantic import ValidationError

from libs.rpc.channel import open_channel
from libs.rpc.errors import BowerbirdError
from libs.rpc.logs import configure_logs
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


def main() -> int:
    try:
        settings = ExporterSettings()
    except ValidationError as error:
        for problem in error.errors():
            variable = f"BOWERBIRD_EXPORTER_{'.'.join(map(str, problem['loc'])).upper()}"
            print(f"{variable}: {problem['msg']}", file=sys.stderr)
        return 2
    configure_logs("exporter", settings.log_format)
    try:
        asyncio.run(run(settings))
    except BowerbirdError as error:
        print(f"exporter ends: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
