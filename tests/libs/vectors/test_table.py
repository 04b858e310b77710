"""Table names and documents' keys."""

import pytest

from libs.rpc.errors import FieldInvalid
from libs.vectors.table import IndexTable, document_id
from tests.libs.vectors.samples import documents, random_vectors


@pytest.mark.parametrize("name", ["", "1st", "Upper", "a-b", "a b", 'a"; DROP TABLE x; --', "ä", "a" * 64, "a\n"])
def test_a_name_that_is_no_table_name_everywhere_is_refused(name: str) -> None:
    with pytest.raises(FieldInvalid, match="lower-case"):
        IndexTable(name, 8)


def test_different_files_never_share_a_key() -> None:
    keys = {document_id(index_set, file_id) for index_set in ("1", "11", "") for file_id in ("1", "1/1", "/1", "")}
    assert len(keys) == 12
    with pytest.raises(ValueError, match="'/'"):
        document_id("1/1", "1")


def test_a_file_keeps_its_key_for_ever() -> None:
    assert document_id("7", "AAEC") == "7/AAEC"


def test_the_same_id_twice_in_a_batch_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        documents(random_vectors(2), file_ids=["a", "a"])
