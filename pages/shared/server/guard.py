"""What holds for every path of the server, Streamlit's own too: who comes in, and headers that bind the browser.

Streamlit's own pages need inline scripts and styles and evaluated code, so the policy forbids what it can: anything
from another origin, plug-ins, another base, forms elsewhere, and being framed.
"""

import os
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.shared.server import house

WRONG_HOST = "This host name is not allowed here."
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' blob: data:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' data: blob:; "
    "connect-src 'self' ws: wss: blob: data:; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors {framers}"
)


def host_allowed(host: str) -> bool:
    """Whether a Host header names this server (server.allowedHosts); "*" and an empty list allow all."""
    from streamlit import config

    try:
        name = (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:  # brackets that hold no address
        return False
    allowed = [h.strip().lower() for h in config.get_option("server.allowedHosts") or []]
    return not allowed or "*" in allowed or any(_matches(name, pattern) for pattern in allowed)


def _matches(name: str, pattern: str) -> bool:
    return name.endswith(pattern[1:]) if pattern.startswith("*.") else name == pattern


def policy() -> str:
    """The Content-Security-Policy. SECOND_OPINION_FRAMED_BY names origins that may frame the app, such as a Space's."""
    framers = os.environ.get("SECOND_OPINION_FRAMED_BY", "").replace(";", " ").strip()
    return _POLICY.format(framers=framers or "'self'")


class Guard:
    """ASGI middleware: an open house and other hosts are refused, and every answer is bound."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
        problem = house.CLOSED if house.closed_to(scope.get("server")) else "" if host_allowed(host) else WRONG_HOST
        if problem:
            if scope["type"] == "websocket":
                return await send({"type": "websocket.close", "code": 1008})
            return await JSONResponse({"problem": problem}, 403)(scope, receive, send)
        return await self.app(scope, receive, _binding(send) if scope["type"] == "http" else send)


def _binding(send: Send) -> Send:
    async def bound(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.setdefault("Content-Security-Policy", policy())
            headers.setdefault("X-Content-Type-Options", "nosniff")
            headers.setdefault("Referrer-Policy", "same-origin")
        await send(message)

    return bound
