"""Counts of files by the values of a field."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyroaring import BitMap

from services.search.conditions import AttributeField, TagKind
from services.search.evaluation import file_type
from services.search.index.version_index import VersionIndex


class FacetField(Enum):
    """What is counted."""

    TAGS = "tags"
    TAGS_AI = "tags.ai"
    TAGS_USER = "tags.user"
    TAGS_REJECTED = "tags.rejected"
    DIRECTORY = "directory"
    CONTENT_TYPE = "content_type"
    FILE_TYPE = "file_type"


@dataclass(frozen=True)
class Facet:
    """Values by falling count, then by value. Those of an attribute are texts as they are, and numbers and Booleans as
    JSON: the text `1` and the number stand apart, under the same name.
    """

    field: FacetField | AttributeField
    counts: list[tuple[str, int]]


_TAG_KINDS = {
    FacetField.TAGS: TagKind.ALL,
    FacetField.TAGS_AI: TagKind.AI,
    FacetField.TAGS_USER: TagKind.USER,
    FacetField.TAGS_REJECTED: TagKind.REJECTED,
}


def facets(
    index: VersionIndex, among: BitMap, fields: Sequence[FacetField | AttributeField], max_values: int
) -> list[Facet]:
    """One facet a field, in the order of the fields, each of the `max_values` most frequent values.

    A file without a value is not counted; one with several, such as tags, counts for each.
    """
    return [Facet(field, most_frequent(_counted(index, among, field), max_values)) for field in fields]


def completions(index: VersionIndex, prefix: str, max_values: int) -> list[tuple[str, int]]:
    """The most frequent tags that hold and whose name begins so, in any case."""
    beginning = prefix.casefold()
    counts = index.tags.counts(TagKind.ALL, index.active)
    found = {name: count for name, count in counts.items() if name.casefold().startswith(beginning)}
    return most_frequent(_table(list(found), list(found.values())), max_values)


def most_frequent(counted: pa.Table, max_values: int) -> list[tuple[str, int]]:
    """By falling count, then by value."""
    keys = [("count", "descending"), ("value", "ascending")]
    chosen = counted.take(pc.select_k_unstable(counted, max_values, keys))
    return list(zip(chosen["value"].to_pylist(), chosen["count"].to_pylist(), strict=True))


def _counted(index: VersionIndex, among: BitMap, field: FacetField | AttributeField) -> pa.Table:
    """A row a value that some file has, with its `count`."""
    match field:
        case AttributeField(path):
            counted = index.attributes.column(path, among).counts(among)
            return pa.concat_tables(_table(values, counts) for values, counts in counted)
        case FacetField.DIRECTORY:
            # Two folders can be one directory: the root, and what stands before a path that begins with a slash.
            return _summed(index.directories(), index.folder.counts(among))
        case FacetField.CONTENT_TYPE | FacetField.FILE_TYPE:
            types, counts = index.content_type.strings[1:], index.content_type.counts(among)[1:]
            return _summed(types if field is FacetField.CONTENT_TYPE else list(map(file_type, types)), counts)
        case _:
            by_name = index.tags.counts(_TAG_KINDS[field], among)
            return _table(list(by_name), list(by_name.values()))


def _summed(values: Sequence[str] | pa.StringArray, counts: Sequence[int] | np.ndarray) -> pa.Table:
    """Equal values as one."""
    summed = _table(values, counts).group_by("value").aggregate([("count", "sum")])
    return summed.rename_columns({"count_sum": "count"}).filter(pc.field("count") > 0)


def _table(values: Sequence[str] | pa.StringArray, counts: Sequence[int] | np.ndarray) -> pa.Table:
    return pa.table({"value": pa.array(values, pa.string()), "count": pa.array(counts, pa.int64())})
