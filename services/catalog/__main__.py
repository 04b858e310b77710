"""The process of catalog: `python -m services.catalog`."""

import sys

from libs.rpc.process import run_process
from libs.rpc.server import run_until_signal
from services.catalog.assembly import assembled
from services.catalog.settings import CatalogSettings


async def run(settings: CatalogSettings) -> None:
    async with assembled(settings) as server:
        await run_until_signal(server, settings.listen_address)


if __name__ == "__main__":
    sys.exit(run_process("catalog", CatalogSettings, run))
