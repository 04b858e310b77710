"""The process of the console: `python -m services.console`."""

import sys

from libs.rpc.process import run_process
from libs.rpc.server import stop_signal
from services.console.server import served
from services.console.settings import ConsoleSettings


async def run(settings: ConsoleSettings) -> None:
    """Serve until SIGTERM or SIGINT. Raises AddressUnusable."""
    stopped = stop_signal()
    async with served(settings):
        await stopped.wait()


if __name__ == "__main__":
    sys.exit(run_process("console", ConsoleSettings, run))
