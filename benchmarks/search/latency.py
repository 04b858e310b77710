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
        begin = time.perf_counter()
        answer = await call(one)
        if number >= warm_up:
            measured.milliseconds.append((time.perf_counter() - begin) * 1000)
            measured.answers.append(answer)
    return measured
