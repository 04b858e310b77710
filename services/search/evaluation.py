"""From a syntax tree to the files that it matches.

Each condition is asked for its files among some others: so NOT is against the files that are searched, AND narrows as
it goes, and OR does not ask again for what it has.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import singledispatch

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyroaring import BitMap

from services.search.conditions import (
    And,
    AttributeField,
    AttributeHasWords,
    AttributeIs,
    AttributeNumberIn,
    AttributeTimeIn,
    Condition,
    FileIn,
    Has,
    KeywordField,
    KeywordIn,
    Not,
    NumberField,
    NumberIn,
    Or,
    TagIs,
    TagKind,
    TextContains,
    TextField,
    TextHasWords,
    TextIs,
    TimeField,
    TimeIn,
)
from services.search.index.bitmaps import Mask, bitmap_of, ordinals_of
from services.search.index.presence import VectorPresence
from services.search.index.strings import contains, flags
from services.search.index.text_column import TextColumn
from services.search.index.version_index import VersionIndex
from services.search.index.words import has_words
from services.search.query import Status

NOTHING = BitMap()


@dataclass(frozen=True, eq=False)
class Scope:
    """What is searched: a version, what is known of its vectors in one index set, and which files of it.

    Without presence, no file counts as indexed.
    """

    index: VersionIndex
    presence: VectorPresence | None = None
    status: Status = Status.ACTIVE

    @property
    def files(self) -> BitMap:
        """All files of that status; not to be changed."""
        return self.index.active if self.status is Status.ACTIVE else self.index.deleted

    @property
    def indexed(self) -> BitMap:
        """The files whose vector is current, of any status; not to be changed."""
        return NOTHING if self.presence is None else self.presence.current


def matching(condition: Condition, scope: Scope) -> BitMap:
    """The files that meet a condition; the bitmap is the caller's own."""
    return BitMap(_among(condition, scope, scope.files))


@singledispatch
def _among(condition: Condition, scope: Scope, among: BitMap) -> BitMap:
    """Those of `among` that meet the condition; not to be changed."""
    raise TypeError(condition)


@_among.register
def _(condition: And, scope: Scope, among: BitMap) -> BitMap:
    for part in sorted(_parts(condition), key=lambda part: _cost(part, scope)):
        if not among:
            break
        among = _among(part, scope, among)
    return among


@_among.register
def _(condition: Or, scope: Scope, among: BitMap) -> BitMap:
    parts = _parts(condition)
    found = among & BitMap.union(NOTHING, *(_tagged(part, scope) for part in parts if isinstance(part, TagIs)))
    for part in sorted(parts, key=lambda part: _cost(part, scope)):
        if not isinstance(part, TagIs):
            found |= _among(part, scope, among - found)
    return found


@_among.register
def _(condition: Not, scope: Scope, among: BitMap) -> BitMap:
    return among - _among(condition.part, scope, among)


@_among.register
def _(condition: TagIs, scope: Scope, among: BitMap) -> BitMap:
    return among & _tagged(condition, scope)


@_among.register
def _(condition: FileIn, scope: Scope, among: BitMap) -> BitMap:
    return among & BitMap(condition.ordinals if condition.version_uid == scope.index.version_uid else ())


@_among.register
def _(condition: TextIs | TextContains | TextHasWords, scope: Scope, among: BitMap) -> BitMap:
    if condition.field is TextField.NAME:
        return _with_name(condition, scope.index.name, among)
    return _with_text(condition.field, scope, among, _text_test(condition))


@_among.register
def _(condition: KeywordIn, scope: Scope, among: BitMap) -> BitMap:
    values = set(condition.values) - {""}
    if condition.field is KeywordField.INDEX_JOB:
        if scope.presence is None:
            return NOTHING
        jobs = scope.presence.job
        return jobs.matching(among & scope.indexed, jobs.among(tuple(values)))
    types = scope.index.content_type
    if condition.field is KeywordField.FILE_TYPE:
        values = {media_type for media_type in types.strings if file_type(media_type) in values}
    return types.matching(among, types.among(tuple(values)))


@_among.register
def _(condition: NumberIn, scope: Scope, among: BitMap) -> BitMap:
    return scope.index.numbers[condition.field].within(among, condition.at_least, condition.at_most)


@_among.register
def _(condition: TimeIn, scope: Scope, among: BitMap) -> BitMap:
    last_us = None if condition.until_us is None else condition.until_us - 1
    if condition.field is not TimeField.INDEX:
        return scope.index.times[condition.field].within(among, condition.from_us, last_us)
    if scope.presence is None:
        return NOTHING
    return scope.presence.index_time.within(among & scope.indexed, condition.from_us, last_us)


