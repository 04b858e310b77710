"""A model endpoint that costs nothing: DashScope's, EAS's and OpenAI's wire shapes, counted, misbehaving on command.

Run it as a process (`python -m tests.fakes.endpoint --port 0` prints its address) or embed it (`async with running()`).

    POST /v1/chat/completions   OpenAI        POST /dashscope   DashScope embedding        POST /eas   EAS embedding
    PUT  /settings              fields of `Settings`
    POST /rules                 fields of `Rule`; the first that applies is obeyed          DELETE /rules
    GET  /counts                fields of `Counts`, `in_flight`, `by_content` (SHA-256 -> calls),
                                `rules` (kind -> times applied)
    DELETE /counts              begin to count anew

Answers follow from the content's SHA-256 alone: `tags_for` and `vector_for` of `answers.py` tell what to expect.
"""

import argparse
import asyncio
import json
import time
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any

import orjson
from aiohttp import web

from tests.fakes.answers import bytes_of, definition_in, hash_of, sha256, tags_for, type_of, vector_for
from tests.fakes.rules import Counts, Rule, Settings

MAX_BODY_BYTES = 64 * 1024 * 1024


class FakeEndpoint:
    """The endpoint and what it has seen; `url` is its base."""

    def __init__(self) -> None:
        self.url = ""
        self.settings = Settings()
        self.rules: list[Rule] = []
        self.applied: Counter[str] = Counter()
        self.counts = Counts()
        self.by_content: Counter[str] = Counter()
        self.last_text = ""
        self.in_flight = 0
        self._recent: deque[float] = deque()
        self._closed_until = 0.0

    @property
    def chat_url(self) -> str:
        return f"{self.url}/v1"

    @property
    def dashscope_url(self) -> str:
        return f"{self.url}/dashscope"

    @property
    def eas_url(self) -> str:
        return f"{self.url}/eas"

    def misbehave(self, kind: Any, **how: Any) -> Rule:
        """Add a rule."""
        rule = Rule(kind, **how)
        self.rules.append(rule)
        return rule

    def reset(self) -> None:
        """Behave, and count anew."""
        self.settings, self.rules = Settings(), []
        self.forget()

    def forget(self) -> None:
        """Count anew."""
        self.counts = Counts()
        self.by_content.clear()
        self.applied.clear()

    def application(self) -> web.Application:
        app = web.Application(client_max_size=MAX_BODY_BYTES)
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_post("/dashscope", self._dashscope)
        app.router.add_post("/eas", self._eas)
        app.router.add_put("/settings", self._change_settings)
        app.router.add_post("/rules", self._add_rule)
        app.router.add_delete("/rules", self._drop_rules)
        app.router.add_get("/counts", self._show_counts)
        app.router.add_delete("/counts", self._forget_counts)
        return app

    # The three shapes.

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        body = await _json_of(request)
        parts = body["messages"][-1]["content"]
        parts = [{"type": "text", "text": parts}] if isinstance(parts, str) else parts
        texts = [part["text"] for part in parts if part["type"] == "text"]
        images = [bytes_of(part["image_url"]["url"]) for part in parts if part["type"] == "image_url"]
        hashes = [sha256(image) for image in images]
        async with self._call(request, hashes, f"Bearer {self.settings.api_key}") as (refusal, rule):
            if refusal is not None:
                return refusal
            json_mode = body.get("response_format", {}).get("type") == "json_object"
            if json_mode and "json" not in " ".join(texts).lower():
                return _openai_error(400, "InvalidParameter", "'messages' must contain the word 'json'")
            self.last_text = texts[0]
            content: str | None = self._chat_content(texts, hashes) if images else "Hello."
            match rule.kind if rule else None:
                case "prose":
                    content = "I see a lovely photo, with a bird perhaps."
                case "texts" if rule and hashes:
                    content = rule.text_for(hashes[0])
                case "unknown_tag":
                    content = json.dumps({"tags": ["a tag that nobody defined"]})
                case "half_json":
                    content = (content or "")[:9]
                case "no_content":
                    content = None
            tokens = {"prompt_tokens": 10 + len(texts[0]) // 4, "completion_tokens": len(content or "") // 4 + 1}
            self.counts.input_tokens += tokens["prompt_tokens"]
            self.counts.output_tokens += tokens["completion_tokens"]
            choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}
            usage = {**tokens, "total_tokens": sum(tokens.values())}
            return _json({"id": "fake", "object": "chat.completion", "choices": [choice], "usage": usage})

    async def _dashscope(self, request: web.Request) -> web.StreamResponse:
        body = await _json_of(request)
        contents = body["input"]["contents"]
        hashes = [hash_of(content) for content in contents]
        async with self._call(request, hashes, f"Bearer {self.settings.api_key}") as (refusal, rule):
            if refusal is not None:
                return refusal
            dimension = body.get("parameters", {}).get("dimension") or self.settings.dimension
            embeddings = self._embeddings(contents, hashes, dimension, rule)
            self.counts.input_tokens += 10 * len(contents)
            usage = {"input_tokens": 10 * len(contents), "image_tokens": 0}
            return _json({"output": {"embeddings": embeddings}, "usage": usage, "request_id": "fake"})

    async def _eas(self, request: web.Request) -> web.StreamResponse:
        body = await _json_of(request)
        contents = body["input"]["contents"]
        hashes = [hash_of(content) for content in contents]
        async with self._call(request, hashes, self.settings.api_key) as (refusal, rule):
            if refusal is not None:
                return refusal
            embeddings = self._embeddings(contents, hashes, self.settings.dimension, rule)
            partial = len(embeddings) < len(contents)
            message: object = ["the image could not be read"] if partial else ""
            return _json(
                {"status_code": 204 if partial else 200, "message": message, "output": {"embeddings": embeddings}}
            )

    def _chat_content(self, texts: list[str], hashes: list[str]) -> str:
        definition = definition_in(texts[0])
        return json.dumps({"tags": tags_for(hashes[0], definition)})

    def _embeddings(
        self, contents: list[Any], hashes: list[str], dimension: int, rule: Rule | None
    ) -> list[dict[str, Any]]:
        embeddings: list[dict[str, Any]]
        dimension += rule is not None and rule.kind == "wrong_dimension"
        embeddings = [
            {"index": index, "embedding": vector_for(content_hash, dimension), "type": type_of(content)}
            for index, (content, content_hash) in enumerate(zip(contents, hashes, strict=True))
        ]
        match rule.kind if rule else None:
            case "not_finite":
                embeddings[0]["embedding"][0] = 1e300
            case "missing":
                del embeddings[0]
            case "shuffled":
                embeddings.reverse()
        return embeddings

    # What all calls have in common.

    @asynccontextmanager
    async def _call(
        self, request: web.Request, hashes: list[str], authorization: str
    ) -> AsyncIterator[tuple[web.StreamResponse | None, Rule | None]]:
        """Count the call, wait as long as the settings say, and give what is to be answered instead, and the rule."""
        counts = self.counts
        counts.calls += 1
        counts.first_call_at = counts.first_call_at or time.monotonic()
        counts.too_early += time.monotonic() < self._closed_until
        self.in_flight += 1
        counts.most_in_flight = max(counts.most_in_flight, self.in_flight)
        self.by_content.update(hashes)
        try:
            if self.settings.api_key and request.headers.get("Authorization") != authorization:
                yield _openai_error(401, "InvalidApiKey", f"wrong key {request.headers.get('Authorization')}"), None
                return
            if self._over_rate():
                counts.rate_limited += 1
                yield self._closed_for("1"), None
                return
            rule = next((rule for rule in self.rules if rule.take(hashes)), None)
            if rule:
                self.applied[rule.kind] += 1
            await asyncio.sleep(3600 if rule and rule.kind == "hang" else self.settings.latency_ms / 1000)
            yield self._refusal(request, rule), rule
            counts.answered += 1
            counts.last_answer_at = time.monotonic()
        except asyncio.CancelledError:
            counts.cancelled += 1
            raise
        finally:
            self.in_flight -= 1

    def _refusal(self, request: web.Request, rule: Rule | None) -> web.StreamResponse | None:
        match rule.kind if rule else None:
            case "status" if rule and rule.retry_after is not None:
                return self._closed_for(rule.retry_after, rule.status)
            case "status" if rule:
                return _openai_error(rule.status, rule.code, rule.message)
            case "not_json":
                return web.Response(text="<html>It works!</html>", content_type="text/html")
            case "redirect":
                return web.Response(status=302, headers={"Location": "http://169.254.169.254/latest/meta-data"})
            case "drop":
                if request.transport is not None:
                    request.transport.abort()
                return web.Response()
            case _:
                return None

    def _over_rate(self) -> bool:
        limit, now = self.settings.calls_per_second, time.monotonic()
        while self._recent and self._recent[0] < now - 1:
            self._recent.popleft()
        if limit and len(self._recent) >= limit:
            return True
        self._recent.append(now)
        return False

    def _closed_for(self, retry_after: str, status: int = 429) -> web.Response:
        if retry_after.isdecimal():
            # A little less, because the client's clock starts later than this one.
            self._closed_until = time.monotonic() + int(retry_after) - 0.05
        response = _openai_error(status, "Throttling.RateQuota", "Requests rate limit exceeded")
        response.headers["Retry-After"] = retry_after
        return response

    # Command and inspection.

    async def _change_settings(self, request: web.Request) -> web.Response:
        self.settings = Settings(**{**asdict(self.settings), **await request.json()})
        return web.json_response(asdict(self.settings))

    async def _add_rule(self, request: web.Request) -> web.Response:
        self.rules.append(Rule(**await request.json()))
        return web.json_response(asdict(self.rules[-1]))

    async def _drop_rules(self, request: web.Request) -> web.Response:
        self.rules.clear()
        return web.json_response({})

    async def _show_counts(self, request: web.Request) -> web.Response:
        seen = {"in_flight": self.in_flight, "by_content": dict(self.by_content), "rules": dict(self.applied)}
        return web.json_response({**asdict(self.counts), **seen})

    async def _forget_counts(self, request: web.Request) -> web.Response:
        self.forget()
        return web.json_response({})


@asynccontextmanager
async def running(port: int = 0) -> AsyncIterator[FakeEndpoint]:
    """A fake endpoint in this event loop, on a free port of 127.0.0.1."""
    fake = FakeEndpoint()
    runner = web.AppRunner(fake.application(), handler_cancellation=True, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        fake.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield fake
    finally:
        await runner.cleanup()


async def _json_of(request: web.Request) -> dict[str, Any]:
    parsed: dict[str, Any] = orjson.loads(await request.read())
    return parsed


def _json(body: dict[str, Any]) -> web.Response:
    return web.Response(body=orjson.dumps(body), content_type="application/json")


def _openai_error(status: int, code: str, message: str) -> web.Response:
    return web.json_response({"error": {"code": code, "message": message}}, status=status)


async def main() -> None:
    """Run until killed."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, default=0)
    arguments.add_argument("--latency-ms", type=float, default=0.0)
    given = arguments.parse_args()
    async with running(given.port) as fake:
        fake.settings.latency_ms = given.latency_ms
        print(fake.url, flush=True)  # noqa: T201 (whoever started it reads the address)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
