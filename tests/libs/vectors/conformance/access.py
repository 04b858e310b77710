"""Signing in, and what is not there or not allowed."""

import asyncio
from dataclasses import dataclass

import pytest

from libs.rpc.addresses import AddressPolicy
from libs.rpc.errors import AddressNotAllowed
from libs.vectors.config import DatabaseConfig
from libs.vectors.errors import DatabaseAccessDenied, DatabaseUnavailable
from libs.vectors.opening import open_database
from libs.vectors.port import VectorDatabase
from tests.libs.vectors.samples import new_table

LOOPBACK = AddressPolicy(["127.0.0.0/8", "::1"])


@dataclass(frozen=True)
class Configs:
    """One server, addressed rightly and wrongly."""

    right: DatabaseConfig
    wrong_password: DatabaseConfig
    nobody_listens: DatabaseConfig
    nobody_answers: DatabaseConfig


class AccessConformance:
    async def test_a_database_that_works_passes_the_check(self, vectors: VectorDatabase) -> None:
        await vectors.check()

    async def test_a_wrong_password_is_access_denied_at_once(self, configs: Configs) -> None:
        database = await open_database(configs.wrong_password, LOOPBACK, patience_seconds=60)
        async with asyncio.timeout(5):
            with pytest.raises(DatabaseAccessDenied) as raised:
                await database.check()
        assert configs.wrong_password.password not in str(raised.value)
        await database.close()

    async def test_where_nobody_listens_the_database_is_unavailable(self, configs: Configs) -> None:
        database = await open_database(configs.nobody_listens, LOOPBACK, patience_seconds=1)
        for call in (database.check(), database.ensure_table(new_table()), database.count(new_table(), "7")):
            async with asyncio.timeout(5):
                with pytest.raises(DatabaseUnavailable):
                    await call
        await database.close()

    async def test_a_server_that_does_not_answer_is_given_up(self, configs: Configs) -> None:
        database = await open_database(configs.nobody_answers, LOOPBACK, patience_seconds=1)
        async with asyncio.timeout(10):
            with pytest.raises(DatabaseUnavailable):
                await database.check()
        await database.close()

    async def test_an_address_that_is_not_allowed_is_not_connected_to(self, configs: Configs) -> None:
        database = await open_database(configs.right, AddressPolicy(["public"]))
        with pytest.raises(AddressNotAllowed):
            await database.check()
        await database.close()
