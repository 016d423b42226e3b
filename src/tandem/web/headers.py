"""What every response carries for safety, and the address ending that asks for the JSON twin."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
TLS_ONLY = {"strict-transport-security": "max-age=31536000"}

AS_THEY_ARE = ("/static/", "/.well-known/")
"""Addresses whose `.json` is a part of the name."""

BY_LINK = ("/preferences/", "/pulse/")
"""Addresses that are the credential themselves: no search engine may list them.

Other sites never learn them, by the referrer policy of all pages. `no-referrer` would be too much: with it browsers
send `Origin: null` with a form, and then nobody can tell a form of ours from one of another site.
"""


class SecurityHeaders:
    """Sets the headers. Pages are never kept by caches; static files are asked for again by their tag."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                extra = HEADERS | (TLS_ONLY if scope.get("scheme") == "https" else {})
                for name, value in extra.items():
                    headers[name] = value
                if scope["path"].startswith(BY_LINK):
                    headers["x-robots-tag"] = "noindex, nofollow, noarchive"
                headers["cache-control"] = "no-cache" if scope["path"].startswith("/static/") else "no-store"
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


class JsonAddress:
    """`/audiences.json` is `/audiences` asked for as JSON; the route, and so the permission, is the same."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] == "http" and path.endswith(".json") and not path.startswith(AS_THEY_ARE):
            short = path.removesuffix(".json")
            # "/home.json" stands for "/", which has no name to put the ending behind.
            scope = {**scope, "path": "/" if short == "/home" else short, "tandem.json": True}
        await self.app(scope, receive, send)
