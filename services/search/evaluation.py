"""From a syntax tree to the files that it matches.

Each condition is asked for its files among some others: so NOT is against the active files, and AND narrows as it goes.
"""

from functools import singledispatch
from typing import assert_never

from pyroaring import BitMap

from services.search.conditions import (
    And,
    Condition,
    ContentTypeIn,
    DirectoryContains,
    FileIn,
    ModifiedIn,
    NameContains,
    Not,
    Or,
    TagIs,
)
from services.search.index.bitmaps import bitmap_of, ordinals_of
from services.search.index.columns import NO_TIME, contains
from services.search.index.version_index import Time, VersionIndex


def matching(condition: Condition, index: VersionIndex) -> BitMap:
    """The active files that meet a condition; the bitmap is the caller's own."""
    return BitMap(_among(condition, index, index.active))


@singledispatch
def _among(condition: Condition, index: VersionIndex, among: BitMap) -> BitMap:
    """Those of `among` that meet the condition; not to be changed."""
    raise NotImplementedError(type(condition))


@_among.register
def _(condition: And, index: VersionIndex, among: BitMap) -> BitMap:
    for part in sorted(condition.parts, key=_cost):
        if not among:
            break
        among = _among(part, index, among)
    return among


@_among.register
def _(condition: Or, index: VersionIndex, among: BitMap) -> BitMap:
    return BitMap.union(BitMap(), *(_among(part, index, among) for part in condition.parts))


@_among.register
def _(condition: Not, index: VersionIndex, among: BitMap) -> BitMap:
    return among - _among(condition.part, index, among)


@_among.register
def _(condition: TagIs, index: VersionIndex, among: BitMap) -> BitMap:
    return among & index.tags.files(condition.kind, condition.name)


@_among.register
def _(condition: FileIn, index: VersionIndex, among: BitMap) -> BitMap:
    return among & BitMap(condition.ordinals if condition.version_uid == index.version_uid else ())


@_among.register
def _(condition: ContentTypeIn, index: VersionIndex, among: BitMap) -> BitMap:
    return index.content_type.matching(among, index.content_type.among(condition.content_types))


@_among.register
def _(condition: DirectoryContains, index: VersionIndex, among: BitMap) -> BitMap:
    return index.folder.matching(among, contains(index.directories(), condition.text))


@_among.register
def _(condition: NameContains, index: VersionIndex, among: BitMap) -> BitMap:
    return index.name.containing(among, condition.text)


@_among.register
def _(condition: ModifiedIn, index: VersionIndex, among: BitMap) -> BitMap:
    ordinals = ordinals_of(among)
    times = index.times[Time.MODIFY].at(ordinals)
    holds = times != NO_TIME
    if condition.from_us is not None:
        holds &= times >= condition.from_us
    if condition.until_us is not None:
        holds &= times < condition.until_us
    return bitmap_of(ordinals[holds])


def _cost(condition: Condition) -> int:
    """Cheap conditions first, so that the dear ones look at few files."""
    match condition:
        case TagIs() | FileIn():
            return 0
        case ContentTypeIn() | ModifiedIn() | DirectoryContains():
            return 1
        case NameContains():
            return 2
        case Not(part):
            return _cost(part)
        case And(parts) | Or(parts):
            return max((_cost(part) for part in parts), default=0)
        case _:
            assert_never(condition)
