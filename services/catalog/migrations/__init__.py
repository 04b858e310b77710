"""Brings the database to the tables of this release, when the server starts."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

# Any number, the same in every replica.
LOCK = 7_262_937


async def migrate(connection: AsyncConnection) -> None:
    """Run what is missing in this transaction; of replicas that start at once, one does it and the others wait."""
    await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
