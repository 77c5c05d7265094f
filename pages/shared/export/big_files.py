"""Big files that were made, handed out from where they lie: no part of one is held in memory."""

from collections.abc import Callable
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from cleaning.keep.decisions import shared_store
from cleaning.keep.workspaces import Workspace, workspaces_root
from cleaning.review.team import permissions
from cleaning.review.team.permissions import EXPORT
from pages.shared import signed_in, state
from pages.shared.export.making import Making, made
from pages.shared.server import tokens
from pages.shared.server.asking import NEVER_KEPT, SAFE, Refusal, check_origin, prefix_of, refusals
from pages.shared.server.opened_workspaces import opened_once
from pages.shared.server.signed_claims import signed_claims

GONE = "This file is no longer kept. Make it again on the page Export."


def address(making: Making, workspace: Workspace, what: str, file_name: str) -> str:
    """Where this tab's person fetches it, below the app's address. what: as the audit log calls it."""
    claims = {"workspace": workspace.id, "reviewer": state.current().reviewer, "made": making.name}
    claims |= {"what": what, "file": file_name} | signed_in.claims_for_routes()
    return f"api/made/{tokens.sign(workspaces_root(), claims)}"


def made_routes(root: Callable[[], Path], base_path: str = "") -> list[Route]:
    """Routes for ``st.App(routes=...)``. root: where workspaces lie; base_path: Streamlit's server.baseUrlPath."""

    async def endpoint(request: Request) -> Response:
        try:
            check_origin(request)
            return await run_in_threadpool(_handed, root(), request.path_params["token"])
        except Refusal as refusal:
            return PlainTextResponse(str(refusal), refusal.status, SAFE | NEVER_KEPT)

    return [Route(f"{prefix_of(base_path)}/api/made/{{token}}", endpoint, methods=["GET"])]


def _handed(root: Path, token: str) -> Response:
    """The file, once it is sure that who asks may have it and the log says so."""
    with refusals(of_input=403):
        claims = signed_claims(root, token, "made", "what", "file")
        workspace = opened_once(root, claims["workspace"])
        store = shared_store(workspace.decisions_url, workspace.id)
        permissions.permit(store, claims["reviewer"], EXPORT)
        making = made(claims["made"])
        if making is None:
            raise Refusal(410, GONE)
        permissions.done_if_noted(store, claims["reviewer"], EXPORT, {"file": claims["what"]})
    return FileResponse(making.path, filename=claims["file"], headers=SAFE | NEVER_KEPT)
