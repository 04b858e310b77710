"""What the console tells browsers to refuse, on every answer.

Object storage is not in `img-src`: thumbnails and originals come through the console. So the policy needs to know no
endpoint of a user's, and an endpoint that only the suite can reach works too.
"""

from aiohttp import web

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "connect-src 'self'",
        "font-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    # What an answer does not allow itself is not kept anywhere.
    "Cache-Control": "no-store",
}


async def secure(_: web.Request, response: web.StreamResponse) -> None:
    """For `on_response_prepare`, so that no answer goes without. What a handler set itself stays."""
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
