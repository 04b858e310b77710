"""JSON objects as values by path: keys joined by dots lead into objects, so `{"gps": {"city": "x"}}` has `gps.city`.

A key that has a dot is a path as it stands: `{"gps.city": "x"}` has the same.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

Rows = NDArray[np.intp]

# So many objects at a time stay in the cache while they are walked through.
AT_A_TIME = 2_048


def values_by_path(texts: Sequence[str]) -> dict[str, tuple[Rows, list[Any]]]:
    """For each path which of the texts, all of them JSON objects, have a value there other than null, and the values.

    Where a path can be read in two ways and an object has both, its value is a list of both.
    """
    found: defaultdict[str, list[tuple[Rows, list[Any]]]] = defaultdict(list)
    for start in range(0, len(texts), AT_A_TIME):
        for path, rows, values in _walk(_parsed(texts[start : start + AT_A_TIME])):
            found[path].append((rows + start, values))
    return {path: _united(pieces) for path, pieces in found.items()}


def mention_of(path: str) -> str:
    """What stands in the text of every object, as catalog writes them, that has a value at a path."""
    return orjson.dumps(path.rpartition(".")[2]).decode()[1:]


def _parsed(texts: Sequence[str]) -> list[dict[str, Any]]:
    try:
        objects: list[dict[str, Any]] = orjson.loads(f"[{','.join(texts)}]")
    except orjson.JSONDecodeError:
        # A number beyond what a double holds is JSON all the same: here it is infinite.
        objects = [json.loads(text) for text in texts]
    return objects


def _walk(objects: Sequence[dict[str, Any]]) -> Iterator[tuple[str, Rows, list[Any]]]:
    """Objects with the same keys are read together, a key at a time."""
    waiting: list[tuple[str, Rows, Sequence[dict[str, Any]]]] = [("", np.arange(len(objects)), objects)]
    while waiting:
        prefix, rows, group = waiting.pop()
        for keys, places in _alike(group).items():
            members = group if len(places) == len(group) else [group[place] for place in places]
            for key in keys:
                path, owners, values = prefix + key, rows[places], list(map(itemgetter(key), members))
                kinds = set(map(type, values))
                if type(None) in kinds:
                    there = [place for place, value in enumerate(values) if value is not None]
                    owners, values = owners[there], [values[place] for place in there]
                if values:
                    yield path, owners, values
                if dict in kinds:
                    nested = [place for place, value in enumerate(values) if type(value) is dict]
                    waiting.append((f"{path}.", owners[nested], [values[place] for place in nested]))


def _alike(objects: Sequence[dict[str, Any]]) -> dict[tuple[str, ...], list[int]]:
    """The places of the objects by their keys."""
    places: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, keys in enumerate(map(tuple, objects)):
        places[keys].append(place)
    return places


def _united(pieces: list[tuple[Rows, list[Any]]]) -> tuple[Rows, list[Any]]:
    if len(pieces) == 1:
        return pieces[0]
    rows = np.concatenate([rows for rows, _ in pieces])
    values = [value for _, values in pieces for value in values]
    if len(np.unique(rows)) == len(rows):
        return rows, values
    by_row: defaultdict[int, list[Any]] = defaultdict(list)
    for row, value in zip(rows.tolist(), values, strict=True):
        by_row[row] += value if type(value) is list else [value]
    return np.array(list(by_row)), list(by_row.values())
