"""The process of the model server: `python -m services.modelserver`."""

import asyncio
import sys

import structlog
from aiohttp import web
from pydantic import ValidationError

from libs.rpc.logs import configure_logs
from libs.rpc.server import stop_signal
from services.modelserver.server import make_app
from services.modelserver.settings import ModelServerSettings

log = structlog.get_logger(__name__)


async def run(settings: ModelServerSettings) -> None:
    """Serve until SIGTERM or SIGINT, then let the requests under way end."""
    stopped = stop_signal()
    runner = web.AppRunner(make_app(settings), access_log=None, shutdown_timeout=settings.shutdown_seconds)
    await runner.setup()
    try:
        host, _, port = settings.listen_address.rpartition(":")
        await web.TCPSite(runner, host, int(port)).start()
        log.info("serving", address=settings.listen_address, port=runner.addresses[0][1])
        await stopped.wait()
        log.info("stopping")
    finally:
        await runner.cleanup()


def main() -> int:
    try:
        settings = ModelServerSettings()
    except ValidationError as error:
        for problem in error.errors():
            variable = f"BOWERBIRD_MODELSERVER_{'.'.join(map(str, problem['loc'])).upper()}"
            print(f"{variable}: {problem['msg']}", file=sys.stderr)
        return 2
    configure_logs("modelserver", settings.log_format)
    try:
        asyncio.run(run(settings))
    except OSError as error:
        print(f"modelserver does not start at {settings.listen_address}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
