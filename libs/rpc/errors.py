"""The one error hierarchy: every failure that a caller can see is a `BowerbirdError` with a stable reason."""

from inspect import cleandoc
from string import Formatter

from grpc import StatusCode

from bowerbird.type.v1.error_reason_pb2 import ErrorReason

DOMAIN = "bowerbird.dev"


class BowerbirdError(Exception):
    """A failure with a message for people, a stable reason for programs and a gRPC status.

    A subclass's docstring is its message: `{field}`s in it are filled from the keyword arguments, and those that
    `error_reason.proto` names at the reason travel as ErrorInfo metadata. Never pass a secret.
    """

    status: StatusCode = StatusCode.INTERNAL
    reason: ErrorReason.ValueType = ErrorReason.ERROR_REASON_INTERNAL

    def __init__(self, **details: object) -> None:
        self.details = {key: shown(value) for key, value in details.items()}
        template = " ".join(cleandoc(type(self).__doc__ or "").split())
        super().__init__(Formatter().vformat(template, (), self.details))

    @property
    def reason_name(self) -> str:
        """The reason as it travels: without the prefix of the enum."""
        return ErrorReason.Name(self.reason).removeprefix("ERROR_REASON_")


def shown(value: object) -> str:
    """A value as a person may read it: short, in one line."""
    text = " ".join(str(value).split())
    return text if len(text) <= 300 else text[:297] + "..."


class FieldInvalid(BowerbirdError):
    """{field} is {value!r}; expected {expected}."""

    status, reason = StatusCode.INVALID_ARGUMENT, ErrorReason.ERROR_REASON_FIELD_INVALID


class NameInvalid(BowerbirdError):
    """{name!r} is not a resource name of the form {expected}."""

    status, reason = StatusCode.INVALID_ARGUMENT, ErrorReason.ERROR_REASON_NAME_INVALID


class NotFound(BowerbirdError):
    """There is no {resource} {name!r} here."""

    status, reason = StatusCode.NOT_FOUND, ErrorReason.ERROR_REASON_NOT_FOUND


class AlreadyExists(BowerbirdError):
    """The {resource} {name!r} exists already; choose another name."""

    status, reason = StatusCode.ALREADY_EXISTS, ErrorReason.ERROR_REASON_ALREADY_EXISTS


class Unauthenticated(BowerbirdError):
    """{problem}. Send a token of this suite as metadata `authorization: Bearer TOKEN`."""

    status, reason = StatusCode.UNAUTHENTICATED, ErrorReason.ERROR_REASON_UNAUTHENTICATED


class RoleMissing(BowerbirdError):
    """This call needs the role {required_role}, the token has {role}."""

    status, reason = StatusCode.PERMISSION_DENIED, ErrorReason.ERROR_REASON_ROLE_MISSING


class ServiceUnavailable(BowerbirdError):
    """{service} does not answer; try again later."""

    status, reason = StatusCode.UNAVAILABLE, ErrorReason.ERROR_REASON_SERVICE_UNAVAILABLE


class AddressNotAllowed(BowerbirdError):
    """The address {address} is not one that this suite may connect to; its operator can allow it."""

    status, reason = StatusCode.PERMISSION_DENIED, ErrorReason.ERROR_REASON_ADDRESS_NOT_ALLOWED


class AddressUnreachable(BowerbirdError):
    """The address {address} does not answer or does not exist."""

    status, reason = StatusCode.UNAVAILABLE, ErrorReason.ERROR_REASON_ADDRESS_UNREACHABLE
