"""What a file must be like, asked and answered in plain Python: it shares nothing with what search does.

A question is a tuple: what is asked, then what it is asked about.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.services.search.versions import PlainFile

UID = 7

Question = tuple[Any, ...]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
RFC3339 = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:)(\d\d)(?:\.(\d+))?(?:[Zz]|([+-]\d\d:\d\d))", re.ASCII)


def holds(question: Question, file: PlainFile, uid: int = UID) -> bool:  # noqa: PLR0911 - one a kind
    """Whether the file is so; it belongs to the version of that uid."""
    match question:
        case ("and", *parts):
            return all(holds(part, file, uid) for part in parts)
        case ("or", *parts):
            return any(holds(part, file, uid) for part in parts)
        case ("not", part):
            return not holds(part, file, uid)
        case ("file", asked_uid, *ordinals):
            return asked_uid == uid and file.ordinal in ordinals
        case ("has", "attribute", path):
            return any(value is not None for value in values_at(file.attributes, path))
        case ("has", field):
            return bool(values_of(field, file))
        case ("time", "attribute", path, *arguments):
            times = (time_of(value) for value in scalars_at(file.attributes, path) if isinstance(value, str))
            return any(passes("time", time, *arguments) for time in times)
        case (asked, "attribute", path, *arguments):
            return any(passes(asked, value, *arguments) for value in scalars_at(file.attributes, path))
        case (asked, field, *arguments):
            return any(passes(asked, value, *arguments) for value in values_of(field, file))
    raise AssertionError(question)


def passes(asked: str, value: Any, *arguments: Any) -> bool:  # noqa: PLR0911 - one a kind
    """Whether one value is so; a Boolean is no number."""
    match asked, value, arguments:
        case "is", str() | bool(), wanted:
            return any(type(one) is type(value) and one == value for one in wanted)
        case "is", int() | float(), wanted:
            return any(type(one) in (int, float) and float(one) == float(value) for one in wanted)
        case "contains", str(), (part,):
            return re.search(re.escape(part), value, re.IGNORECASE) is not None
        case "words", str(), words:
            found = words_of(value)
            return any(
                all(map(same, words, found[start:])) for start in range(len(found) - len(words) + 1)
            )  # fmt: skip
        case "number", int() | float(), (low, high, includes_low, includes_high) if not isinstance(value, bool):
            above = low is None or (float(value) >= low if includes_low else float(value) > low)
            return above and (high is None or (float(value) <= high if includes_high else float(value) < high))
        case "time", int(), (from_us, until_us):
            return (from_us is None or value >= from_us) and (until_us is None or value < until_us)
    return False


def values_of(field: str, file: PlainFile) -> list[Any]:
    """What a file has there; nothing where it has none."""
    return [value for value in FIELD_VALUES[field](file) if value is not None and value != ""]


FIELD_VALUES: dict[str, Callable[[PlainFile], Iterable[Any]]] = {
    "ai": lambda file: file.ai,
    "user": lambda file: file.user,
    "rejected": lambda file: file.rejected,
    "all": lambda file: file.holding,
    "name": lambda file: [file.name],
    "directory": lambda file: [file.directory],
    "comment": lambda file: [file.comment],
    "content_type": lambda file: [file.content_type],
    "file_type": lambda file: [file.content_type.split("/")[0]],
    "index_job": lambda file: [file.job if file.indexed else None],
    "size_bytes": lambda file: [file.size_bytes],
    "width_px": lambda file: [file.width_px or None],
    "height_px": lambda file: [file.height_px or None],
    "modify_time": lambda file: [file.modified_us],
    "create_time": lambda file: [file.created_us],
    "sync_time": lambda file: [file.synced_us],
    "tag_time": lambda file: [file.tagged_us],
    "index_time": lambda file: [file.indexed_us if file.indexed else None],
}


def counts_of(field: str, files: Iterable[PlainFile]) -> list[tuple[str, int]]:
    """How many files have each value of a facet, by falling count and then by value."""
    values = [value for file in files for value in facet_values(field, file)]
    return sorted(Counter(values).items(), key=lambda count: (-count[1], count[0]))


def facet_values(field: str, file: PlainFile) -> Iterable[str]:
    """The root is a directory too."""
    media_types = [file.content_type] if file.content_type else []
    values: dict[str, Iterable[str]] = {
        "tags": file.holding, "tags.ai": file.ai, "tags.user": file.user, "tags.rejected": file.rejected,
        "directory": [file.directory], "content_type": media_types,
        "file_type": [media_type.split("/")[0] for media_type in media_types],
    }  # fmt: skip
    return values[field]


def attribute_counts(path: str, files: Iterable[PlainFile]) -> list[tuple[str, int]]:
    """How many files have each value of an attribute, sorted; a text and a number of the same look stand apart."""
    kinds = [kind for file in files for kind in _kinds_at(file, path)]
    return sorted((value, count) for (value, _), count in Counter(kinds).items())


def _kinds_at(file: PlainFile, path: str) -> set[tuple[str, str]]:
    """Each value that the file has, once, and its kind."""
    scalars = scalars_at(file.attributes, path)
    return {(_shown(one), "number" if type(one) in (int, float) else type(one).__name__) for one in scalars}


def _shown(scalar: str | float | bool) -> str:
    """A text as it is, all else as JSON, whole numbers without a fraction."""
    if isinstance(scalar, str):
        return scalar
    if isinstance(scalar, bool):
        return str(scalar).lower()
    number = float(scalar)
    is_whole = number.is_integer() and abs(number) <= 2**53
    return str(int(number)) if is_whole else repr(number)


def values_at(attributes: Any, path: str) -> Iterator[Any]:
    """What stands at a path, however its dots are read."""
    if isinstance(attributes, dict):
        if path in attributes:
            yield attributes[path]
        for place, character in enumerate(path):
            if character == ".":
                yield from values_at(attributes.get(path[:place]), path[place + 1 :])


def scalars_at(attributes: Any, path: str) -> Iterator[Any]:
    """Texts, numbers and Booleans there, and in lists there."""
    for value in values_at(attributes, path):
        for scalar in value if isinstance(value, list) else [value]:
            if isinstance(scalar, str | int | float):
                yield scalar


def words_of(text: str) -> list[str]:
    """Runs of letters and digits."""
    return "".join(char if unicodedata.category(char)[0] in "LN" else " " for char in text).split()


def same(word: str, other: str) -> bool:
    """In any case."""
    return re.fullmatch(re.escape(word), other, re.IGNORECASE) is not None


def time_of(text: str) -> int | None:
    """An RFC 3339 time in microseconds, rounded down."""
    if (match := RFC3339.fullmatch(text)) is None:
        return None
    day, minute, second, fraction, zone = match.groups()
    is_leap = second == "60"
    try:
        moment = datetime.fromisoformat(f"{day}T{minute}{'59' if is_leap else second}{zone or '+00:00'}")
    except ValueError:
        return None
    whole = (moment - EPOCH + timedelta(seconds=is_leap)) // timedelta(microseconds=1)
    return whole + int((fraction or "").ljust(6, "0")[:6])
