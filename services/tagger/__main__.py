"""The process of the tagger: `python -m services.tagger`."""

import asyncio
import sys

from pydantic import ValidationError

from libs.images.pool import ImagePool
from libs.rpc.channel import open_channel
from libs.rpc.errors import BowerbirdError
from libs.rpc.logs import configure_logs
from libs.rpc.server import stop_signal
from libs.work.loop import run_worker
from services.tagger.settings import TaggerSettings
from services.tagger.worker import Tagger


async def run(settings: TaggerSettings) -> None:
    stopped = stop_signal()
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


def main() -> int:
    try:
        settings = TaggerSettings()
    except ValidationError as error:
        for problem in error.errors():
            variable = f"BOWERBIRD_TAGGER_{'.'.join(map(str, problem['loc'])).upper()}"
            print(f"{variable}: {problem['msg']}", file=sys.stderr)
        return 2
    configure_logs("tagger", settings.log_format)
    try:
        asyncio.run(run(settings))
    except BowerbirdError as error:
        print(f"tagger ends: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
