"""Tries a connection, as people do before they rely on it."""

import asyncio

from bowerbird.catalog.v1.connection_pb2 import Connection, ModelServiceConfig
from libs.endpoints.chat import open_chat
from libs.endpoints.connection import endpoint_of
from libs.endpoints.embedding import open_embedding
from libs.objects.buckets import sign_in
from libs.objects.config import FolderConfig, storage_config
from libs.objects.opening import open_store
from libs.rpc.addresses import AddressPolicy
from libs.rpc.errors import FieldInvalid, ServiceUnavailable
from libs.vectors.config import database_config
from libs.vectors.opening import open_database

TRIAL_SECONDS = 30


async def try_connection(connection: Connection, uri: str, addresses: AddressPolicy) -> str:
    """What was found, for people. Raises the error that whoever uses the connection would meet.

    `connection` has its secret. `uri` is for object storage alone: the folder to list.
    """
    kind = connection.WhichOneof("config")
    if uri and kind not in ("s3", "folder"):
        raise FieldInvalid(field="uri", value=uri, expected="nothing: this connection leads to no object storage")
    try:
        async with asyncio.timeout(TRIAL_SECONDS):
            match kind:
                case "s3" | "folder":
                    return await _try_storage(connection, uri, addresses)
                case "model_service":
                    return await _try_models(connection.model_service, addresses)
                case _:
                    return await _try_database(connection, addresses)
    except TimeoutError as error:
        raise ServiceUnavailable(service=f"What {connection.name} leads to") from error


async def _try_storage(connection: Connection, uri: str, addresses: AddressPolicy) -> str:
    config = storage_config(connection)
    if not uri:
        if not isinstance(config, FolderConfig):
            return f"{await sign_in(config, addresses)} takes the key."
        uri = f"file://{config.root}"
    async with open_store(config, uri, addresses) as store:
        folders = (await store.folder()).folders[:5]
    listed = f", such as {', '.join(folders)}" if folders else ""
    return f"{uri} can be listed; it has {'sub-folders' if folders else 'no sub-folders'}{listed}."


async def _try_models(config: ModelServiceConfig, addresses: AddressPolicy) -> str:
    found = []
    for model in config.models:
        endpoint = endpoint_of(config, model.model)
        if config.protocol == ModelServiceConfig.PROTOCOL_OPENAI_CHAT:
            async with open_chat(endpoint, addresses) as chat:
                await chat.check()
            found.append(f"{model.model} answers")
        else:
            async with open_embedding(endpoint, addresses) as embedding:
                dimension = await embedding.check()
            found.append(f"{model.model} answers with {dimension} dimensions")
    return f"{'; '.join(found)}."


async def _try_database(connection: Connection, addresses: AddressPolicy) -> str:
    config = database_config(connection)
    database = await open_database(config, addresses, patience_seconds=0)
    try:
        await database.check()
    finally:
        await database.close()
    return f"The database {config.database} takes vectors."
