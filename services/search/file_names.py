"""Files of the version that is searched, by their resource names."""

from libs.rpc.names import FILE, LATEST, VERSION, parse_file_id


def file_of(version: str, name: str) -> tuple[int, int] | None:
    """The version's uid and the file's ordinal; None for a file of another version. `version` may be `latest`: then
    whichever version the uid is of. Raises NameInvalid.
    """
    place, ids = VERSION.parse(version), FILE.parse(name)
    found = parse_file_id(ids.pop("file"))
    return found if place in (ids, ids | {"version": LATEST}) else None
