"""Tags are those that were written last, by file and by tag, whenever it is asked."""

import random
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest

from services.search.conditions import TagKind
from services.search.index import tag_bitmaps
from services.search.index.bitmaps import BLOCK_ROWS, bitmap_of
from services.search.index.many_bitmaps import bitmaps_by_number
from services.search.index.tag_bitmaps import GIVEN, TagBitmaps
from services.search.index.tag_numbers import WIDEST_TABLE
from tests.services.search.index.kept import mapped

Given = dict[TagKind, set[int]]


def name_of(tag_id: int) -> str:
    return f"tag {tag_id % 97} {tag_id}"


def put(tags: TagBitmaps, files: dict[int, Given]) -> None:
    lists = {kind: pa.array([sorted(given[kind]) for given in files.values()], pa.list_(pa.int32())) for kind in GIVEN}
    tags.learn({tag_id: name_of(tag_id) for given in files.values() for ids in given.values() for tag_id in ids})
    tags.put(np.array(list(files), np.uint32), lists)


def held(given: Given) -> set[int]:
    return (given[TagKind.AI] | given[TagKind.USER]) - given[TagKind.REJECTED]


@pytest.mark.parametrize("apart", [1, 20_000, 2**20])
@pytest.mark.parametrize("most_unsettled", [300, 10**9])
def test_tags_are_those_that_were_written_last(
    apart: int, most_unsettled: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tag_bitmaps, "MOST_UNSETTLED", most_unsettled)
    choose = random.Random(apart)  # noqa: S311 - it makes test data
    ids = [1_000 + apart * step for step in range(40)]
    places = choose.sample(range(3 * BLOCK_ROWS), 400)
    tags, files = TagBitmaps(), dict[int, Given]()
    for round_ in range(12):
        changed = choose.sample(places, choose.choice([1, 10, 150]))
        for ordinal in changed:
            files[ordinal] = {
                kind: set(choose.sample(ids, choose.choice([0, 0, 1, 6] if kind is not TagKind.AI else [0, 12])))
                for kind in GIVEN
            }
        put(tags, {ordinal: files[ordinal] for ordinal in changed})
        if round_ % 3 == 0:
            kept = TagBitmaps()
            kept.load(mapped(tags.dump()))
            tags = kept
        if round_ % 2:
            continue
        asked = np.array(choose.sample(places, 60), np.uint32)
        shown = tags.names_at(asked)
        for kind in TagKind:
            of_files = {
                ordinal: held(given) if kind is TagKind.ALL else given[kind] for ordinal, given in files.items()
            }
            assert set(tags.tagged(kind)) == {ordinal for ordinal, tagged in of_files.items() if tagged}
            among = choose.sample(places, 200)
            counted = Counter(name_of(tag_id) for ordinal in among for tag_id in of_files.get(ordinal, ()))
            assert tags.counts(kind, bitmap_of(np.array(among, np.uint32))) == counted
            for tag_id in ids:
                having = {ordinal for ordinal, tagged in of_files.items() if tag_id in tagged}
                assert set(tags.files(kind, name_of(tag_id))) == having
            if kind is not TagKind.ALL:
                assert shown[kind] == [sorted(map(name_of, of_files.get(one, ()))) for one in asked.tolist()]


def test_files_that_enter_bitmaps_while_these_are_kept_can_be_written_again() -> None:
    tags, kept = TagBitmaps(), TagBitmaps()
    put(tags, {one: {TagKind.AI: {1, 2}, TagKind.USER: set(), TagKind.REJECTED: set()} for one in (3, 4)})
    before = mapped(tags.dump())
    assert set(tags.files(TagKind.ALL, name_of(1))) == {3, 4}
    after = mapped(tags.dump())
    kept.load(before | {name: after[name] for name in after if name.startswith("bitmaps/") or name == "marks"})
    put(kept, {3: {TagKind.AI: {2}, TagKind.USER: set(), TagKind.REJECTED: set()}})
    assert [set(kept.files(TagKind.ALL, name_of(one))) for one in (1, 2)] == [{4}, {3, 4}]


