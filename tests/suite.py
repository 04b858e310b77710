"""Catalog as other services' tests use it: on a real database, with a token of each role."""

import secrets
from collections.abc import AsyncIterator

import asyncpg
import pytest_asyncio


@pytest_asyncio.fixture
async def empty_database(postgres: str) -> AsyncIterator[str]:
    """Address of a database without tables, dropped after the test."""
    name = f"test_{secrets.token_hex(8)}"
    server = await asyncpg.connect(postgres)
    await server.execute(f"CREATE DATABASE {name}")
    yield f"{postgres.rpartition('/')[0]}/{name}"
    await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await server.close()
