"""The process of search: `python -m services.search`."""

import asyncio
import sys

from pydantic import ValidationError

from libs.rpc.logs import configure_logs
from libs.rpc.server import run_until_signal
from services.search.assembly import assembled
from services.search.settings import SearchSettings


async def run(settings: SearchSettings) -> None:
    async with assembled(settings) as server:
        await run_until_signal(server, settings.listen_address)


def main() -> int:
    try:
        settings = SearchSettings()
    except ValidationError as error:
        for problem in error.errors():
            variable = f"BOWERBIRD_SEARCH_{'.'.join(map(str, problem['loc'])).upper()}"
            print(f"{variable}: {problem['msg']}", file=sys.stderr)
        return 2
    configure_logs("search", settings.log_format)
    asyncio.run(run(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
