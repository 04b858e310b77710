"""The embedding endpoint in DashScope's shape (multimodal embedding): `POST /dashscope`.

A request fails as a whole: `{"code", "message", "request_id"}`.
"""

import asyncio
import uuid
from http import HTTPStatus
from typing import Annotated, Literal

from aiohttp import web
from pydantic import BaseModel, Field, model_validator

from libs.images.errors import ImageError
from services.modelserver.data_uri import image_bytes
from services.modelserver.engine import EMBEDDING_MODEL, IMAGE_TOKENS, Engine
from services.modelserver.errors import RequestInvalid
from services.modelserver.protocol import Failure, answer, check_model, read

CODES = {
    HTTPStatus.UNAUTHORIZED: "InvalidApiKey",
    HTTPStatus.NOT_FOUND: "ModelNotFound",
    HTTPStatus.TOO_MANY_REQUESTS: "Throttling.RateQuota",
    HTTPStatus.INTERNAL_SERVER_ERROR: "InternalError",
}

Text = Annotated[str, Field(min_length=1, max_length=100_000, pattern=r"\S")]


class Content(BaseModel):
    """One text or one image."""

    text: Text | None = None
    image: str | None = None

    @model_validator(mode="after")
    def _is_one_of_them(self) -> "Content":
        if (self.text is None) == (self.image is None):
            raise ValueError("expected exactly one of text and image")
        return self

    @property
    def kind(self) -> Literal["text", "image"]:
        return "text" if self.text is not None else "image"


class Input(BaseModel):
    contents: list[Content] = Field(min_length=1, max_length=64)


class Parameters(BaseModel):
    dimension: int | None = None
    output_type: Literal["dense"] = "dense"


class Request(BaseModel):
    model: str
    input: Input
    parameters: Parameters = Parameters()


class DashScopeEmbeddings:
    """The handler."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def embed(self, request: web.Request) -> web.Response:
        body = await read(request, Request)
        check_model(body.model, EMBEDDING_MODEL)
        if body.parameters.dimension not in (None, self._engine.dimension):
            raise RequestInvalid(
                problem=f"parameters.dimension is {body.parameters.dimension}; this model has {self._engine.dimension}"
            )
        contents = body.input.contents
        embeddings = await asyncio.gather(*(self._embedding(at, content) for at, content in enumerate(contents)))
        images = sum(content.kind == "image" for content in contents)
        tokens = sum(self._engine.count_tokens(content.text) for content in contents if content.text is not None)
        usage = {"input_tokens": tokens, "image_tokens": images * IMAGE_TOKENS, "image_count": images}
        return answer({"output": {"embeddings": embeddings}, "usage": usage, "request_id": str(uuid.uuid4())})

    async def _embedding(self, index: int, content: Content) -> dict[str, object]:
        try:
            vector = await embed(self._engine, content)
        except (ImageError, RequestInvalid) as error:
            raise RequestInvalid(problem=f"input.contents.{index}: {error}") from error
        return {"index": index, "embedding": vector, "type": content.kind}


async def embed(engine: Engine, content: Content) -> list[float]:
    """Raises ImageError or RequestInvalid."""
    if content.text is not None:
        vector = await engine.embed_text(content.text)
    else:
        vector = await engine.embed_image(image_bytes(content.image or ""))
    return [float(value) for value in vector]


def render(failure: Failure) -> dict[str, object]:
    code = CODES.get(failure.status, "InvalidParameter")
    return {"code": code, "message": failure.message, "request_id": str(uuid.uuid4())}
