"""How far the load of a version is, for the log."""

import time

import structlog

log = structlog.get_logger(__name__)

SECONDS_BETWEEN_LINES = 5


class LoadProgress:
    """Says nothing of what fits into one page of the feed."""

    def __init__(self, version: str) -> None:
        self._log = log.bind(version=version)
        self._began: float | None = None
        self._said = 0.0
        self._files = 0

    def note(self, remaining: int) -> None:
        """Take what a page says of the files still to come."""
        now = time.monotonic()
        if self._began is None:
            if remaining:
                self._began, self._said, self._files = now, now, remaining
                self._log.info("a version is loading", files=remaining)
        elif not remaining:
            self._log.info("a version is loaded", seconds=round(now - self._began, 1))
            self._began = None
        elif now - self._said >= SECONDS_BETWEEN_LINES:
            self._said, self._files = now, max(self._files, remaining)
            self._log.info("a version is loading", percent=100 - 100 * remaining // self._files)
