"""POST of JSON to one model endpoint: the one place with its limits, retries and errors."""

import asyncio
import time
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from email.utils import parsedate_to_datetime
from io import BytesIO
from typing import Any

import aiohttp
import orjson
import structlog
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_exponential_jitter

from libs.endpoints.endpoint import CallLimits, ImageContent, ModelEndpoint
from libs.endpoints.errors import (
    EndpointError,
    ModelAccessDenied,
    ModelNotFound,
    ModelRateLimited,
    ModelRequestRefused,
    ModelResponseInvalid,
    ModelUnavailable,
)
from libs.rpc.addresses import AddressPolicy
from libs.rpc.errors import AddressUnreachable
from libs.rpc.resolver import checked_connector

log = structlog.get_logger(__name__)


class TryAgain(Exception):
    """An attempt failed in a way that may pass; `error` is what to raise if it does not."""

    def __init__(self, error: EndpointError, wait_seconds: float = 0) -> None:
        super().__init__(str(error))
        self.error = error
        self.wait_seconds = wait_seconds


class EndpointCalls:
    """Calls to one endpoint: at most `max_concurrency` in flight, each retried within its deadline.

    A Retry-After holds back every call to the endpoint until then, not just the one that met it. A rate limit is waited
    for until the deadline, other failures for a number of attempts.
    """

    def __init__(self, endpoint: ModelEndpoint, limits: CallLimits, session: aiohttp.ClientSession) -> None:
        self.endpoint = endpoint
        self.limits = limits
        self._session = session
        self._slots = asyncio.Semaphore(limits.max_concurrency)
        self._resume_at = 0.0

    async def post(self, url: str, body: Mapping[str, Any], *, attempts: int | None = None) -> dict[str, Any]:
        """The JSON object that the endpoint answers. Raises an EndpointError."""
        payload = orjson.dumps(body)
        failure: EndpointError = self._unavailable(f"no answer in {self.limits.overall_seconds:g} s")
        try:
            async with self._slots, asyncio.timeout(self.limits.overall_seconds):
                async for attempt in self._attempts(attempts or self.limits.attempts):
                    with attempt:
                        try:
                            await self._wait_for_permission()
                            return await self._attempt(url, payload)
                        except TryAgain as again:
                            failure = again.error
                            raise
        except (TryAgain, TimeoutError):
            raise failure from None
        raise AssertionError("unreachable: the attempts end by return or raise")

    def _attempts(self, attempts: int) -> AsyncRetrying:
        return AsyncRetrying(
            retry=retry_if_exception_type(TryAgain),
            stop=lambda state: attempts == 1 or (state.attempt_number >= attempts and not _rate_limited(state)),
            wait=self._wait_seconds,
            before_sleep=self._log_retry,
            reraise=True,
        )

    def _wait_seconds(self, state: RetryCallState) -> float:
        """Exponential back-off with jitter, and never less than the endpoint asks for."""
        first = self.limits.backoff_seconds
        failure = _failure(state)
        backoff = wait_exponential_jitter(multiplier=first, max=20, jitter=first)
        return max(backoff(state), failure.wait_seconds if failure else 0)

    async def _wait_for_permission(self) -> None:
        while (wait_seconds := self._resume_at - time.monotonic()) > 0:  # noqa: ASYNC110 (a time may be put off, an event not)
            await asyncio.sleep(wait_seconds)

    async def _attempt(self, url: str, payload: bytes) -> dict[str, Any]:
        try:
            async with (
                asyncio.timeout(self.limits.request_seconds),
                self._session.post(url, data=BytesIO(payload), allow_redirects=False) as response,
            ):
                answer = await self._read(response)
                self._raise_for_status(response, answer)
        except (aiohttp.ClientError, AddressUnreachable) as error:
            raise TryAgain(self._unavailable(self._told(error))) from error
        except TimeoutError:
            raise TryAgain(self._unavailable(f"no answer in {self.limits.request_seconds:g} s")) from None
        return self._parsed(answer)

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        answer = bytearray()
        async for part in response.content.iter_any():
            answer += part
            if len(answer) > self.limits.answer_bytes:
                raise self.invalid(f"more than {self.limits.answer_bytes} bytes")
        return bytes(answer)

    def _raise_for_status(self, response: aiohttp.ClientResponse, answer: bytes) -> None:
        code, problem = self._told_by_endpoint(response, answer)
        shown, model = self.endpoint.shown, self.endpoint.model
        match response.status:
            case status if 200 <= status < 300:
                return
            case 401 | 403:
                raise ModelAccessDenied(endpoint=shown, problem=problem)
            case status if status == 404 or "modelnotfound" in code.replace("_", "").lower():
                raise ModelNotFound(endpoint=shown, model=model, problem=problem)
            case 429:
                raise self._try_later(response, ModelRateLimited(endpoint=shown, problem=problem))
            case status if status == 408 or status >= 500:
                raise self._try_later(response, self._unavailable(problem))
            case _:
                raise ModelRequestRefused(endpoint=shown, problem=problem)

    def _try_later(self, response: aiohttp.ClientResponse, error: EndpointError) -> TryAgain:
        wait_seconds = retry_after_seconds(response.headers.get("Retry-After", ""), time.time())
        self._resume_at = max(self._resume_at, time.monotonic() + wait_seconds)
        return TryAgain(error, wait_seconds)

    def _told_by_endpoint(self, response: aiohttp.ClientResponse, answer: bytes) -> tuple[str, str]:
        """Its own code and message in either shape, `{"error": {...}}` or flat; else the status line."""
        try:
            told = orjson.loads(answer)
            told = told.get("error", told)
            code, message = str(told.get("code") or ""), told.get("message")
        except (orjson.JSONDecodeError, AttributeError):
            code, message = "", None
        problem = f"{response.status} {response.reason or ''}".strip()
        return code, self._without_key(": ".join(str(part) for part in (problem, code, message) if part))

    def _told(self, error: Exception) -> str:
        return self._without_key(str(error) or type(error).__name__)

    def _without_key(self, text: str) -> str:
        """Endpoints like to repeat a wrong key."""
        return text.replace(self.endpoint.api_key, "***") if self.endpoint.api_key else text

    def _parsed(self, answer: bytes) -> dict[str, Any]:
        try:
            parsed = orjson.loads(answer)
        except orjson.JSONDecodeError:
            raise self.invalid("it is not JSON") from None
        if not isinstance(parsed, dict):
            raise self.invalid("it is not a JSON object")
        return parsed

    def invalid(self, problem: str) -> ModelResponseInvalid:
        """The error for an answer that breaks the protocol."""
        return ModelResponseInvalid(endpoint=self.endpoint.shown, problem=self._without_key(problem))

    def refused(self, problem: str) -> ModelRequestRefused:
        """The error for a request, or a part of one, that the endpoint does not take."""
        return ModelRequestRefused(endpoint=self.endpoint.shown, problem=self._without_key(problem))

    def _unavailable(self, problem: str) -> ModelUnavailable:
        return ModelUnavailable(endpoint=self.endpoint.shown, problem=problem)

    def _log_retry(self, state: RetryCallState) -> None:
        log.warning(
            "a call to a model endpoint is tried again",
            endpoint=self.endpoint.shown,
            attempt=state.attempt_number,
            wait_seconds=round(state.upcoming_sleep, 2),
            problem=str(state.outcome.exception()) if state.outcome else "",
        )


@asynccontextmanager
async def open_calls(
    endpoint: ModelEndpoint, limits: CallLimits, addresses: AddressPolicy, headers: Mapping[str, str]
) -> AsyncIterator[EndpointCalls]:
    """Raises AddressNotAllowed or AddressUnreachable before anything is sent."""
    connector = await checked_connector(addresses, endpoint.base_url, limit=limits.max_concurrency)
    async with aiohttp.ClientSession(
        connector=connector,
        headers={"Content-Type": "application/json", **headers},
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=10),
    ) as session:
        yield EndpointCalls(endpoint, limits, session)


def retry_after_seconds(header: str, now: float) -> float:
    """Retry-After is a number of seconds or an HTTP date; 0 where it is neither."""
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - now)
    except ValueError:
        return 0.0


def data_uri(image: ImageContent) -> str:
    """The image inside a JSON string."""
    return f"data:{image.media_type};base64,{b64encode(image.data).decode()}"


def _rate_limited(state: RetryCallState) -> bool:
    failure = _failure(state)
    return failure is not None and isinstance(failure.error, ModelRateLimited)


def _failure(state: RetryCallState) -> TryAgain | None:
    failure = state.outcome.exception() if state.outcome else None
    return failure if isinstance(failure, TryAgain) else None
