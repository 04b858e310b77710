"""The HTTP server: which protocol answers where.

| Path | Protocol | Key |
|---|---|---|
| `POST /dashscope` | DashScope's multimodal embedding | `Authorization: Bearer KEY` |
| `POST /eas` | the EAS service of GME | `Authorization: KEY` |
| `POST /v1/chat/completions`, `GET /v1/models` | OpenAI's | `Authorization: Bearer KEY` |
| `GET /healthz` | 200 once the models are loaded | none |
"""

from collections.abc import AsyncIterator

from aiohttp import web
from aiohttp.typedefs import Middleware

from libs.images.pool import ImagePool
from services.modelserver import chat, dashscope, eas
from services.modelserver.engine import Engine
from services.modelserver.protocol import Render, guard, limit_requests
from services.modelserver.settings import ModelServerSettings


def make_app(settings: ModelServerSettings) -> web.Application:
    """The whole server; it loads the models while it starts."""
    images = ImagePool()
    engine = Engine(settings.models_folder, images, compute_threads=settings.compute_threads)

    async def running(_: web.Application) -> AsyncIterator[None]:
        async with images:
            yield
        engine.close()

    app = web.Application(client_max_size=settings.max_request_bytes)
    app.cleanup_ctx.append(running)
    app.router.add_get("/healthz", healthy)
    limit = limit_requests(settings.max_requests)

    def part(render: Render, scheme: str, *routes: web.RouteDef) -> web.Application:
        key = settings.api_key.get_secret_value() if settings.api_key else None
        middlewares: list[Middleware] = [guard(render, api_key=key, scheme=scheme), limit]
        sub_app = web.Application(middlewares=middlewares)
        sub_app.add_routes(routes)
        return sub_app

    embeddings = dashscope.DashScopeEmbeddings(engine)
    completions = chat.ChatCompletions(engine)
    openai_routes = [web.post("/chat/completions", completions.complete), web.get("/models", completions.models)]
    app.add_subapp("/dashscope", part(dashscope.render, "Bearer", web.post("", embeddings.embed)))
    app.add_subapp("/eas", part(eas.render, "", web.post("", eas.EasEmbeddings(engine).embed)))
    app.add_subapp("/v1", part(chat.render, "Bearer", *openai_routes))
    return app


async def healthy(_: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})
