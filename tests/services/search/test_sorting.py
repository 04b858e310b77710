"""Hits in the order of a field: as plain Python sorts them, page by page, whatever is edited between two pages."""

import random
from collections.abc import Iterator

import numpy as np
import pytest

from services.search import sorting
from services.search.evaluation import Scope, matching
from services.search.index.bitmaps import bitmap_of
from services.search.index.version_index import VersionIndex
from services.search.matches import Hits, Matches
from services.search.query import Sort, SortField
from services.search.similarity.planner import Plan, Ranking
from services.search.sorting import order_of
from tests.services.search.oracle import UID, Question, holds
from tests.services.search.questions import condition_of, random_question
from tests.services.search.test_oracle import follow
from tests.services.search.versions import PlainFile, PlainVersion

FIELDS = [field for field in SortField if field is not SortField.RELEVANCE]


@pytest.fixture(autouse=True)
def sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few files are enough to be sampled."""
    monkeypatch.setattr(sorting, "ALWAYS_SORTED", 20)
    monkeypatch.setattr(sorting, "SAMPLE", 60)
    monkeypatch.setattr(sorting, "SAMPLED_MORE", 2)


def key_of(file: PlainFile, field: SortField) -> int | bytes | None:
    keys: dict[SortField, int | bytes | None] = {
        SortField.FILE_NAME: file.name.encode(),
        SortField.SIZE: file.size_bytes,
        SortField.MODIFY_TIME: file.modified_us,
        SortField.CREATE_TIME: file.created_us,
        SortField.TAG_TIME: file.tagged_us,
    }
    return keys[field]


def expected_order(files: list[PlainFile], sort: Sort) -> list[int]:
    present = [file for file in files if key_of(file, sort.field) is not None]
    absent = [file for file in files if key_of(file, sort.field) is None]
    # Python's sort keeps the order of equals, also in reverse.
    present.sort(key=lambda file: key_of(file, sort.field), reverse=sort.is_descending)  # type: ignore[arg-type, return-value]
    return [file.ordinal for file in [*present, *absent]]


def matches_of(index: VersionIndex, question: Question, sort: Sort) -> Matches:
    return Matches(matching(condition_of(question), Scope(index)), None, order_of(index, sort))


def paged(matches: Matches, size: int) -> Iterator[Hits]:
    after = None
    while len((hits := matches.hits(after, 0, size)).ordinals):
        yield hits
        after = hits.last
        if not hits.goes_on:
            return


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("is_descending", [True, False])
def test_pages_are_those_of_plain_python(field: SortField, is_descending: bool) -> None:
    version, index, choose = PlainVersion(3), VersionIndex(UID), random.Random(3)  # noqa: S311
    sort = Sort(field, is_descending)
    for _ in range(4):
        version.grow(150)
        version.edit(80)
        follow(index, version)
        for _ in range(6):
            question = random_question(choose, len(version.files), 2)
            files = [file for file in version.files.values() if file.active and holds(question, file)]
            expected, matches = expected_order(files, sort), matches_of(index, question, sort)
            size, skip = choose.choice([1, 3, 20, 500]), choose.randrange(len(files) + 2)
            pages = list(paged(matches, size)) if size > 1 else []
            if pages:
                assert [ordinal for page in pages for ordinal in page.ordinals.tolist()] == expected
                assert [page.goes_on for page in pages] == [True] * (len(pages) - 1) + [False]
            assert [ordinal for page in matches.pages(size) for ordinal in page.ordinals.tolist()] == expected
            found = matches.hits(None, skip, size)
            assert found.ordinals.tolist() == expected[skip : skip + size]
            assert found.goes_on == (skip + size < len(expected))


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("is_descending", [True, False])
def test_a_page_goes_on_behind_where_the_last_hit_was_after_edits(field: SortField, is_descending: bool) -> None:
    version, index = PlainVersion(4), VersionIndex(UID)
    sort, everything = Sort(field, is_descending), ("and",)
    version.grow(400)
    follow(index, version)
    for size in (1, 30, 150, 250):
        first = matches_of(index, everything, sort).hits(None, 0, size)
        key = key_of(version.files[first.last.ordinal], field)
        version.edit(100)
        version.grow(10)
        follow(index, version)
        files = [file for file in version.files.values() if file.active]
        order = expected_order(files, sort)
        behind = [ordinal for ordinal in order if is_behind(version.files[ordinal], key, first.last.ordinal, sort)]
        second = matches_of(index, everything, sort).hits(first.last, 0, 1000)
        assert second.ordinals.tolist() == behind
        assert behind


def is_behind(file: PlainFile, key: int | bytes | None, ordinal: int, sort: Sort) -> bool:
    own = key_of(file, sort.field)
    if own == key:
        return file.ordinal > ordinal
    if own is None or key is None:
        return own is None
    return own < key if sort.is_descending else own > key  # type: ignore[operator]


def test_similar_files_in_another_order_keep_their_scores() -> None:
    version, index = PlainVersion(5), VersionIndex(UID)
    version.grow(100)
    follow(index, version)
    ordinals = np.array([50, 3, 99, 7], np.uint32)
    ranking = Ranking(ordinals, np.array([0.9, 0.8, 0.8, 0.1]), True, Plan.EXACT)
    sort = Sort(SortField.SIZE, is_descending=True)
    matches = Matches.of_ranking(ranking, order_of(index, sort))
    expected = expected_order([version.files[ordinal] for ordinal in ordinals.tolist()], sort)
    scores = dict(zip(ordinals.tolist(), ranking.scores.tolist(), strict=True))
    for hits in (matches.hits(None, 0, 10), next(matches.pages(10))):
        assert hits.scores is not None
        assert hits.ordinals.tolist() == expected
        assert hits.scores.tolist() == [scores[ordinal] for ordinal in expected]
    assert matches.scores_by_ordinal().tolist() == [np.float32(scores[ordinal]) for ordinal in sorted(scores)]


def test_many_files_with_one_value_are_all_paged_through() -> None:
    version, index = PlainVersion(6), VersionIndex(UID)
    version.grow(500)
    for file in version.files.values():
        file.size_bytes = 7
    follow(index, version)
    for is_descending in (True, False):
        matches = Matches(
            bitmap_of(np.arange(500, dtype=np.uint32)), None, order_of(index, Sort(SortField.SIZE, is_descending))
        )
        assert [ordinal for page in paged(matches, 20) for ordinal in page.ordinals.tolist()] == list(range(500))
