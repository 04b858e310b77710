"""Workspaces and tokens: who a secret belongs to."""

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from cachetools import TLRUCache
from sqlalchemy import Row, delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bowerbird.type.v1.role_pb2 import Role
from libs.rpc.errors import NotFound, Unauthenticated
from libs.rpc.identity import Caller
from libs.rpc.names import TOKEN
from services.catalog.database import Database
from services.catalog.schema import tokens, workspaces
from services.catalog.scope import is_named, workspace_key

# How long a token may be accepted after it was ended elsewhere.
REMEMBERED_SECONDS = 30
REMEMBERED_TOKENS = 10_000
ADMIN_SLUG = "admin"


@dataclass(frozen=True)
class Holder:
    """Who holds a token, and until when."""

    caller: Caller
    expires: datetime | None


def _forgotten_at(_key: bytes, holder: Holder, now: float) -> float:
    lasts = (holder.expires.timestamp() - time.time()) if holder.expires else REMEMBERED_SECONDS
    return now + min(lasts, REMEMBERED_SECONDS)


class Identity:
    """Looks tokens up by the hash of their secret, and remembers those it found for a short while."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._remembered: TLRUCache[bytes, Holder] = TLRUCache(REMEMBERED_TOKENS, ttu=_forgotten_at)

    async def authenticate(self, token: str) -> Caller:
        """Raises Unauthenticated."""
        return (await self.holder(token)).caller

    async def holder(self, token: str) -> Holder:
        """Raises Unauthenticated for a token that is unknown or has expired."""
        key = hashed(token)
        holder = self._remembered.get(key)
        if holder is None:
            holder = await self._find(key)
            self._remembered[key] = holder
        return holder

    async def create_token(
        self, workspace: str, display_name: str, role: Role.ValueType, expires: datetime | None
    ) -> tuple[Row[Any], str]:
        """The new row, and the secret, which is nowhere kept."""
        secret = f"bb_{secrets.token_urlsafe(32)}"
        statement = (
            insert(tokens)
            .values(
                workspace_id=workspace_key(workspace),
                slug=secrets.token_hex(8),
                secret_hash=hashed(secret),
                role=role,
                display_name=display_name,
                expires=expires,
            )
            .returning(tokens)
        )
        async with self._database.begin() as connection:
            return (await connection.execute(statement)).one(), secret

    async def list_tokens(self, workspace: str, after: int, limit: int) -> Sequence[Row[Any]]:
        """Rows behind the key `after`, oldest first."""
        statement = (
            select(tokens)
            .where(tokens.c.workspace_id == workspace_key(workspace), tokens.c.id > after)
            .order_by(tokens.c.id)
            .limit(limit)
        )
        async with self._database.begin() as connection:
            return (await connection.execute(statement)).all()

    async def delete_token(self, workspace: str, slug: str) -> None:
        """Raises NotFound. This process forgets the token at once, others within `REMEMBERED_SECONDS`."""
        statement = delete(tokens).where(is_named(tokens, workspace, slug)).returning(tokens.c.secret_hash)
        async with self._database.begin() as connection:
            key = await connection.scalar(statement)
        if key is None:
            raise NotFound(resource="token", name=TOKEN.format(workspace=workspace, token=slug))
        self._remembered.pop(key, None)

    async def _find(self, key: bytes) -> Holder:
        statement = (
            select(tokens.c.role, tokens.c.slug, tokens.c.expires, workspaces.c.slug.label("workspace"))
            .outerjoin(workspaces, tokens.c.workspace_id == workspaces.c.id)
            .where(tokens.c.secret_hash == key)
            .where(or_(tokens.c.expires.is_(None), tokens.c.expires > datetime.now(UTC)))
        )
        async with self._database.begin() as connection:
            row = (await connection.execute(statement)).one_or_none()
        if row is None:
            raise Unauthenticated(problem="The token is unknown or has expired")
        subject = TOKEN.format(workspace=row.workspace, token=row.slug) if row.workspace else row.slug
        return Holder(Caller(row.workspace, row.role, subject), row.expires)


async def make_sure(
    database: Database, *, workspace: str, admin_token: str | None, service_tokens: dict[str, str]
) -> None:
    """Make the workspace, its first admin token and the services' tokens what the settings say; tokens of services that
    the settings no longer name end.
    """
    async with database.begin() as connection:
        await connection.execute(insert(workspaces).values(slug=workspace).on_conflict_do_nothing())
        if admin_token is not None:
            key = await connection.scalar(select(workspaces.c.id).where(workspaces.c.slug == workspace))
            await _make_sure_of_token(connection, key, ADMIN_SLUG, admin_token, Role.ROLE_ADMIN)
        await connection.execute(
            delete(tokens).where(tokens.c.workspace_id.is_(None), tokens.c.slug.not_in(service_tokens))
        )
        for name, secret in service_tokens.items():
            await _make_sure_of_token(connection, None, name, secret, Role.ROLE_SERVICE)


async def _make_sure_of_token(
    connection: AsyncConnection, workspace_id: int | None, slug: str, secret: str, role: Role.ValueType
) -> None:
    row = insert(tokens).values(
        workspace_id=workspace_id, slug=slug, secret_hash=hashed(secret), role=role, display_name=slug
    )
    await connection.execute(
        row.on_conflict_do_update(
            index_elements=[tokens.c.workspace_id, tokens.c.slug],
            set_={"secret_hash": row.excluded.secret_hash, "role": row.excluded.role},
        )
    )


def hashed(secret: str) -> bytes:
    """SHA-256 is enough: secrets are random, so no dictionary finds them."""
    return sha256(secret.encode()).digest()
