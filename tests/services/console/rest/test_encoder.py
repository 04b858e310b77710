"""JSON of every message of the contract, against google.protobuf.json_format."""

from typing import Any

import orjson
import pytest
from google.protobuf import struct_pb2, wrappers_pb2
from google.protobuf.descriptor import Descriptor
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FieldOptions
from google.protobuf.duration_pb2 import Duration
from google.protobuf.json_format import MessageToDict, MessageToJson
from google.protobuf.message import Message
from hypothesis import given, settings
from hypothesis import strategies as st

from services.console.rest.decoder import decode
from services.console.rest.encoder import encoder
from tests.services.console.rest.messages import contract_messages, messages

MESSAGES = contract_messages()


def test_the_messages_drawn_are_those_of_all_services() -> None:
    names = {message.full_name for message in MESSAGES}
    assert {"bowerbird.search.v1.Hit", "bowerbird.catalog.v1.File", "bowerbird.catalog.v1.Dataset"} <= names


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.full_name)
@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_json_is_that_of_the_standard(message: Descriptor, data: st.DataObject) -> None:
    drawn = data.draw(messages(message))
    assert encoder(message)(drawn) == MessageToDict(drawn)
    assert list(encoder(message)(drawn)) == list(MessageToDict(drawn))


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_what_was_encoded_is_decoded_to_the_same(data: st.DataObject) -> None:
    message = data.draw(st.sampled_from(MESSAGES))
    drawn = data.draw(messages(message))
    text = orjson.dumps(encoder(message)(drawn))
    again: Message = type(drawn)()
    decode(orjson.loads(text), again)
    # Compared as text: a number that is none equals nothing, not even itself.
    assert MessageToJson(again) == MessageToJson(drawn)


@pytest.mark.parametrize(
    "message",
    [
        Duration(seconds=3, nanos=5_000_000),
        wrappers_pb2.FloatValue(value=0.1),
        struct_pb2.ListValue(values=[struct_pb2.Value(number_value=1.5)]),
        struct_pb2.Value(struct_value=struct_pb2.Struct()),
        FieldDescriptorProto(
            name="a", number=1, type=FieldDescriptorProto.TYPE_BOOL, options=FieldOptions(packed=True)
        ),
    ],
    ids=lambda message: type(message).__name__,
)
def test_other_types_of_google_are_encoded_too(message: Any) -> None:
    assert encoder(message.DESCRIPTOR)(message) == MessageToDict(message)


def test_a_number_that_json_lacks_is_refused_within_free_values() -> None:
    value = struct_pb2.Value(number_value=float("nan"))
    with pytest.raises(ValueError, match="not finite"):
        encoder(value.DESCRIPTOR)(value)
