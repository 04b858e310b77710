"""Signing in by a token, who is signed in, and signing out."""

import asyncio
import base64
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from http.cookies import Morsel, SimpleCookie
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from bowerbird.catalog.v1.identity_pb2 import Token
from bowerbird.catalog.v1.identity_service_pb2 import CreateTokenRequest, DeleteTokenRequest
from bowerbird.catalog.v1.identity_service_pb2_grpc import IdentityServiceStub
from bowerbird.type.v1.role_pb2 import Role
from services.console.sessions.errors import SignInSlowed
from services.console.sessions.failures import FailedSignIns
from tests.services.console.scene import Answer, Console, consoling
from tests.suite import WORKSPACE, Catalog

NAME = "bowerbird_session"


async def signing_in(console: Console, token: str, **headers: str) -> Answer:
    return await console.ask("POST", "/session", role=None, json={"token": token}, headers=headers)


def cookie_of(answer: Answer) -> "Morsel[str]":
    cookies: SimpleCookie = SimpleCookie()
    cookies.load(answer.headers["Set-Cookie"])
    return cookies[NAME]


async def with_cookie(console: Console, value: str, path: str = "/session", method: str = "GET") -> Answer:
    headers = {"Cookie": f"{NAME}={value}", "X-Bowerbird-CSRF": "1", "Sec-Fetch-Site": "same-origin"}
    return await console.ask(method, path, role=None, headers=headers)


async def until_status(ask: Callable[[], Awaitable[Answer]], status: int, seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while (await ask()).status != status:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def made_token(catalog: Catalog, **lasts: Any) -> tuple[str, str]:
    """Name and secret of a token that ends after a while."""
    expires = Timestamp()
    expires.FromDatetime(datetime.now(UTC) + timedelta(**lasts))
    token = Token(display_name="short", role=Role.ROLE_VIEWER, expire_time=expires)
    answer = await IdentityServiceStub(catalog.admin).CreateToken(CreateTokenRequest(parent=WORKSPACE, token=token))
    return answer.token.name, answer.secret


@pytest.mark.parametrize("role", [Role.ROLE_VIEWER, Role.ROLE_EDITOR, Role.ROLE_ADMIN])
async def test_a_token_of_any_role_signs_in_and_the_cookie_stands_for_it(
    console: Console, role: Role.ValueType
) -> None:
    token = console.catalog.tokens[role]
    answer = await signing_in(console, token)
    assert (answer.status, answer.json["workspace"], answer.json["role"]) == (200, WORKSPACE, Role.Name(role))
    assert answer.json["subject"]
    cookie = cookie_of(answer)
    assert token not in answer.headers["Set-Cookie"]
    assert base64.urlsafe_b64encode(token.encode()).decode().rstrip("=") not in cookie.value
    for path in ("/session", "/v1/caller"):
        found = await with_cookie(console, cookie.value, path)
        assert found.status == 200
        assert (found.json.get("caller") or found.json) == answer.json


async def test_the_cookie_is_kept_from_scripts_and_other_sites(console: Console) -> None:
    cookie = cookie_of(await signing_in(console, console.catalog.tokens[Role.ROLE_VIEWER]))
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Strict", "/", "")
    assert not cookie["secure"]  # this test asks by http
    assert 0 < int(cookie["max-age"]) <= 30 * 24 * 3600


async def test_the_same_token_never_gives_the_same_cookie(console: Console) -> None:
    token = console.catalog.tokens[Role.ROLE_VIEWER]
    cookies = {cookie_of(await signing_in(console, token)).value for _ in range(3)}
    assert len(cookies) == 3


async def test_behind_a_proxy_that_ends_tls_the_cookie_is_secure(catalog: Catalog) -> None:
    async with consoling(catalog, "127.0.0.1:9", BEHIND_PROXY="true") as console:
        token = console.catalog.tokens[Role.ROLE_VIEWER]
        host = console.url.removeprefix("http://")
        by_https = {"X-Forwarded-Proto": "https", "Origin": f"https://{host}"}
        assert cookie_of(await signing_in(console, token, **by_https))["secure"]
        assert not cookie_of(await signing_in(console, token, **{"X-Forwarded-Proto": "http"}))["secure"]
        mixed = await signing_in(console, token, **{"X-Forwarded-Proto": "https", "Origin": f"http://{host}"})
        assert mixed.status == 403


async def test_without_a_proxy_nobody_is_believed_about_the_scheme(console: Console) -> None:
    answer = await signing_in(console, console.catalog.tokens[Role.ROLE_VIEWER], **{"X-Forwarded-Proto": "https"})
    assert not cookie_of(answer)["secure"]


async def test_the_cookie_ends_with_the_token(console: Console) -> None:
    _, secret = await made_token(console.catalog, seconds=90)
    answer = await signing_in(console, secret)
    assert 60 < int(cookie_of(answer)["max-age"]) <= 90
    assert datetime.fromisoformat(answer.json["expireTime"]) > datetime.now(UTC)


async def test_a_session_is_over_when_its_token_is(console: Console) -> None:
    _, secret = await made_token(console.catalog, seconds=2)
    cookie = cookie_of(await signing_in(console, secret)).value
    assert (await with_cookie(console, cookie)).status == 200
    await until_status(lambda: with_cookie(console, cookie), 204)
    assert (await with_cookie(console, cookie, "/v1/caller")).status == 401


async def test_a_token_that_was_ended_ends_its_sessions_and_the_browser_forgets_the_cookie(console: Console) -> None:
    name, secret = await made_token(console.catalog, hours=1)
    cookie = cookie_of(await signing_in(console, secret)).value
    await IdentityServiceStub(console.catalog.admin).DeleteToken(DeleteTokenRequest(name=name))
    answer = await with_cookie(console, cookie)
    assert (answer.status, answer.body) == (204, b"")
    assert cookie_of(answer)["max-age"] == "0"


async def test_a_cookie_that_was_changed_anywhere_is_none(console: Console) -> None:
    value = cookie_of(await signing_in(console, console.catalog.tokens[Role.ROLE_ADMIN])).value
    raw = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    changed = [raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :] for at in range(0, len(raw), 7)]
    forged = [
        base64.urlsafe_b64encode(one).decode().rstrip("=") for one in [*changed, raw[:-1], raw[:13], b"\x01", b""]
    ]
    for cookie in [*forged, "", "not base64 at all", "%%%", console.catalog.tokens[Role.ROLE_ADMIN]]:
        assert (await with_cookie(console, cookie, "/v1/caller")).status == 401, cookie
    assert cookie_of(await with_cookie(console, forged[0]))["max-age"] == "0"
    assert (await with_cookie(console, value, "/v1/caller")).status == 200


