"""What was made for a benchmark, which takes far longer than to measure: once a folder, where the folder is kept."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from deploy.local.folder import write_private

_RECORD: Final = "made.json"


class FolderUnusable(Exception):
    """A kept folder is of other data, or was left half made."""


class Making:
    """The record of a folder: what was made there, by name, and what is known of it."""

    def __init__(self, folder: Path, files: int) -> None:
        """Raises FolderUnusable where the folder holds another number of files."""
        self._path = folder / _RECORD
        self._made: dict[str, Any] = json.loads(self._path.read_text("utf-8")) if self._path.exists() else {}
        kept = self._made.setdefault("files", files)
        if kept != files:
            raise FolderUnusable(f"{folder} holds {kept:,} files, not {files:,}; name another folder")

    async def once(self, name: str, make: Callable[[], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
        """Make it unless it is there, and return what `make` told of it. Raises FolderUnusable."""
        if name not in self._made:
            self._write(name, None)
            self._write(name, await make())
        if self._made[name] is None:
            raise FolderUnusable(f"{self._path.parent} was left while its {name} was made; remove it")
        told: dict[str, Any] = self._made[name]
        return told

    def _write(self, name: str, told: dict[str, Any] | None) -> None:
        self._made[name] = told
        write_private(self._path, self._made)
