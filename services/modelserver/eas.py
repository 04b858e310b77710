"""The embedding endpoint in the shape of an EAS service of GME: `POST /eas`, header `Authorization: TOKEN`.

A content that cannot be embedded fails by itself: `status_code` is 200 (all), 204 (some; `message` lists the reasons)
or 400 (none), and callers go by `index`.
"""

import asyncio
from http import HTTPStatus

from aiohttp import web
from pydantic import BaseModel, Field

from libs.images.errors import ImageError
from services.modelserver.dashscope import Content, Text, embed
from services.modelserver.engine import EMBEDDING_MODEL, Engine
from services.modelserver.errors import RequestInvalid
from services.modelserver.protocol import Failure, answer, check_model, read


class Input(BaseModel):
    contents: list[Text | Content] = Field(min_length=1, max_length=64)


class Request(BaseModel):
    model: str | None = None
    input: Input


class EasEmbeddings:
    """The handler."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def embed(self, request: web.Request) -> web.Response:
        body = await read(request, Request)
        check_model(body.model, EMBEDDING_MODEL)
        contents = [Content(text=content) if isinstance(content, str) else content for content in body.input.contents]
        results = await asyncio.gather(*(self._embedding(at, content) for at, content in enumerate(contents)))
        embeddings = [result for result in results if not isinstance(result, str)]
        problems = [result for result in results if isinstance(result, str)]
        if not embeddings:
            return answer(reply(HTTPStatus.BAD_REQUEST, problems), HTTPStatus.BAD_REQUEST)
        return answer(reply(HTTPStatus.NO_CONTENT if problems else HTTPStatus.OK, problems or "", embeddings))

    async def _embedding(self, index: int, content: Content) -> dict[str, object] | str:
        """The embedding, or what was wrong."""
        try:
            vector = await embed(self._engine, content)
        except (ImageError, RequestInvalid) as error:
            return f"input.contents.{index}: {error}"
        return {"index": index, "embedding": vector, "type": content.kind}


def reply(
    status: HTTPStatus, message: str | list[str], embeddings: list[dict[str, object]] | None = None
) -> dict[str, object]:
    return {"status_code": int(status), "message": message, "output": {"embeddings": embeddings or []}}


def render(failure: Failure) -> dict[str, object]:
    return reply(failure.status, [failure.message])
