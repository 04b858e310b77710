"""Calls every RPC of a server as its descriptors say it may be called, and as they say it may not."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType

import grpc.aio
from google.protobuf import message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message

from bowerbird.type.v1.role_pb2 import Role, required_role
from libs.rpc.status import from_rpc_error

# Written out here, and not taken from the code under test.
MAY_CALL: Mapping[Role.ValueType, frozenset[Role.ValueType]] = {
    Role.ROLE_VIEWER: frozenset({Role.ROLE_VIEWER, Role.ROLE_EDITOR, Role.ROLE_ADMIN, Role.ROLE_SERVICE}),
    Role.ROLE_EDITOR: frozenset({Role.ROLE_EDITOR, Role.ROLE_ADMIN}),
    Role.ROLE_ADMIN: frozenset({Role.ROLE_ADMIN}),
    Role.ROLE_SERVICE: frozenset({Role.ROLE_SERVICE}),
}


@dataclass(frozen=True)
class Refusal:
    """What a call ended with; both empty where it succeeded."""

    status: str = ""
    reason: str = ""


def services_in(package: ModuleType) -> list[ServiceDescriptor]:
    """All services of a generated package, those that nobody thought of included."""
    found: list[ServiceDescriptor] = []
    for module in pkgutil.iter_modules(package.__path__):
        if module.name.endswith("_service_pb2"):
            descriptor = importlib.import_module(f"{package.__name__}.{module.name}").DESCRIPTOR
            found += descriptor.services_by_name.values()
    return found


def methods_of(services: Sequence[ServiceDescriptor]) -> list[MethodDescriptor]:
    return [method for service in services for method in service.methods]


async def check_roles(
    address: str, services: Sequence[ServiceDescriptor], tokens: Mapping[Role.ValueType, str]
) -> list[str]:
    """What is wrong: a sentence for each RPC and token that is let in, or kept out, against the RPC's option."""
    wrong: list[str] = []
    async with grpc.aio.insecure_channel(address) as channel:
        for method in methods_of(services):
            required = method.GetOptions().Extensions[required_role]
            if required not in MAY_CALL:
                wrong.append(f"{method.full_name} declares no role")
                continue
            for token in (None, "", "made-up", "bb_" + "A" * 43):
                refusal = await call(channel, method, token)
                if refusal != Refusal("UNAUTHENTICATED", "UNAUTHENTICATED"):
                    wrong.append(f"{method.full_name} with the token {token!r} ends with {refusal}")
            for role, token in tokens.items():
                refusal = await call(channel, method, token, plain_request(method.input_type, token))
                kept_out = refusal == Refusal("PERMISSION_DENIED", "ROLE_MISSING")
                failed = refusal.reason in ("UNAUTHENTICATED", "INTERNAL") or refusal.status == "UNIMPLEMENTED"
                if failed or kept_out == (role in MAY_CALL[required]):
                    wrong.append(f"{method.full_name} needs {Role.Name(required)}; {Role.Name(role)} gets {refusal}")
    return wrong


async def check_workspaces(
    address: str, services: Sequence[ServiceDescriptor], stranger: str, names: Sequence[str]
) -> list[str]:
    """What is wrong: a sentence for each RPC that tells the stranger (a token of another workspace) more about one of
    these names than that there is no such thing.
    """
    wrong: list[str] = []
    async with grpc.aio.insecure_channel(address) as channel:
        for method in methods_of(services):
            if method.GetOptions().Extensions[required_role] == Role.ROLE_SERVICE:
                continue
            requests = [request for name in names for request in requests_about(method.input_type, name)]
            refusals = [await call(channel, method, stranger, request) for request in requests]
            wrong += [
                f"{method.full_name}({request}) ends with {refusal}"
                for request, refusal in zip(requests, refusals, strict=True)
                if refusal.reason not in ("NOT_FOUND", "NAME_INVALID")
            ]
            # Each of the RPCs takes one of the forms; else nothing was tried.
            if requests and all(refusal.reason != "NOT_FOUND" for refusal in refusals):
                wrong.append(f"{method.full_name} takes none of the names")
    return wrong


def plain_request(request_type: Descriptor, token: str) -> Message:
    """An empty request; one that asks about a token asks about this, which is known."""
    request = message_factory.GetMessageClass(request_type)()
    field = request_type.fields_by_name.get("token")
    if field is not None and field.type == FieldDescriptor.TYPE_STRING:
        setattr(request, field.name, token)
    return request


def requests_about(request_type: Descriptor, name: str) -> Iterator[Message]:
    """Requests that name it: in a field of their own, or as the resource to be changed."""
    fields = request_type.fields_by_name
    make = message_factory.GetMessageClass(request_type)
    for field in ("name", "parent", "version"):
        if field in fields and fields[field].type == FieldDescriptor.TYPE_STRING:
            yield make(**{field: name})
    if "update_mask" in fields:
        resource = next(
            field for field in fields.values() if field.message_type and "name" in field.message_type.fields_by_name
        )
        yield make(**{resource.name: {"name": name}})


async def call(
    channel: grpc.aio.Channel, method: MethodDescriptor, token: str | None, request: Message | None = None
) -> Refusal:
    """Call an RPC with an empty request, or this one, and take one answer."""
    request = request or message_factory.GetMessageClass(method.input_type)()
    metadata = None if token is None else (("authorization", f"Bearer {token}"),)
    path = f"/{method.containing_service.full_name}/{method.name}"
    answers = message_factory.GetMessageClass(method.output_type).FromString
    try:
        if method.server_streaming:
            stream = channel.unary_stream(path, type(request).SerializeToString, answers)
            async for _ in stream(request, metadata=metadata, timeout=10):
                break
        else:
            unary = channel.unary_unary(path, type(request).SerializeToString, answers)
            await unary(request, metadata=metadata, timeout=10)
    except grpc.aio.AioRpcError as error:
        return Refusal(error.code().name, from_rpc_error(error).reason_name)
    return Refusal()
