"""A version as it is at this moment, with the index set that its searches use: what every query asks first."""

from dataclasses import fields

from services.catalog.database import Database
from services.catalog.index_sets import IndexSet, with_own_index_set
from services.catalog.reading import Reading
from services.catalog.versions import Version, is_named_version, number_in, version_columns, version_missing

_READING = Reading.of(with_own_index_set(version_columns()).where(is_named_version()))
_WIDTH = len(fields(Version))


async def find_current_version(
    database: Database, *, workspace: str, dataset: str, version: str
) -> tuple[Version, IndexSet | None]:
    """By the ids in its name, `latest` among them; the index set is not counted. Raises NotFound."""
    row = await database.read(_READING, workspace=workspace, dataset=dataset, number=number_in(version))
    if row is None:
        raise version_missing(workspace, dataset, version)
    found = Version(*row[:_WIDTH])
    if found.index_set_id is None:
        return found, None
    return found, IndexSet(found, *row[_WIDTH:])
