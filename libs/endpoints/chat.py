"""The client of OpenAI-compatible chat completions with one image."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from libs.endpoints.calls import EndpointCalls, data_uri, open_calls
from libs.endpoints.endpoint import CallLimits, ImageContent, ModelEndpoint, Usage
from libs.rpc.addresses import AddressPolicy


@dataclass(frozen=True)
class ChatAnswer:
    """What the model said, as it came, and what it cost."""

    content: str
    usage: Usage


class ChatClient:
    """Asks a multimodal model about an image."""

    def __init__(self, calls: EndpointCalls) -> None:
        self._calls = calls
        self._url = calls.endpoint.base_url.rstrip("/") + "/chat/completions"

    async def ask(self, image: ImageContent, text: str) -> ChatAnswer:
        """One user message, the image and then the text, answered in JSON mode: the text must say the word JSON.

        Raises EndpointError.
        """
        content = [
            {"type": "image_url", "image_url": {"url": data_uri(image)}},
            {"type": "text", "text": text},
        ]
        answer = await self._calls.post(self._url, self._body(content, response_format={"type": "json_object"}))
        return ChatAnswer(self._said(answer), _usage(answer))

    async def check(self) -> None:
        """The cheapest question, without retries. Raises EndpointError."""
        answer = await self._calls.post(self._url, self._body("Say hello.", max_tokens=1), attempts=1)
        self._message(answer)

    def _body(self, content: object, **options: object) -> dict[str, object]:
        messages = [{"role": "user", "content": content}]
        return {"model": self._calls.endpoint.model, "messages": messages, **options}

    def _message(self, answer: dict[str, Any]) -> dict[str, Any]:
        try:
            message = answer["choices"][0]["message"]
        except (KeyError, IndexError, TypeError):
            message = None
        if not isinstance(message, dict):
            raise self._calls.invalid("it has no choices[0].message")
        return message

    def _said(self, answer: dict[str, Any]) -> str:
        content = self._message(answer).get("content")
        if not isinstance(content, str):
            finish = answer["choices"][0].get("finish_reason")
            raise self._calls.invalid(f"choices[0].message.content is not text (finish_reason {finish!r})")
        return content


@asynccontextmanager
async def open_chat(
    endpoint: ModelEndpoint, addresses: AddressPolicy, limits: CallLimits | None = None
) -> AsyncIterator[ChatClient]:
    """Raises AddressNotAllowed or AddressUnreachable."""
    headers = {"Authorization": f"Bearer {endpoint.api_key}"} if endpoint.api_key else {}
    async with open_calls(endpoint, limits or CallLimits(), addresses, headers) as calls:
        yield ChatClient(calls)


def _usage(answer: dict[str, Any]) -> Usage:
    usage = answer.get("usage")
    if not isinstance(usage, dict):
        return Usage()
    return Usage(int(usage.get("prompt_tokens") or 0), int(usage.get("completion_tokens") or 0))
