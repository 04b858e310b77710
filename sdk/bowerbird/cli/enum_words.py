"""Values of the contract's enums as one writes them in a command: `partially_failed`."""

import typer
from google.protobuf.descriptor import EnumDescriptor

from bowerbird.cli.document import enum_name


def words_of(enum: EnumDescriptor) -> list[str]:
    """All but the unset one, in the order of the contract."""
    return [enum_name(enum, value.number).lower() for value in enum.values if value.number]


def number_of(enum: EnumDescriptor, word: str, option: str) -> int:
    """The number of a value, in either case and with `-` for `_`. Raises typer.BadParameter for what is none."""
    known = {enum_name(enum, value.number): value.number for value in enum.values if value.number}
    number = known.get(word.upper().replace("-", "_"))
    if number is None:
        raise typer.BadParameter(f"{word!r} is none of {', '.join(words_of(enum))}", param_hint=option)
    return number
