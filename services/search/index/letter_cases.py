"""Letters that are one and the same in any case, by Unicode's simple case folding, as RE2 and Python's `re` see it."""

from collections import defaultdict
from functools import cache

# Beyond it nothing has a case; private use begins.
_END = 0x20000


def folded(character: str) -> str:
    """What all cases of a character have in common."""
    for fold in (character.casefold(), character.lower()):
        # Full folding makes two letters of some; those that do so in lower case too are folded to themselves.
        if len(fold) == 1:
            return fold
    return character


@cache
def cases() -> dict[str, tuple[str, ...]]:
    """For each character with another case all of its cases, itself among them."""
    by_fold: dict[str, list[str]] = defaultdict(list)
    for character in map(chr, range(_END)):
        by_fold[folded(character)].append(character)
    return {character: tuple(same) for same in by_fold.values() if len(same) > 1 for character in same}


def usual_cases(character: str) -> tuple[str, ...]:
    """Those cases of a character whose UTF-8 is as short as any."""
    same = cases().get(character, (character,)) if not character.isascii() else _of_ascii(character)
    least = min(len(case.encode()) for case in same)
    return tuple(case for case in same if len(case.encode()) == least)


@cache
def unusual_characters() -> str:
    """The other ones: the Kelvin sign is a k in three bytes, the long s an s in two."""
    return "".join(character for character in cases() if character not in usual_cases(character))


def _of_ascii(character: str) -> tuple[str, ...]:
    return (character.lower(), character.upper()) if character.isalpha() else (character,)
