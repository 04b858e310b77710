"""Where the files of a version are to be found."""

from sqlalchemy import select

from libs.objects.config import storage_config
from libs.rpc.errors import NotFound
from services.catalog.connections import Connections
from services.catalog.database import Database
from services.catalog.scanner.listing import ScanSource
from services.catalog.schema import connections, datasets, versions
from services.catalog.servicers.connection import encoded_connection


async def find_source(database: Database, secrets: Connections, workspace: str, version_id: int) -> ScanSource:
    """Raises NotFound where the version has no bucket or folder."""
    statement = (
        select(datasets.c.root_uri, datasets.c.import_format, connections)
        .join_from(versions, datasets, versions.c.dataset_id == datasets.c.id)
        .join(connections, datasets.c.storage_connection_id == connections.c.id)
        .where(versions.c.id == version_id)
    )
    async with database.begin() as connection:
        row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise NotFound(resource="bucket or folder of the version", name=version_id)
    config = storage_config(encoded_connection(workspace, row, secrets.secret(row)))
    return ScanSource.of(config, row.root_uri, row.import_format)
