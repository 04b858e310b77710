"""Which requests are let in: by the name of the host, the origin of the page, and what a script alone can send."""

import itertools

import pytest

from bowerbird.type.v1.role_pb2 import Role
from tests.services.console.scene import Console
from tests.services.console.sessions.test_sign_in import NAME, cookie_of, signing_in

UNSAFE = ["POST", "PUT", "PATCH", "DELETE"]


@pytest.fixture(scope="module")
async def cookie(console: Console) -> str:
    """A session of an admin, as the header that a browser sends."""
    answer = await signing_in(console, console.catalog.tokens[Role.ROLE_ADMIN])
    return f"{NAME}={cookie_of(answer).value}"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "LOCALHOST", "localhost:1", "[::1]:7400", "localhost."])
async def test_an_allowed_host_is_let_in_whatever_the_port(console: Console, host: str) -> None:
    assert (await console.ask("GET", "/v1/caller", headers={"Host": host})).status == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:7400", "127.0.0.2", "[::2]", "0.0.0.0"]
)
@pytest.mark.parametrize("path", ["/v1/caller", "/session", "/", "/openapi.json", "/assets/none.js"])
async def test_a_foreign_host_is_misdirected(console: Console, host: str, path: str) -> None:
    answer = await console.ask("GET", path, headers={"Host": host})
    assert (answer.status, answer.json["reason"], answer.json["metadata"]) == (421, "HOST_NOT_ALLOWED", {"host": host})


@pytest.mark.parametrize("host", ["", "a b", "localhost:port", "localhost/x", "user@localhost", "[localhost]"])
async def test_a_host_that_is_none_is_refused(console: Console, host: str) -> None:
    answer = await console.ask("GET", "/v1/caller", headers={"Host": host})
    assert answer.status == 400


async def test_probes_ask_by_any_host(console: Console) -> None:
    assert (await console.ask("GET", "/healthz", headers={"Host": "10.0.0.1"})).status == 200


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("by_cookie", [True, False])
@pytest.mark.parametrize(
    "origin", ["null", "https://evil.example", "http://localhost", "http://127.0.0.1:1", "x", "http://"]
)
async def test_a_foreign_origin_is_refused_whatever_it_has(
    console: Console, cookie: str, method: str, by_cookie: bool, origin: str
) -> None:
    headers = {"Origin": origin, "X-Bowerbird-CSRF": "1", "Sec-Fetch-Site": "same-origin"}
    headers |= {"Cookie": cookie} if by_cookie else {}
    answer = await console.ask(method, "/v1/caller", role=None if by_cookie else Role.ROLE_ADMIN, headers=headers)
    assert (answer.status, answer.json["reason"]) == (403, "ORIGIN_NOT_ALLOWED")
    assert answer.json["metadata"] == {"origin": origin}


async def test_another_scheme_is_another_origin(console: Console) -> None:
    origin = console.url.replace("http://", "https://")
    assert (await console.ask("GET", "/v1/caller", headers={"Origin": origin})).status == 403


@pytest.mark.parametrize("method", UNSAFE)
async def test_a_change_by_cookie_needs_the_header_and_a_page_of_the_console(
    console: Console, cookie: str, method: str
) -> None:
    """404 and 405 are the gateway's: the request was let in."""
    origins = [{}, {"Origin": console.url}]
    sites = [{}, *({"Sec-Fetch-Site": site} for site in ("same-origin", "same-site", "cross-site", "none"))]
    tokens = [{}, {"X-Bowerbird-CSRF": "0"}, {"X-Bowerbird-CSRF": ""}, {"X-Bowerbird-CSRF": "1"}]
    for origin, site, token in itertools.product(origins, sites, tokens):
        headers = {**origin, **site, **token}
        answer = await console.ask(method, "/v1/caller", role=None, headers={"Cookie": cookie, **headers})
        site_is_own = site.get("Sec-Fetch-Site", "same-origin") == "same-origin"
        is_let_in = site_is_own and bool(origin or site) and token == {"X-Bowerbird-CSRF": "1"}
        assert answer.status in ((404, 405) if is_let_in else (403,)), headers
        assert is_let_in or answer.json["reason"] == "ORIGIN_NOT_ALLOWED", headers


@pytest.mark.parametrize("method", UNSAFE)
async def test_a_bearer_needs_no_header_of_browsers(console: Console, method: str) -> None:
    assert (await console.ask(method, "/v1/caller")).status in (404, 405)


async def test_a_bearer_goes_before_the_cookie(console: Console, cookie: str) -> None:
    answer = await console.ask("GET", "/v1/caller", role=Role.ROLE_VIEWER, headers={"Cookie": cookie})
    assert answer.json["caller"]["role"] == "ROLE_VIEWER"
    assert (await console.ask("PUT", "/v1/caller", headers={"Cookie": cookie})).status in (404, 405)


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer ", "Basic YTpi", "bearer\ttoken"])
async def test_a_header_that_is_no_bearer_does_not_stand_in_for_the_csrf_header(
    console: Console, cookie: str, authorization: str
) -> None:
    headers = {"Cookie": cookie, "Authorization": authorization, "Origin": console.url}
    assert (await console.ask("POST", "/v1/caller", role=None, headers=headers)).status == 403


async def test_reading_by_cookie_needs_nothing_else(console: Console, cookie: str) -> None:
    assert (await console.ask("GET", "/v1/caller", role=None, headers={"Cookie": cookie})).status == 200


@pytest.mark.parametrize("path", ["/v1/caller", "/session", "/", "/nowhere/at/all"])
async def test_every_answer_tells_browsers_what_to_refuse(console: Console, path: str) -> None:
    headers = (await console.ask("GET", path, role=None)).headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
    assert policy["img-src"] == "'self' blob: data:"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


async def test_a_refusal_has_the_headers_too(console: Console) -> None:
    answer = await console.ask("GET", "/", headers={"Host": "evil.example"})
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
