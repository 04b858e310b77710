"""The lines that benchmarks print: one JSON object a figure, the same form for all."""

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

Unit = Literal["s", "ms", "MB", "bytes", "%", "1/s", "1"]


@dataclass(frozen=True)
class Figure:
    """A value beside that of what it is measured against, in the same unit; the ratio is the value's to that."""

    name: str
    value: float
    unit: Unit
    against: float
    ratio: float
    goal: str
    holds: bool


def at_least(name: str, value: float, unit: Unit, *, against: float, ratio: float) -> Figure:
    """A figure that holds where it is at least `ratio` times that of its peer."""
    found = value / against
    return Figure(name, _rounded(value), unit, _rounded(against), _rounded(found), f"ratio >= {ratio}", found >= ratio)


def at_most(name: str, value: float, unit: Unit, *, limit: float) -> Figure:
    """A figure that holds where it is no more than a limit."""
    ratio = _rounded(value / limit)
    return Figure(name, _rounded(value), unit, _rounded(limit), ratio, f"<= {limit:g}", value <= limit)


def within(
    name: str, value: float, unit: Unit, *, against: float, limit: float | None = None, ratio: float | None = None
) -> Figure:
    """A figure that holds where it is at most a limit, and at most `ratio` times its peer; None is no goal."""
    found = value / against
    goals = [] if limit is None else [f"<= {limit:g}"]
    goals += [] if ratio is None else [f"ratio <= {ratio:g}"]
    holds = (limit is None or value <= limit) and (ratio is None or found <= ratio)
    goal = ", ".join(goals) or "reported"
    return Figure(name, _rounded(value), unit, _rounded(against), _rounded(found), goal, holds)


def report(figures: Iterable[Figure]) -> bool:
    """Prints the figures; whether all of them hold."""
    held = True
    for figure in figures:
        sys.stdout.write(json.dumps(asdict(figure)) + "\n")
        sys.stdout.flush()
        held = held and figure.holds
    return held


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")
