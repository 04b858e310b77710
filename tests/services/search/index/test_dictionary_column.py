"""Columns of few strings answer as plain lists do."""

import numpy as np
import pyarrow as pa
import pytest
from pyroaring import BitMap

from services.search.index.dictionary_column import DictionaryColumn
from tests.services.search.index.kept import mapped


@pytest.mark.parametrize("different", [3, 300, 70_000])
def test_strings_are_found_counted_and_kept(different: int) -> None:
    random = np.random.default_rng(different)
    column, strings = DictionaryColumn(), [""] * 200_000
    for upper in (2, different // 2, different):
        ordinals = random.choice(150_000, 70_000, replace=False).astype(np.uint32)
        written = [f"folder/é{number}" if number else "" for number in random.integers(0, upper, len(ordinals))]
        column.put(ordinals, pa.array(written, pa.string()))
        for ordinal, string in zip(ordinals.tolist(), written, strict=True):
            strings[ordinal] = string
    kept = DictionaryColumn()
    kept.load(mapped(column.dump()))
    for one in (column, kept):
        asked = random.choice(200_000, 500).astype(np.uint32)
        assert one.at(asked) == [strings[ordinal] for ordinal in asked.tolist()]
        for share in (0.001, 0.7):
            among = BitMap(np.flatnonzero(random.random(200_000) < share).tolist())
            for values in [("folder/é1",), ("folder/é1", "folder/é2", "unknown"), ("",), ("unknown",), ()]:
                expected = BitMap([ordinal for ordinal in among if strings[ordinal] in values])
                assert one.matching(among, one.among(values)) == expected
            counts = dict(zip(one.strings, one.counts(among).tolist(), strict=True))
            for string in ("", "folder/é1", "folder/é2"):
                assert counts.get(string, 0) == sum(strings[ordinal] == string for ordinal in among)
            assert sum(counts.values()) == len(among)
    kept.put(np.array([1], np.uint32), pa.array(["a new one"]))
    assert kept.at(np.array([1, 2], np.uint32)) == ["a new one", strings[2]]
    assert kept.strings.count("a new one") == 1
