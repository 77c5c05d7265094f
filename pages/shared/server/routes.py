"""The app's own routes beside Streamlit: cards, decisions, classes and pictures for the review component.

Every route checks Host and Origin; all but pictures need the token that the page handed to its component, and take
the reviewer's identity from it alone. Pictures need a signature in their address.
"""

import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from cleaning.errors import InputError, WorkspaceError
from cleaning.keep.stored import now
from cleaning.keep.workspaces import WORKSPACE_ID
from cleaning.review import MOST_CARDS, ReviewDesk, View
from cleaning.review.chosen import RANDOM_CARDS, Choosing
from cleaning.review.grid_desk import GridDesk
from cleaning.review.in_force import InForce
from cleaning.review.session import closing, more_random_cards
from cleaning.review.team.permissions import DECIDE, LOOK, SETTINGS, TALK, Action, permit
from pages.shared.server import served_pictures, tokens
from pages.shared.server.asking import NEVER_KEPT, SAFE, Refusal, check_origin, prefix_of, refusals
from pages.shared.server.bodies import (
    CardsBody,
    DecisionsBody,
    GridBody,
    HeldBody,
    HistoryBody,
    MessageBody,
    RevealsBody,
    ViewBody,
    parse,
    read_body,
    read_decisions,
)
from pages.shared.server.desks import open_desk, turn_at
from pages.shared.server.opened_workspaces import opened_once
from pages.shared.server.signed_claims import signed_claims
from pages.shared.server.team_answers import guidelines_told, message_taken
from pages.shared.server.watching import figures

LARGEST_BODY = 2 * 2**20
REVEAL_SECONDS = 0.1  # that "saved" waits for what is told with it
_WHILE_SIGNED = "private, max-age=1209600, immutable"  # an address lapses with its signature


class ReviewRoute(NamedTuple):
    """A route: what it is sent, who answers, and what it takes to ask. short: each card takes it, so it comes in turns."""

    body: type[ViewBody]
    answer: Callable[[ReviewDesk, View, Any], dict]
    action: Action
    short: bool = False


def review_routes(root: Callable[[], Path], base_path: str = "") -> list[Route]:
    """Routes for ``st.App(routes=...)``. root: where workspaces lie; base_path: Streamlit's server.baseUrlPath."""
    prefix = prefix_of(base_path)
    routes = [
        Route(f"{prefix}/api/review/{name}", _answering(kind, root), methods=["POST"]) for name, kind in ANSWERS.items()
    ]
    media = f"{prefix}/api/media/{{workspace}}/{{row:int}}/{{size}}"
    return [*routes, Route(media, _serving_pictures(root), methods=["GET"])]


def _answering(kind: ReviewRoute, root: Callable[[], Path]):
    async def endpoint(request: Request) -> Response:
        try:
            check_origin(request)
            data = await _body(request)
            return _json_answer(await run_in_threadpool(_answer, kind, root(), _bearer(request), data))
        except Refusal as refusal:
            return _json_answer({"problem": str(refusal)}, refusal.status)

    return endpoint


def _json_answer(answer: dict, status: int = 200) -> JSONResponse:
    return JSONResponse(answer, status, SAFE | NEVER_KEPT)


def _answer(kind: ReviewRoute, root: Path, token: str, data: bytes) -> dict:
    with refusals(of_input=400):
        claims = signed_claims(root, token, "run", "mode")
        body = read_body(kind.body, parse(data))
        desk = open_desk(root, claims["workspace"], claims["run"])
        permit(desk.store, claims["reviewer"], kind.action)
        with turn_at(desk) if kind.short else nullcontext():
            return kind.answer(desk, _view(claims, body), body)


def _view(claims: dict, body: ViewBody) -> View:
    return View(claims["reviewer"], claims["mode"], claims["open_share"], body.order, body.wished(), body.tab)


def _cards(desk: ReviewDesk, view: View, body: CardsBody) -> dict:
    """Next cards after ``held``, or the cards of ``sample_ids``."""
    if body.sample_ids:
        return {"cards": desk.cards_of(view, body.sample_ids[:MOST_CARDS])}
    return desk.window(view, body.held, body.count)


def _decisions(desk: ReviewDesk, view: View, body: DecisionsBody) -> dict:
    began = time.perf_counter()
    items, refused = read_decisions(body.decisions)
    try:
        outcome = desk.record(view, items, body.sent_at, REVEAL_SECONDS)
    except WorkspaceError:
        figures.unsaved()
        raise
    figures.decided(len(outcome.saved), len(refused) + len(outcome.refused), time.perf_counter() - began)
    refused += outcome.refused
    return {"saved": outcome.saved, "refused": refused, "reveals": outcome.reveals, "later": outcome.later}


