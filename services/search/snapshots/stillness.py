"""Reading in one thread, piece by piece, what another one may change."""

import threading
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from services.search.snapshots.arrays_file import Bytes

Result = TypeVar("Result")


class ChangedMeanwhile(Exception):
    """What was being read is no longer what it was."""


class Stillness:
    """A change waits until the piece that is just read is read, and ends all reading that began before it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.changes = 0

    def change(self, work: Callable[[], None]) -> None:
        """Change something."""
        with self.lock:
            self.changes += 1
            work()

    def end_reading(self) -> None:
        """As a change does."""
        self.change(lambda: None)


class Reading:
    """Reads what is there when it is made; raises ChangedMeanwhile once something was changed."""

    def __init__(self, stillness: Stillness) -> None:
        self._stillness = stillness
        self._changes = stillness.changes

    def piece(self, read: Callable[[], Result]) -> Result:
        """Read a piece; a change waits for it."""
        with self._stillness.lock:
            if self._stillness.changes != self._changes:
                raise ChangedMeanwhile
            return read()

    def copy(self, to: Bytes, piece: Bytes) -> None:
        """Copy a piece."""
        self.piece(lambda: np.copyto(to, piece))
