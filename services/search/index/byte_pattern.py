"""What to look for in texts that are kept byte by byte."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np
from numpy.typing import NDArray

from services.search.index.letter_cases import usual_cases


@dataclass(frozen=True)
class ByteSet:
    """The bytes that may stand in a place; 0 stands before and behind each text."""

    members: tuple[int, ...]

    @cached_property
    def table(self) -> NDArray[np.bool_]:
        """Whether each of the 256 bytes is a member."""
        table = np.zeros(256, np.bool_)
        table[list(self.members)] = True
        return table


@dataclass(frozen=True)
class BytePattern:
    """Bytes one after the other. If it is not exact, some of what it fits is not what was looked for."""

    sets: tuple[ByteSet, ...]
    is_exact: bool = True

    def __add__(self, other: "BytePattern") -> "BytePattern":
        return BytePattern(self.sets + other.sets, self.is_exact and other.is_exact)


END = BytePattern((ByteSet((0,)),))

_ASCII_BETWEEN_WORDS = tuple(byte for byte in range(1, 128) if not chr(byte).isalnum())
# One byte between two words. Of a character beyond ASCII its bytes do not tell whether it is a letter.
BETWEEN_WORDS = BytePattern((ByteSet(_ASCII_BETWEEN_WORDS),))
BESIDE_WORD = BytePattern((ByteSet((0, *_ASCII_BETWEEN_WORDS)),))
PERHAPS_BESIDE_WORD = BytePattern((ByteSet((0, *_ASCII_BETWEEN_WORDS, *range(128, 256))),))


def exactly(text: str) -> BytePattern:
    """The text as it is."""
    return BytePattern(tuple(ByteSet((byte,)) for byte in text.encode()))


def in_any_case(text: str) -> BytePattern:
    """The text in any case, as far as its letters have their usual length (see `usual_cases`)."""
    characters = [[case.encode() for case in usual_cases(character)] for character in text]
    sets = [[_set_of(case[place] for case in cases) for place in range(len(cases[0]))] for cases in characters]
    is_exact = all(
        prod(len(byte_set.members) for byte_set in character) == len(set(cases))
        for character, cases in zip(sets, characters, strict=True)
    )
    return BytePattern(tuple(byte_set for character in sets for byte_set in character), is_exact)


def _set_of(members: Iterable[int]) -> ByteSet:
    return ByteSet(tuple(sorted(set(members))))
