"""Facets count what plain Python counts."""

import random
from collections import Counter
from collections.abc import Iterable

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
from tests.services.search.oracle import UID, holds, scalars_at
from tests.services.search.questions import ODD_PATHS, PATHS, condition_of, random_question
from tests.services.search.test_oracle import follow
from tests.services.search.versions import PlainFile, PlainVersion


def shown(scalar: str | float | bool) -> str:
    """A text as it is, all else as JSON, whole numbers without a fraction."""
    if isinstance(scalar, str):
        return scalar
    if isinstance(scalar, bool):
        return str(scalar).lower()
    number = float(scalar)
    is_whole = number.is_integer() and abs(number) <= 2**53
    return str(int(number)) if is_whole else repr(number)


def kinds_at(file: PlainFile, path: str) -> set[tuple[str, str]]:
    """Each value that the file has, once, and its kind."""
    scalars = scalars_at(file.attributes, path)
    return {(shown(one), "number" if type(one) in (int, float) else type(one).__name__) for one in scalars}


def ordered(values: Iterable[str]) -> list[tuple[str, int]]:
    return sorted(Counter(values).items(), key=lambda count: (-count[1], count[0]))


@pytest.mark.parametrize("seed", range(4))
def test_facets_count_what_plain_python_counts(seed: int) -> None:
    version, index, choose = PlainVersion(seed), VersionIndex(UID), random.Random(seed)  # noqa: S311
    for _ in range(4):
        version.grow(150)
        version.edit(80)
        follow(index, version)
        question = random_question(choose, len(version.files), 2)
        files = [file for file in version.files.values() if file.active and holds(question, file)]
        expected = {
            FacetField.TAGS: [tag for file in files for tag in file.holding],
            FacetField.TAGS_AI: [tag for file in files for tag in file.ai],
            FacetField.TAGS_USER: [tag for file in files for tag in file.user],
            FacetField.TAGS_REJECTED: [tag for file in files for tag in file.rejected],
            FacetField.DIRECTORY: [file.directory for file in files],
            FacetField.CONTENT_TYPE: [file.content_type for file in files if file.content_type],
            FacetField.FILE_TYPE: [file.content_type.split("/")[0] for file in files if file.content_type],
        }
        found = facets(index, matching(condition_of(question), Scope(index)), list(FacetField), 10_000)
        assert [(facet.field, facet.counts) for facet in found] == [
            (field, ordered(values)) for field, values in expected.items()
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
            values = [(value, kind) for file in files for value, kind in kinds_at(file, path)]
            assert sorted(facet.counts, key=lambda count: (-count[1], count[0])) == facet.counts
            expected = [(value, count) for (value, _), count in Counter(values).items()]
            assert sorted(facet.counts) == sorted(expected), path


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
