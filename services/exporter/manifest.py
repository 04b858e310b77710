"""The manifest of an export: written last, so that a folder with a manifest is whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import yaml

NAME = "manifest.yaml"


@dataclass(frozen=True)
class Part:
    """One JSONL file of an export, by its name in the export's folder."""

    name: str
    rows: int
    size_bytes: int


@dataclass(frozen=True)
class Manifest:
    """What an export holds. `created` is when its job was created: the moment that its files were selected for."""

    job: str
    version: str
    revision: int
    root_uri: str
    created: datetime
    attributes: Sequence[str]
    parts: Sequence[Part]

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.parts)

    def encode(self) -> bytes:
        """As YAML."""
        document = {
            "format": "bowerbird/file-list/v1",
            "version": self.version,
            "revision": self.revision,
            "rootUri": self.root_uri,
            "job": self.job,
            "createTime": self.created.isoformat().replace("+00:00", "Z"),
            "attributes": ["Uri", *self.attributes, "Revision"],
            "rows": self.rows,
            "files": [{"name": part.name, "rows": part.rows, "sizeBytes": part.size_bytes} for part in self.parts],
        }
        return yaml.safe_dump(document, sort_keys=False, allow_unicode=True).encode()