def _reveals(desk: ReviewDesk, view: View, body: RevealsBody) -> dict:
    return {"reveals": desk.reveals(view, body.uuids)}


def _classes(desk: ReviewDesk, view: View, body: ViewBody) -> dict:
    return {"names": list(desk.dataset.class_names)}


def _history(desk: ReviewDesk, view: View, body: HistoryBody) -> dict:
    return {"decisions": desk.history(view, body.count, body.before)}


def _grid(desk: ReviewDesk, view: View, body: GridBody) -> dict:
    return GridDesk(desk, view).page(body.after, body.count)


def _held(desk: ReviewDesk, view: View, body: HeldBody) -> dict:
    if body.leaving:
        desk.leave(view)
    else:
        desk.here(view, body.held)
    return {}


def _closing(desk: ReviewDesk, view: View, body: ViewBody) -> dict:
    """What the queue brought, all decisions of the workspace counted."""
    return dict(closing(_with_log(desk)))


def _more_random(desk: ReviewDesk, view: View, body: ViewBody) -> dict:
    """More cards drawn at random join the queue."""
    places = more_random_cards(_with_log(desk))
    Choosing(desk.store, desk.run.id, view.reviewer, now).record(RANDOM_CARDS, places)
    return {}


def _with_log(desk: ReviewDesk) -> InForce:
    return replace(desk.in_force(), decisions=desk.store.decisions())


def _session(desk: ReviewDesk, view: View, body: ViewBody) -> dict:
    return desk.session(view)


ANSWERS = {
    "cards": ReviewRoute(CardsBody, _cards, LOOK, short=True),
    "decisions": ReviewRoute(DecisionsBody, _decisions, DECIDE, short=True),
    "reveals": ReviewRoute(RevealsBody, _reveals, DECIDE),
    "classes": ReviewRoute(ViewBody, _classes, LOOK),
    "history": ReviewRoute(HistoryBody, _history, LOOK),
    "grid": ReviewRoute(GridBody, _grid, LOOK),
    "session": ReviewRoute(ViewBody, _session, LOOK),
    "closing": ReviewRoute(ViewBody, _closing, LOOK),
    "more_random": ReviewRoute(ViewBody, _more_random, SETTINGS),
    "held": ReviewRoute(HeldBody, _held, LOOK),
    "guidelines": ReviewRoute(ViewBody, guidelines_told, LOOK),
    "message": ReviewRoute(MessageBody, message_taken, TALK),
}


def _serving_pictures(root: Callable[[], Path]):
    async def endpoint(request: Request) -> Response:
        try:
            check_origin(request)
            where = request.path_params
            signature = request.query_params.get("s", "")
            return await run_in_threadpool(_picture, root(), where["workspace"], where["row"], where["size"], signature)
        except Refusal as refusal:
            return _json_answer({"problem": str(refusal)}, refusal.status)

    return endpoint


def _picture(root: Path, workspace_id: str, row: int, size: str, signature: str) -> Response:
    if not WORKSPACE_ID.fullmatch(workspace_id) or size not in served_pictures.SIZES:
        raise Refusal(404, "There is no such picture.")
    if not tokens.opens_pictures(root, workspace_id, signature):
        raise Refusal(403, "This picture's address is not signed.")
    try:
        workspace = opened_once(root, workspace_id)
        dataset = workspace.dataset()
        if row >= len(dataset):
            raise Refusal(404, "There is no such sample.")
        picture = served_pictures.find_picture(dataset, row)
        path, media_type = served_pictures.picture_file(picture, row, size, workspace.folder / "pictures")
    except InputError as problem:
        raise Refusal(404, str(problem)) from None
    return FileResponse(path, media_type=media_type, headers=SAFE | {"Cache-Control": _WHILE_SIGNED})


def _bearer(request: Request) -> str:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer":
        raise Refusal(401, "This page is no longer signed in. Reload it.")
    return token


async def _body(request: Request) -> bytes:
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise Refusal(415, "Expected application/json.")
    data = b""
    async for part in request.stream():
        data += part
        if len(data) > LARGEST_BODY:
            raise Refusal(413, f"At most {LARGEST_BODY // 2**20} MB can be sent at once.")
    return data
