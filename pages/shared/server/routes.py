"""The app's own routes beside Streamlit: cards, decisions, classes and pictures for the review component.

Every route checks Host and Origin; all but pictures need the token that the page handed to its component, and take
the reviewer's identity from it alone. Pictures need a signature in their address.
"""

import hmac
import json
from collections.abc import Callable
from math import isfinite
from pathlib import Path
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from cleaning.errors import InputError, WorkspaceError
from cleaning.keep.workspaces import WORKSPACE_ID
from cleaning.review import MOST_CARDS, MOST_CELLS, MOST_DECISIONS, ReviewDesk, View
from cleaning.review.queue import STATUSES, Filters
from pages.shared.server import pictures, tokens
from pages.shared.server.desks import open_desk
from pages.shared.server.opened_workspaces import opened_once

LARGEST_BODY = 2 * 2**20
MOST_IDS = 10_000
_FOR_EVER = "private, max-age=31536000, immutable"
_SAFE = {"X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin"}


class Refusal(Exception):
    """A request that is not served: a status and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def review_routes(root: Callable[[], Path], base_path: str = "") -> list[Route]:
    """Routes for ``st.App(routes=...)``. root: where workspaces lie; base_path: Streamlit's server.baseUrlPath."""
    prefix = f"/{base_path.strip('/')}" if base_path.strip("/") else ""
    answers = {"cards": _cards, "decisions": _decisions, "classes": _classes, "history": _history}
    answers |= {"grid": _grid, "session": _session}
    routes = [
        Route(f"{prefix}/api/review/{name}", _answering(answer, root), methods=["POST"])
        for name, answer in answers.items()
    ]
    media = f"{prefix}/api/media/{{workspace}}/{{row:int}}/{{size}}"
    return [*routes, Route(media, _serving_pictures(root), methods=["GET"])]


def _answering(answer: Callable[[ReviewDesk, View, dict], dict], root: Callable[[], Path]):
    async def endpoint(request: Request) -> Response:
        try:
            _check_origin(request)
            body = await _body(request)
            return JSONResponse(await run_in_threadpool(_answer, answer, root(), _bearer(request), body))
        except Refusal as refusal:
            return JSONResponse({"problem": str(refusal)}, refusal.status)

    return endpoint


def _answer(answer, root: Path, token: str, body: dict) -> dict:
    try:
        claims = tokens.read(root, token)
        desk = open_desk(root, claims["workspace"], claims["run"])
        return answer(desk, _view(claims, body), body)
    except tokens.TokenError as problem:
        raise Refusal(401, str(problem)) from None
    except WorkspaceError as problem:
        raise Refusal(503, str(problem)) from None
    except InputError as problem:
        raise Refusal(400, str(problem)) from None


def _view(claims: dict, body: dict) -> View:
    order = str(body.get("order", "suspicion"))
    return View(claims["reviewer"], claims["mode"], claims["open_share"], order, _filters(body.get("filters") or {}))


def _filters(wished: object) -> Filters:
    """Filters as a browser wishes them, each of its own type."""
    if not isinstance(wished, dict):
        raise InputError("'filters' must be an object.")
    codes = {k: wished.get(k) if type(wished.get(k)) is int else None for k in ("given", "suggested")}
    group = wished.get("group")
    return Filters(
        **codes,
        group=group if isinstance(group, str) else None,
        least_disagreement=_whole(wished, "least_disagreement", 0),
        flagged_only=wished.get("flagged_only", True) is not False,
        status=wished["status"] if wished.get("status") in STATUSES else "open",
    )


def _cards(desk: ReviewDesk, view: View, body: dict) -> dict:
    """Next cards after ``held``, or the cards of ``sample_ids``."""
    if body.get("sample_ids"):
        return {"cards": desk.cards_of(view, _texts(body["sample_ids"])[:MOST_CARDS])}
    count = min(max(_whole(body, "count", 20), 1), MOST_CARDS)
    return desk.window(view, _texts(body.get("held", [])), count)


def _decisions(desk: ReviewDesk, view: View, body: dict) -> dict:
    items = body.get("decisions")
    if not isinstance(items, list) or not all(isinstance(i, dict) for i in items) or len(items) > MOST_DECISIONS:
        raise InputError(f"Expected a list of at most {MOST_DECISIONS} decisions.")
    outcome = desk.record(view, items, _milliseconds(body.get("sent_at", 0)))
    return {"saved": outcome.saved, "refused": outcome.refused, "reveals": outcome.reveals}


