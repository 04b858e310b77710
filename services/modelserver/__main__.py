"""The process of the model server: `python -m services.modelserver`."""

import sys

import structlog
from aiohttp import web

from libs.rpc.process import run_process
from libs.rpc.server import stop_signal
from services.modelserver.errors import AddressUnusable
from services.modelserver.server import make_app
from services.modelserver.settings import ModelServerSettings

log = structlog.get_logger(__name__)


async def run(settings: ModelServerSettings) -> None:
    """Serve until SIGTERM or SIGINT, then let the requests under way end. Raises AddressUnusable."""
    stopped = stop_signal()
    runner = web.AppRunner(make_app(settings), access_log=None, shutdown_timeout=settings.shutdown_seconds)
    await runner.setup()
    try:
        host, _, port = settings.listen_address.rpartition(":")
        await web.TCPSite(runner, host, int(port)).start()
        log.info("serving", address=settings.listen_address, port=runner.addresses[0][1])
        await stopped.wait()
        log.info("stopping")
    except OSError as error:
        raise AddressUnusable(address=settings.listen_address, problem=error.strerror) from error
    finally:
        await runner.cleanup()


def main() -> int:
    return run_process("modelserver", ModelServerSettings, run)


if __name__ == "__main__":
    sys.exit(main())
