"""The browser's ES modules: which files a browser may fetch, and how a component comes by its first one.

Streamlit runs a component's JavaScript from a blob, where relative imports lead nowhere. So a component is given a
few lines that import its module from a route of the app's own, and from there on imports are relative as everywhere.
The route serves the files listed here and nothing else, as they were when the server started; they hold no data, so
they need no token. Their address bears a digest of all of them: a browser may keep them for ever, and an upgrade
never mixes old modules with new ones.
"""

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from pages.shared.server.asking import prefix_of

FOLDERS = (
    "browser",
    "cascade/browser",
    "load/browser",
    "review/browser",
    "review/browser/deciding",
    "review/browser/grid",
    "review/browser/sheets",
    "threshold/browser",
)
_SHARED = Path(__file__).resolve().parents[1]
_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@lru_cache(maxsize=1)
def modules() -> dict[str, bytes]:
    """Sources by their path below pages/shared, as "review/browser/room.js"."""
    files = [file for folder in FOLDERS for file in sorted((_SHARED / folder).glob("*.js"))]
    return {file.relative_to(_SHARED).as_posix(): file.read_bytes() for file in files}


@lru_cache(maxsize=1)
def version() -> str:
    """Digest of all modules, 16 hexadecimal digits."""
    digest = hashlib.sha256()
    for path, source in modules().items():
        digest.update(f"{path}\0{len(source)}\0".encode() + source)
    return digest.hexdigest()[:16]


def loader(module: str, base_path: str = "") -> str:
    """What Streamlit is given as a component's JavaScript. module: one of ``modules()``, whose default export mounts
    it; base_path: Streamlit's server.baseUrlPath."""
    if module not in modules():
        raise KeyError(module)
    address = json.dumps(f"{_prefix(base_path)}/{version()}/{module}")
    return (
        f"const module = () => import(location.origin + {address});\n"
        "export default async (component) => (await module()).default(component);\n"
    )


def module_routes(base_path: str = "") -> list[Route]:
    """Routes for ``st.App(routes=...)``. base_path: Streamlit's server.baseUrlPath."""
    return [Route(f"{_prefix(base_path)}/{{version}}/{{path:path}}", _served, methods=["GET"])]


async def _served(request: Request) -> Response:
    source = modules().get(request.path_params["path"])
    if source is None or request.path_params["version"] != version():
        return PlainTextResponse("There is no such module.", 404, {"Cache-Control": "no-store"})
    return Response(source, media_type="text/javascript", headers=_HEADERS)


def _prefix(base_path: str) -> str:
    return f"{prefix_of(base_path)}/api/browser"
