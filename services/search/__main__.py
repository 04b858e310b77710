"""The process of search: `python -m services.search`."""

import sys

from libs.rpc.process import run_process
from libs.rpc.server import run_until_signal
from services.search.assembly import assembled
from services.search.settings import SearchSettings


async def run(settings: SearchSettings) -> None:
    async with assembled(settings) as server:
        await run_until_signal(server, settings.listen_address)


if __name__ == "__main__":
    sys.exit(run_process("search", SearchSettings, run))
