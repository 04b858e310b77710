"""Reading in one thread, piece by piece, what another one may write."""

import threading
from collections.abc import Callable

import numpy as np

from services.search.snapshots.arrays_file import Bytes, Copy


class ChangedMeanwhile(Exception):
    """What was being read is no longer what it was."""


class Stillness:
    """A change waits for one piece at most, and ends all reading that began before it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._changes = 0

    def change(self, work: Callable[[], None]) -> None:
        """Write."""
        with self._lock:
            self._changes += 1
            work()

    def end_reading(self) -> None:
        """As a change does."""
        self.change(lambda: None)

    def reader(self) -> Copy:
        """Copies pieces of what is there now. Raises ChangedMeanwhile once something was changed."""
        since = self._changes

        def copy(to: Bytes, piece: Bytes) -> None:
            with self._lock:
                if self._changes != since:
                    raise ChangedMeanwhile
                np.copyto(to, piece)

        return copy
