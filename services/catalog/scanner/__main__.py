"""The process that scans and edits tags: `python -m services.catalog.scanner`, with the settings of catalog."""

import sys

from libs.rpc.addresses import AddressPolicy
from libs.rpc.process import run_process
from libs.rpc.server import stop_signal
from services.catalog.bell import Bell
from services.catalog.connections import Connections
from services.catalog.database import Database
from services.catalog.scanner.own_work import run_until
from services.catalog.scanner.tag_edit import TagEditing
from services.catalog.scanner.work import Scanner
from services.catalog.secrets import SecretBox
from services.catalog.settings import CatalogSettings
from services.catalog.tags import Tags
from services.catalog.work import WorkQueue


async def run(settings: CatalogSettings) -> None:
    """Work until a signal. Raises SecretUnreadable, and ServiceUnavailable without a database."""
    stopped = stop_signal()
    database = Database(settings.database_url.get_secret_value(), settings.database_connections)
    try:
        await database.migrate()
        connections = Connections(database, SecretBox(settings.encryption_key_bytes))
        await connections.check_key()
        queue = WorkQueue(database, Bell(), Tags(database), settings.lease_seconds)
        addresses = AddressPolicy(settings.allowed_addresses)
        renew_seconds = settings.lease_seconds / 10
        scanner = Scanner(database, queue, connections, addresses, renew_seconds)
        await run_until(stopped, [scanner, TagEditing(database, queue, renew_seconds)])
    finally:
        await database.close()


if __name__ == "__main__":
    sys.exit(run_process("scanner", CatalogSettings, run))
