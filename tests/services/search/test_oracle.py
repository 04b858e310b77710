"""The index answers as plain Python does: for every condition, whatever was edited before."""

import json
import re
from collections import Counter
from typing import Any

import pytest

from services.search.conditions import (
    And,
    Condition,
    FileIn,
    KeywordField,
    KeywordIn,
    Not,
    Or,
    TagIs,
    TagKind,
    TextContains,
    TextField,
    TimeField,
    TimeIn,
)
from services.search.evaluation import Scope, matching
from services.search.facets import FacetField, facets
from services.search.index.bitmaps import ordinals_of
from services.search.index.version_index import VersionIndex
from services.search.matches import Matches
from tests.services.search.versions import FOLDERS, TAGS, TIMES_US, TYPES, PlainFile, PlainVersion

UID = 7
PARTS = ["img", "IMG_1", "strasse", "STRASSE", "straße", "雨", "\n", "%_", "café", "0", ".JPG", "front", "a/b", "zz"]

# A question is a tuple: what is asked, then what it is asked about.
Question = tuple[Any, ...]


def holds(question: Question, file: PlainFile) -> bool:  # noqa: PLR0911 - one a kind
    match question:
        case ("and", *parts):
            return all(holds(part, file) for part in parts)
        case ("or", *parts):
            return any(holds(part, file) for part in parts)
        case ("not", part):
            return not holds(part, file)
        case ("tag", kind, name):
            return name in {"ai": file.ai, "user": file.user, "rejected": file.rejected, "all": file.holding}[kind]
        case ("name", part):
            return re.search(re.escape(part), file.name, re.IGNORECASE) is not None
        case ("directory", part):
            return re.search(re.escape(part), file.directory, re.IGNORECASE) is not None
        case ("modified", start, end):
            return (start is None or file.modified_us >= start) and (end is None or file.modified_us < end)
        case ("type", *types):
            return file.content_type in types
        case ("file", uid, *ordinals):
            return uid == UID and file.ordinal in ordinals
    raise AssertionError(question)


def condition_of(question: Question) -> Condition:  # noqa: PLR0911 - one a kind
    match question:
        case ("and", *parts):
            return And(tuple(map(condition_of, parts)))
        case ("or", *parts):
            return Or(tuple(map(condition_of, parts)))
        case ("not", part):
            return Not(condition_of(part))
        case ("tag", kind, name):
            return TagIs(TagKind(kind), name)
        case ("name", part):
            return TextContains(TextField.NAME, part)
        case ("directory", part):
            return TextContains(TextField.DIRECTORY, part)
        case ("modified", start, end):
            return TimeIn(TimeField.MODIFY, start, end)
        case ("type", *types):
            return KeywordIn(KeywordField.CONTENT_TYPE, tuple(types))
        case ("file", uid, *ordinals):
            return FileIn(uid, tuple(ordinals))
    raise AssertionError(question)


def random_question(version: PlainVersion, depth: int) -> Question:  # noqa: PLR0911 - one a kind
    choose = version.random
    kind = choose.choice(["and", "or", "not"] if depth else ["tag", "name", "directory", "modified", "type", "file"])
    if kind in ("and", "or"):
        return (kind, *(random_question(version, depth - choose.randint(1, depth)) for _ in range(choose.randrange(4))))
    match kind:
        case "not":
            return (kind, random_question(version, depth - 1))
        case "tag":
            return (kind, choose.choice(["ai", "user", "rejected", "all", "all"]), choose.choice([*TAGS, "unknown"]))
        case "name" | "directory":
            return (kind, choose.choice([*PARTS, *[folder.strip("/") or "ä" for folder in FOLDERS]]))
        case "modified":
            return (kind, choose.choice([None, *TIMES_US]), choose.choice([None, *TIMES_US]))
        case "type":
            return (kind, *choose.sample([*TYPES.values(), "text/plain"], choose.randrange(3)))
    ordinals = [choose.randrange(len(version.files) + 50) for _ in range(choose.randrange(40))]
    return (kind, choose.choice([UID, UID, UID, 8]), *ordinals)


def follow(index: VersionIndex, version: PlainVersion) -> None:
    for page in version.changes(rows_a_page=version.random.choice([17, 100, 1000])):
        index.apply(page)


