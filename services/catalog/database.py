"""Catalog's PostgreSQL: pools of connections, and what is said when the database is away."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, cast

import asyncpg
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from libs.rpc.errors import ServiceUnavailable
from services.catalog.migrations import migrate
from services.catalog.reading import Reading

# Server is starting, stopping or full; another transaction won. Trying again helps.
PASSING_STATES = ("57P01", "57P02", "57P03", "53300", "40001", "40P01")
# What asyncpg says of a connection that the server ended, most of all while nobody used it.
ENDED = (
    ConnectionError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
# A reading holds a connection for less than a millisecond.
READING_CONNECTIONS = 4
CONNECT_SECONDS = 5
READING_SECONDS = 5


class Database:
    """Gives out connections. While the server does not answer, everything raises ServiceUnavailable."""

    def __init__(self, url: str, connections: int = 16) -> None:
        """`url` is `postgresql://user:password@host:port/database`; up to `READING_CONNECTIONS` are for `read` alone,
        beside those for transactions.
        """
        options: dict[str, Any] = {
            "timeout": CONNECT_SECONDS,
            # Compiling a plan costs more than any statement here gains by it.
            "server_settings": {"application_name": "bowerbird-catalog", "jit": "off"},
        }
        self.engine: AsyncEngine = create_async_engine(
            make_url(url).set(drivername="postgresql+asyncpg"),
            pool_size=connections,
            max_overflow=0,
            pool_timeout=10,
            pool_pre_ping=True,
            connect_args=options,
        )
        _, address = self.engine.dialect.create_connect_args(self.engine.url)
        self._readers: asyncpg.Pool[asyncpg.Record] = asyncpg.create_pool(
            **address,
            **options,
            command_timeout=READING_SECONDS,
            min_size=0,
            max_size=READING_CONNECTIONS,
            reset=_leave,
        )

    async def migrate(self) -> None:
        """Bring the tables to this release."""
        async with self.begin() as connection:
            await migrate(connection)

    async def close(self) -> None:
        """Close all connections."""
        await self.engine.dispose()
        await (await self._readers).close()

    async def read(self, reading: Reading, **values: Any) -> "asyncpg.Record | None":
        """The first row of all that is committed by now: one round trip, in no transaction."""
        arguments = reading.arguments(values)
        try:
            with _away_is_unavailable():
                readers = await self._readers
                try:
                    return await readers.fetchrow(reading.sql, *arguments)
                except ENDED:
                    # The server was started again since the connection was last used. All others ended then too.
                    await readers.expire_connections()
                    return await readers.fetchrow(reading.sql, *arguments)
        except OSError as error:
            raise ServiceUnavailable(service="The database of catalog") from error

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """A connection in a transaction that commits at the end, or rolls back if the block raises."""
        async with self._connect() as connection, connection.begin():
            yield connection

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        """A connection in a read-only transaction that sees one moment of the database."""
        async with self._connect() as connection:
            await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            async with connection.begin():
                yield connection

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncConnection]:
        """A connection for several transactions, which the caller begins; its temporary tables go with it."""
        async with self._connect() as connection:
            try:
                yield connection
            finally:
                await connection.invalidate()

    @asynccontextmanager
    async def _connect(self) -> AsyncIterator[AsyncConnection]:
        with _away_is_unavailable():
            connection = self.engine.connect()
            try:
                await connection.start()
            except OSError as error:
                raise ServiceUnavailable(service="The database of catalog") from error
            try:
                yield connection
            finally:
                await connection.close()


async def driver(connection: AsyncConnection) -> "asyncpg.Connection[asyncpg.Record]":
    """The connection of asyncpg below, for COPY. Execute a statement first: only that begins the transaction."""
    raw = await connection.get_raw_connection()
    return cast("asyncpg.Connection[asyncpg.Record]", raw.driver_connection)


async def _leave(_: object) -> None:
    """Reading changes nothing in a connection that would have to be undone, which takes a round trip by default."""


@contextmanager
def _away_is_unavailable() -> Iterator[None]:
    try:
        yield
    except (
        DBAPIError,
        PoolTimeoutError,
        asyncpg.PostgresError,
        asyncpg.InterfaceError,
        asyncpg.InternalClientError,
    ) as error:
        if not _is_passing(error):
            raise
        raise ServiceUnavailable(service="The database of catalog") from error


def _is_passing(error: Exception) -> bool:
    match error:
        case DBAPIError():
            return error.connection_invalidated or _state(error.orig) in PASSING_STATES
        case asyncpg.PostgresError():
            return isinstance(error, asyncpg.PostgresConnectionError) or _state(error) in PASSING_STATES
    return True


def _state(error: object) -> Any:
    return getattr(error, "sqlstate", None)
