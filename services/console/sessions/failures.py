"""Failed sign-ins, remembered for a while so that guessing is slow."""

import time
from collections.abc import Callable

from cachetools import TTLCache

from services.console.sessions.errors import SignInSlowed

FREE_FAILURES = 5
LONGEST_WAIT_SECONDS = 60.0
REMEMBERED_SECONDS = 900
REMEMBERED_CLIENTS = 10_000


class FailedSignIns:
    """Counts failures by client. After some, each failure doubles the wait until the next try, to a minute at most."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        # How many, and when the next try is free.
        self._failures: TTLCache[str, tuple[int, float]] = TTLCache(REMEMBERED_CLIENTS, REMEMBERED_SECONDS, clock)

    def begin(self, client: str) -> None:
        """Count a try, as failed until it is told otherwise: so many at once are many too. Raises SignInSlowed."""
        count, free_at = self._failures.get(client, (0, 0.0))
        now = self._clock()
        if now < free_at:
            raise SignInSlowed(retry_seconds=max(1, round(free_at - now)))
        count += 1
        wait = min(2.0 ** (count - FREE_FAILURES), LONGEST_WAIT_SECONDS) if count >= FREE_FAILURES else 0.0
        self._failures[client] = (count, now + wait)

    def succeeded(self, client: str) -> None:
        """Forget the failures of a client."""
        self._failures.pop(client, None)
