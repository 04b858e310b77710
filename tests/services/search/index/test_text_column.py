"""Texts are found as plain Python finds them, wherever they are kept and whatever was written before."""

import re
import unicodedata
from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from services.search.index.bitmaps import BLOCK_ROWS
from services.search.index.letter_cases import cases, folded, unusual_characters
from services.search.index.text_column import WIDEST, TextColumn
from tests.services.search.index.kept import mapped

# Letters of the same case stand close together, so that they meet often. Python alone takes the Turkish i for an i.
LETTERS = "aAkKsS\u017f\u212aßẞåÅ\u212bжЖ\u0440\u0420雨ωΩ\u2126éE\u0301iI1²_- .%\\\n\U0001f600"
PIECES = st.text(LETTERS, min_size=1, max_size=4)
NAMES = st.lists(
    st.one_of(
        st.text(LETTERS, max_size=12),
        st.builds("IMG_{:04d}.{}".format, st.integers(0, 9999), st.sampled_from(["jpg", "JPG", "Jpeg"])),
        st.builds("{}{}".format, st.sampled_from(["x" * 150, "\u017fk" * 100, "k_" * 96, "雨" * 64]), PIECES),
    ),
    min_size=1,
    max_size=40,
)


def column_of(names: Iterable[str], ordinals: Iterable[int]) -> TextColumn:
    column = TextColumn()
    column.put(np.array(list(ordinals), np.uint32), pa.array(list(names), pa.string()))
    return column


def contains_in_any_case(name: str, part: str) -> bool:
    return re.search(re.escape(part), name, re.IGNORECASE) is not None


def words_of(name: str) -> list[str]:
    inside = "".join(letter if unicodedata.category(letter)[0] in "LN" else " " for letter in name)
    return inside.split(" ")


def stands_in(words: list[str], name: str) -> bool:
    there = [word for word in words_of(name) if word]
    starts = range(len(there) - len(words) + 1)
    return any(
        all(
            re.fullmatch(re.escape(word), found, re.IGNORECASE)
            for word, found in zip(words, there[start:], strict=False)
        )
        for start in starts
    )


