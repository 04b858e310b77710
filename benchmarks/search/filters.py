"""Filters of a known share of the files: as a query, as what a file must be, and as SQL; and many of each kind."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Final

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from benchmarks.search.data import BEGIN, DAYS, SEED, Block, Data
from benchmarks.search.vocabulary import COMMON_SHARES, TAGS, column_of
from bowerbird.search.v1.search_pb2 import Query, TagFilter

SHAPES: Final = ("any", "all", "none", "nested", "name", "time")
SHARES: Final = (0.5, 0.05, 0.001)
_TOLERANCE: Final = 0.4  # of the share, either way
_SAMPLE_BLOCKS: Final = 5
_TRIES: Final = 5_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_BEGIN_US: Final = int(BEGIN.astype(np.int64))
_SPAN_US: Final = DAYS * 86_400 * 1_000_000


@dataclass(frozen=True)
class Filter:
    """Conditions that all hold. Tags by their numbers, times in microseconds since 1970, the second exclusive."""

    any_of: tuple[int, ...] = ()
    all_of: tuple[int, ...] = ()
    none_of: tuple[int, ...] = ()
    name_part: str = ""
    modified_us: tuple[int, int] | None = None

    def query(self, names: list[str]) -> Query:
        """As search takes it; `names` are those of the tags."""
        query = Query(file_name=self.name_part)
        for kind in ("any_of", "all_of", "none_of"):
            getattr(query.tags, kind).extend(names[tag] for tag in getattr(self, kind))
        if query.tags == TagFilter():
            query.ClearField("tags")
        if self.modified_us is not None:
            query.modified_after.FromMicroseconds(self.modified_us[0])
            query.modified_before.FromMicroseconds(self.modified_us[1])
        return query

    def mask(self, block: Block) -> NDArray[np.bool_]:
        """Which files of a block match."""
        mask = np.ones(block.count, np.bool_)
        if self.any_of:
            mask &= np.logical_or.reduce([_has(block, tag) for tag in self.any_of])
        for tag in self.all_of:
            mask &= _has(block, tag)
        for tag in self.none_of:
            mask &= ~_has(block, tag)
        if self.name_part:
            mask &= pc.match_substring(block.names, self.name_part).to_numpy(zero_copy_only=False)
        if self.modified_us is not None:
            mask &= (block.modified_us >= self.modified_us[0]) & (block.modified_us < self.modified_us[1])
        return mask

    def sql(self, names: list[str]) -> str:
        """As a condition on the columns `tags`, `name` and `modified` of the peer."""
        parts = []
        if self.any_of:
            parts.append(f"tags && {_array(self.any_of, names)}")
        if self.all_of:
            parts.append(f"tags @> {_array(self.all_of, names)}")
        if self.none_of:
            parts.append(f"NOT tags && {_array(self.none_of, names)}")
        if self.name_part:
            parts.append(f"name LIKE '%{self.name_part.replace('_', chr(92) + '_')}%'")
        if self.modified_us is not None:
            after, before = (_EPOCH + timedelta(microseconds=time) for time in self.modified_us)
            parts.append(f"modified >= '{after.isoformat()}' AND modified < '{before.isoformat()}'")
        return " AND ".join(parts) or "true"


@dataclass
class Filters:
    """Makes filters, each another one, the same at every run. Shares are of a sample of 100,000 files."""

    data: Data
    _sample: list[Block] = field(init=False)

    def __post_init__(self) -> None:
        blocks = list(self.data.blocks())
        self._sample = blocks[:: max(1, len(blocks) // _SAMPLE_BLOCKS)][:_SAMPLE_BLOCKS]
        self._random = random.Random(SEED)  # noqa: S311  (no secret)

    def of(self, shape: str, share: float, count: int) -> list[Filter]:
        """So many of a shape that match about such a share of the files."""
        make: Callable[[float], Filter] = getattr(self, f"_{shape}")
        found: dict[Filter, None] = {}
        for _ in range(_TRIES):
            made = make(share)
            # A period has its share by its length: drives of many photos make what a sample says of short ones rough.
            if made not in found and (shape == "time" or abs(self.share(made) / share - 1) <= _TOLERANCE):
                found[made] = None
                if len(found) == count:
                    return list(found)
        raise RuntimeError(f"of {count} filters {shape} of {share:.1%} only {len(found)} were found")

    def share(self, one: Filter) -> float:
        """The share of the files that match, in the sample."""
        return float(np.mean([one.mask(block).mean() for block in self._sample]))

    def unrelated(self, share: float, count: int) -> list[Filter]:
        """Filters that have nothing to do with where vectors lie: files that have all of some common tags."""
        found: dict[Filter, None] = {}
        for _ in range(_TRIES):
            most = int(np.log(share) / np.log(max(COMMON_SHARES))) + 1
            tags = sorted(self._random.sample(range(len(COMMON_SHARES)), self._random.randint(1, min(most, 12))))
            if abs(np.prod([COMMON_SHARES[tag] for tag in tags]) / share - 1) <= _TOLERANCE / 2:
                found[Filter(all_of=tuple(tags))] = None
            if len(found) == count:
                return list(found)
        raise RuntimeError(f"only {len(found)} filters of common tags on {share:.1%} of the files were found")

    def _any(self, share: float) -> Filter:
        tags, left = [], 1 - share
        for _ in range(self._random.randint(1, 3)):
            tags.append(self._tag_of(share * self._random.uniform(0.2, 0.5)))
            left /= 1 - self._shares[tags[-1]]
        return Filter(any_of=self._and_last(tags, 1 - left))

    def _all(self, share: float) -> Filter:
        tags, product = [], 1.0
        for _ in range(self._random.randint(0, 2)):
            tags.append(self._tag_of(self._random.uniform(0.4, 1) * 0.8))
            product *= self._shares[tags[-1]]
        return Filter(all_of=self._and_last(tags, share / product))

    def _none(self, share: float) -> Filter:
        tags: list[int] = []
        left = 1.0
        while left * 0.6 > share:
            tags.append(self._tag_of(self._random.uniform(0.1, 0.8)))
            left = float(np.prod([1 - self._shares[tag] for tag in set(tags)]))
        return Filter(none_of=self._and_last(tags, 1 - share / left))

    def _nested(self, share: float) -> Filter:
        every = self._tag_of(self._random.uniform(0.6, 0.8) if share > 0.1 else self._random.uniform(0.2, 0.8))
        none = self._tag_of(self._random.uniform(0.05, 0.2))
        left = share / self._shares[every] / (1 - self._shares[none])
        return replace(self._any(min(left, 0.9)), all_of=(every,), none_of=(none,))

    def _name(self, share: float) -> Filter:
        block = self._random.choice(self._sample)
        name = block.names[self._random.randrange(block.count)].as_py()
        # The longer, the rarer: `front_` is on half of the files, a month on 4%, a day or four digits on 0.1%.
        length = self._random.randint(2, 8) if share > 0.01 else self._random.randint(4, 7)
        start = self._random.randrange(len(name) - length)
        return Filter(name_part=name[start : start + length])

    def _time(self, share: float) -> Filter:
        length = round(_SPAN_US * share)
        after = _BEGIN_US + self._random.randrange(_SPAN_US - length + 1)
        return Filter(modified_us=(after, after + length))

    def _and_last(self, tags: list[int], share: float) -> tuple[int, ...]:
        return tuple(sorted({*tags, self._tag_of(share)}))

    def _tag_of(self, share: float) -> int:
        """A tag that is on about such a share of the files."""
        near = np.argsort(np.abs(np.log(self._shares / max(share, 1e-9))))[:8]
        return int(self._random.choice(near.tolist()))

    @cached_property
    def _shares(self) -> NDArray[np.float64]:
        tags = np.concatenate([block.tags.ravel() for block in self._sample])
        counts = np.bincount(tags[tags >= 0], minlength=TAGS)
        return np.maximum(counts, 0.1) / sum(block.count for block in self._sample)


def _has(block: Block, tag: int) -> NDArray[np.bool_]:
    has: NDArray[np.bool_] = block.tags[:, column_of(tag)] == tag
    return has


def _array(tags: tuple[int, ...], names: list[str]) -> str:
    return "'{" + ",".join(names[tag] for tag in tags) + "}'::text[]"
