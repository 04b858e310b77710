"""The tags of the made-up dataset: 2,600 names, and which files carry which of them.

A file has 20 tags on average: seven of 14 common ones, each drawn for itself and on 20% to 80% of the files; one of 18
scenes, which tells the group of the file's cluster and is on some 5%; and one of each of 12 themes of 214 tags, drawn
by Zipf's law, in half of the cases among four favourites of the file's cluster. So tags are on 80% to 0.03% of the
files.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

Tags = NDArray[np.int32]
"""A row a file, a tag number or ABSENT a column; a tag stands in the column `column_of` alone."""

ABSENT: Final = -1
COMMON_SHARES: Final = (0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5, 0.5, 0.45, 0.4, 0.35, 0.3, 0.25, 0.2)
SCENES: Final = 18
THEMES: Final = 12
THEME_TAGS: Final = 214
TAGS: Final = len(COMMON_SHARES) + SCENES + THEMES * THEME_TAGS
ROW_TAGS: Final = len(COMMON_SHARES) + 1 + THEMES
_FIRST_SCENE: Final = len(COMMON_SHARES)
_FIRST_OF_THEMES: Final = _FIRST_SCENE + SCENES
_ZIPF_EXPONENT: Final = 1.3
_FAVOURITES: Final = (0.5, 0.25, 0.15, 0.1)

_THEMES = (
    "vehicle", "person", "animal", "building", "sign", "marking",
    "light", "plant", "weather", "surface", "object", "event",
)  # fmt: skip


def column_of(tag: int) -> int:
    """Where a tag stands in the rows of the files that have it."""
    if tag < _FIRST_SCENE:
        return tag
    return _FIRST_SCENE if tag < _FIRST_OF_THEMES else _FIRST_SCENE + 1 + (tag - _FIRST_OF_THEMES) // THEME_TAGS


@dataclass(frozen=True)
class Vocabulary:
    """Draws tags by the cluster that a file's vector lies in; `groups[cluster]` is a scene, 0 to SCENES - 1."""

    groups: NDArray[np.int32]
    seed: int

    @cached_property
    def names(self) -> list[str]:
        """By tag number, without a character that SQL or CSV would have to quote."""
        common = [f"common-{number:02}" for number in range(len(COMMON_SHARES))]
        scenes = [f"scene-{number:02}" for number in range(SCENES)]
        themes = [f"{theme}-{number:03}" for theme in _THEMES for number in range(THEME_TAGS)]
        return common + scenes + themes

    def scene_tag(self, group: int) -> int:
        """The tag of all files whose cluster is of that group."""
        return _FIRST_SCENE + group

    def draw(self, clusters: NDArray[np.int32], random: np.random.Generator) -> Tags:
        """Tags of files that lie in these clusters."""
        tags = np.full((len(clusters), ROW_TAGS), ABSENT, np.int32)
        is_common = random.random((len(clusters), len(COMMON_SHARES)), np.float32) < np.array(COMMON_SHARES, np.float32)
        tags[:, : len(COMMON_SHARES)] = np.where(is_common, np.arange(len(COMMON_SHARES)), ABSENT)
        tags[:, _FIRST_SCENE] = _FIRST_SCENE + self.groups[clusters]
        for theme in range(THEMES):
            drawn = _ranks(random, len(clusters))
            favourite = random.choice(len(_FAVOURITES), len(clusters), p=_FAVOURITES)
            is_favourite = random.random(len(clusters), np.float32) < 0.5
            drawn[is_favourite] = self._favourites[clusters, theme, favourite][is_favourite]
            tags[:, _FIRST_SCENE + 1 + theme] = _FIRST_OF_THEMES + theme * THEME_TAGS + drawn
        return tags

    @cached_property
    def _favourites(self) -> NDArray[np.int32]:
        # Drawn by the same law as all others, so that favouring them changes no tag's share.
        random = np.random.default_rng([self.seed, 1])
        shape = (len(self.groups), THEMES, len(_FAVOURITES))
        return _ranks(random, int(np.prod(shape))).reshape(shape)


def _ranks(random: np.random.Generator, count: int) -> NDArray[np.int32]:
    weights = np.arange(1, THEME_TAGS + 1) ** -_ZIPF_EXPONENT
    return np.searchsorted(np.cumsum(weights / weights.sum())[:-1], random.random(count)).astype(np.int32)
