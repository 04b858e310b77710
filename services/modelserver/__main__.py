"""`python -m services.modelserver`: runs until SIGTERM or SIGINT, then lets the requests under way end."""

import asyncio
import signal

import structlog
from aiohttp import web

from libs.rpc.logs import configure_logs
from services.modelserver.server import make_app
from services.modelserver.settings import ModelServerSettings

log = structlog.get_logger(__name__)


async def serve(settings: ModelServerSettings) -> None:
    stop = asyncio.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signal_number, stop.set)
    runner = web.AppRunner(make_app(settings), access_log=None, shutdown_timeout=settings.shutdown_seconds)
    await runner.setup()
    try:
        host, _, port = settings.listen_address.rpartition(":")
        await web.TCPSite(runner, host, int(port)).start()
        log.info("the model server is ready", host=host, port=runner.addresses[0][1])
        await stop.wait()
        log.info("the model server stops")
    finally:
        await runner.cleanup()


def main() -> None:
    settings = ModelServerSettings()
    configure_logs("modelserver", settings.log_format)
    asyncio.run(serve(settings))


if __name__ == "__main__":
    main()
