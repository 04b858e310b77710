"""What the tags of all files are, by brute force: it shares nothing with what catalog and search do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bowerbird.catalog.v1.tag_edit_pb2 import TagChanges

Mask = NDArray[np.bool_]
"""Whether it is so of each file, by ordinal."""

AI: Final = "ai"
USER: Final = "user"
REJECTED: Final = "rejected"


@dataclass(frozen=True)
class _Change:
    """Of one tag of one kind, by the edit with this number."""

    edit: int
    kind: str
    tag: str
    files: Mask
    comes: bool


@dataclass
class Oracle:
    """The tags of all files; `first` is what each kind was before any edit, by tag. A tag that is missing no file has.

    A tag of a file is as the last change that stands left it.
    """

    files: int
    first: Mapping[str, Mapping[str, Mask]]
    _changes: list[_Change] = field(default_factory=list)
    _edits: int = 0

    def having(self, kind: str, tag: str) -> Mask:
        """The files that have the tag of this kind; of the kind `all`: for which it holds."""
        if kind == "all":
            return (self.having(AI, tag) | self.having(USER, tag)) & ~self.having(REJECTED, tag)
        found = self.first[kind].get(tag, np.zeros(self.files, np.bool_)).copy()
        for change in self._changes:
            if (change.kind, change.tag) == (kind, tag):
                found[change.files] = change.comes
        return found

    def edit(self, files: Mask, changes: TagChanges) -> tuple[int, int]:
        """The number of the edit, and of the files that it changes."""
        new = list(self._changes_of(files, changes))
        self._changes += [change for change in new if change.files.any()]
        self._edits += 1
        return self._edits - 1, int(np.count_nonzero(_any(self.files, (change.files for change in new))))

    def undo(self, edit: int) -> int:
        """The number of files that are other then."""
        touched = {(change.kind, change.tag) for change in self._changes if change.edit == edit}
        before = {place: self.having(*place) for place in touched}
        self._changes = [change for change in self._changes if change.edit != edit]
        return int(np.count_nonzero(_any(self.files, (before[place] != self.having(*place) for place in touched))))

    def _changes_of(self, files: Mask, changes: TagChanges) -> Iterable[_Change]:
        for tag in changes.add:
            yield _Change(self._edits, USER, tag, files & ~self.having(USER, tag), comes=True)
        for tag in changes.remove:
            yield _Change(self._edits, USER, tag, files & self.having(USER, tag), comes=False)
        for tag in changes.reject:
            wrong = files & self.having(AI, tag) & ~self.having(REJECTED, tag)
            yield _Change(self._edits, REJECTED, tag, wrong, comes=True)
        for tag in {*changes.restore, *changes.add}:
            yield _Change(self._edits, REJECTED, tag, files & self.having(REJECTED, tag), comes=False)


def _any(files: int, masks: Iterable[Mask]) -> Mask:
    found = np.zeros(files, np.bool_)
    for mask in masks:
        found |= mask
    return found
