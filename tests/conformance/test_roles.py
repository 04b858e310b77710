"""Deny by default: nobody is let in that an RPC's option does not let in, and nobody learns of another's workspace."""

from collections.abc import AsyncIterator

import pytest

import bowerbird.catalog.v1
import bowerbird.search.v1
from bowerbird.catalog.v1.identity_pb2 import Token
from bowerbird.catalog.v1.identity_service_pb2 import CreateTokenRequest
from bowerbird.catalog.v1.identity_service_pb2_grpc import IdentityServiceStub
from bowerbird.type.v1.role_pb2 import Role
from libs.rpc.names import file_id
from services.catalog.database import Database
from services.catalog.identity import make_sure
from tests.conformance.roles import check_roles, check_workspaces, methods_of, services_in
from tests.services.catalog.jobs_scene import make_index_set, scene
from tests.services.catalog.tag_edits.scene import Labels
from tests.services.search.scene import serving
from tests.suite import WORKSPACE, Catalog

CATALOG = services_in(bowerbird.catalog.v1)
SEARCH = services_in(bowerbird.search.v1)
STRANGER = "admin-of-another-workspace"


@pytest.fixture(scope="module")
async def search_address(catalog: Catalog) -> AsyncIterator[str]:
    async with serving(catalog) as address:
        yield address


async def test_every_rpc_of_catalog_lets_in_whom_its_option_lets_in(catalog: Catalog) -> None:
    assert len(methods_of(CATALOG)) >= 40
    assert await check_roles(catalog.address, CATALOG, catalog.tokens) == []


async def test_every_rpc_of_search_lets_in_whom_its_option_lets_in(catalog: Catalog, search_address: str) -> None:
    assert len(methods_of(SEARCH)) >= 5
    assert await check_roles(search_address, SEARCH, catalog.tokens) == []


async def test_the_check_sees_an_rpc_that_lets_in_too_many(catalog: Catalog) -> None:
    swapped = catalog.tokens | {Role.ROLE_VIEWER: catalog.tokens[Role.ROLE_ADMIN]}
    wrong = await check_roles(catalog.address, CATALOG, swapped)
    assert any("CreateConnection" in sentence and "ROLE_VIEWER" in sentence for sentence in wrong)


async def test_no_rpc_tells_a_stranger_what_a_workspace_holds(catalog: Catalog, search_address: str) -> None:
    database = Database(catalog.database_url)
    services = {"tests": catalog.tokens[Role.ROLE_SERVICE]}
    await make_sure(database, workspace="another", admin_token=STRANGER, service_tokens=services)
    await database.close()
    made_token = await IdentityServiceStub(catalog.admin).CreateToken(
        CreateTokenRequest(parent=WORKSPACE, token=Token(display_name="x", role=Role.ROLE_VIEWER))
    )
    async with scene(catalog, files=2) as made:
        index_set = await make_index_set(made)
        job = await made.tag()
        edit = await Labels(made).edit([0], add=["mine"])
        names = [
            WORKSPACE,
            made.dataset,
            made.version,
            f"{made.dataset}/versions/latest",
            f"{made.version}/files/{file_id(made.version_id, 0)}",
            f"{made.version}/indexSets/{index_set}",
            made.model_connection,
            made.tag_definition,
            made_token.token.name,
            job.name,
            edit.name,
        ]
        assert await check_workspaces(catalog.address, CATALOG, STRANGER, names) == []
        assert await check_workspaces(search_address, SEARCH, STRANGER, names) == []
        own = await check_workspaces(catalog.address, CATALOG, catalog.tokens[Role.ROLE_ADMIN], names)
        assert len(own) > 20  # the names are right: whoever belongs there gets more than NOT_FOUND
