"""Waiting for something to become true, with a deadline: what tests use instead of sleeping."""

import asyncio
import time
from collections.abc import Callable


async def until(holds: Callable[[], object], seconds: float = 60.0) -> None:
    """Return as soon as `holds()` is true. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(f"it did not become true within {seconds:g} s")
        await asyncio.sleep(0.01)
