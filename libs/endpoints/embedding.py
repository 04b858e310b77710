"""The port of embedding endpoints, and the adapters of the two shapes that they speak."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from libs.endpoints.calls import EndpointCalls, data_uri, open_calls
from libs.endpoints.endpoint import CallLimits, ImageContent, ModelEndpoint, Usage, WireProtocol
from libs.endpoints.errors import DimensionMismatch, EndpointError, ModelRequestRefused, VectorInvalid
from libs.rpc.addresses import AddressPolicy

Content = str | ImageContent
Vector = NDArray[np.float32]


@dataclass(frozen=True)
class Embeddings:
    """One entry a content, in the order of the contents: its vector, or why it alone has none."""

    entries: Sequence[Vector | EndpointError]
    usage: Usage


class EmbeddingClient(Protocol):
    """Embeds texts and images into one space."""

    @property
    def batch_size(self) -> int:
        """Contents that one call takes at most."""
        ...

    async def embed(self, contents: Sequence[Content]) -> Embeddings:
        """Embed 1 to `batch_size` texts and images in one call.

        Vectors are float32, finite, of the endpoint's dimension, and not normalised. Where the endpoint refuses a batch
        as a whole, each content is asked for alone, so that none fails for its neighbour. Raises EndpointError for what
        concerns all contents, DimensionMismatch among it.
        """
        ...

    async def check(self) -> int:
        """Embed one word, without retries, and return the dimension. Raises EndpointError."""
        ...


@asynccontextmanager
async def open_embedding(
    endpoint: ModelEndpoint, addresses: AddressPolicy, limits: CallLimits | None = None
) -> AsyncIterator[EmbeddingClient]:
    """The client that speaks the endpoint's protocol. Raises AddressNotAllowed or AddressUnreachable."""
    limits = limits or CallLimits()
    key = endpoint.api_key
    match endpoint.protocol:
        case WireProtocol.DASHSCOPE_EMBEDDING:
            headers = {"Authorization": f"Bearer {key}"} if key else {}
            async with open_calls(endpoint, limits, addresses, headers) as calls:
                yield DashScopeEmbedding(calls)
        case WireProtocol.EAS_EMBEDDING:
            headers = {"Authorization": key} if key else {}
            async with open_calls(endpoint, limits, addresses, headers) as calls:
                yield EasEmbedding(calls)
        case WireProtocol.OPENAI_CHAT:
            raise ValueError(f"{endpoint.shown} speaks {endpoint.protocol.value}; that gives no embeddings")


class _BatchEmbedding(ABC):
    """What both shapes share."""

    batch_size = 8

    def __init__(self, calls: EndpointCalls) -> None:
        self._calls = calls

    async def embed(self, contents: Sequence[Content]) -> Embeddings:
        if not 1 <= len(contents) <= self.batch_size:
            raise ValueError(f"{len(contents)} contents; expected 1 to {self.batch_size}")
        try:
            return await self._embed(contents)
        except ModelRequestRefused:
            if len(contents) == 1:
                raise
        return await self._embed_each(contents)

    async def check(self) -> int:
        embeddings = await self._embed(["bird"], attempts=1)
        (entry,) = embeddings.entries
        if isinstance(entry, EndpointError):
            raise entry
        return len(entry)

    async def _embed_each(self, contents: Sequence[Content]) -> Embeddings:
        entries: list[Vector | EndpointError] = []
        input_tokens = output_tokens = 0
        for content in contents:
            try:
                one = await self._embed([content])
            except ModelRequestRefused as refused:
                entries.append(refused)
                continue
            entries.extend(one.entries)
            input_tokens += one.usage.input_tokens
            output_tokens += one.usage.output_tokens
        return Embeddings(entries, Usage(input_tokens, output_tokens))

    @abstractmethod
    async def _embed(self, contents: Sequence[Content], attempts: int | None = None) -> Embeddings:
        """One call."""

    def _entries(self, answer: dict[str, Any], count: int) -> list[Vector | None]:
        """The vectors by their `index`; None where there is none."""
        found: list[Vector | None] = [None] * count
        try:
            for one in answer["output"]["embeddings"]:
                index = one["index"]
                if not 0 <= index < count or found[index] is not None:
                    raise self._calls.invalid(f"index {index} among {count} contents")
                found[index] = self._vector(one["embedding"])
        except (KeyError, TypeError) as error:
            raise self._calls.invalid("output.embeddings is not a list of {index, embedding}") from error
        return found

    def _vector(self, numbers: list[float]) -> Vector:
        try:
            with np.errstate(over="ignore"):  # what is beyond float32 becomes infinite and is told as such
                vector = np.asarray(numbers, dtype=np.float32)
        except (TypeError, ValueError):
            raise self._calls.invalid("an embedding is not a list of numbers") from None
        if vector.ndim != 1 or not vector.size:
            raise self._calls.invalid("an embedding is not a list of numbers")
        expected = self._calls.endpoint.dimension
        if expected is not None and vector.size != expected:
            raise DimensionMismatch(expected=expected, found=vector.size)
        return vector


