"""A model service connection, as catalog keeps it, turned into an endpoint."""

from typing import Final

from bowerbird.catalog.v1.connection_pb2 import ModelServiceConfig
from libs.endpoints.endpoint import ModelEndpoint, WireProtocol
from libs.rpc.errors import FieldInvalid

PROTOCOLS: Final = {
    ModelServiceConfig.PROTOCOL_OPENAI_CHAT: WireProtocol.OPENAI_CHAT,
    ModelServiceConfig.PROTOCOL_DASHSCOPE_EMBEDDING: WireProtocol.DASHSCOPE_EMBEDDING,
    ModelServiceConfig.PROTOCOL_EAS_EMBEDDING: WireProtocol.EAS_EMBEDDING,
}


def endpoint_of(config: ModelServiceConfig, model: str = "") -> ModelEndpoint:
    """The endpoint of one of the connection's models, the first where `model` is empty. Raises FieldInvalid."""
    protocol = PROTOCOLS.get(config.protocol)
    if protocol is None:
        raise FieldInvalid(field="protocol", value=config.protocol, expected="a protocol that this suite speaks")
    known = {one.model: one for one in config.models}
    chosen = known.get(model or next(iter(known), ""))
    if chosen is None:
        raise FieldInvalid(field="model", value=model, expected="one of " + ", ".join(known))
    return ModelEndpoint(protocol, config.base_url, chosen.model, config.api_key, chosen.dimension or None)
