"""Names, file ids and page tokens go there and back, and refuse what they did not make."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowerbird.catalog.v1.job_service_pb2 import ListJobsRequest
from libs.rpc.errors import NameInvalid
from libs.rpc.names import FILE, VERSION, file_id, parse_file_id
from libs.rpc.paging import PageTokenInvalid, PageTokens


def test_a_name_gives_its_ids() -> None:
    name = "workspaces/w/datasets/d/versions/v1"
    assert VERSION.parse(name) == {"workspace": "w", "dataset": "d", "version": "v1"}
    assert VERSION.format(workspace="w", dataset="d", version="v1") == name


@pytest.mark.parametrize(
    "name", ["", "datasets/d", "workspaces/w/datasets/d/versions/", "workspaces/w/datasets/d/versions/v/x"]
)
def test_another_form_is_refused_with_the_form_that_is_wanted(name: str) -> None:
    with pytest.raises(NameInvalid, match=r"workspaces/\{workspace\}/datasets"):
        VERSION.parse(name)


@given(version=st.integers(0, 2**63 - 1), ordinal=st.integers(0, 2**32 - 1))
def test_a_file_id_holds_version_and_ordinal_and_fits_in_a_name(version: int, ordinal: int) -> None:
    text = file_id(version, ordinal)
    assert parse_file_id(text) == (version, ordinal)
    assert FILE.parse(FILE.format(workspace="w", dataset="d", version="v1", file=text))["file"] == text


@pytest.mark.parametrize("text", ["", "abc", "!" * 16, "A" * 17])
def test_a_made_up_file_id_is_refused(text: str) -> None:
    with pytest.raises(NameInvalid):
        parse_file_id(text)


def test_a_page_token_goes_on_with_the_request_that_got_it_at_any_page_size() -> None:
    tokens = PageTokens(b"key")
    request = ListJobsRequest(parent="workspaces/w", page_size=10)
    request.page_token = tokens.encode(request, [7, "x"])
    request.page_size = 20
    assert tokens.decode(request) == [7, "x"]


@pytest.mark.parametrize("change", [{"parent": "workspaces/other"}, {"page_token": "AAAA"}, {"page_token": "é"}])
def test_a_page_token_of_another_request_is_refused(change: dict[str, str]) -> None:
    tokens = PageTokens(b"key")
    request = ListJobsRequest(parent="workspaces/w")
    request.page_token = tokens.encode(request, [7])
    request.MergeFrom(ListJobsRequest(**change))  # type: ignore[arg-type]
    with pytest.raises(PageTokenInvalid):
        tokens.decode(request)
