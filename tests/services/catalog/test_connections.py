"""Connections through a real server."""

from pathlib import Path

import asyncpg
import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask

from bowerbird.catalog.v1 import connection_service_pb2
from bowerbird.catalog.v1.connection_pb2 import (
    Connection,
    FolderConfig,
    Model,
    ModelServiceConfig,
    PgvectorConfig,
    S3Config,
)
from bowerbird.catalog.v1.connection_service_pb2 import (
    CreateConnectionRequest,
    DeleteConnectionRequest,
    GetConnectionRequest,
    ListConnectionsRequest,
    ResolveConnectionRequest,
    UpdateConnectionRequest,
)
from bowerbird.catalog.v1.connection_service_pb2_grpc import ConnectionServiceStub
from bowerbird.type.v1.error_reason_pb2 import ErrorReason
from deploy.local.servers.postgres import PostgresServer
from deploy.local.servers.seaweedfs import ObjectStorageServer
from tests.suite import WORKSPACE, Catalog, refusal

SECRET = "a-very-secret-key"
MODELS = Connection(
    model_service=ModelServiceConfig(
        base_url="http://127.0.0.1:9/v1",
        protocol=ModelServiceConfig.PROTOCOL_OPENAI_CHAT,
        api_key=SECRET,
        models=[Model(model="qwen-vl"), Model(model="other")],
    )
)


async def create(catalog: Catalog, connection_id: str, connection: Connection) -> Connection:
    request = CreateConnectionRequest(parent=WORKSPACE, connection_id=connection_id, connection=connection)
    return (await ConnectionServiceStub(catalog.admin).CreateConnection(request)).connection


async def resolved(catalog: Catalog, name: str) -> Connection:
    request = ResolveConnectionRequest(name=name)
    return (await ConnectionServiceStub(catalog.service).ResolveConnection(request)).connection


async def test_a_connection_is_shown_without_its_secret_and_resolved_with_it(catalog: Catalog) -> None:
    made = await create(catalog, "models", MODELS)
    assert made.name == f"{WORKSPACE}/connections/models"
    assert (made.display_name, made.secret_set) == ("models", True)
    viewer = ConnectionServiceStub(catalog.viewer)
    got = (await viewer.GetConnection(GetConnectionRequest(name=made.name))).connection
    listed = await viewer.ListConnections(ListConnectionsRequest(parent=WORKSPACE))
    assert got == made
    assert made in listed.connections
    assert SECRET not in str(made) + str(listed)
    assert (await resolved(catalog, made.name)).model_service == MODELS.model_service


async def test_the_database_holds_no_secret_in_clear(catalog: Catalog) -> None:
    await create(catalog, "sealed", MODELS)
    database = await asyncpg.connect(catalog.database_url)
    rows = await database.fetch("SELECT c::text AS shown, secret FROM connections c WHERE slug = 'sealed'")
    await database.close()
    assert SECRET.encode() not in rows[0]["secret"]
    assert SECRET not in rows[0]["shown"]


async def test_a_secret_that_was_copied_to_another_row_is_not_opened(catalog: Catalog) -> None:
    await create(catalog, "one", MODELS)
    other = await create(catalog, "two", Connection(s3=S3Config(access_key_id="k", secret_access_key="s")))
    database = await asyncpg.connect(catalog.database_url)
    await database.execute(
        "UPDATE connections SET secret = (SELECT secret FROM connections WHERE slug = 'one') WHERE slug = 'two'"
    )
    error = await refusal(resolved(catalog, other.name))
    await database.execute("DELETE FROM connections WHERE slug = 'two'")
    await database.close()
    assert error.reason_name == "INTERNAL"


async def test_an_update_without_a_secret_keeps_it_and_one_with_a_secret_replaces_it(catalog: Catalog) -> None:
    made = await create(catalog, "keeps", MODELS)
    stub = ConnectionServiceStub(catalog.admin)
    changed = Connection(name=made.name, etag=made.etag, model_service=made.model_service)
    changed.model_service.base_url = "http://127.0.0.1:9/v2"
    request = UpdateConnectionRequest(connection=changed, update_mask=FieldMask(paths=["model_service"]))
    updated = (await stub.UpdateConnection(request)).connection
    assert updated.etag != made.etag
    assert updated.model_service.base_url.endswith("/v2")
    assert (await resolved(catalog, made.name)).model_service.api_key == SECRET
    request.connection.model_service.api_key = "another"
    conflict = await refusal(stub.UpdateConnection(request))
    assert (conflict.status, conflict.reason_name) == (grpc.StatusCode.ABORTED, "STATE_CONFLICT")
    request.connection.etag = updated.etag
    await stub.UpdateConnection(request)
    assert (await resolved(catalog, made.name)).model_service.api_key == "another"


