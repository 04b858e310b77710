"""Whatever JSON is sent, it is read or the field at fault is named."""

import base64
import contextlib
from typing import Any, cast

import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message_factory import GetMessageClass
from hypothesis import given, settings
from hypothesis import strategies as st

from bowerbird.catalog.v1.file_pb2 import File
from bowerbird.search.v1.search_service_pb2 import SearchRequest
from libs.rpc.errors import FieldInvalid
from services.console.rest.contract import contract_services
from services.console.rest.decoder import FieldUnknown, decode
from services.console.rest.routes import routes_of

REQUESTS = [route.request for route in routes_of(contract_services())]
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5))


@st.composite
def almost_right(draw: st.DrawFn, message: Descriptor, depth: int = 3) -> Any:
    """JSON with the names of the message's fields, and often something else than what belongs there."""
    if depth == 0 or not draw(st.integers(0, 4)):
        return draw(st.one_of(LEAVES, st.lists(LEAVES, max_size=2), st.dictionaries(st.text(max_size=3), LEAVES)))
    chosen = draw(st.lists(st.sampled_from(list(message.fields)), max_size=3)) if message.fields else []
    return {field.json_name: draw(_content(field, depth)) for field in chosen}


def _content(field: FieldDescriptor, depth: int) -> st.SearchStrategy[Any]:
    inner = LEAVES if field.message_type is None else almost_right(field.message_type, depth - 1)
    return st.one_of(inner, st.lists(inner, max_size=2))


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_json_is_a_fault_of_the_suite(data: st.DataObject) -> None:
    message = data.draw(st.sampled_from(REQUESTS))
    with contextlib.suppress(FieldInvalid):
        decode(data.draw(almost_right(message)), GetMessageClass(message)())


@pytest.mark.parametrize("spelling", ["page_size", "pageSize"])
@pytest.mark.parametrize("value", [7, "7", 7.0])
def test_numbers_are_read_in_all_forms_of_the_standard(spelling: str, value: Any) -> None:
    request = SearchRequest()
    decode({spelling: value}, request)
    assert request.page_size == 7


def test_bytes_are_read_in_both_alphabets_of_base64() -> None:
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        request = SearchRequest()
        decode({"query": {"image": encode(b"\xfb\xff\xfe").decode()}}, request)
        assert request.query.image == b"\xfb\xff\xfe"


def test_null_is_no_value() -> None:
    request = SearchRequest()
    decode({"query": None, "pageSize": None}, request)
    assert request == SearchRequest()


def test_an_unknown_field_is_told_those_that_there_are() -> None:
    with pytest.raises(FieldUnknown) as refused:
        decode({"query": {"tags": {"anyof": []}}}, SearchRequest())
    assert refused.value.details["field"] == "query.tags.anyof"
    assert "anyOf" in refused.value.details["expected"]


def test_free_values_of_a_file_are_read() -> None:
    file = File()
    decode({"attributes": {"iso": 100, "gps": {"city": "Genève"}, "tags": [True, None]}}, file)
    assert cast("Any", file.attributes)["gps"]["city"] == "Genève"


def test_depth_has_an_end() -> None:
    deep: Any = {}
    for _ in range(300):
        deep = {"a": deep}
    with pytest.raises(FieldInvalid):
        decode({"attributes": deep}, File())