@pytest.mark.parametrize("seed", range(12))
def test_every_condition_matches_the_files_that_plain_python_picks(seed: int) -> None:
    version, index = PlainVersion(seed), VersionIndex(UID)
    for _ in range(8):
        version.grow(version.random.randrange(120))
        version.edit(version.random.randrange(60) if version.files else 0)
        follow(index, version)
        for _ in range(25):
            question = random_question(version, version.random.randrange(4))
            expected = [
                ordinal for ordinal, file in sorted(version.files.items()) if file.active and holds(question, file)
            ]
            assert list(matching(condition_of(question), Scope(index))) == expected, question


@pytest.mark.parametrize("seed", range(4))
def test_facets_count_what_plain_python_counts(seed: int) -> None:
    version, index = PlainVersion(seed), VersionIndex(UID)
    for _ in range(4):
        version.grow(150)
        version.edit(80)
        follow(index, version)
        question = random_question(version, 2)
        files = [file for file in version.files.values() if file.active and holds(question, file)]
        found = facets(index, matching(condition_of(question), Scope(index)), list(FacetField), 10_000)
        expected = {
            FacetField.TAGS: Counter(tag for file in files for tag in file.holding),
            FacetField.TAGS_AI: Counter(tag for file in files for tag in file.ai),
            FacetField.TAGS_USER: Counter(tag for file in files for tag in file.user),
            FacetField.TAGS_REJECTED: Counter(tag for file in files for tag in file.rejected),
            FacetField.DIRECTORY: Counter(file.directory for file in files),
            FacetField.CONTENT_TYPE: Counter(file.content_type for file in files),
        }
        assert [facet.field for facet in found] == list(FacetField)
        for facet in found:
            assert facet.counts == sorted(expected[facet.field].items(), key=lambda count: (-count[1], count[0]))


def test_a_facet_names_no_more_values_than_were_asked_for() -> None:
    version, index = PlainVersion(1), VersionIndex(UID)
    version.grow(200)
    follow(index, version)
    everything, most = (facets(index, index.active, [FacetField.TAGS], most)[0].counts for most in (100, 2))
    assert most == everything[:2]


@pytest.mark.parametrize("seed", range(4))
def test_files_are_shown_as_they_are_now(seed: int) -> None:
    version, index = PlainVersion(seed), VersionIndex(UID)
    for _ in range(5):
        version.grow(100)
        version.edit(200)
        follow(index, version)
    shown = index.records(ordinals_of(index.active))
    expected = [file for _, file in sorted(version.files.items()) if file.active]
    assert len(shown) == len(expected)
    for record, file in zip(shown, expected, strict=True):
        assert (record.ordinal, record.path, record.size_bytes) == (file.ordinal, file.path, file.size_bytes)
        assert (record.etag, record.content_type) == (file.etag, file.content_type)
        assert (record.ai, record.user, record.rejected) == (
            sorted(file.ai), sorted(file.user), sorted(file.rejected)
        )  # fmt: skip
        assert (record.modify_us, record.tag_us) == (file.modified_us, file.tagged_us)
        assert (record.is_stale, record.comment) == (file.stale, file.comment)
        assert (json.loads(record.attributes_json) if record.attributes_json else None) == file.attributes


def test_strings_that_were_written_again_do_not_pile_up() -> None:
    version, index = PlainVersion(3), VersionIndex(UID)
    version.grow(1000)
    follow(index, version)
    before = index.size_bytes
    for _ in range(100):
        version.edit(2000)
        for page in version.changes(rows_a_page=10_000):
            index.apply(page)
    # Some 60,000 etags of 36 bytes came; at most as many as a chunk has are left behind.
    assert index.size_bytes < before + 1_500_000
    shown = {record.ordinal: record.etag for record in index.records(ordinals_of(index.active))}
    assert shown == {file.ordinal: file.etag for file in version.files.values() if file.active}


def test_pages_by_ordinal_are_complete_and_without_duplicates() -> None:
    version, index = PlainVersion(5), VersionIndex(UID)
    version.grow(300)
    version.edit(100)
    follow(index, version)
    matches = Matches(matching(Not(TagIs(TagKind.ALL, "bird")), Scope(index)))
    for size in (1, 7, 100, 1000):
        pages = list(matches.pages(size))
        assert [ordinal for page in pages for ordinal in page.ordinals.tolist()] == list(matches.files)
        assert [matches.goes_on(page) for page in pages] == [True] * (len(pages) - 1) + [False]
    first, second = matches.hits(None, 0, 10), matches.hits(None, 7, 3)
    assert second.ordinals.tolist() == first.ordinals[7:].tolist()
    assert not len(matches.hits(None, len(matches), 10).ordinals)
