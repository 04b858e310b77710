"""Tags: the dictionary of a workspace, from names to ids. A name never changes, so what was read stays true."""

import unicodedata
from collections.abc import Collection, Mapping

from cachetools import LRUCache
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from libs.rpc.errors import FieldInvalid
from services.catalog.database import Database
from services.catalog.schema import tags

REMEMBERED_TAGS = 100_000
MAX_NAME = 201  # NAME/VALUE of 100 characters each


def tag_name(text: str) -> str:
    """The one form of a tag's name: NFC, without space at its ends. Raises FieldInvalid."""
    name = unicodedata.normalize("NFC", text).strip()
    if not name or len(name) > MAX_NAME or "\0" in name:
        raise FieldInvalid(field="tags", value=text, expected=f"a name of 1 to {MAX_NAME} characters, none of them NUL")
    return name


class Tags:
    """Knows the ids of names, and gives new names an id."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._remembered: LRUCache[tuple[int, str], int] = LRUCache(REMEMBERED_TAGS)

    async def ids(self, workspace_id: int, names: Collection[str]) -> Mapping[str, int]:
        """The ids of names in the form of `tag_name`, made where they are missing."""
        found = {name: self._remembered.get((workspace_id, name)) for name in names}
        missing = sorted(name for name, tag_id in found.items() if tag_id is None)
        if missing:
            await self._read(workspace_id, missing)
            unknown = [name for name in missing if (workspace_id, name) not in self._remembered]
            if unknown:
                await self._make(workspace_id, unknown)
                await self._read(workspace_id, unknown)
        return {name: self._remembered[workspace_id, name] for name in found}

    async def known(self, workspace_id: int, names: Collection[str]) -> Mapping[str, int]:
        """The ids of those of the names that have one."""
        missing = sorted(name for name in names if (workspace_id, name) not in self._remembered)
        if missing:
            await self._read(workspace_id, missing)
        found = {name: self._remembered.get((workspace_id, name)) for name in names}
        return {name: tag_id for name, tag_id in found.items() if tag_id is not None}

    async def _read(self, workspace_id: int, names: Collection[str]) -> None:
        statement = select(tags.c.id, tags.c.name).where(tags.c.workspace_id == workspace_id, tags.c.name.in_(names))
        async with self._database.begin() as connection:
            for row in await connection.execute(statement):
                self._remembered[workspace_id, row.name] = row.id

    async def _make(self, workspace_id: int, names: Collection[str]) -> None:
        """In the order of the names, so that two who make the same ones never wait for each other in a circle."""
        statement = insert(tags).values([{"workspace_id": workspace_id, "name": name} for name in sorted(names)])
        async with self._database.begin() as connection:
            await connection.execute(statement.on_conflict_do_nothing())
