"""The tagging endpoint in OpenAI's shape: `POST /v1/chat/completions` and `GET /v1/models`.

The model looks at one image and answers `{"tags": [...]}` by the definition in the prompt (see `tag_prompt`). Asked
without an image, it says what it is for.
"""

import json
import time
import uuid
from http import HTTPStatus
from typing import Annotated, Literal

from aiohttp import web
from pydantic import BaseModel, Field

from services.modelserver.data_uri import image_bytes
from services.modelserver.engine import EMBEDDING_MODEL, IMAGE_TOKENS, TAGGING_MODEL, Engine
from services.modelserver.errors import RequestInvalid
from services.modelserver.protocol import Failure, answer, check_model, read
from services.modelserver.tag_prompt import read_definition

CODES = {
    HTTPStatus.UNAUTHORIZED: "invalid_api_key",
    HTTPStatus.NOT_FOUND: "model_not_found",
    HTTPStatus.TOO_MANY_REQUESTS: "rate_limit_exceeded",
    HTTPStatus.INTERNAL_SERVER_ERROR: "internal_error",
}

# To a message without an image, as whoever tries a connection sends one.
SELF_DESCRIPTION = "I only tag images: send one, with a tag definition in the text."


class ImageUrl(BaseModel):
    url: str


class ImagePart(BaseModel):
    type: Literal["image_url"]
    image_url: ImageUrl


class TextPart(BaseModel):
    type: Literal["text"]
    text: str = Field(max_length=1_000_000)


Part = Annotated[ImagePart | TextPart, Field(discriminator="type")]


class Message(BaseModel):
    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[Part]


class Request(BaseModel):
    model: str
    messages: list[Message] = Field(min_length=1)
    stream: Literal[False] = False
    n: Literal[1] = 1


class ChatCompletions:
    """The handlers."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def complete(self, request: web.Request) -> web.Response:
        body = await read(request, Request)
        check_model(body.model, TAGGING_MODEL)
        images, prompt = question(body.messages)
        if not images:
            return answer(self._completion(SELF_DESCRIPTION, prompt, images=0))
        tags = await self._engine.tag(image_bytes(images[0]), read_definition(prompt))
        return answer(self._completion(json.dumps({"tags": tags}, ensure_ascii=False), prompt, images=1))

    def _completion(self, content: str, prompt: str, *, images: int) -> dict[str, object]:
        message = {"role": "assistant", "content": content}
        asked = images * IMAGE_TOKENS + self._engine.count_tokens(prompt)
        answered = self._engine.count_tokens(content)
        return {
            "id": f"chatcmpl-{uuid.uuid4().hex}",
            "object": "chat.completion",
            "created": int(time.time()),
            "model": TAGGING_MODEL,
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": asked, "completion_tokens": answered, "total_tokens": asked + answered},
        }

    async def models(self, _: web.Request) -> web.Response:
        models = [
            {"id": name, "object": "model", "created": 0, "owned_by": "bowerbird"}
            for name in (TAGGING_MODEL, EMBEDDING_MODEL)
        ]
        return answer({"object": "list", "data": models})


def question(messages: list[Message]) -> tuple[list[str], str]:
    """The image's uri (none or one) and the text of the last message; raises RequestInvalid."""
    last = messages[-1]
    parts = [TextPart(type="text", text=last.content)] if isinstance(last.content, str) else last.content
    images = [part.image_url.url for part in parts if isinstance(part, ImagePart)]
    texts = [part.text for part in parts if isinstance(part, TextPart)]
    if last.role != "user" or len(images) > 1 or not texts:
        raise RequestInvalid(
            problem=f"the last message must be the user's, with a text and at most one image_url; it is the "
            f"{last.role}'s, with {len(texts)} texts and {len(images)} images"
        )
    return images, "\n".join(texts)


def render(failure: Failure) -> dict[str, object]:
    kind = "server_error" if failure.status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request_error"
    code = CODES.get(failure.status, "invalid_value")
    return {"error": {"message": failure.message, "type": kind, "param": None, "code": code}}
