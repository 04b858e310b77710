"""When to stop asking a model that gives nothing."""

from typing import Final

import structlog

from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.rpc.errors import BowerbirdError
from libs.work.handler import JobFailed

log = structlog.get_logger(__name__)

HOPELESS: Final = {
    ErrorReason.ERROR_REASON_MODEL_ACCESS_DENIED,
    ErrorReason.ERROR_REASON_MODEL_NOT_FOUND,
    ErrorReason.ERROR_REASON_ADDRESS_NOT_ALLOWED,
}
CALLS_IN_A_ROW: Final = 16


class Outage:
    """Counts calls that failed as a whole, one after the other.

    One such call fails its files. But a million files are not to be sent to a model that is gone, or whose answers no
    file can use: then the job fails, and an incremental one goes on where it stood.
    """

    def __init__(self, max_concurrency: int) -> None:
        # Calls in flight together fail together, so one round of them proves little.
        self._limit = max(CALLS_IN_A_ROW, 2 * max_concurrency)
        self._failed = 0

    def answered(self) -> None:
        """A call gave what it should."""
        self._failed = 0

    def failed(self, error: BowerbirdError) -> None:
        """A call failed for all its contents. Raises JobFailed where that is how it will go on."""
        self._failed += 1
        if error.reason in HOPELESS or self._failed >= self._limit:
            log.warning("the model is given up", calls_in_a_row=self._failed, reason=error.reason_name)
            raise JobFailed(error)
