"""Every RPC for users has one route, and no two routes are in each other's way."""

import pytest
from google.api.annotations_pb2 import http
from google.api.http_pb2 import HttpRule
from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    MethodDescriptorProto,
    ServiceDescriptorProto,
)
from google.protobuf.descriptor_pool import DescriptorPool

from bowerbird.type.v1.role_pb2 import Role, required_role
from services.console.rest.contract import backend_of, contract_services
from services.console.rest.routes import Route, routes_of

ROUTES = routes_of(contract_services())
FIELD_TYPES = {"name": FieldDescriptorProto.TYPE_STRING, "count": FieldDescriptorProto.TYPE_INT32}


def path_of(route: Route) -> str:
    """A path that the route takes."""
    return route.template.expand(
        {v.field: "/".join(s.replace("*", "x") for s in v.segments) for v in route.template.variables}
    )


def test_every_rpc_for_users_has_exactly_one_route() -> None:
    for_users = {
        f"/{service.full_name}/{method.name}"
        for service in contract_services()
        for method in service.methods
        if method.GetOptions().Extensions[required_role] != Role.ROLE_SERVICE
    }
    assert sorted(route.rpc for route in ROUTES) == sorted(for_users)
    assert "/bowerbird.search.v1.SearchService/Search" in for_users


def test_an_rpc_for_services_has_none() -> None:
    assert not [route.rpc for route in ROUTES if route.required_role == Role.ROLE_SERVICE]
    assert not [route.rpc for route in ROUTES if "WorkService" in route.rpc or route.rpc.endswith("/Authenticate")]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.rpc)
def test_a_path_is_taken_by_one_route_alone(route: Route) -> None:
    takers = [
        other
        for other in ROUTES
        if other.http_method == route.http_method and other.template.match(path_of(route)) is not None
    ]
    assert takers == [route]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.rpc)
def test_methods_mean_what_they_mean_in_http(route: Route) -> None:
    """A GET changes nothing, so a viewer may send it; and what has no body says all in its path and query."""
    if route.http_method == "GET":
        assert route.method.name.startswith(("Get", "List", "Watch", "Read", "Complete", "Browse", "Count", "Find"))
    assert bool(route.body) == (route.http_method in ("POST", "PATCH", "PUT"))
    assert backend_of(route.service) in ("catalog", "search")


def service_with(*rules: HttpRule | None) -> ServiceDescriptor:
    """A service with an RPC for each rule; its requests have a field of each of FIELD_TYPES."""
    fields = [
        FieldDescriptorProto(name=name, number=number, type=kind, label=FieldDescriptorProto.LABEL_OPTIONAL)
        for number, (name, kind) in enumerate(FIELD_TYPES.items(), 1)
    ]
    service = ServiceDescriptorProto(name="Things")
    for number, rule in enumerate(rules):
        method = MethodDescriptorProto(name=f"Call{number}", input_type=".t.Thing", output_type=".t.Thing")
        method.options.Extensions[required_role] = Role.ROLE_VIEWER
        if rule is not None:
            method.options.Extensions[http].CopyFrom(rule)
        service.method.append(method)
    file = FileDescriptorProto(
        name="t.proto", package="t", syntax="proto3", message_type=[DescriptorProto(name="Thing", field=fields)]
    )
    file.service.append(service)
    pool = DescriptorPool()
    pool.Add(file)
    found: ServiceDescriptor = pool.FindServiceByName("t.Things")
    return found


@pytest.mark.parametrize(
    ("rules", "problem"),
    [
        ([None], "has no google.api.http"),
        ([HttpRule(get="/v1/{name=a/*}"), HttpRule(get="/v1/a/{name}")], "have one route: GET /v1/a/\\*"),
        ([HttpRule(get="/v1/{nmae}")], "nmae in /v1/{nmae} is no string"),
        ([HttpRule(get="/v1/{count}")], "count in /v1/{count} is no string"),
        ([HttpRule(post="/v1/a", body="thing")], "has no field thing"),
        ([HttpRule(body="*")], "without a method and path"),
        ([HttpRule(get="v1/a")], "is not a path template"),
    ],
)
def test_a_contract_that_does_not_fit_is_refused(rules: list[HttpRule | None], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        routes_of([service_with(*rules)])


def test_a_rule_may_have_more_paths_and_methods_of_its_own() -> None:
    rule = HttpRule(get="/v1/{name}", additional_bindings=[HttpRule(custom={"kind": "SEARCH", "path": "/v1/things"})])
    assert [(route.http_method, route.template.text) for route in routes_of([service_with(rule)])] == [
        ("SEARCH", "/v1/things"),
        ("GET", "/v1/{name}"),
    ]
