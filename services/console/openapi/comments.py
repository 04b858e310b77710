"""The comments of the contracts. Generated stubs lack them; the descriptor set beside the stubs has them."""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib.resources import files
from typing import Any

from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet

# Which parts of descriptor.proto's messages hold what has a comment of its own.
_PARTS = ("message_type", "enum_type", "service", "field", "oneof_decl", "nested_type", "value", "method")
_SNAKE_CASE = re.compile(r"\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b")
# Keys of an error's metadata travel as they stand in its comments.
_AS_WRITTEN = "bowerbird.type.v1.ErrorReason."


class Comments:
    """Comments by the full name of what they explain; a value of an enum is named below its enum."""

    def __init__(self, contracts: FileDescriptorSet) -> None:
        self._contracts = contracts

    @classmethod
    def of_contracts(cls) -> "Comments":
        """Those of all contracts of the suite."""
        return cls(FileDescriptorSet.FromString((files("bowerbird") / "contracts.binpb").read_bytes()))

    def __getitem__(self, full_name: str) -> str:
        """The comment, one line a paragraph; fields are called as JSON calls them. Empty if there is none."""
        text = self._texts.get(full_name, "")
        if full_name.startswith(_AS_WRITTEN):
            return text
        return _SNAKE_CASE.sub(lambda word: self._json_names.get(word[0], word[0]), text)

    @cached_property
    def _texts(self) -> Mapping[str, str]:
        return {name: text for file in self._contracts.file for name, text in _commented(file)}

    @cached_property
    def _json_names(self) -> Mapping[str, str]:
        return {
            field.name: field.json_name
            for file in self._contracts.file
            for message in _messages(file.message_type)
            for field in message.field
        }


def _commented(file: FileDescriptorProto) -> Iterator[tuple[str, str]]:
    names = dict(_named(file, file.package, ()))
    for location in file.source_code_info.location:
        name = names.get(tuple(location.path))
        if name is not None and location.leading_comments:
            paragraphs = location.leading_comments.strip().split("\n\n")
            yield name, "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _named(parent: Any, name: str, path: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], str]]:
    """Paths as descriptor.proto defines them: numbers of fields and indices, in turns."""
    yield path, name
    for part in _PARTS:
        field = parent.DESCRIPTOR.fields_by_name.get(part)
        for index, child in enumerate(getattr(parent, part) if field else ()):
            yield from _named(child, f"{name}.{child.name}", (*path, field.number, index))


def _messages(messages: Any) -> Iterator[Any]:
    for message in messages:
        yield message
        yield from _messages(message.nested_type)