async def test_a_connection_keeps_its_kind(catalog: Catalog) -> None:
    made = await create(catalog, "kind", MODELS)
    changed = Connection(name=made.name, s3=S3Config(region="eu"))
    stub = ConnectionServiceStub(catalog.admin)
    error = await refusal(
        stub.UpdateConnection(UpdateConnectionRequest(connection=changed, update_mask=FieldMask(paths=["s3"])))
    )
    assert (error.reason_name, error.details["field"]) == ("FIELD_INVALID", "connection.config")


async def test_an_id_that_is_taken_is_refused(catalog: Catalog) -> None:
    await create(catalog, "taken", MODELS)
    error = await refusal(create(catalog, "taken", MODELS))
    assert (error.status, error.reason_name) == (grpc.StatusCode.ALREADY_EXISTS, "ALREADY_EXISTS")
    assert error.details["name"] == f"{WORKSPACE}/connections/taken"


async def test_a_deleted_connection_is_not_found(catalog: Catalog) -> None:
    made = await create(catalog, "goes", MODELS)
    stub = ConnectionServiceStub(catalog.admin)
    await stub.DeleteConnection(DeleteConnectionRequest(name=made.name))
    error = await refusal(stub.GetConnection(GetConnectionRequest(name=made.name)))
    assert error.reason_name == "NOT_FOUND"


async def test_connections_of_another_workspace_are_not_found(catalog: Catalog) -> None:
    stub = ConnectionServiceStub(catalog.admin)
    name = "workspaces/other/connections/models"
    for call in (
        stub.GetConnection(GetConnectionRequest(name=name)),
        stub.DeleteConnection(DeleteConnectionRequest(name=name)),
        stub.TestConnection(connection_service_pb2.TestConnectionRequest(name=name)),
        stub.ListConnections(ListConnectionsRequest(parent="workspaces/other")),
    ):
        assert (await refusal(call)).reason_name == "NOT_FOUND"


def models(**changed: object) -> Connection:
    connection = Connection()
    connection.CopyFrom(MODELS)
    connection.model_service.MergeFrom(ModelServiceConfig(**changed))  # type: ignore[arg-type]
    return connection


@pytest.mark.parametrize(
    ("connection", "field"),
    [
        (Connection(), "connection.config"),
        (Connection(model_service=ModelServiceConfig()), "connection.model_service.base_url"),
        (models(base_url="ftp://127.0.0.1/"), "connection.model_service.base_url"),
        (models(base_url="http://user:hidden@127.0.0.1/"), "connection.model_service.base_url"),
        (models(base_url="http://127.0.0.1:99999/"), "connection.model_service.base_url"),
        (models(protocol=9), "connection.model_service.protocol"),
        (models(api_key="hidden\n"), "connection.model_service.api_key"),
        (models(models=[Model(model="qwen-vl")]), "connection.model_service.models"),
        (models(models=[Model(model="big", dimension=70_000)]), "connection.model_service.models.dimension"),
        (Connection(folder=FolderConfig(root="relative")), "connection.folder.root"),
        (Connection(folder=FolderConfig(root="/srv/../etc")), "connection.folder.root"),
        (Connection(folder=FolderConfig(root="/etc")), "connection.folder.root"),
        (Connection(s3=S3Config(endpoint="http://127.0.0.1/bucket")), "connection.s3.endpoint"),
        (Connection(pgvector=PgvectorConfig(host="h", database="d")), "connection.pgvector.username"),
    ],
)
async def test_a_config_that_cannot_be_used_names_the_field(
    catalog: Catalog, connection: Connection, field: str
) -> None:
    error = await refusal(create(catalog, "wrong", connection))
    assert (error.reason_name, error.details.get("field")) == ("FIELD_INVALID", field)
    assert "hidden" not in str(error) + str(error.details)


@pytest.mark.parametrize("connection_id", ["", "-dash", "a/b", "a" * 128, "ümlaut", "latest\n"])
async def test_an_id_of_another_form_is_refused(catalog: Catalog, connection_id: str) -> None:
    error = await refusal(create(catalog, connection_id, MODELS))
    assert (error.reason_name, error.details.get("field")) == ("FIELD_INVALID", "connection_id")


