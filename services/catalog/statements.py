"""SQL that is long enough for a file of its own: `NAME.sql` beside the module that uses it.

A statement begins with `-- name: NAME`; the comment lines below it say why it is as it is. Parameters are `:name`,
always within a CAST, because the driver needs their types.
"""

import re
from collections.abc import Mapping
from importlib.resources import files

from sqlalchemy import TextClause, text

_BEGIN = re.compile(r"^-- name: (\w+)$", re.MULTILINE)
_COMMENT = re.compile(r"^\s*--.*$", re.MULTILINE)


def statements(name: str) -> Mapping[str, TextClause]:
    """The statements of `NAME.sql`, by their names."""
    source = files("services.catalog").joinpath(f"{name}.sql").read_text("utf-8")
    _, *parts = _BEGIN.split(source)
    return {key: text(_COMMENT.sub("", body).strip()) for key, body in zip(parts[::2], parts[1::2], strict=True)}
