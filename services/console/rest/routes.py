"""The routes of the gateway, from the `google.api.http` options of the contracts; nothing else says what there is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from google.api.annotations_pb2 import http
from google.api.http_pb2 import HttpRule
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor, ServiceDescriptor

from bowerbird.type.v1.role_pb2 import Role, required_role
from services.console.rest.templates import Template


@dataclass(frozen=True)
class Route:
    """One HTTP method and path, and the RPC that it calls.

    `body` is the field of the request that the body holds, "*" for the whole request and "" where there is none;
    `response_body` the field of the response that is sent alone, "" for all of it.
    """

    service: str
    method: MethodDescriptor
    http_method: str
    template: Template
    body: str
    response_body: str
    server_streaming: bool
    required_role: Role.ValueType

    @property
    def rpc(self) -> str:
        """The RPC as gRPC calls it."""
        return f"/{self.service}/{self.method.name}"

    @property
    def request(self) -> Descriptor:
        return self.method.input_type

    @property
    def response(self) -> Descriptor:
        return self.method.output_type


def routes_of(services: Sequence[ServiceDescriptor]) -> list[Route]:
    """The routes of every RPC for users, those with more literal paths first, so that the first that matches is right.

    Raises ValueError for an RPC for users without a route, a route that does not fit its request, and routes that
    collide: a gateway with such a contract must not start.
    """
    routes = [
        route
        for service in services
        for method in service.methods
        if method.GetOptions().Extensions[required_role] != Role.ROLE_SERVICE
        for route in _routes(service, method)
    ]
    taken: dict[tuple[str, str], Route] = {}
    for route in routes:
        other = taken.setdefault((route.http_method, route.template.shape), route)
        if other is not route:
            raise ValueError(f"{route.rpc} and {other.rpc} have one route: {route.http_method} {route.template.shape}")
    return sorted(routes, key=lambda route: route.template.shape.count("*"))


def _routes(service: ServiceDescriptor, method: MethodDescriptor) -> Iterator[Route]:
    options = method.GetOptions()
    if not options.HasExtension(http):
        raise ValueError(f"{method.full_name} has no google.api.http; every RPC for users needs one")
    if method.client_streaming:
        raise ValueError(f"{method.full_name} takes a stream, which a route cannot")
    rule = options.Extensions[http]
    for binding in (rule, *rule.additional_bindings):
        verb, path = _verb_and_path(binding)
        route = Route(
            service.full_name,
            method,
            verb,
            Template.parse(path),
            binding.body,
            binding.response_body,
            method.server_streaming,
            options.Extensions[required_role],
        )
        _check(route)
        yield route


def _verb_and_path(rule: HttpRule) -> tuple[str, str]:
    pattern = rule.WhichOneof("pattern")
    if pattern is None:
        raise ValueError(f"a rule without a method and path: {rule}")
    if pattern == "custom":
        return rule.custom.kind, rule.custom.path
    return pattern.upper(), getattr(rule, pattern)


def _check(route: Route) -> None:
    for variable in route.template.variables:
        field = field_at(route.request, variable.field)
        if field is None or field.type != FieldDescriptor.TYPE_STRING or field.is_repeated:
            raise ValueError(f"{route.rpc}: {variable.field} in {route.template.text} is no string of the request")
    for name, message in ((route.body, route.request), (route.response_body, route.response)):
        if name not in ("", "*") and name not in message.fields_by_name:
            raise ValueError(f"{route.rpc}: {message.full_name} has no field {name}")
    if route.server_streaming and "error" in route.response.fields_by_name:
        raise ValueError(f"{route.rpc}: a stream's answer may have no field `error`, which tells a failure at its end")


def field_at(message: Descriptor, path: str) -> FieldDescriptor | None:
    """The field at a path like `dataset.name`; None if there is none."""
    first, _, rest = path.partition(".")
    field: FieldDescriptor | None = message.fields_by_name.get(first)
    if field is None or not rest:
        return field
    return field_at(field.message_type, rest) if field.message_type and not field.is_repeated else None
