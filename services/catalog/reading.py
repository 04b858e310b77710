"""SELECTs that go to the driver as they are, past SQLAlchemy: for what is asked so often that its work shows."""

from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import Select
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg


@dataclass(frozen=True)
class Reading:
    """Compiled once, and prepared once by each connection. `parameters` are names, in the order of `$1`, `$2`, ..."""

    sql: str
    parameters: tuple[str, ...]

    @classmethod
    def of(cls, statement: Select[Any]) -> Self:
        """A statement whose every value is a bound parameter with a name."""
        compiled = statement.compile(dialect=PGDialect_asyncpg())  # type: ignore[no-untyped-call]
        return cls(str(compiled), tuple(compiled.positiontup or ()))

    def arguments(self, values: dict[str, Any]) -> list[Any]:
        """The values in their order. Raises KeyError for one that is missing."""
        return [values[name] for name in self.parameters]
