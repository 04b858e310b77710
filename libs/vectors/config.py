"""What a connection to a vector database says."""

from dataclasses import dataclass, field

from bowerbird.catalog.v1.connection_pb2 import Connection
from libs.rpc.errors import FieldInvalid


@dataclass(frozen=True)
class PgvectorConfig:
    """PostgreSQL with pgvector 0.8 or newer. TLS is used where the server offers it."""

    host: str
    port: int
    database: str
    username: str
    password: str = field(default="", repr=False)


DatabaseConfig = PgvectorConfig


def database_config(connection: Connection) -> DatabaseConfig:
    """The config of a resolved connection. Raises FieldInvalid where it connects to something else than a vector
    database.
    """
    if connection.WhichOneof("config") != "pgvector":
        raise FieldInvalid(field="connection", value=connection.name, expected="a connection to a vector database")
    config = connection.pgvector
    return PgvectorConfig(
        host=config.host,
        port=config.port or 5432,
        database=config.database,
        username=config.username,
        password=config.password,
    )
