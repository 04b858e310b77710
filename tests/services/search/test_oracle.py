"""Search answers as plain Python does: conditions and text of the query language, whatever was edited before."""

import json
import os
import random
from datetime import UTC, datetime

import pytest

from services.search.conditions import Not, TagIs, TagKind
from services.search.evaluation import Scope, matching
from services.search.index import attribute_column, attributes
from services.search.index.bitmaps import ordinals_of
from services.search.index.presence import VectorPresence
from services.search.index.version_index import VersionIndex
from services.search.language.expression import compiled
from services.search.matches import Matches
from services.search.query import Status
from tests.services.search.index.kept import mapped
from tests.services.search.oracle import UID, holds
from tests.services.search.questions import condition_of, random_question, text_of
from tests.services.search.versions import PlainVersion

# How many questions are asked in all. CI asks the default.
QUERIES = int(os.environ.get("ORACLE_QUERIES", "5000"))
SEEDS, ROUNDS = 12, 8

NOW = datetime(2024, 1, 1, tzinfo=UTC)
VERSION = "workspaces/w/datasets/d/versions/v1"


def follow(index: VersionIndex, version: PlainVersion) -> None:
    for page in version.changes(rows_a_page=version.random.choice([17, 100, 1000])):
        index.apply(page)


@pytest.fixture
def narrow(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some seeds have bounds that are reached by a few files."""
    seed = request.getfixturevalue("seed")
    if seed % 3 == 1:
        monkeypatch.setattr(attributes, "MAX_COLUMNS", 3)
        monkeypatch.setattr(attributes, "ROWS_A_BATCH", 50)
    if seed % 3 == 2:
        monkeypatch.setattr(attribute_column, "ALWAYS_LOOKED_UP", 8)
        monkeypatch.setattr(attribute_column, "PACK_VALUES", 20)
        monkeypatch.setattr(attributes, "ALWAYS_ALLOWED_BYTES", 100_000)


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_question_matches_the_files_that_plain_python_picks(seed: int) -> None:
    version, choose = PlainVersion(seed), random.Random(seed)  # noqa: S311 - it makes test data
    index, presence = VersionIndex(UID), VectorPresence()
    as_text = 0
    for round_number in range(ROUNDS):
        version.grow(1 + choose.randrange(60))
        version.edit(choose.randrange(60))
        version.index(choose.randrange(60))
        follow(index, version)
        presence.apply(version.vector_changes())
        if round_number % 3 == 2:
            index, presence = reloaded(index, presence)
        for _ in range(max(1, QUERIES // SEEDS // ROUNDS)):
            question = random_question(choose, len(version.files), choose.randrange(5))
            status = choose.choice([Status.ACTIVE, Status.ACTIVE, Status.DELETED])
            searched = [file for file in version.files.values() if file.active is (status is Status.ACTIVE)]
            expected = [file.ordinal for file in searched if holds(question, file)]
            scope = Scope(index, presence, status)
            assert list(matching(condition_of(question), scope)) == expected, question
            if (text := text_of(question, choose)) is not None:
                as_text += 1
                assert list(matching(compiled(text, now=NOW, version=VERSION).condition, scope)) == expected, text
    assert as_text > QUERIES // SEEDS // 2


def reloaded(index: VersionIndex, presence: VectorPresence) -> tuple[VersionIndex, VectorPresence]:
    """Both, kept and taken up again."""
    kept_index, kept_presence = VersionIndex(UID), VectorPresence()
    kept_index.load(mapped(index.dump()))
    kept_presence.load(mapped(presence.dump()))
    return kept_index, kept_presence


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
    # Some 60,000 etags of 36 bytes came, and as many attributes of 200; at most as many as a chunk has are left behind.
    assert index.size_bytes < before + 5_000_000
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
        assert [page.goes_on for page in pages] == [True] * (len(pages) - 1) + [False]
    first, second = matches.hits(None, 0, 10), matches.hits(None, 7, 3)
    assert second.ordinals.tolist() == first.ordinals[7:].tolist()
    assert not len(matches.hits(None, len(matches), 10).ordinals)