class DashScopeEmbedding(_BatchEmbedding):
    """DashScope's multimodal embedding API (`tongyi-embedding-vision-plus` and the like)."""

    async def _embed(self, contents: Sequence[Content], attempts: int | None = None) -> Embeddings:
        endpoint = self._calls.endpoint
        body: dict[str, Any] = {
            "model": endpoint.model,
            "input": {"contents": [_shaped(content) for content in contents]},
            "parameters": {"output_type": "dense"},
        }
        if endpoint.dimension is not None:
            body["parameters"]["dimension"] = endpoint.dimension
        answer = await self._calls.post(endpoint.base_url, body, attempts=attempts)
        found = self._entries(answer, len(contents))
        missing = [index for index, vector in enumerate(found) if vector is None]
        if missing:
            raise self._calls.invalid(f"no embedding for the contents {missing}")
        return Embeddings([_checked(vector) for vector in found if vector is not None], _usage(answer))


class EasEmbedding(_BatchEmbedding):
    """A GME service on EAS: its own status stands in the answer, and 204 means that some contents failed."""

    async def _embed(self, contents: Sequence[Content], attempts: int | None = None) -> Embeddings:
        endpoint = self._calls.endpoint
        body: dict[str, Any] = {"input": {"contents": [_shaped(content) for content in contents]}}
        if endpoint.model:
            body["model"] = endpoint.model
        answer = await self._calls.post(endpoint.base_url, body, attempts=attempts)
        match answer.get("status_code"):
            case 200 | 204:
                found = self._entries(answer, len(contents))
                return Embeddings(self._with_reasons(found, answer.get("message")), _usage(answer))
            case 400:
                raise self._calls.refused(_joined(answer.get("message")))
            case status:
                raise self._calls.invalid(f"status_code {status!r}: {_joined(answer.get('message'))}")

    def _with_reasons(self, found: list[Vector | None], message: object) -> list[Vector | EndpointError]:
        """`message` is a list of reasons: one a content, or one a failure in order, or anything at all."""
        failures = [index for index, vector in enumerate(found) if vector is None]
        reasons = message if isinstance(message, list) else [message] * len(failures)
        if len(reasons) == len(found):
            reasons = [reasons[index] for index in failures]
        elif len(reasons) != len(failures):
            reasons = [_joined(message)] * len(failures)
        told = dict(zip(failures, reasons, strict=True))
        return [
            self._calls.refused(_joined(told[index])) if vector is None else _checked(vector)
            for index, vector in enumerate(found)
        ]


def _shaped(content: Content) -> dict[str, str]:
    return {"text": content} if isinstance(content, str) else {"image": data_uri(content)}


def _checked(vector: Vector) -> Vector | VectorInvalid:
    return vector if np.isfinite(vector).all() else VectorInvalid(problem="it holds numbers that are not finite")


def _usage(answer: dict[str, Any]) -> Usage:
    usage = answer.get("usage")
    if not isinstance(usage, dict):
        return Usage()
    return Usage(sum(int(usage.get(kind) or 0) for kind in ("input_tokens", "image_tokens")))


def _joined(message: object) -> str:
    parts = message if isinstance(message, list) else [message]
    return "; ".join(str(part) for part in parts if part) or "no reason given"