def _milliseconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise InputError("'sent_at' must be a number.")
    return float(value)


def _classes(desk: ReviewDesk, view: View, body: dict) -> dict:
    return {"names": list(desk.dataset.class_names)}


def _history(desk: ReviewDesk, view: View, body: dict) -> dict:
    before = _whole(body, "before", 0) if body.get("before") else None
    return {"decisions": desk.history(view, min(_whole(body, "count", 50), 200), before)}


def _grid(desk: ReviewDesk, view: View, body: dict) -> dict:
    after, count = _whole(body, "after", 0), _whole(body, "count", 60)
    return desk.grid(view, max(after, 0), min(max(count, 1), MOST_CELLS))


def _session(desk: ReviewDesk, view: View, body: dict) -> dict:
    return desk.session(view)


def _whole(body: dict, key: str, default: int) -> int:
    value = body.get(key, default)
    if type(value) is not int:
        raise InputError(f"'{key}' must be a whole number.")
    return value


def _serving_pictures(root: Callable[[], Path]):
    async def endpoint(request: Request) -> Response:
        try:
            _check_origin(request)
            where = request.path_params
            signature = request.query_params.get("s", "")
            return await run_in_threadpool(_picture, root(), where["workspace"], where["row"], where["size"], signature)
        except Refusal as refusal:
            return JSONResponse({"problem": str(refusal)}, refusal.status)

    return endpoint


def _picture(root: Path, workspace_id: str, row: int, size: str, signature: str) -> Response:
    if not WORKSPACE_ID.fullmatch(workspace_id) or size not in pictures.SIZES:
        raise Refusal(404, "There is no such picture.")
    if not hmac.compare_digest(signature.encode(), tokens.picture_signature(root, workspace_id).encode()):
        raise Refusal(403, "This picture's address is not signed.")
    try:
        workspace = opened_once(root, workspace_id)
        dataset = workspace.dataset()
        if row >= len(dataset):
            raise Refusal(404, "There is no such sample.")
        picture = pictures.find_picture(dataset, row)
        path, media_type = pictures.picture_file(picture, row, size, workspace.folder / "pictures")
    except InputError as problem:
        raise Refusal(404, str(problem)) from None
    return FileResponse(path, media_type=media_type, headers=_SAFE | {"Cache-Control": _FOR_EVER})


def _check_origin(request: Request) -> None:
    """Refuses hosts that are not allowed (server.allowedHosts) and pages from elsewhere."""
    from streamlit import config

    host = request.headers.get("host", "")
    name = (urlsplit(f"//{host}").hostname or "").lower()
    allowed = [h.strip().lower() for h in config.get_option("server.allowedHosts") or []]
    if allowed and "*" not in allowed and not any(_matches(name, pattern) for pattern in allowed):
        raise Refusal(403, "This host name is not allowed here.")
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
        raise Refusal(403, "Requests from other sites are refused.")
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Refusal(403, "Requests from other sites are refused.")


def _matches(name: str, pattern: str) -> bool:
    return name.endswith(pattern[1:]) if pattern.startswith("*.") else name == pattern


def _bearer(request: Request) -> str:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer":
        raise Refusal(401, "This page is no longer signed in. Reload it.")
    return token


async def _body(request: Request) -> dict:
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise Refusal(415, "Expected application/json.")
    data = b""
    async for part in request.stream():
        data += part
        if len(data) > LARGEST_BODY:
            raise Refusal(413, f"At most {LARGEST_BODY // 2**20} MB can be sent at once.")
    try:
        body = json.loads(data or b"{}")
    except (ValueError, RecursionError):
        raise Refusal(400, "The request is not JSON.") from None
    if not isinstance(body, dict):
        raise Refusal(400, "Expected a JSON object.")
    return body


def _texts(values: object) -> list[str]:
    if not isinstance(values, list) or len(values) > MOST_IDS:
        raise InputError(f"Expected a list of at most {MOST_IDS:,} sample ids.")
    return [v for v in values if isinstance(v, str)]