def check(column: TextColumn, names: dict[int, str], part: str, words: list[str]) -> None:
    filled = {ordinal: name for ordinal, name in names.items() if name}
    # With so many more that have no text the column looks at blocks, and with these alone at each text.
    few, many = BitMap(names), BitMap(range(BLOCK_ROWS * (max(names) // BLOCK_ROWS + 1)))
    many &= BitMap(names) | BitMap(range(0, len(many), 3))
    for among in (few, many):
        assert column.filled(among) == BitMap(filled)
        assert column.containing(among, part) == BitMap(
            ordinal for ordinal, name in filled.items() if contains_in_any_case(name, part)
        )
        assert column.equal(among, part) == BitMap(ordinal for ordinal, name in filled.items() if name == part)
        if words:
            assert column.having_words(among, words) == BitMap(
                ordinal for ordinal, name in filled.items() if stands_in(words, name)
            )


@settings(max_examples=40, deadline=None)
@given(names=NAMES, part=st.text(LETTERS, max_size=5), words=st.lists(PIECES, max_size=2), data=st.data())
def test_texts_are_found_as_python_finds_them(
    names: list[str], part: str, words: list[str], data: st.DataObject
) -> None:
    ordinals = data.draw(
        st.permutations([*range(len(names) // 2), *range(70_000, 70_000 + len(names) - len(names) // 2)])
    )
    column, there = column_of(names, ordinals), dict(zip(ordinals, names, strict=True))
    parts = data.draw(st.sampled_from(names))
    again = ordinals[: len(ordinals) // 3]
    written = data.draw(
        st.lists(st.sampled_from(["", "new", "NEW k\u212a", *names]), min_size=len(again), max_size=len(again))
    )
    for kept in (column, TextColumn()):
        kept.load(mapped(column.dump()))
        kept.put(np.array(again, np.uint32), pa.array(written, pa.string()))
        there.update(zip(again, written, strict=True))
        words_only = [word for piece in words for word in words_of(piece) if word]
        for looked_for in (part, parts, parts[1:9], parts[-5:].swapcase()):
            check(kept, there, looked_for, words_only or [word for word in words_of(looked_for) if word])
        asked = np.array([*ordinals[::-1], *ordinals[::2], 1_000_000], np.uint32)
        assert kept.at(asked) == [there.get(ordinal, "") for ordinal in asked.tolist()]
        assert kept.has(asked).tolist() == [bool(there.get(ordinal)) for ordinal in asked.tolist()]


def test_cases_are_those_of_re2() -> None:
    characters = [chr(code) for code in range(0x20000) if not 0xD800 <= code < 0xE000]
    strings = pa.array(characters, pa.string())
    same_as = cases()
    for character in [*unusual_characters(), *"kKsSiI\u0131İåßЖǅθ\u0345雨²Ⱥ"]:
        matched = strings.filter(pc.match_substring(strings, character, ignore_case=True)).to_pylist()
        assert set(matched) == set(same_as.get(character, (character,))), character
    # Of the others it is enough that RE2 sees the same as one, and no other pair as one.
    for first, second in zip(same_as, [same[-1] for same in same_as.values()], strict=True):
        assert pc.match_substring(pa.array([first]), second, ignore_case=True)[0].as_py(), (first, second)
    alone = pa.array([character for character in characters if character not in same_as], pa.string())
    folds = pa.array([folded(character) for character in alone.to_pylist()], pa.string())
    assert alone.equals(folds)


@pytest.mark.parametrize("long", [WIDEST - 1, WIDEST, WIDEST + 1, 5_000])
def test_many_long_texts_are_found_like_short_ones(long: int) -> None:
    random = np.random.default_rng(long)
    names = {
        ordinal: f"{ordinal:07d}_{'Long' * (long // 4)}"[: long if ordinal % 5 else 20] for ordinal in range(3_000)
    }
    column = TextColumn()
    for part in np.array_split(random.permutation(3_000).astype(np.uint32), 20):
        column.put(part, pa.array([names[ordinal] for ordinal in part.tolist()], pa.string()))
    among = BitMap(range(BLOCK_ROWS))
    for looked_for in ("_lON", "0001", names[7], names[2_995][:-1], "LongLongL"):
        found = column.containing(among, looked_for)
        assert found == BitMap(ordinal for ordinal, name in names.items() if looked_for.lower() in name.lower())
        assert column.equal(among, looked_for) == BitMap(o for o, name in names.items() if name == looked_for)
    assert column.having_words(among, ["0000013"]) == BitMap([13])
    assert column.at(np.arange(3_000, dtype=np.uint32)) == list(names.values())


def test_few_long_texts_do_not_widen_all_others() -> None:
    names = ["n" * 200 if ordinal % 1_000 == 500 else f"{ordinal:08d}.jpg" for ordinal in range(BLOCK_ROWS)]
    column = TextColumn()
    for start in range(0, BLOCK_ROWS, 4_096):
        column.put(
            np.arange(start, start + 4_096, dtype=np.uint32), pa.array(names[start : start + 4_096], pa.string())
        )
    assert column.size_bytes < 20 * BLOCK_ROWS
    assert column.containing(BitMap(range(BLOCK_ROWS)), "NNN") == BitMap(range(500, BLOCK_ROWS, 1_000))


def test_texts_that_are_written_again_do_not_pile_up() -> None:
    column, ordinals = TextColumn(), np.arange(5_000, dtype=np.uint32)
    sizes = []
    for number in range(60):
        names = [f"{'long' * 60 if ordinal % 2 else ''}{number}.{ordinal}" for ordinal in range(5_000)]
        column.put(ordinals, pa.array(names, pa.string()))
        sizes.append(column.size_bytes)
    # What is left behind goes up and down with each packing, and no further the second time.
    assert max(sizes[30:]) < 1.1 * max(sizes[:30])
    assert column.at(ordinals) == names


@pytest.mark.parametrize("text", ["\0", "a\0", "\0a"])
def test_no_text_has_a_zero_byte(text: str) -> None:
    column, among = column_of(["a", "b"] * 50, range(100)), BitMap(range(BLOCK_ROWS))
    assert not column.containing(among, text)
    assert not column.equal(among, text)
    assert not column.having_words(among, [text])


def test_a_column_without_texts_finds_none() -> None:
    column = TextColumn()
    assert not column.containing(BitMap(range(100_000)), "a")
    assert not column.having_words(BitMap(), ["a"])
    assert column.at(np.array([5], np.uint32)) == [""]
