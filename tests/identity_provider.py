"""A small OpenID provider of the tests' own, on loopback: whoever types an address at it is that person."""

import base64
import hashlib
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.postgresql_server import free_port

CLIENT, SECRET = "second-opinion", "told to nobody else"
FORM = """<form action="/confirm"><input name="email" aria-label="Address"><input type="hidden" name="asked" value="{}">
<button>Confirm</button></form>"""
LONG = 3600


class IdentityProvider:
    """Authorization code with PKCE where it is asked for, RS256. age: seconds ago that sign-ins are said to be."""

    def __init__(self, port: int) -> None:
        self.issuer, self.age = f"http://127.0.0.1:{port}", 0
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
        self.asked: dict[str, dict[str, str]] = {}
        self.codes: dict[str, tuple[dict[str, str], str]] = {}
        self.refused: list[str] = []  # why no token was given
        self.app = Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.discovery),
                Route("/authorize", self.authorize),
                Route("/confirm", self.confirm),
                Route("/token", self.token, methods=["POST"]),
                Route("/jwks", self.jwks),
            ]
        )

    async def discovery(self, request: Request) -> Response:
        places = {f"{name}_endpoint": f"{self.issuer}/{path}" for name, path in _PLACES.items()}
        return JSONResponse(
            {
                "issuer": self.issuer,
                "jwks_uri": f"{self.issuer}/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
            }
            | places
        )

    async def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        if asked.get("client_id") != CLIENT or asked.get("response_type") != "code":
            return JSONResponse({"error": "unauthorized_client"}, 400)
        name = secrets.token_urlsafe(16)
        self.asked[name] = asked
        return HTMLResponse(FORM.format(name))

    async def confirm(self, request: Request) -> Response:
        asked = self.asked.pop(request.query_params["asked"])
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked, request.query_params["email"]
        return RedirectResponse(f"{asked['redirect_uri']}?code={code}&state={asked.get('state', '')}", 302)

    async def token(self, request: Request) -> Response:
        form = dict(await request.form())
        asked, email = self.codes.pop(str(form.get("code")), ({}, ""))
        problem = self._problem(form, request.headers.get("authorization", ""), asked)
        if problem:
            self.refused.append(problem)
            return JSONResponse({"error": "invalid_grant", "error_description": problem}, 400)
        return JSONResponse({"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "expires_in": LONG,
                             "id_token": self._id_token(email, asked.get("nonce"))})  # fmt: skip

    def _problem(self, form: dict[str, Any], authorization: str, asked: dict[str, str]) -> str:
        known = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        by_form = (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)
        if authorization not in (f"Basic {known}", _basic()) and not by_form:
            return "unknown client"
        if not asked or form.get("redirect_uri") != asked["redirect_uri"]:
            return "unknown code or another address"
        verifier = hashlib.sha256(str(form.get("code_verifier", "")).encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).decode().rstrip("=")
        return "" if asked.get("code_challenge", challenge) == challenge else "wrong verifier"

    def _id_token(self, email: str, nonce: str | None) -> str:
        at = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": hashlib.sha256(email.encode()).hexdigest()[:16],
                  "email": email, "email_verified": True, "iat": at - self.age, "exp": at + LONG}  # fmt: skip
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims | ({"nonce": nonce} if nonce else {}), self.key)

    async def jwks(self, request: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})


_PLACES = {"authorization": "authorize", "token": "token"}


def _basic() -> str:
    """The client's credentials as RFC 6749 has them: each part quoted before it is joined."""
    from urllib.parse import quote

    return "Basic " + base64.b64encode(f"{quote(CLIENT)}:{quote(SECRET)}".encode()).decode()


@contextmanager
def providing() -> Iterator[IdentityProvider]:
    """The provider, answering on loopback until the end of the block."""
    port = free_port()
    provider = IdentityProvider(port)
    server = uvicorn.Server(uvicorn.Config(provider.app, "127.0.0.1", port, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield provider
    finally:
        server.should_exit = True
        thread.join()
