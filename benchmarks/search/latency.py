"""How long calls take, one after the other."""

import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Answer = TypeVar("Answer")
Asked = TypeVar("Asked")


@dataclass(frozen=True)
class Latencies(Generic[Answer]):
    """What each call took and gave, in their order."""

    milliseconds: list[float]
    answers: list[Answer]

    @property
    def p50(self) -> float:
        return statistics.median(self.milliseconds)


async def latencies(
    call: Callable[[Asked], Awaitable[Answer]], asked: Sequence[Asked], *, warm_up: int = 0
) -> Latencies[Answer]:
    """One call for each of what is asked; the first `warm_up` do not count."""
    measured: Latencies[Answer] = Latencies([], [])
    for number, one in enumerate(asked):
        await _measure(call, one, measured if number >= warm_up else None)
    return measured


async def in_turns(
    call: Callable[[Asked], Awaitable[Answer]],
    other: Callable[[Asked], Awaitable[object]],
    asked: Sequence[Asked],
    *,
    warm_up: int = 0,
) -> tuple[Latencies[Answer], Latencies[object]]:
    """The same of two calls, one after the other for each of what is asked: so both find the machine in one state. What
    is repeated without a pause runs up to twice as fast.
    """
    measured: Latencies[Answer] = Latencies([], [])
    beside: Latencies[object] = Latencies([], [])
    for number, one in enumerate(asked):
        await _measure(call, one, measured if number >= warm_up else None)
        await _measure(other, one, beside if number >= warm_up else None)
    return measured, beside


async def _measure(
    call: Callable[[Asked], Awaitable[Answer]], asked: Asked, measured: Latencies[Answer] | None
) -> None:
    begin = time.perf_counter()
    answer = await call(asked)
    if measured is not None:
        measured.milliseconds.append((time.perf_counter() - begin) * 1000)
        measured.answers.append(answer)
