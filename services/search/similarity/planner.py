"""The most similar of some files: exactly by their ids, or by more and more neighbours, whichever reads less."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from libs.rpc.names import FILE_ID
from libs.vectors.batches import Neighbours, Vector
from libs.vectors.growing import growing
from libs.vectors.port import VectorDatabase
from libs.vectors.table import IndexTable
from services.search.index.bitmaps import Ordinals, bitmap_of, ordinals_of

# So many files are compared one by one whatever the alternative: it is exact, and pgvector takes some 10 us a file.
ALWAYS_EXACT = 5_000
IDS_A_BATCH = 10_000


class Plan(Enum):
    """How the most similar files were found."""

    EXACT = "exact in the database"
    GROWING = "growing"
    GROWING_THEN_EXACT = "growing, the rest exact in the database"


@dataclass(frozen=True, eq=False)
class Ranking:
    """Files by falling score, files of the same score by ordinal."""

    ordinals: Ordinals
    scores: NDArray[np.float64]
    exact: bool
    plan: Plan

    def __len__(self) -> int:
        return len(self.ordinals)

    def first(self, k: int) -> "Ranking":
        """The best k."""
        return replace(self, ordinals=self.ordinals[:k], scores=self.scores[:k])


NOTHING = Ranking(np.empty(0, np.uint32), np.empty(0), True, Plan.EXACT)


@dataclass(frozen=True)
class VectorTable:
    """The vectors of a version in one index set."""

    database: VectorDatabase
    table: IndexTable
    index_set_id: str
    version_uid: int
    size: int
    """How many files have a current vector."""


async def most_similar(vectors: VectorTable, among: BitMap, vector: Vector, k: int) -> Ranking:
    """The k files of `among` that are most like `vector`; fewer only where fewer of them have a vector.

    `exact` says that no better one was missed. Raises what VectorDatabase raises.
    """
    expected = round(k * vectors.size / max(len(among), 1) * 1.2) + 1
    if len(among) <= ALWAYS_EXACT or expected >= len(among):
        return (await _exactly(vectors, among, vector, k)).first(k)
    found = await _growing(vectors, among, vector, k, expected)
    if len(found) >= k:
        return found.first(k)
    rest = await _exactly(vectors, among - bitmap_of(found.ordinals), vector, k)
    return merged([found, rest], rest.exact, Plan.GROWING_THEN_EXACT).first(k)


async def _growing(vectors: VectorTable, among: BitMap, vector: Vector, k: int, first_k: int) -> Ranking:
    """Neighbours that are in `among`: k of them and all that tie with the last, or as many as came before it would
    have read fewer vectors to compare the files one by one.
    """
    found, asked = NOTHING, 0
    batches = growing(vectors.database, vectors.table, vectors.index_set_id, vector, first_k)
    async for batch in batches:
        asked += len(batch)
        found = merged([found, ranked(batch, Plan.GROWING, among)], found.exact and batch.exact, Plan.GROWING)
        if len(found) >= k and batch.scores[-1] < found.scores[k - 1]:
            break
        if len(found) < k and asked >= len(among):
            break
    return found


async def _exactly(vectors: VectorTable, among: BitMap, vector: Vector, k: int) -> Ranking:
    """The best k of `among` and all that tie with the last."""
    best = NOTHING
    ordinals = ordinals_of(among)
    for start in range(0, len(ordinals), IDS_A_BATCH):
        batch = await _best_of(vectors, ordinals[start : start + IDS_A_BATCH], vector, k)
        best = merged([best, ranked(batch, Plan.EXACT)], best.exact and batch.exact, Plan.EXACT).first(k)
    return best


async def _best_of(vectors: VectorTable, ordinals: Ordinals, vector: Vector, k: int) -> Neighbours:
    """The database breaks ties by id, search by ordinal: so all that tie with the last of the best k are asked for."""
    ids = file_ids(vectors.version_uid, ordinals)
    asked = k + 1
    while True:
        found = await vectors.database.nearest_among(vectors.table, vectors.index_set_id, ids, vector, asked)
        if len(found) < asked or found.scores[-1] < found.scores[k - 1]:
            return found
        asked *= 2


def ranked(neighbours: Neighbours, plan: Plan, among: BitMap | None = None) -> Ranking:
    """Neighbours as a ranking, of those alone that are in `among`."""
    ordinals = ordinals_from(neighbours.file_ids)
    ranking = Ranking(ordinals, neighbours.scores, neighbours.exact, plan)
    if among is None:
        return ranking
    inside = np.isin(ordinals, ordinals_of(bitmap_of(ordinals) & among))
    return replace(ranking, ordinals=ordinals[inside], scores=neighbours.scores[inside])


def merged(rankings: Sequence[Ranking], exact: bool, plan: Plan) -> Ranking:
    """All of them in order."""
    ordinals = np.concatenate([ranking.ordinals for ranking in rankings])
    scores = np.concatenate([ranking.scores for ranking in rankings])
    order = np.lexsort((ordinals, -scores))
    return Ranking(ordinals[order], scores[order], exact, plan)


_ID_BYTES = np.dtype([("version", ">u8"), ("ordinal", ">u4")])
_ID_CHARACTERS = 16


def file_ids(version_uid: int, ordinals: Ordinals) -> list[str]:
    """The ids of many files, as `libs.rpc.names.file_id` makes them: 12 bytes are 16 characters without a remainder."""
    packed = np.empty(len(ordinals), _ID_BYTES)
    packed["version"], packed["ordinal"] = version_uid, ordinals
    text = urlsafe_b64encode(packed.tobytes()).decode()
    return [text[start : start + _ID_CHARACTERS] for start in range(0, len(text), _ID_CHARACTERS)]


def ordinals_from(ids: Sequence[str]) -> Ordinals:
    """The ordinals in file ids that this suite gave out."""
    packed = urlsafe_b64decode("".join(ids))
    ordinals: Ordinals = np.frombuffer(packed, _ID_BYTES)["ordinal"].astype(np.uint32)
    return ordinals


assert _ID_BYTES.itemsize == FILE_ID.size  # noqa: S101 - the two forms are one
