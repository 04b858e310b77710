"""Connections to a PostgreSQL server whose address a user gave: checked, pinned, and repeated while it restarts."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeAlias, TypeVar

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from tenacity import AsyncRetrying, retry_if_exception, stop_after_delay, wait_random_exponential

from libs.rpc.addresses import AddressPolicy
from libs.vectors.config import PgvectorConfig
from libs.vectors.errors import DatabaseAccessDenied, DatabaseUnavailable, IndexTableIncompatible, VectorInvalid

Connection: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"
Result = TypeVar("Result")

CONNECT_SECONDS = 5
CALL_SECONDS = 60

_SETTINGS = {
    # A filtered or long walk of an HNSW graph goes on until it has enough, however far that is.
    "hnsw.iterative_scan": "relaxed_order",
    "hnsw.ef_search": "200",
    "hnsw.max_scan_tuples": "2147483647",
    # The partial index of an index set is found only by a plan made for that very set.
    "plan_cache_mode": "force_custom_plan",
    "application_name": "bowerbird",
}

_DENIED = (
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidPasswordError,
    asyncpg.InsufficientPrivilegeError,
)
_NO_TABLE = (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError, asyncpg.WrongObjectTypeError)
_PASSING = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # what asyncpg says of a connection that was ended while nobody used it
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.DeadlockDetectedError,
)


class Pool:
    """At most `max_connections` connections, made when needed."""

    def __init__(
        self, config: PgvectorConfig, addresses: AddressPolicy, patience_seconds: float, max_connections: int
    ) -> None:
        self._config = config
        self._addresses = addresses
        self._patience_seconds = patience_seconds
        self._pool = asyncpg.create_pool(
            connect=self._connect,
            reset=_left_as_it_is,
            min_size=0,
            max_size=max_connections,
            command_timeout=CALL_SECONDS,
        )

    async def open(self) -> None:
        """Readies the pool; connects to nothing."""
        await self._pool

    async def run(self, table: str, operation: Callable[[Connection], Awaitable[Result]]) -> Result:
        """Runs an idempotent operation, again while the server does not answer. `table` is named in errors."""
        with self._translated(table):
            async for attempt in AsyncRetrying(
                retry=retry_if_exception(_passes),
                stop=stop_after_delay(self._patience_seconds),
                wait=wait_random_exponential(multiplier=0.1, max=2),
                reraise=True,
            ):
                with attempt:
                    async with self._pool.acquire() as connection:
                        return await operation(connection)
        raise AssertionError("a retry ends with a result or an error")

    @asynccontextmanager
    async def connection(self, table: str) -> AsyncIterator[Connection]:
        """One connection for a while; nothing is repeated."""
        with self._translated(table):
            async with self._pool.acquire() as connection:
                yield connection

    async def close(self) -> None:
        """Ends all connections; waits for what runs on them."""
        await self._pool.close()

    async def _connect(self, *args: Any, **options: Any) -> "asyncpg.Connection[asyncpg.Record]":
        pinned = await self._addresses.resolve(self._config.host, self._config.port)
        try:
            return await asyncpg.connect(
                *args,
                **options,
                # All of these are given, so that nothing of the process's own (PGPASSWORD, ~/.pgpass) goes to a
                # user's server.
                host=[address.ip for address in pinned],
                port=[address.port for address in pinned],
                user=self._config.username,
                password=self._config.password,
                database=self._config.database,
                ssl="prefer",
                timeout=CONNECT_SECONDS,
                server_settings=_SETTINGS,
            )
        except TimeoutError as error:
            raise ConnectionError(f"no answer within {CONNECT_SECONDS} seconds") from error

    @contextmanager
    def _translated(self, table: str) -> Iterator[None]:
        address = f"{self._config.host}:{self._config.port}"
        try:
            yield
        except _DENIED as error:
            raise DatabaseAccessDenied(address=address, problem=str(error)) from error
        except _NO_TABLE as error:
            raise IndexTableIncompatible(table=table, problem=str(error)) from error
        except asyncpg.DataError as error:
            raise VectorInvalid(problem=str(error)) from error
        except TimeoutError as error:
            raise DatabaseUnavailable(address=address, problem=f"no answer within {CALL_SECONDS} seconds") from error
        except (OSError, asyncpg.InterfaceError, asyncpg.InternalClientError, asyncpg.PostgresError) as error:
            raise DatabaseUnavailable(address=address, problem=str(error) or type(error).__name__) from error


async def _left_as_it_is(_: "asyncpg.Connection[asyncpg.Record]") -> None:
    """To reset a session is one more answer to wait for in each call. Whoever changes one resets it."""


def _passes(error: BaseException) -> bool:
    # A call that was too slow once is so again; to connect too slowly is a ConnectionError.
    return isinstance(error, _PASSING) and not isinstance(error, TimeoutError)