def test_more_tags_than_two_bytes_number_are_kept_apart() -> None:
    tags = TagBitmaps()
    put(tags, {0: {TagKind.AI: {1, 2}, TagKind.USER: {3}, TagKind.REJECTED: {2}}})
    many = set(range(10, 30_000))
    put(tags, {1: {TagKind.AI: many, TagKind.USER: set(), TagKind.REJECTED: {29_000}}})
    more = set(range(30_000, 100_000))
    put(tags, {2: {TagKind.AI: more, TagKind.USER: {10, 1}, TagKind.REJECTED: set()}})
    shown = tags.names_at(np.array([2, 1, 0], np.uint32))
    assert shown[TagKind.AI] == [sorted(map(name_of, ids)) for ids in (more, many, {1, 2})]
    assert shown[TagKind.USER] == [sorted([name_of(1), name_of(10)]), [], [name_of(3)]]
    assert [set(tags.files(TagKind.ALL, name_of(one))) for one in (1, 2, 10, 29_000, 99_999)] == [
        {0, 2}, set(), {1, 2}, set(), {2}
    ]  # fmt: skip
    assert len(tags.counts(TagKind.ALL, bitmap_of(np.array([1], np.uint32)))) == len(many) - 1


def test_lists_that_were_written_again_do_not_pile_up() -> None:
    tags = TagBitmaps()
    choose = random.Random(2)  # noqa: S311 - it makes test data
    files: dict[int, Given] = {}
    for _ in range(60):
        files = {
            ordinal: {TagKind.AI: set(choose.sample(range(90), 40)), TagKind.USER: set(), TagKind.REJECTED: set()}
            for ordinal in range(100)
        }
        put(tags, files)
    # 240,000 tags of two bytes came; a block is packed when more than so many are left behind.
    assert tags.size_bytes < 2 * BLOCK_ROWS * 17 / 16 + 150_000
    assert tags.names_at(np.arange(100, dtype=np.uint32))[TagKind.AI] == [
        sorted(map(name_of, given[TagKind.AI])) for given in files.values()
    ]


@pytest.mark.parametrize("ids", [[5], [5, 10 + WIDEST_TABLE]])
def test_a_tag_whose_name_did_not_come_is_refused(ids: list[int]) -> None:
    tags = TagBitmaps()
    tags.learn({tag_id: name_of(tag_id) for tag_id in ids})
    for unknown in (4, 6, ids[-1] + 1):
        lists = {kind: pa.array([[5, unknown]], pa.list_(pa.int32())) for kind in GIVEN}
        with pytest.raises(ValueError, match=rf"without their names: \[{unknown}\]"):
            tags.put(np.array([0], np.uint32), lists)


@pytest.mark.parametrize("first", [0, 65_530, 10**6])
def test_many_bitmaps_are_made_as_the_library_makes_each(first: int) -> None:
    random_ = np.random.default_rng(first)
    shares = [0.0001, 0.05, 4_096 / BLOCK_ROWS, 0.0626, 0.3, 1.0]
    expected = {
        first + number: np.flatnonzero(random_.random(5 * BLOCK_ROWS) < share).astype(np.uint32)
        for number, share in enumerate(shares)
    }
    blocks = []
    for block in (0, 2, 4):
        inside = {number: ordinals[ordinals // BLOCK_ROWS == block] for number, ordinals in expected.items()}
        numbers = np.concatenate([np.full(len(rows), number, np.uint32) for number, rows in inside.items()])
        order = random_.permutation(len(numbers))
        blocks.append((block, numbers[order], np.concatenate(list(inside.values()))[order] % BLOCK_ROWS))
    made = dict(bitmaps_by_number(blocks))
    for number, ordinals in expected.items():
        bitmap = bitmap_of(ordinals[ordinals // BLOCK_ROWS % 2 == 0])
        assert made.pop(number) == bitmap
    assert not made
    assert not dict(bitmaps_by_number([(0, np.empty(0, np.uint16), np.empty(0, np.uint32))]))
