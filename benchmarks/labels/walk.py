"""A walk of bulk edits and their undoings; after each of them search and its facets must agree with the oracle."""

import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from pyroaring import BitMap

from benchmarks.labels.oracle import Mask, Oracle
from bowerbird.catalog.v1.tag_edit_pb2 import TagChanges, TagEdit
from bowerbird.client import Client
from bowerbird.search.v1.search_pb2 import Facet, Query, TagFilter

FIELDS: Final = {
    "all": Facet.FIELD_TAGS, "ai": Facet.FIELD_TAGS_AI, "user": Facet.FIELD_TAGS_USER,
    "rejected": Facet.FIELD_TAGS_REJECTED,
}  # fmt: skip
KINDS: Final = {"all": "Tags.all", "ai": "Tags.ai", "user": "Tags.user", "rejected": "Tags.user-delete-ai-tags"}
NEW: Final = "checked"
EVERYTHING: Final = Query(file_types=["image"])


class WrongAnswer(Exception):
    """Search or catalog do not say what the oracle says."""


@dataclass(frozen=True)
class Step:
    """What took how long: the edit or its undoing to the end, and from there to the first answer of search."""

    name: str
    files: int
    edit_s: float
    follow_s: float


@dataclass(frozen=True)
class Walk:
    """A dataset whose tags the oracle knows: those that are asked about, at least three that models gave."""

    client: Client
    dataset: str
    oracle: Oracle
    tags: Sequence[str]

    async def steps(self) -> AsyncIterator[Step]:
        """Raises WrongAnswer."""
        most, other, third = self.tags[:3]
        await self._check()
        everything = np.ones(self.oracle.files, np.bool_)
        wide = TagChanges(add=[NEW], reject=[most])
        first, step = await self._edit("label everything", EVERYTHING, everything, wide)
        yield step
        some = Query(tags=TagFilter(all_of=[NEW, other], none_of=[third]))
        is_some = self._holding(NEW) & self._holding(other) & ~self._holding(third)
        second, step = await self._edit(
            "label what matches", some, is_some, TagChanges(add=[most], remove=[NEW], reject=[other])
        )
        yield step
        # The second one changed again what the first had changed: that stands until it is undone too.
        yield await self._undo("undo the first", first)
        yield await self._undo("undo the second", second)

    def _holding(self, tag: str) -> Mask:
        return self.oracle.having("all", tag)

    async def _edit(
        self, name: str, query: Query, matching: Mask, changes: TagChanges
    ) -> tuple[tuple[int, TagEdit], Step]:
        begin = time.monotonic()
        edit = await self.client.tag_edits.edit(self.dataset, query, changes)
        edit = await self._ended(edit, edit.job)
        took = time.monotonic() - begin
        number, changed = self.oracle.edit(matching, changes)
        _expect(f"{name}: files", edit.file_count, int(np.count_nonzero(matching)))
        _expect(f"{name}: changed files", edit.changed_file_count, changed)
        _expect(f"{name}: state", edit.state, TagEdit.STATE_DONE)
        return (number, edit), Step(name, edit.file_count, took, await self._check())

    async def _undo(self, name: str, made: tuple[int, TagEdit]) -> Step:
        number, edit = made
        begin = time.monotonic()
        edit = await self.client.tag_edits.undo(edit.name)
        edit = await self._ended(edit, edit.undo_job)
        took = time.monotonic() - begin
        _expect(f"{name}: files", edit.reverted_file_count, self.oracle.undo(number))
        _expect(f"{name}: state", edit.state, TagEdit.STATE_UNDONE)
        return Step(name, edit.changed_file_count, took, await self._check())

    async def _ended(self, edit: TagEdit, job: str) -> TagEdit:
        if not job:
            return edit
        await self.client.jobs.wait(job)
        return await self.client.tag_edits.get(edit.name)

    async def _check(self) -> float:
        """The seconds of the first answer; then all that can be asked about the tags is."""
        begin = time.monotonic()
        await self.client.search.count(self.dataset, Query(tags=TagFilter(all_of=[NEW])))
        took = time.monotonic() - begin
        asked = [NEW, *self.tags]
        for kind, field_name in KINDS.items():
            counts = {tag: int(np.count_nonzero(self.oracle.having(kind, tag))) for tag in asked}
            for tag, count in counts.items():
                query = Query(expression=f'{field_name} = "{tag}"')
                _expect(f"{field_name} = {tag}", await self.client.search.count(self.dataset, query), count)
            answer = await self.client.search.facets(self.dataset, Query(), [FIELDS[kind]], max_values=10_000)
            shown = {one.value: one.count for one in answer.facets[0].counts if one.value in counts}
            _expect(f"facets of {field_name}", shown, {tag: count for tag, count in counts.items() if count})
        most, other, third = self.tags[:3]
        combined = Query(tags=TagFilter(any_of=[NEW, third], all_of=[other], none_of=[most]))
        expected = (self._holding(NEW) | self._holding(third)) & self._holding(other) & ~self._holding(most)
        selected = await self.client.search.select(self.dataset, combined)
        _expect("files that match", BitMap.deserialize(selected.selection.ordinals), BitMap(np.flatnonzero(expected)))
        narrowed = await self.client.search.facets(self.dataset, combined, [FIELDS["all"]], max_values=10_000)
        shown = {one.value: one.count for one in narrowed.facets[0].counts if one.value in asked}
        counts = {tag: int(np.count_nonzero(self._holding(tag) & expected)) for tag in asked}
        _expect("facets of those that match", shown, {tag: count for tag, count in counts.items() if count})
        return took


def _expect(what: str, found: object, expected: object) -> None:
    if found != expected:
        raise WrongAnswer(f"{what}: {found!s:.200} instead of {expected!s:.200}")
