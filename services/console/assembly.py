"""The console put together: channels, the gateway and what else answers HTTP."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import grpc.aio
from aiohttp import web
from aiohttp.typedefs import Middleware

from services.console.access import accounted, tell_request_id
from services.console.channels import open_channels
from services.console.health import Health
from services.console.media.assembly import Media, opened_media
from services.console.openapi.serving import add_documents
from services.console.pages import Pages
from services.console.rest.contract import Backend, contract_services
from services.console.rest.gateway import Deadlines, Gateway
from services.console.rest.routes import Route, routes_of
from services.console.rest.streams import StreamAnswers
from services.console.sessions.cookie import SessionCookies
from services.console.sessions.front import Front
from services.console.sessions.guard import Guard
from services.console.sessions.headers import secure
from services.console.sessions.sign_in import Sessions
from services.console.settings import ConsoleSettings


@asynccontextmanager
async def assembled(settings: ConsoleSettings) -> AsyncIterator[web.Application]:
    """An application that is ready to be served. The services need not be there yet: calls fail until they are."""
    routes = routes_of(contract_services())
    addresses: dict[Backend, str] = {"catalog": settings.catalog_address, "search": settings.search_address}
    async with open_channels(addresses, routes) as channels, opened_media(settings, channels["catalog"]) as media:
        yield make_app(settings, routes, channels, media)


def make_app(
    settings: ConsoleSettings, routes: list[Route], channels: Mapping[Backend, grpc.aio.Channel], media: Media
) -> web.Application:
    """All that the console answers. Paths that are registered first go first: the gateway takes the rest of `/v1/`."""
    stopping = asyncio.Event()
    front = Front(settings.behind_proxy)
    cookies = SessionCookies(settings.session_key_bytes, settings.session_seconds)
    guard = Guard(settings.allowed_hosts, cookies, front)
    middlewares: list[Middleware] = [accounted, guard.middleware]
    app = web.Application(middlewares=middlewares, client_max_size=settings.max_body_bytes)
    app.on_response_prepare.extend((tell_request_id, secure))

    health = Health(channels, stopping)
    app.router.add_get("/healthz", health.alive)
    app.router.add_get("/readyz", health.ready)
    add_documents(app.router)

    sessions = Sessions(channels["catalog"], cookies, guard, front)
    app.router.add_post("/session", sessions.create)
    app.router.add_get("/session", sessions.get)
    app.router.add_delete("/session", sessions.delete)

    media.add_routes(app.router, guard.token_of)

    gateway = Gateway(
        routes,
        channels,
        guard.token_of,
        Deadlines(settings.timeout_seconds, settings.max_timeout_seconds),
        StreamAnswers(heartbeat_seconds=settings.heartbeat_seconds, stopping=stopping),
        see=media.see,
    )
    app.router.add_route("*", "/v1/{path:.*}", gateway.handle)
    app.router.add_get("/{path:.*}", Pages().serve)

    async def stop(_: web.Application) -> None:
        stopping.set()

    app.on_shutdown.append(stop)
    return app
