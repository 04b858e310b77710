"""Every route is there, asks for a token, and lets in the role that its RPC declares, and no lesser one."""

from typing import Any

import pytest

from bowerbird.type.v1.role_pb2 import Role
from services.console.rest.contract import contract_services
from services.console.rest.routes import Route, routes_of
from tests.services.console.scene import Answer, Console
from tests.suite import WORKSPACE

ROUTES = routes_of(contract_services())
LESSER = {Role.ROLE_EDITOR: Role.ROLE_VIEWER, Role.ROLE_ADMIN: Role.ROLE_EDITOR}


def path_of(route: Route) -> str:
    """A path of the workspace, whose resource does not exist."""
    workspace = WORKSPACE.rpartition("/")[2]
    values = {}
    for variable in route.template.variables:
        first, _, *rest = variable.segments
        values[variable.field] = "/".join([first, workspace, *(part.replace("*", "missing") for part in rest)])
    return route.template.expand(values)


async def ask(console: Console, route: Route, role: Role.ValueType | None) -> Answer:
    body: dict[str, Any] = {"json": {}} if route.body else {}
    return await console.ask(route.http_method, path_of(route), role=role, **body)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.rpc)
async def test_a_route_needs_the_role_of_its_rpc(console: Console, route: Route) -> None:
    nobody = await ask(console, route, None)
    assert (nobody.status, nobody.json["reason"]) == (401, "UNAUTHENTICATED")
    assert nobody.headers["WWW-Authenticate"] == "Bearer"

    allowed = await ask(console, route, route.required_role)
    assert allowed.status not in (401, 403, 405, 500, 501), allowed.body
    assert allowed.status != 404 or allowed.json["metadata"]["resource"] != "route", allowed.body

    if lesser := LESSER.get(route.required_role):
        refused = await ask(console, route, lesser)
        assert (refused.status, refused.json["reason"]) == (403, "ROLE_MISSING")
        assert refused.json["metadata"] == {
            "role": Role.Name(lesser).removeprefix("ROLE_"),
            "required_role": Role.Name(route.required_role).removeprefix("ROLE_"),
        }


async def test_what_is_for_services_alone_has_no_route_even_for_them(console: Console) -> None:
    for path in ("/v1/work:lease", "/v1/tokens:authenticate", "/bowerbird.catalog.v1.WorkService/LeaseWork"):
        assert (await console.ask("POST", path, role=Role.ROLE_SERVICE, json={})).status in (404, 405)


@pytest.mark.parametrize("token", ["Bearer nonsense", "Bearer ", "Basic YTpi", "Bearer t\u00f6ken", "nonsense"])
async def test_a_token_that_is_none_is_refused(console: Console, token: str) -> None:
    answer = await console.ask("GET", "/v1/caller", role=None, headers={"Authorization": token})
    assert (answer.status, answer.json["reason"]) == (401, "UNAUTHENTICATED")
    assert "nonsense" not in answer.json["detail"]


async def test_another_workspace_is_not_there(console: Console) -> None:
    answer = await console.ask("GET", "/v1/workspaces/another/datasets", role=Role.ROLE_ADMIN)
    assert (answer.status, answer.json["reason"]) == (404, "NOT_FOUND")
