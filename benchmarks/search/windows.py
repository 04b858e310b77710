"""Similar files past a vector database's window: the planner of search over a pgvector that says that it has one.

pgvector has none, so search as a process never comes to its end here.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from benchmarks.report import Figure, at_least
from benchmarks.search.questions import EXACT_RECALL, K, Question, recall
from benchmarks.search.scene import Scene
from benchmarks.search.vectors import TABLE, IndexSet, open_vectors
from services.search.similarity.planner import Plan, VectorTable, most_similar
from services.search.steps import Steps
from tests.services.search.windowed_database import WindowedDatabase

# Of 100,000 files 500 are what 10,000 are of two millions. Among those a filter of 10% has half of what is wanted.
WINDOW_SHARE: Final = 1 / 200
CASE: Final = "10%"


async def window_figure(
    scene: Scene, index_set: IndexSet, asked: Sequence[tuple[Question, NDArray[np.uint32], set[int]]]
) -> Figure:
    """The recall of the questions of a case: each with the files that its filter lets pass, and the right ones."""
    window = max(K, round(index_set.files * WINDOW_SHARE))
    database = await open_vectors(scene.suite)
    vectors = VectorTable(
        WindowedDatabase(database, window), TABLE, index_set.document_id, scene.version.id, index_set.files
    )
    found, right, plans = [], [], set[Plan]()
    try:
        for question, passing, best in asked:
            if question.case == CASE:
                ranking = await most_similar(vectors, BitMap(passing), question.vector, K, Steps())
                found.append(set(ranking.ordinals.tolist()))
                right.append(best)
                plans.add(ranking.plan)
    finally:
        await database.close()
    words = " or ".join(sorted(plan.value for plan in plans))
    name = f"knn_recall {CASE}, no column, a window of {window:,}, {words} of {index_set.files:,}"
    return at_least(name, recall(found, right), "1", against=1, ratio=EXACT_RECALL)
