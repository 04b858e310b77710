"""Why there is no picture of a file."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Self

from grpc import StatusCode

from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from libs.images.errors import ImageError, ImageTooLarge
from libs.objects.errors import ObjectTooLarge, StorageAccessDenied
from libs.rpc.errors import AddressNotAllowed, BowerbirdError, FieldInvalid

# What a library says, with the HTTP status that fits it here; the first that is one counts.
STATUS: tuple[tuple[type[BowerbirdError], HTTPStatus], ...] = (
    (ImageTooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (ObjectTooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (ImageError, HTTPStatus.UNPROCESSABLE_ENTITY),
    # The connection may not, whatever the caller may.
    (StorageAccessDenied, HTTPStatus.BAD_GATEWAY),
    (AddressNotAllowed, HTTPStatus.BAD_GATEWAY),
)


class NoPicture(BowerbirdError):
    """What a library said, with an HTTP status."""

    def __init__(self, error: BowerbirdError, http_status: HTTPStatus) -> None:
        Exception.__init__(self, str(error))
        self.status, self.reason, self.details = error.status, error.reason, error.details
        self.http_status = http_status

    def again(self) -> Self:
        """The same for another call: an error that was raised holds on to all that its call had."""
        return type(self)(self, self.http_status)


class QueueFull(BowerbirdError):
    """Too many thumbnails are waited for ({waiting}); try again later."""

    status, reason = StatusCode.UNAVAILABLE, ErrorReason.ERROR_REASON_SERVICE_UNAVAILABLE


class RangeInvalid(FieldInvalid):
    """The range {value!r} lies outside the file; expected {expected}."""

    http_status = 416


def no_picture(error: BowerbirdError) -> NoPicture | None:
    """The error with the HTTP status that it has here, None where that of its gRPC status fits."""
    for kind, http_status in STATUS:
        if isinstance(error, kind):
            return NoPicture(error, http_status)
    return None


@contextmanager
def pictured() -> Iterator[None]:
    """Gives the errors of libraries their HTTP status."""
    try:
        yield
    except BowerbirdError as error:
        if (told := no_picture(error)) is None:
            raise
        raise told from error
