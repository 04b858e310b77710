"""Values as numbers, sizes, times and words. All functions raise QueryInvalid at the value."""

import difflib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from typing import TypeVar

from services.search.language.errors import QueryInvalid
from services.search.language.syntax import Value

_T = TypeVar("_T")

_NUMBER_PATTERN = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?"
_NUMBER = re.compile(_NUMBER_PATTERN)
_SIZE = re.compile(rf"({_NUMBER_PATTERN})\s*(b|[kmgtp]i?b)?", re.IGNORECASE | re.ASCII)
_UNITS = {"b": 1} | {
    f"{letter}{infix}b": base**power
    for infix, base in (("", 1_000), ("i", 1_024))
    for power, letter in enumerate("kmgtp", start=1)
}
# No product of a number of 8 KiB and a unit is rounded.
_EXACT = Context(prec=10_000, Emin=MIN_EMIN, Emax=MAX_EMAX)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[Tt ]([0-9]{2}:[0-9]{2}):([0-9]{2})(?:\.([0-9]+))?(?:([Zz])|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))?)?"
)
_RELATIVE = re.compile(r"now(?:\s*([+-])\s*([0-9]{1,12})([smhdw]))?", re.IGNORECASE | re.ASCII)
_RELATIVE_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_TIME_EXPECTED = (
    "a time such as 2025-02-28T00:00:00Z, a day such as 2025-02-28, or now, now-7d, now-12h (s, m, h, d, w)"
)

_WORDS = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Instant:
    """Microseconds since 1970, with a fraction where it is finer; `is_day` where a whole day was written."""

    microseconds: Decimal
    is_day: bool = False


@dataclass(frozen=True)
class Words:
    """Runs of letters and digits, at least one."""

    words: tuple[str, ...]


def number(value: Value) -> Decimal:
    """An exact number."""
    if not _NUMBER.fullmatch(value.text.strip()):
        raise QueryInvalid(value.place, expected="a number such as 1000, -0.5 or 1e6")
    return Decimal(value.text.strip())


def size(value: Value) -> Decimal:
    """An exact number of bytes: `10MB` is 10,000,000, `10MiB` 10,485,760."""
    match = _SIZE.fullmatch(value.text.strip())
    if not match:
        raise QueryInvalid(value.place, expected="a number of bytes such as 1000, 10MB or 1.5GiB")
    return _EXACT.multiply(Decimal(match[1]), Decimal(_UNITS[(match[2] or "b").lower()]))


def finite(value: Value) -> float:
    """The nearest floating-point number, as JSON has it."""
    nearest = float(number(value))
    if not math.isfinite(nearest):
        raise QueryInvalid(value.place, expected="a number between -1.8e308 and 1.8e308")
    return nearest


def whole(value: Value, *, least: int, most: int) -> int:
    """A whole number from `least` to `most`."""
    exact = number(value)
    if not least <= exact <= most or exact != exact.to_integral_value():
        raise QueryInvalid(value.place, expected=f"a whole number from {least:,} to {most:,}")
    return int(exact)


def looks_like_number(value: Value) -> bool:
    """Whether a number is written, in quotes or not."""
    return _NUMBER.fullmatch(value.text.strip()) is not None


def instant(value: Value, now: datetime) -> Instant:
    """A time: of RFC 3339, in UTC where it has no offset; the beginning of a day in UTC; or relative to `now`."""
    text = value.text.strip()
    try:
        if relative := _RELATIVE.fullmatch(text):
            return Instant(Decimal((_shifted(now, *relative.groups()) - _EPOCH) // _MICROSECOND))
        if absolute := _TIME.fullmatch(text):
            return _absolute(absolute)
    except (ValueError, OverflowError):
        raise QueryInvalid(value.place, expected="a time that exists, in the years 1 to 9999") from None
    raise QueryInvalid(value.place, expected=_TIME_EXPECTED)


def _shifted(now: datetime, sign: str | None, amount: str | None, unit: str | None) -> datetime:
    if sign is None or amount is None or unit is None:
        return now
    shift = int(amount) * _RELATIVE_UNITS[unit.lower()]
    return now + shift if sign == "+" else now - shift


def _absolute(match: re.Match[str]) -> Instant:
    day, clock, second, fraction, _, sign, hours, minutes = match.groups()
    if clock is None:
        return Instant(_microseconds(datetime.fromisoformat(f"{day}T00:00:00+00:00")), is_day=True)
    is_leap_second = second == "60"
    moment = datetime.fromisoformat(f"{day}T{clock}:{59 if is_leap_second else second}+00:00")
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    # Subtracted as a number, for the result may lie outside the years that datetime has.
    late = -offset if sign == "+" else offset
    exact = _microseconds(moment) + Decimal((late + timedelta(seconds=is_leap_second)) // _MICROSECOND)
    digits = (fraction or "").ljust(6, "0")
    # What is finer than a microsecond only tells that the time is no whole one.
    return Instant(exact + int(digits[:6]) + (Decimal("0.5") if digits[6:].strip("0") else 0))


def _microseconds(moment: datetime) -> Decimal:
    return Decimal((moment - _EPOCH) // _MICROSECOND)


def words(value: Value) -> Words:
    """The words of a text."""
    found = tuple(_WORDS.findall(value.text))
    if not found:
        raise QueryInvalid(value.place, expected="a text with a letter or digit")
    return Words(found)


def filled(value: Value) -> str:
    """A text that is not empty."""
    if not value.text:
        raise QueryInvalid(value.place, expected="a text that is not empty; files without one are found by NOT HAS")
    return value.text


def choice(value: Value, choices: Mapping[str, _T]) -> _T:
    """One of these, which are written in any case."""
    by_lower = {name.lower(): name for name in choices}
    name = by_lower.get(value.text.lower())
    if name is None:
        near = difflib.get_close_matches(value.text[:64].lower(), by_lower, n=1)
        suggestion = by_lower[near[0]] if near else None
        raise QueryInvalid(value.place, expected=f"one of {', '.join(choices)}", suggestion=suggestion)
    return choices[name]
