"""Counts of files by the values of a field."""

from collections import Counter
from dataclasses import dataclass
from enum import Enum

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyroaring import BitMap

from services.search.conditions import TagKind
from services.search.index.bitmaps import ordinals_of
from services.search.index.version_index import VersionIndex


class FacetField(Enum):
    """What is counted."""

    TAGS = "tags"
    TAGS_AI = "tags.ai"
    TAGS_USER = "tags.user"
    TAGS_REJECTED = "tags.rejected"
    DIRECTORY = "directory"
    CONTENT_TYPE = "content_type"


@dataclass(frozen=True)
class Facet:
    """Values by falling count, then by value."""

    field: FacetField
    counts: list[tuple[str, int]]


_TAG_KINDS = {
    FacetField.TAGS: TagKind.ALL,
    FacetField.TAGS_AI: TagKind.AI,
    FacetField.TAGS_USER: TagKind.USER,
    FacetField.TAGS_REJECTED: TagKind.REJECTED,
}


def facets(index: VersionIndex, among: BitMap, fields: list[FacetField], max_values: int) -> list[Facet]:
    """One facet a field, in the order of the fields, each of the `max_values` most frequent values."""
    return [Facet(field, most_frequent(_counts(index, among, field), max_values)) for field in fields]


def completions(index: VersionIndex, prefix: str, max_values: int) -> list[tuple[str, int]]:
    """The most frequent tags that hold and whose name begins so, in any case."""
    beginning = prefix.casefold()
    counts = index.tags.counts(TagKind.ALL, index.active)
    found = {name: count for name, count in counts.items() if name.casefold().startswith(beginning)}
    return most_frequent(found, max_values)


def most_frequent(counts: dict[str, int], max_values: int) -> list[tuple[str, int]]:
    """By falling count, then by value."""
    return sorted(counts.items(), key=lambda counted: (-counted[1], counted[0]))[:max_values]


def _counts(index: VersionIndex, among: BitMap, field: FacetField) -> dict[str, int]:
    if field is FacetField.DIRECTORY:
        return counted(index.directories(), index.folder.numbers_at(ordinals_of(among)))
    if field is FacetField.CONTENT_TYPE:
        return counted(index.content_type.arrow(), index.content_type.numbers_at(ordinals_of(among)))
    return index.tags.counts(_TAG_KINDS[field], among)


def counted(strings: pa.StringArray, numbers: NDArray[np.unsignedinteger]) -> dict[str, int]:
    """How often each string is pointed at, where it is."""
    counts = np.bincount(numbers, minlength=len(strings))
    found = np.flatnonzero(counts)
    total: Counter[str] = Counter()
    # Two folders can be one directory: the root, and what stands before a path that begins with a slash.
    for string, count in zip(strings.take(pa.array(found)).to_pylist(), counts[found].tolist(), strict=True):
        total[string] += count
    return total
