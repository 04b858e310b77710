"""The lines that benchmarks print: one JSON object a figure, the same form for all."""

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

Unit = Literal["ms", "MB", "%", "1/s", "1"]


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
