"""Where something stands in a query, and how a person is shown it."""

import unicodedata
from dataclasses import dataclass, field

_COLUMNS_BEFORE, _COLUMNS_BEHIND = 48, 40
_SHOWN_CHARACTERS = 60


@dataclass(frozen=True)
class Place:
    """The characters from `start` and before `end` of a query; an empty stretch is a point between two."""

    text: str = field(repr=False)
    start: int
    end: int

    @property
    def column(self) -> int:
        """The first character, counted from 1."""
        return self.start + 1

    @property
    def written(self) -> str:
        """What stands there."""
        return self.text[self.start : self.end]

    @property
    def found(self) -> str:
        """What stands there, for a message."""
        if self.start == self.end:
            return "the end of the query"
        return f"`{self.shown}`" if self.shown.strip() else f"the character U+{ord(self.written[0]):04X}"

    @property
    def shown(self) -> str:
        """What stands there, cut where it is long, without what a terminal does not show."""
        written = self.written
        return legible(written if len(written) <= _SHOWN_CHARACTERS else written[: _SHOWN_CHARACTERS - 3] + "...")

    def drawn(self) -> str:
        """The line of the query around the place, and below it a caret exactly under its first character."""
        line_start = self.text.rfind("\n", 0, self.start) + 1
        line_end = self.text.find("\n", self.start)
        before = _fitting(self.text[line_start : self.start][::-1], _COLUMNS_BEFORE)[::-1]
        behind = _fitting(self.text[self.start : None if line_end < 0 else line_end], _COLUMNS_BEHIND)
        left = legible(before) if len(before) == self.start - line_start else "..." + legible(before)
        is_cut = self.start + len(behind) < (len(self.text) if line_end < 0 else line_end)
        return f"{left}{legible(behind)}{'...' if is_cut else ''}\n{' ' * _columns(left)}^"


def legible(text: str) -> str:
    """The text in one line, without what moves a terminal's cursor or turns its direction: a space for each such
    character.
    """
    return "".join(" " if unicodedata.category(char) in _UNSEEN else char for char in text)


_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def _fitting(text: str, columns: int) -> str:
    """As much of the beginning as a terminal shows in so many columns."""
    for index, char in enumerate(text):
        columns -= _columns(char)
        if columns < 0:
            return text[:index]
    return text


def _columns(text: str) -> int:
    """How many columns a terminal needs: two for wide East Asian characters, none for marks on another one."""
    return sum(
        0 if unicodedata.category(char) in ("Mn", "Me") else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )
