"""Facets count what plain Python counts."""

import random

import numpy as np
import pyarrow as pa
import pytest

from services.search.conditions import AttributeField, TagKind
from services.search.evaluation import Scope, matching
from services.search.facets import FacetField, facets
from services.search.index import attribute_column, attributes
from services.search.index.bitmaps import bitmap_of
from services.search.index.tag_bitmaps import TagBitmaps
from services.search.index.version_index import VersionIndex
from tests.services.search.oracle import UID, attribute_counts, counts_of, holds
from tests.services.search.questions import ODD_PATHS, PATHS, condition_of, random_question
from tests.services.search.test_oracle import follow
from tests.services.search.versions import PlainVersion


@pytest.mark.parametrize("seed", range(4))
def test_facets_count_what_plain_python_counts(seed: int) -> None:
    version, index, choose = PlainVersion(seed), VersionIndex(UID), random.Random(seed)  # noqa: S311
    for _ in range(4):
        version.grow(150)
        version.edit(80)
        follow(index, version)
        question = random_question(choose, len(version.files), 2)
        files = [file for file in version.files.values() if file.active and holds(question, file)]
        found = facets(index, matching(condition_of(question), Scope(index)), list(FacetField), 10_000)
        assert [(facet.field, facet.counts) for facet in found] == [
            (field, counts_of(field.value, files)) for field in FacetField
        ]


@pytest.mark.parametrize("seed", range(6))
def test_attributes_are_counted_by_each_value_in_them(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    if seed % 3 == 1:
        monkeypatch.setattr(attributes, "MAX_COLUMNS", 3)
    if seed % 3 == 2:
        monkeypatch.setattr(attribute_column, "ALWAYS_LOOKED_UP", 8)
    version, index, choose = PlainVersion(seed), VersionIndex(UID), random.Random(seed)  # noqa: S311
    for _ in range(3):
        version.grow(150)
        version.edit(80)
        follow(index, version)
        question = random_question(choose, len(version.files), 2)
        files = [file for file in version.files.values() if file.active and holds(question, file)]
        fields = [AttributeField(path) for path in [*PATHS, *ODD_PATHS]]
        for facet in facets(index, matching(condition_of(question), Scope(index)), fields, 10_000):
            assert isinstance(facet.field, AttributeField)
            path = facet.field.path
            assert sorted(facet.counts, key=lambda count: (-count[1], count[0])) == facet.counts
            assert sorted(facet.counts) == attribute_counts(path, files), path


def test_a_facet_names_no_more_values_than_were_asked_for() -> None:
    version, index = PlainVersion(1), VersionIndex(UID)
    version.grow(200)
    follow(index, version)
    everything, most = (facets(index, index.active, [FacetField.TAGS], most)[0].counts for most in (100, 2))
    assert most == everything[:2]


@pytest.mark.parametrize("share", [0.5, 0.1, 0.03, 0.01, 0.001])
def test_tags_are_counted_whatever_share_of_the_files_is_asked_about(share: float) -> None:
    chance = np.random.default_rng(5)
    tagged = {tag: np.flatnonzero(chance.random(200_000) < 0.3 / tag).astype(np.uint32) for tag in range(1, 40)}
    tags = TagBitmaps()
    tags.learn({tag: f"tag {tag}" for tag in tagged})
    files = np.arange(200_000, dtype=np.uint32)
    lists: list[list[int]] = [[] for _ in files]
    for tag, owners in tagged.items():
        for owner in owners.tolist():
            lists[owner].append(tag)
    none = pa.array([[]] * len(files), pa.list_(pa.int32()))
    given = pa.array(lists, pa.list_(pa.int32()))
    tags.put(files, {TagKind.AI: given, TagKind.USER: none, TagKind.REJECTED: none})
    # Some of the files that are asked about have no row of tags at all.
    asked = np.flatnonzero(chance.random(210_000) < share).astype(np.uint32)
    expected = {f"tag {tag}": int(np.isin(owners, asked).sum()) for tag, owners in tagged.items()}
    assert tags.counts(TagKind.ALL, bitmap_of(asked)) == {name: count for name, count in expected.items() if count}
