"""Work on threads that reads what others overwrite, and how a writer waits for it."""

import asyncio
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Item = TypeVar("Item")
Result = TypeVar("Result")

THREADS = os.cpu_count() or 1
"""So many pieces of work are done side by side."""


class Reading:
    """Pieces of work that belong together. One that nobody waits for any more is not begun."""

    def __init__(self, threads: Executor) -> None:
        self._threads = threads
        self._pieces: list[Future[Any]] = []
        self._has_ended = False

    async def run(
        self, work: Callable[Arguments, Result], *arguments: Arguments.args, **options: Arguments.kwargs
    ) -> Result:
        """Do one piece."""
        return await asyncio.wrap_future(self._begin(self._threads.submit(work, *arguments, **options)))

    def map(self, work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
        """Do a piece for each item, side by side; to be called in a piece of work, whose thread does them with as many
        others as are free. Raises CancelledError where nobody waits for it any more.

        The event loop hears of none of it: to be told costs as much as to look at a thousand rows.
        """
        left, done = deque(enumerate(items)), dict[int, Result]()

        def one_after_the_other() -> None:
            while not self._has_ended:
                try:
                    number, item = left.popleft()
                except IndexError:
                    return
                done[number] = work(item)
            raise CancelledError

        others = [self._begin(self._threads.submit(one_after_the_other)) for _ in range(min(THREADS, len(items)) - 1)]
        one_after_the_other()
        for other in others:
            if not other.cancel():
                other.result()
        return [done[number] for number in range(len(items))]

    def end(self) -> list[Future[Any]]:
        """Give up what was not begun; returns the pieces that go on, for a thread cannot be stopped."""
        self._has_ended = True
        return [piece for piece in self._pieces if not piece.cancel() and not piece.done()]

    def _begin(self, piece: Future[Result]) -> Future[Result]:
        self._pieces.append(piece)
        return piece


class Readings:
    """The readings that go on. No reader ever waits; a writer first sees to it that nobody new reads what it is going
    to overwrite, and then waits for those who read before.
    """

    def __init__(self, threads: Executor) -> None:
        self._threads = threads
        self._going_on: set[asyncio.Future[None]] = set()

    @contextmanager
    def begin(self) -> Iterator[Reading]:
        """A reading, which is over when the block and all pieces of work have ended."""
        reading = Reading(self._threads)
        over = asyncio.get_running_loop().create_future()
        self._going_on.add(over)
        try:
            yield reading
        finally:
            left = [asyncio.wrap_future(piece) for piece in reading.end()]
            if left:
                asyncio.gather(*left, return_exceptions=True).add_done_callback(lambda _: self._end(over))
            else:
                self._end(over)

    async def over(self) -> None:
        """Returns when all readings that go on now are over."""
        if self._going_on:
            await asyncio.wait(set(self._going_on))

    def _end(self, over: asyncio.Future[None]) -> None:
        self._going_on.discard(over)
        over.set_result(None)
