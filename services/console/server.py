"""The HTTP server around the console."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from aiohttp import web

from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.rpc.errors import BowerbirdError
from services.console.assembly import assembled
from services.console.settings import ConsoleSettings

log = structlog.get_logger(__name__)


class AddressUnusable(BowerbirdError):
    """The console cannot listen at {address}: {problem}."""

    reason = ErrorReason.ERROR_REASON_FIELD_INVALID


@asynccontextmanager
async def served(settings: ConsoleSettings) -> AsyncIterator[int]:
    """Serve HTTP; yields the port. On exit no new requests are taken, and those under way may end.

    A client that hangs up cancels its request, and with it the call behind. Raises AddressUnusable.
    """
    async with assembled(settings) as app:
        runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=settings.shutdown_seconds
        )
        await runner.setup()
        try:
            host, _, port = settings.listen_address.rpartition(":")
            try:
                await web.TCPSite(runner, host, int(port)).start()
            except OSError as error:
                raise AddressUnusable(address=settings.listen_address, problem=error.strerror) from error
            bound: int = runner.addresses[0][1]
            log.info("serving", address=settings.listen_address, port=bound)
            yield bound
            log.info("stopping")
        finally:
            await runner.cleanup()