@pytest.mark.parametrize(
    "connection",
    [
        Connection(s3=S3Config(endpoint="http://10.1.2.3:9000")),
        Connection(s3=S3Config(endpoint="http://169.254.169.254")),
        models(base_url="http://10.1.2.3/v1"),
        Connection(pgvector=PgvectorConfig(host="10.1.2.3", database="d", username="u")),
    ],
)
async def test_an_address_that_the_operator_does_not_allow_is_refused(catalog: Catalog, connection: Connection) -> None:
    error = await refusal(create(catalog, "inside", connection))
    assert (error.status, error.reason_name) == (grpc.StatusCode.PERMISSION_DENIED, "ADDRESS_NOT_ALLOWED")


@pytest.mark.parametrize(
    "connection",
    [
        Connection(s3=S3Config(endpoint="http://nowhere.invalid:9000")),
        models(base_url="https://nowhere.invalid/v1"),
        Connection(pgvector=PgvectorConfig(host="nowhere.invalid", database="d", username="u")),
    ],
)
async def test_a_host_that_does_not_exist_is_the_callers_fault(catalog: Catalog, connection: Connection) -> None:
    error = await refusal(create(catalog, "nowhere", connection))
    assert (error.status, error.reason_name) == (grpc.StatusCode.FAILED_PRECONDITION, "ADDRESS_UNREACHABLE")
    assert "nowhere.invalid" in str(error)


async def test_a_link_out_of_the_allowed_folders_is_refused(catalog: Catalog, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc")
    error = await refusal(create(catalog, "link", Connection(folder=FolderConfig(root=f"{tmp_path}/link"))))
    assert error.details["field"] == "connection.folder.root"


async def tried(catalog: Catalog, name: str, uri: str = "") -> tuple[bool, str, str]:
    answer = await ConnectionServiceStub(catalog.editor).TestConnection(
        connection_service_pb2.TestConnectionRequest(name=name, uri=uri)
    )
    assert SECRET not in answer.message
    return answer.works, ErrorReason.Name(answer.reason).removeprefix("ERROR_REASON_"), answer.message


async def test_trying_a_folder_lists_it(catalog: Catalog, tmp_path: Path) -> None:
    (tmp_path / "birds").mkdir()
    made = await create(catalog, "folder", Connection(folder=FolderConfig(root=str(tmp_path))))
    works, _, message = await tried(catalog, made.name)
    assert works
    assert "birds/" in message
    assert (await tried(catalog, made.name, f"file://{tmp_path}/none"))[:2] == (False, "BUCKET_NOT_FOUND")
    assert (await tried(catalog, made.name, "file:///etc"))[:2] == (False, "URI_INVALID")


async def test_trying_object_storage_tells_a_wrong_key_from_a_missing_bucket(
    catalog: Catalog, object_storage: ObjectStorageServer, bucket: str
) -> None:
    config = S3Config(
        endpoint=object_storage.endpoint,
        region=object_storage.region,
        access_key_id=object_storage.access_key,
        secret_access_key=object_storage.secret_key,
    )
    good = await create(catalog, "storage", Connection(s3=config))
    assert (await tried(catalog, good.name, f"s3://{bucket}/"))[0]
    assert await tried(catalog, good.name) == (True, "UNSPECIFIED", f"{object_storage.endpoint} takes the key.")
    assert (await tried(catalog, good.name, "s3://no-such-bucket/"))[:2] == (False, "BUCKET_NOT_FOUND")
    config.secret_access_key = SECRET
    bad = await create(catalog, "storage-bad", Connection(s3=config))
    works, reason, message = await tried(catalog, bad.name)
    assert (works, reason) == (False, "STORAGE_ACCESS_DENIED")
    assert object_storage.endpoint in message
    assert (await tried(catalog, bad.name, f"s3://{bucket}/"))[:2] == (False, "STORAGE_ACCESS_DENIED")


async def test_trying_a_model_service_that_does_not_listen_says_so(catalog: Catalog) -> None:
    made = await create(catalog, "silent", MODELS)
    assert (await tried(catalog, made.name))[:2] == (False, "MODEL_UNAVAILABLE")


async def test_trying_a_database_signs_in(catalog: Catalog, postgres: PostgresServer, database: str) -> None:
    config = PgvectorConfig(
        host=postgres.host,
        port=postgres.port,
        database=database.rpartition("/")[2],
        username=postgres.user,
        password=postgres.password,
    )
    good = await create(catalog, "vectors", Connection(pgvector=config))
    assert (await tried(catalog, good.name))[0]
    config.password = SECRET
    bad = await create(catalog, "vectors-bad", Connection(pgvector=config))
    assert (await tried(catalog, bad.name))[:2] == (False, "DATABASE_ACCESS_DENIED")