@_among.register
def _(condition: AttributeIs, scope: Scope, among: BitMap) -> BitMap:
    column = scope.index.attributes.column(condition.field.path, among)
    return column.matching(among, column.equal(condition.value))


@_among.register
def _(condition: AttributeHasWords, scope: Scope, among: BitMap) -> BitMap:
    column = scope.index.attributes.column(condition.field.path, among)
    return column.matching(among, column.having_words(condition.words))


@_among.register
def _(condition: AttributeNumberIn, scope: Scope, among: BitMap) -> BitMap:
    column = scope.index.attributes.column(condition.field.path, among)
    inside = column.numbers_within(
        condition.low, condition.high, includes_low=condition.includes_low, includes_high=condition.includes_high
    )
    return column.matching(among, inside)


@_among.register
def _(condition: AttributeTimeIn, scope: Scope, among: BitMap) -> BitMap:
    column = scope.index.attributes.column(condition.field.path, among)
    return column.matching(among, column.times_within(condition.from_us, condition.until_us))


@_among.register
def _(condition: Has, scope: Scope, among: BitMap) -> BitMap:  # noqa: PLR0911 - one a kind of field
    match condition.field:
        case TagKind() as kind:
            return among & scope.index.tags.tagged(kind)
        case TextField.NAME:
            return scope.index.name.filled(among)
        case TextField() as field:
            return _with_text(field, scope, among, lambda strings: np.ones(len(strings), np.bool_))
        case KeywordField.INDEX_JOB | TimeField.INDEX:
            return among & scope.indexed
        case KeywordField():
            types = scope.index.content_type
            return types.matching(among, np.arange(len(types.strings)) > 0)
        case NumberField() as field:
            return scope.index.numbers[field].filled(among)
        case TimeField() as field:
            return scope.index.times[field].filled(among)
        case AttributeField(path):
            return among & scope.index.attributes.column(path, among).files


def _parts(condition: And | Or) -> list[Condition]:
    """The parts, and those of parts of the same kind."""
    parts: list[Condition] = []
    for part in condition.parts:
        parts += _parts(part) if type(part) is type(condition) else [part]
    return parts


def file_type(media_type: str) -> str:
    """What stands before the slash of a media type."""
    return media_type.partition("/")[0]


def _tagged(condition: TagIs, scope: Scope) -> BitMap:
    return scope.index.tags.files(condition.kind, condition.name)


def _with_name(condition: TextIs | TextContains | TextHasWords, names: TextColumn, among: BitMap) -> BitMap:
    match condition:
        case TextIs(text=text):
            return names.equal(among, text)
        case TextContains(text=text):
            return names.containing(among, text)
        case TextHasWords(words=words):
            return names.having_words(among, words)


TextTest = Callable[[pa.StringArray], Mask]


def _text_test(condition: TextIs | TextContains | TextHasWords) -> TextTest:
    match condition:
        case TextIs(text=text):
            return lambda strings: flags(pc.equal(strings, text))
        case TextContains(text=text):
            return lambda strings: contains(strings, text)
        case TextHasWords(words=words):
            return lambda strings: has_words(strings, words)


def _with_text(field: TextField, scope: Scope, among: BitMap, test: TextTest) -> BitMap:
    """The files whose directory or comment is there and passes."""

    def passes(strings: pa.StringArray) -> Mask:
        return flags(pc.not_equal(strings, "")) & test(strings)

    index = scope.index
    if field is TextField.DIRECTORY:
        return index.folder.matching(among, passes(index.directories()))
    ordinals = ordinals_of(among & BitMap(index.comments.keys()))
    texts = [index.comments[ordinal] for ordinal in ordinals.tolist()]
    return bitmap_of(ordinals[passes(pa.array(texts, pa.string()))])


# What a condition costs a file: a look into a bitmap, into a column, into a name.
BITMAP, COLUMN, NAME = range(3)


def _cost(condition: Condition, scope: Scope) -> tuple[int, int]:  # noqa: PLR0911 - one a kind
    """Cheap conditions first, and of those the one that fewest files meet, so that the dear ones look at few."""
    match condition:
        case TagIs():
            return BITMAP, len(_tagged(condition, scope))
        case FileIn(ordinals=ordinals):
            return BITMAP, len(ordinals)
        case And(parts) | Or(parts):
            return max((_cost(part, scope)[0] for part in parts), default=BITMAP), len(scope.files)
        case Not(part):
            return _cost(part, scope)[0], len(scope.files)
        case Has(TagKind()):
            return BITMAP, len(scope.files)
        case TextIs(TextField.NAME) | TextContains(TextField.NAME) | TextHasWords(TextField.NAME):
            return NAME, 0
    return COLUMN, 0
