"""The connections and the tag definition that a first dataset needs, so that nobody has to make them."""

from pathlib import Path

from bowerbird.catalog.v1.connection_pb2 import Connection, Model, ModelServiceConfig, PgvectorConfig, S3Config
from bowerbird.client import Client, NotFound
from bowerbird.client.defaults import (
    DATABASE_CONNECTION,
    EMBEDDING_CONNECTION,
    STORAGE_CONNECTION,
    TAG_DEFINITION,
    TAGGING_CONNECTION,
)
from deploy.local.parts import VECTOR_DATABASE, Suite
from deploy.local.settings import LocalSettings

TAGS = Path(__file__).with_name("tags.json")
EMBEDDED_TAGGER, EMBEDDED_EMBEDDER = "bowerbird-tagger", "bowerbird-concepts"


async def set_defaults(client: Client, suite: Suite, settings: LocalSettings) -> None:
    """Make the defaults what this start needs; whatever else people have made stays."""
    await _set_connection(client, STORAGE_CONNECTION, "s3", _storage(suite))
    await _set_connection(client, DATABASE_CONNECTION, "pgvector", _database(suite))
    await _set_connection(client, TAGGING_CONNECTION, "model_service", _tagging(suite, settings))
    await _set_connection(client, EMBEDDING_CONNECTION, "model_service", _embedding(suite, settings))
    await _set_tag_definition(client, settings.tagdef)


async def _set_connection(client: Client, connection_id: str, kind: str, wanted: Connection) -> None:
    try:
        there = await client.connections.get(connection_id)
    except NotFound:
        await client.connections.create(connection_id, wanted)
        return
    wanted.name = there.name
    await client.connections.update(wanted, [kind])


async def _set_tag_definition(client: Client, given: Path | None) -> None:
    """The given one; without one, that of the sample photos, unless there is one already."""
    definition = (given or TAGS).read_text("utf-8")
    try:
        there = await client.tag_definitions.get(TAG_DEFINITION)
    except NotFound:
        await client.tag_definitions.create(TAG_DEFINITION, definition)
        return
    if given is not None:
        there.definition_json = definition
        await client.tag_definitions.update(there, ["definition_json"])


def _storage(suite: Suite) -> Connection:
    storage = suite.object_storage
    return Connection(
        s3=S3Config(
            endpoint=storage.endpoint,
            region=storage.region,
            access_key_id=storage.access_key,
            secret_access_key=storage.secret_key,
        )
    )


def _database(suite: Suite) -> Connection:
    server = suite.postgres
    return Connection(
        pgvector=PgvectorConfig(
            host=server.host,
            port=server.port,
            database=VECTOR_DATABASE,
            username=server.user,
            password=server.password,
        )
    )


def _tagging(suite: Suite, settings: LocalSettings) -> Connection:
    protocol = ModelServiceConfig.PROTOCOL_OPENAI_CHAT
    if settings.model_url is None:
        return _model(f"{suite.models_url}/v1", protocol, EMBEDDED_TAGGER, suite.secrets.model_key)
    return _model(settings.model_url, protocol, settings.model, _key(settings))


def _embedding(suite: Suite, settings: LocalSettings) -> Connection:
    protocol = ModelServiceConfig.PROTOCOL_DASHSCOPE_EMBEDDING
    if settings.embed_url is None:
        return _model(f"{suite.models_url}/dashscope", protocol, EMBEDDED_EMBEDDER, suite.secrets.model_key)
    return _model(settings.embed_url, protocol, settings.embed_model, _key(settings))


def _model(url: str, protocol: ModelServiceConfig.Protocol.ValueType, model: str, key: str) -> Connection:
    config = ModelServiceConfig(base_url=url, protocol=protocol, api_key=key, models=[Model(model=model)])
    return Connection(model_service=config)


def _key(settings: LocalSettings) -> str:
    return settings.model_key.get_secret_value() if settings.model_key else ""
