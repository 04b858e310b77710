"""Random edits, undoings and tagging jobs against plain Python, which keeps a log of changes and nothing else."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from bowerbird.catalog.v1.job_pb2 import JobMode
from bowerbird.catalog.v1.tag_edit_pb2 import TagEdit
from tests.services.catalog.jobs_scene import Scene, scene, tagged
from tests.services.catalog.tag_edits.scene import Labels
from tests.suite import Catalog

FILES = 6
TAGS = ("bird", "tree", "sky", "café")


@dataclass(frozen=True)
class Edit:
    """Changes of chosen files."""

    files: frozenset[int]
    changes: Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Undoing:
    """Of one of the edits so far, if there is one that stands."""

    choice: int


@dataclass(frozen=True)
class TaggingJob:
    """What models say of the files."""

    tags: Sequence[frozenset[str]]


@dataclass(frozen=True)
class Deletion:
    """A file that a scan no longer finds."""

    file: int


@dataclass
class Oracle:
    """A tag in a place (`user` or `rejected`) is there if the last change of it that stands says so."""

    ai: list[frozenset[str]] = field(default_factory=lambda: [frozenset()] * FILES)
    deleted: set[int] = field(default_factory=set)
    # Number of the edit, file, place, tag, whether it came.
    log: list[tuple[int, int, str, str, bool]] = field(default_factory=list)
    undone: set[int] = field(default_factory=set)

    def at(self, place: str, file: int) -> set[str]:
        return {tag for tag in TAGS if self._is_there(place, file, tag)}

    def tag(self, tags: Sequence[frozenset[str]]) -> None:
        """By models; deleted files are not shown to them."""
        self.ai = [self.ai[file] if file in self.deleted else tags[file] for file in range(FILES)]

    def edit(self, number: int, edit: Edit) -> int:
        """The number of files that it changes."""
        new = [change for file in edit.files - self.deleted for change in self._changes(number, file, edit.changes)]
        self.log += new
        return len({file for _, file, *_ in new})

    def undo(self, number: int) -> int:
        """The number of files that are other then."""
        before = self.state()
        self.undone.add(number)
        return sum(old != now for old, now in zip(before, self.state(), strict=True))

    def state(self) -> list[tuple[set[str], set[str], set[str]]]:
        return [(set(self.ai[file]), self.at("user", file), self.at("rejected", file)) for file in range(FILES)]

    def _is_there(self, place: str, file: int, tag: str) -> bool:
        said = [(number, comes) for number, *where, comes in self.log if where == [file, place, tag]]
        standing = [comes for number, comes in said if number not in self.undone]
        if standing:
            return standing[-1]
        return bool(said) and not said[0][1]

    def _changes(
        self, number: int, file: int, changes: Mapping[str, frozenset[str]]
    ) -> Iterator[tuple[int, int, str, str, bool]]:
        user, rejected = self.at("user", file), self.at("rejected", file)
        for tag in changes["add"] - user:
            yield number, file, "user", tag, True
        for tag in changes["remove"] & user:
            yield number, file, "user", tag, False
        for tag in changes["reject"] & self.ai[file] - rejected:
            yield number, file, "rejected", tag, True
        for tag in (changes["restore"] | changes["add"]) & rejected:
            yield number, file, "rejected", tag, False


def consistent(tags: Mapping[str, frozenset[str]]) -> bool:
    add, remove, reject, restore = (tags[kind] for kind in ("add", "remove", "reject", "restore"))
    return bool(add | remove | reject | restore) and not (add & remove or add & reject or reject & restore)


LISTS = ("add", "remove", "reject", "restore")
some_tags = some.frozensets(some.sampled_from(TAGS), max_size=2)
edits = some.builds(
    Edit,
    files=some.frozensets(some.integers(0, FILES - 1), min_size=1),
    changes=some.fixed_dictionaries(dict.fromkeys(("add", "remove", "reject", "restore"), some_tags)).filter(
        consistent
    ),
)
undoings = some.builds(Undoing, some.integers(0, 99))
tagging_jobs = some.builds(TaggingJob, some.lists(some_tags, min_size=FILES, max_size=FILES))
deletions = some.builds(Deletion, some.integers(0, FILES - 1))
any_step = some.one_of(edits, edits, edits, undoings, undoings, tagging_jobs, deletions)


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=some.lists(any_step, min_size=4, max_size=16), order=some.randoms(use_true_random=False))
async def test_tags_are_what_a_log_of_the_changes_says(catalog: Catalog, steps: list[object], order: object) -> None:
    async with scene(catalog, files=FILES) as made:
        labels, oracle = Labels(made), Oracle()
        made_edits: list[TagEdit] = []
        for step in steps:
            match step:
                case Edit(files, changes):
                    edit = await labels.edit(files, **changes)  # type: ignore[arg-type]
                    assert edit.changed_file_count == oracle.edit(len(made_edits), step)
                    made_edits.append(edit)
                case Undoing(choice) if standing := [
                    number for number in range(len(made_edits)) if number not in oracle.undone
                ]:
                    await undo(labels, oracle, made_edits, standing[choice % len(standing)])
                case TaggingJob(tags):
                    await tag(made, tags)
                    oracle.tag(tags)
                case Deletion(file):
                    await labels.delete(file)
                    oracle.deleted.add(file)
            assert await state(labels) == oracle.state()
        # However the rest is undone, in the end it is as if nobody had ever edited.
        left = [number for number in range(len(made_edits)) if number not in oracle.undone]
        order.shuffle(left)  # type: ignore[attr-defined]
        for number in left:
            await undo(labels, oracle, made_edits, number)
        assert await state(labels) == [(set(tags), set(), set()) for tags in oracle.ai]


async def undo(labels: Labels, oracle: Oracle, made: Sequence[TagEdit], number: int) -> None:
    undone = await labels.undo(made[number])
    assert undone.state == TagEdit.STATE_UNDONE
    assert undone.reverted_file_count == oracle.undo(number)
    assert await state(labels) == oracle.state()


async def tag(made: Scene, tags: Sequence[frozenset[str]]) -> None:
    """A job that says this of the files that are there."""
    await made.tag(mode=JobMode.JOB_MODE_FULL)
    for lease in await made.lease():
        await made.commit(lease, [tagged(file, *tags[file.ordinal]) for file in lease.files])


async def state(labels: Labels) -> list[tuple[set[str], set[str], set[str]]]:
    tags = await labels.tags()
    return [tags.get(file, (set(), set(), set())) for file in range(FILES)]
