"""Histograms count what plain Python counts, by bounds that a person would choose."""

from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pytest

from services.search.conditions import Not, TagIs, TagKind
from services.search.evaluation import Scope, matching
from services.search.histograms import Histogram, HistogramField, bounds_of, histogram
from services.search.index.version_index import VersionIndex
from tests.services.search.versions import PlainFile, PlainVersion

UID = 7
VALUES = {
    HistogramField.SIZE: lambda file: file.size_bytes,
    HistogramField.MODIFY_TIME: lambda file: file.modified_us / 1e6,
    HistogramField.TAG_TIME: lambda file: None if file.tagged_us is None else file.tagged_us / 1e6,
}


def counted(found: Histogram, values: list[float]) -> list[int]:
    bounds = found.bounds.tolist()
    last = len(bounds) - 2
    return [
        sum(start <= value < end or (number == last and value == end) for value in values)
        for number, (start, end) in enumerate(pairwise(bounds))
    ]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("field", list(VALUES))
@pytest.mark.parametrize("max_ranges", [2, 20, 1000])
def test_files_are_counted_by_ranges(seed: int, field: HistogramField, max_ranges: int) -> None:
    version, index = PlainVersion(seed), VersionIndex(UID)
    version.grow(300)
    version.edit(200)
    for page in version.changes(rows_a_page=100):
        index.apply(page)
    files: list[PlainFile] = [file for file in version.files.values() if file.active and "bird" not in file.holding]
    found = histogram(index, matching(Not(TagIs(TagKind.ALL, "bird")), Scope(index)), field, max_ranges)
    values = [value for value in map(VALUES[field], files) if value is not None]
    assert found.absent == len(files) - len(values)
    assert found.counts.tolist() == counted(found, values)
    assert sum(found.counts) == len(values)
    assert 1 <= len(found.counts) <= max_ranges


def test_no_file_has_no_ranges() -> None:
    found = histogram(VersionIndex(UID), VersionIndex(UID).active, HistogramField.SIZE, 20)
    assert (found.bounds.tolist(), found.counts.tolist(), found.absent) == ([], [], 0)


@pytest.mark.parametrize(
    ("field", "lowest", "highest"),
    [
        (HistogramField.SIZE, 0, 0),
        (HistogramField.SIZE, 5, 5),
        (HistogramField.SIZE, 0, 2**63 - 1),
        (HistogramField.SIZE, 1_000, 2_000),
        (HistogramField.WIDTH, 7, 7),
        (HistogramField.WIDTH, 1, 65_535),
        (HistogramField.MODIFY_TIME, -(10**15), 10**16),
        (HistogramField.MODIFY_TIME, 1_700_000_000_000_000, 1_700_000_000_000_001),
    ],
)
@pytest.mark.parametrize("max_ranges", [2, 3, 20, 1000])
def test_bounds_ascend_around_all_values(field: HistogramField, lowest: int, highest: int, max_ranges: int) -> None:
    bounds = bounds_of(field, lowest, highest, max_ranges)
    assert bounds[0] <= lowest
    assert bounds[-1] >= highest
    assert (np.diff(bounds) > 0).all()
    assert len(bounds) - 1 <= max_ranges


def test_sizes_double_and_times_follow_the_calendar() -> None:
    assert bounds_of(HistogramField.SIZE, 900, 9_000_000, 20)[:4].tolist() == [512, 1024, 2048, 4096]
    start, end = (int(datetime(year, 3, 5, tzinfo=UTC).timestamp() * 1e6) for year in (2024, 2025))
    months = [
        datetime.fromtimestamp(bound / 1e6, UTC) for bound in bounds_of(HistogramField.MODIFY_TIME, start, end, 20)
    ]
    assert [(month.year, month.month, month.day) for month in months[:2]] == [(2024, 3, 1), (2024, 4, 1)]
