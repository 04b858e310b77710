"""What can be kept on disk: state as named arrays."""

from collections.abc import Mapping
from typing import Any, Protocol

from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]


class Stored(Protocol):
    """A part of what search holds that is kept as it is and taken up again."""

    def dump(self) -> dict[str, NDArray[Any]]:
        """The state. The arrays may be the live ones: they are read before the next write. Texts are UTF-8 bytes beside
        offsets, bitmaps their portable serialization as bytes. Called beside queries that run in another thread, never
        beside a write.
        """

    def load(self, arrays: Arrays) -> None:
        """Take the state that `dump` gave. The arrays are writable, belong to the receiver and may be memory-mapped."""


def under(name: str, arrays: Arrays) -> dict[str, NDArray[Any]]:
    """The arrays of a part, as a whole of several names them: `name/key`."""
    return {f"{name}/{key}": array for key, array in arrays.items()}


def part(name: str, arrays: Arrays) -> dict[str, NDArray[Any]]:
    """The arrays that `under` named so."""
    return {key.removeprefix(f"{name}/"): array for key, array in arrays.items() if key.startswith(f"{name}/")}