async def test_a_cookie_of_another_key_is_none(console: Console) -> None:
    value = cookie_of(await signing_in(console, console.catalog.tokens[Role.ROLE_ADMIN])).value
    other_key = base64.b64encode(bytes(32)).decode()
    async with consoling(console.catalog, "127.0.0.1:9", SESSION_KEY=other_key) as other:
        assert (await with_cookie(other, value, "/v1/caller")).status == 401


async def test_a_cookie_counts_only_until_its_own_end(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    async with consoling(console.catalog, "127.0.0.1:9", SESSION_SECONDS="3600") as short:
        cookie = cookie_of(await signing_in(short, console.catalog.tokens[Role.ROLE_VIEWER]))
        assert int(cookie["max-age"]) <= 3600
        assert (await with_cookie(short, cookie.value)).status == 200
        later = time.time() + 3601
        monkeypatch.setattr("services.console.sessions.cookie.time.time", lambda: later)
        assert (await with_cookie(short, cookie.value)).status == 204


async def test_signing_out_takes_the_cookie_back_with_or_without_a_session(console: Console) -> None:
    cookie = cookie_of(await signing_in(console, console.catalog.tokens[Role.ROLE_VIEWER]))
    for answer in (
        await with_cookie(console, cookie.value, method="DELETE"),
        await console.ask("DELETE", "/session", role=None),
    ):
        assert answer.status == 204
        assert (cookie_of(answer).value, cookie_of(answer)["max-age"]) == ("", "0")


async def test_that_nobody_is_signed_in_is_no_failure(console: Console) -> None:
    for headers in ({}, {"Authorization": "Bearer nobody-knows-it"}):
        answer = await console.ask("GET", "/session", role=None, headers=headers)
        assert (answer.status, answer.body) == (204, b"")
        assert "Set-Cookie" not in answer.headers


async def test_who_is_signed_in_stays_unknown_without_catalog(catalog: Catalog) -> None:
    async with consoling(catalog, "127.0.0.1:9", CATALOG_ADDRESS="127.0.0.1:9") as console:
        answer = await console.ask("GET", "/session")
        assert (answer.status, answer.json["reason"]) == (503, "SERVICE_UNAVAILABLE")


async def test_the_token_of_a_service_does_not_sign_in(console: Console) -> None:
    answer = await signing_in(console, console.catalog.tokens[Role.ROLE_SERVICE])
    assert (answer.status, answer.json["reason"]) == (403, "ROLE_MISSING")
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b'{"token": 1}', b'{"token": ""}', b'{"token": "a\\nb"}', b'{"token": "a", "x": 1}', b"{"],
)
async def test_a_body_that_is_no_sign_in_is_refused_without_being_shown(console: Console, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await console.ask("POST", "/session", role=None, data=body, headers=headers)
    assert (answer.status, answer.json["reason"]) == (400, "FIELD_INVALID")
    assert '{"token": "..."}' in answer.json["detail"]


async def test_a_body_may_come_in_pieces_and_not_without_end(console: Console) -> None:
    token = console.catalog.tokens[Role.ROLE_VIEWER]

    async def pieces(*content: bytes) -> AsyncIterator[bytes]:
        for piece in content:
            yield piece
            await asyncio.sleep(0.02)

    async def sent(*content: bytes) -> Answer:
        headers = {"Content-Type": "application/json"}
        return await console.ask("POST", "/session", role=None, data=pieces(*content), headers=headers)

    assert (await sent(b'{"tok', b'en": "', token.encode(), b'"}')).status == 200
    assert (await sent(*[b" " * 4096] * 5, b"{}")).status == 413


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_a_form_does_not_sign_in(console: Console, kind: str) -> None:
    body = b'{"token": "%s"}' % console.catalog.tokens[Role.ROLE_VIEWER].encode()
    answer = await console.ask("POST", "/session", role=None, data=body, headers={"Content-Type": kind})
    assert answer.status == 400
    assert "Set-Cookie" not in answer.headers


async def test_guessing_is_slowed_down_and_a_right_token_from_elsewhere_is_not(catalog: Catalog) -> None:
    async with consoling(catalog, "127.0.0.1:9", BEHIND_PROXY="true") as console:
        here, elsewhere = {"X-Forwarded-For": "9.9.9.9, 203.0.113.7"}, {"X-Forwarded-For": "203.0.113.8"}
        statuses = [(await signing_in(console, f"guess-{n}", **here)).status for n in range(5)]
        assert statuses == [401] * 5
        slowed = await signing_in(console, "guess", **here)
        assert (slowed.status, slowed.json["reason"]) == (429, "SIGN_IN_SLOWED")
        assert int(slowed.headers["Retry-After"]) >= 1
        token = catalog.tokens[Role.ROLE_VIEWER]
        assert (await signing_in(console, token, **elsewhere)).status == 200
        await until_status(lambda: signing_in(console, token, **here), 200)
        assert (await signing_in(console, "guess", **here)).status == 401


def test_each_failure_doubles_the_wait_to_a_minute_and_clients_are_forgotten() -> None:
    now = 0.0
    failures = FailedSignIns(lambda: now)
    waits = []
    for count in range(1, 14):
        failures.begin("client")
        if count >= 5:
            with pytest.raises(SignInSlowed) as slowed:
                failures.begin("client")
            waits.append(int(slowed.value.details["retry_seconds"]))
            now += waits[-1]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    failures.begin("another")
    now += 901
    for _ in range(5):
        failures.begin("client")


def test_a_success_forgets_the_failures() -> None:
    failures = FailedSignIns(lambda: 0.0)
    for _ in range(20):
        failures.begin("client")
        failures.succeeded("client")
