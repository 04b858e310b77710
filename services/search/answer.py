"""What a query matches, and how it is looked at."""

from dataclasses import dataclass, field, replace

from services.search.catalog import VersionInfo
from services.search.conditions import Condition
from services.search.index.presence import VectorPresence
from services.search.index.version_index import FileRecord
from services.search.loaded_version import LoadedVersion
from services.search.matches import Hits, Matches, Position
from services.search.notes import unknown_tags
from services.search.similarity.ranker import Ranked
from services.search.steps import Steps


@dataclass(frozen=True, eq=False)
class FoundFile:
    """A hit as it is shown."""

    file: FileRecord
    index_us: int | None
    score: float | None


@dataclass(frozen=True)
class Window:
    """Which hits to show: at most `size` behind a position, `skip` more passed over."""

    after: Position | None
    skip: int
    size: int


@dataclass(frozen=True, eq=False)
class Page:
    """The hits of a window with their files, and what there is to say about the query's words."""

    window: Window
    hits: Hits
    files: list[FoundFile]
    notes: list[str]


@dataclass(frozen=True, eq=False)
class Answer:
    """What a query matches in a version that is held while the answer is used.

    `index_revision` is that of the index set that was asked, 0 if none was. `first` is the page that was looked up
    together with the files, if one was.
    """

    info: VersionInfo
    version: LoadedVersion
    condition: Condition
    matches: Matches
    steps: Steps
    index_revision: int = 0
    presence: VectorPresence | None = None
    notes: list[str] = field(default_factory=list)
    ranked: Ranked | None = None
    first: Page | None = None

    def behind(self, steps: Steps) -> "Answer":
        """The answer, as found behind some steps."""
        return replace(self, steps=steps.followed_by(self.steps))

    async def page(self, window: Window) -> Page:
        """The hits of a window with their files."""
        if self.first is not None and self.first.window == window:
            return self.first
        return await self.version.run(self.page_of, window)

    async def show(self, hits: Hits) -> list[FoundFile]:
        """The files of some hits, in their order."""
        with self.steps.timed("look up the hits") as step:
            step.count = len(hits.ordinals)
            return await self.version.run(self._show, hits)

    def page_of(self, window: Window) -> Page:
        """The same, called where work on the index is done."""
        with self.steps.timed("look up the hits") as step:
            hits = self.matches.hits(window.after, window.skip, window.size)
            step.count = len(hits.ordinals)
            return Page(window, hits, self._show(hits), unknown_tags(self.condition, self.version.index.tags))

    def _show(self, hits: Hits) -> list[FoundFile]:
        files = self.version.index.records(hits.ordinals)
        times = [None] * len(files) if self.presence is None else self.presence.index_us(hits.ordinals)
        scores = [None] * len(files) if hits.scores is None else hits.scores.tolist()
        return [FoundFile(*found) for found in zip(files, times, scores, strict=True)]
