"""The process of catalog: `python -m services.catalog`."""

import asyncio
import sys

from pydantic import ValidationError

from libs.rpc.errors import BowerbirdError
from libs.rpc.logs import configure_logs
from libs.rpc.server import run_until_signal
from services.catalog.assembly import assembled
from services.catalog.settings import CatalogSettings


async def run(settings: CatalogSettings) -> None:
    async with assembled(settings) as server:
        await run_until_signal(server, settings.listen_address)


def main() -> int:
    try:
        settings = CatalogSettings()
    except ValidationError as error:
        for problem in error.errors():
            variable = f"BOWERBIRD_CATALOG_{'.'.join(map(str, problem['loc'])).upper()}"
            print(f"{variable}: {problem['msg']}", file=sys.stderr)
        return 2
    configure_logs("catalog", settings.log_format)
    try:
        asyncio.run(run(settings))
    except BowerbirdError as error:
        print(f"catalog does not start: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
