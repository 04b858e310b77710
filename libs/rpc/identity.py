"""Who calls, and whether it may: one interceptor in front of every RPC, which denies by default."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol

import grpc
import grpc.aio
from google.protobuf.descriptor import ServiceDescriptor

from bowerbird.type.v1.role_pb2 import Role, required_role
from libs.rpc.errors import NotFound, RoleMissing, Unauthenticated
from libs.rpc.handlers import wrap_handler

# Tells that a server is alive and nothing else; whoever restarts services has no token.
PUBLIC_METHODS = "/grpc.health.v1.Health/"


@dataclass(frozen=True)
class Caller:
    """Who makes the call; `workspace` is the id alone, and None for a service."""

    workspace: str | None
    role: Role.ValueType
    subject: str

    @property
    def is_service(self) -> bool:
        return self.role == Role.ROLE_SERVICE

    def check_workspace(self, workspace: str, *, resource: str, name: str) -> None:
        """Raises NotFound for another's workspace, so that nobody learns what it holds."""
        if not self.is_service and workspace != self.workspace:
            raise NotFound(resource=resource, name=name)


class Authenticator(Protocol):
    """Tells whose token it is."""

    async def authenticate(self, token: str) -> Caller:
        """Raises Unauthenticated for a token that is unknown or has expired."""
        ...


_caller: ContextVar[Caller] = ContextVar("caller")


def current_caller() -> Caller:
    """The caller of the RPC that runs."""
    return _caller.get()


def may_call(role: Role.ValueType, required: Role.ValueType) -> bool:
    """Whether a role is enough: VIEWER < EDITOR < ADMIN; a service may do what viewers may, and its own."""
    if required == Role.ROLE_SERVICE:
        return role == Role.ROLE_SERVICE
    if role == Role.ROLE_SERVICE:
        return required == Role.ROLE_VIEWER
    return Role.ROLE_VIEWER <= required <= role


def required_roles(services: Sequence[ServiceDescriptor]) -> Mapping[str, Role.ValueType]:
    """The role of each RPC by its path. Raises ValueError for an RPC that declares none: the server must not start."""
    roles: dict[str, Role.ValueType] = {}
    for service in services:
        for method in service.methods:
            role = method.GetOptions().Extensions[required_role]
            if role == Role.ROLE_UNSPECIFIED:
                raise ValueError(f"{method.full_name} declares no required_role; every RPC needs one")
            roles[f"/{service.full_name}/{method.name}"] = role
    return roles


class IdentityInterceptor(grpc.aio.ServerInterceptor):
    """Lets an RPC through only if the caller's role allows it."""

    def __init__(self, authenticator: Authenticator, services: Sequence[ServiceDescriptor]) -> None:
        self._authenticator = authenticator
        self._roles = required_roles(services)

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        handler = await continuation(handler_call_details)
        method = handler_call_details.method
        if handler is None or method.startswith(PUBLIC_METHODS):
            return handler
        metadata = handler_call_details.invocation_metadata

        async def check() -> None:
            caller = await self._authenticator.authenticate(bearer_token(metadata))
            required = self._roles.get(method, Role.ROLE_UNSPECIFIED)
            if not may_call(caller.role, required):
                raise RoleMissing(role=role_name(caller.role), required_role=role_name(required))
            _caller.set(caller)

        return wrap_handler(handler, before=check)


def bearer_token(metadata: Any) -> str:
    """The token of a call. Raises Unauthenticated."""
    value = dict(metadata or ()).get("authorization", "")
    scheme, _, token = str(value).partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated(problem="The call has no token")
    return token


def role_name(role: Role.ValueType) -> str:
    """A role as people write it."""
    return Role.Name(role).removeprefix("ROLE_")
