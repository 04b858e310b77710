"""A version as it is at this moment, with one of its index sets: what every query asks first."""

from dataclasses import fields

from services.catalog.database import Database
from services.catalog.index_sets import IndexSet, with_index_set
from services.catalog.reading import Reading
from services.catalog.versions import Version, is_named_version, number_in, version_columns, version_missing

_READING = Reading.of(with_index_set(version_columns()).where(is_named_version()))
_WIDTH = len(fields(Version))


async def find_current_version(
    database: Database, *, workspace: str, dataset: str, version: str, index_set: int | None = None
) -> tuple[Version, IndexSet | None]:
    """By the ids in its name, `latest` among them; the index set is the one of a key, or the version's own, and is not
    counted. Raises NotFound where there is no such version.
    """
    row = await database.read(
        _READING, workspace=workspace, dataset=dataset, number=number_in(version), index_set=index_set
    )
    if row is None:
        raise version_missing(workspace, dataset, version)
    found = Version(*row[:_WIDTH])
    if row[_WIDTH] is None:
        return found, None
    return found, IndexSet(found, *row[_WIDTH:])
