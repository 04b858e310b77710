"""What is wrong with a query."""

from grpc import StatusCode

from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.rpc.errors import BowerbirdError
from services.search.language.place import Place, legible


class QueryInvalid(BowerbirdError):
    """The query is wrong at column {column}: found {found}, expected {expected}."""

    status, reason = StatusCode.INVALID_ARGUMENT, ErrorReason.ERROR_REASON_QUERY_INVALID

    def __init__(self, place: Place, *, expected: str, found: str | None = None, suggestion: str | None = None) -> None:
        """`found` is what stands at the place unless it is given; `suggestion` is what could stand there instead."""
        details = {"column": place.column, "found": found or place.found, "expected": expected}
        super().__init__(**details, **({"suggestion": legible(suggestion)} if suggestion else {}))
        self.place = place

    def __str__(self) -> str:
        """The message in one line, the line of the query, and a caret under the column."""
        suggestion = self.details.get("suggestion")
        hint = f" Did you mean `{suggestion}`?" if suggestion else ""
        return f"{super().__str__()}{hint}\n{self.place.drawn()}"
