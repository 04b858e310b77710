"""What was done to answer a query, step by step."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """A step: its name in words, how many files were left or looked at, and how long it took."""

    name: str
    count: int
    seconds: float


class Steps:
    """Notes steps as they are taken."""

    def __init__(self) -> None:
        self._taken: list[Step] = []

    @property
    def taken(self) -> tuple[Step, ...]:
        """In their order."""
        return tuple(self._taken)

    def followed_by(self, others: "Steps") -> "Steps":
        """These and then others, in one."""
        steps = Steps()
        steps._taken = [*self._taken, *others.taken]
        return steps

    @contextmanager
    def timed(self, name: str, count: int = 0) -> Iterator["Counted"]:
        """A step that takes as long as the block. One that fails is not noted."""
        counted = Counted(count)
        began = time.perf_counter()
        yield counted
        self._taken.append(Step(name, counted.count, time.perf_counter() - began))


@dataclass
class Counted:
    """The files of a step that is being taken, where it alone can tell them."""

    count: int
