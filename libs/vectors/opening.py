"""The one place that knows all adapters."""

from libs.rpc.addresses import AddressPolicy
from libs.vectors.config import DatabaseConfig
from libs.vectors.pgvector.database import PgvectorDatabase
from libs.vectors.port import VectorDatabase


async def open_database(
    config: DatabaseConfig, addresses: AddressPolicy, *, patience_seconds: float = 5
) -> VectorDatabase:
    """A database, not yet connected to: the first call connects, `check` says whether it can be used.

    Addresses are checked by `addresses` whenever a connection is made. A call is repeated for `patience_seconds`
    while the database does not answer.
    """
    return await PgvectorDatabase.open(config, addresses, patience_seconds=patience_seconds)
