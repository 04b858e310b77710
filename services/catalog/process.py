"""What catalog's processes do alike: read the settings, and say why they do not start."""

import asyncio
import sys
from collections.abc import Callable, Coroutine

from pydantic import ValidationError

from libs.rpc.errors import BowerbirdError
from libs.rpc.logs import configure_logs
from services.catalog.settings import CatalogSettings


def run_process(name: str, run: Callable[[CatalogSettings], Coroutine[None, None, None]]) -> int:
    """Run to the end and return the exit status: 2 for settings that are wrong, 1 where it cannot start."""
    try:
        settings = CatalogSettings()
    except ValidationError as error:
        for problem in error.errors():
            variable = f"BOWERBIRD_CATALOG_{'.'.join(map(str, problem['loc'])).upper()}"
            sys.stderr.write(f"{variable}: {problem['msg']}\n")
        return 2
    configure_logs(name, settings.log_format)
    try:
        asyncio.run(run(settings))
    except BowerbirdError as error:
        sys.stderr.write(f"{name} does not start: {error}\n")
        return 1
    return 0
