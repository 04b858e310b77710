"""The port's specification as tests, split by behaviour.

An adapter's test class inherits from all of them and brings three fixtures: `vectors` (an open database), `eager`
(one that builds an index however few vectors there are) and `configs`.
"""

from tests.libs.vectors.conformance.access import AccessConformance, Configs
from tests.libs.vectors.conformance.nearest import NearestConformance
from tests.libs.vectors.conformance.reading import ReadingConformance
from tests.libs.vectors.conformance.tables import TableConformance
from tests.libs.vectors.conformance.writing import WritingConformance

__all__ = ["Configs", "VectorsConformance"]


class VectorsConformance(
    TableConformance, WritingConformance, ReadingConformance, NearestConformance, AccessConformance
):
    """All of it."""
