"""Which requests the app's own routes answer at all, and what binds each answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from starlette.requests import Request

from cleaning.errors import InputError, WorkspaceError
from pages.shared.server import tokens
from pages.shared.server.guard import WRONG_HOST, host_allowed

NEVER_KEPT = {"Cache-Control": "no-store"}
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Refusal(Exception):
    """A request that is not served: a status and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


@contextmanager
def refusals(of_input: int) -> Iterator[None]:
    """What is wrong becomes a Refusal with its sentence. of_input: the status where the request itself is at fault."""
    try:
        yield
    except tokens.TokenError as problem:
        raise Refusal(401, str(problem)) from None
    except WorkspaceError as problem:
        raise Refusal(503, str(problem)) from None
    except InputError as problem:
        raise Refusal(of_input, str(problem)) from None


def prefix_of(base_path: str) -> str:
    """What the app's addresses begin with below Streamlit's server.baseUrlPath; "" where it is the root."""
    inner = base_path.strip("/")
    return f"/{inner}" if inner else ""


def check_origin(request: Request) -> None:
    """Refuses hosts that are not allowed (server.allowedHosts) and pages from elsewhere."""
    host = request.headers.get("host", "")
    if not host_allowed(host):
        raise Refusal(403, WRONG_HOST)
    origin = request.headers.get("origin")
    if origin is not None and _place_of(origin) != host.lower():
        raise Refusal(403, "Requests from other sites are refused.")
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Refusal(403, "Requests from other sites are refused.")


def _place_of(origin: str) -> str:
    """Host and port of an Origin header; "" where it is none."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""
