"""What to type next, by what went wrong."""

from bowerbird.client import NotConfigured, RequestFailed
from bowerbird.client.errors import BowerbirdError
from bowerbird.client.names import short

MISSING = {
    "dataset": ["bowerbird dataset list", "bowerbird dataset create NAME s3://bucket/prefix"],
    "version": ["bowerbird dataset list"],
    "connection": ["bowerbird connection list", "bowerbird connection create --help"],
    "tag definition": ["bowerbird tagdef list", "bowerbird tagdef create NAME --file tags.json"],
    "job": ["bowerbird job list"],
    "token": ["bowerbird token list"],
    "tag edit": ["bowerbird tag edits DATASET"],
    "file": ["bowerbird files DATASET"],
}
TAKEN = {
    "dataset": "bowerbird dataset show {id}",
    "connection": "bowerbird connection show {id}",
    "tag definition": "bowerbird tagdef show {id}",
}
NEXT = {
    "UNAUTHENTICATED": ["export BOWERBIRD_TOKEN=TOKEN", "bowerbird token create NAME --role editor   (by an admin)"],
    "ROLE_MISSING": ["bowerbird token create NAME --role ROLE   (by an admin, then export BOWERBIRD_TOKEN)"],
    "INDEX_SET_MISSING": ["bowerbird dataset index set DATASET", "bowerbird job start index DATASET"],
    "PAGE_TOKEN_INVALID": ["the same command without --page-token"],
    "TAG_DEFINITION_INVALID": ["bowerbird tagdef create --help"],
    "BUCKET_NOT_FOUND": ["bowerbird connection ls CONNECTION", "bowerbird connection test CONNECTION --uri URI"],
    "STORAGE_ACCESS_DENIED": ["bowerbird connection update CONNECTION --secret-env VARIABLE"],
    "MODEL_ACCESS_DENIED": ["bowerbird connection update CONNECTION --secret-env VARIABLE"],
    "MODEL_NOT_FOUND": ["bowerbird connection show CONNECTION"],
    "DATABASE_ACCESS_DENIED": ["bowerbird connection update CONNECTION --secret-env VARIABLE"],
    "IN_USE": ["bowerbird job list", "bowerbird dataset list"],
}


def next_commands(error: BowerbirdError) -> list[str]:
    """Commands that are likely to help, most likely first; none where nothing would."""
    if isinstance(error, NotConfigured):
        return ["make run", "export BOWERBIRD_ADDRESS=HOST:PORT BOWERBIRD_TOKEN=TOKEN"]
    if not isinstance(error, RequestFailed):
        return []
    resource = error.metadata.get("resource", "").replace("_", " ")
    match error.reason:
        case "NOT_FOUND":
            return MISSING.get(resource, [])
        case "ALREADY_EXISTS":
            command = TAKEN.get(resource)
            return [command.format(id=short(error.metadata.get("name", "")))] if command else []
        case "":
            return ["make run   (if it runs on this machine)"] if error.code.name == "UNAVAILABLE" else []
        case reason:
            return NEXT.get(reason, [])
