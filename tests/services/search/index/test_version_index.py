"""An index that was kept goes on as if it had never left."""

import pyarrow as pa
import pytest

from services.search.conditions import TagKind
from services.search.index.bitmaps import ordinals_of
from services.search.index.version_index import VersionIndex, folders_and_names
from tests.services.search.index.kept import mapped
from tests.services.search.versions import PlainVersion


def test_a_kept_index_shows_and_finds_the_same_and_can_be_written() -> None:
    version, index = PlainVersion(11), VersionIndex(7)
    for _ in range(6):
        version.grow(300)
        version.edit(200)
        for page in version.changes(rows_a_page=100):
            index.apply(page)
        kept = VersionIndex(7)
        kept.load(mapped(index.dump()))
        everything = ordinals_of(index.active | index.deleted)
        assert (kept.active, kept.deleted, kept.stale) == (index.active, index.deleted, index.stale)
        assert kept.records(everything) == index.records(everything)
        assert [record.path for record in kept.records(everything)] == [
            version.files[ordinal].path for ordinal in everything.tolist()
        ]
        for kind in TagKind:
            assert kept.tags.counts(kind, kept.active) == index.tags.counts(kind, index.active)
        index = kept


def test_an_empty_index_is_kept_too() -> None:
    index = VersionIndex(7)
    index.load(mapped(VersionIndex(7).dump()))
    version = PlainVersion(1)
    version.grow(10)
    for page in version.changes(rows_a_page=100):
        index.apply(page)
    assert [record.path for record in index.records(ordinals_of(index.active))] == [
        file.path for file in version.files.values()
    ]


@pytest.mark.parametrize(
    ("path", "folder", "name"),
    [
        ("a.jpg", "", "a.jpg"),
        ("/a.jpg", "/", "a.jpg"),
        ("x//a.jpg", "x//", "a.jpg"),
        ("雨/é b/a\nb.jpg", "雨/é b/", "a\nb.jpg"),
        ("x/", "x/", ""),
        ("", "", ""),
    ],
)
def test_a_path_is_its_folder_and_its_name(path: str, folder: str, name: str) -> None:
    paths = pa.array(["front/other.jpg", path, path, "other.jpg"]).slice(1, 2)
    folders, names = folders_and_names(paths)
    assert (folders.to_pylist(), names.to_pylist()) == ([folder] * 2, [name] * 2)
