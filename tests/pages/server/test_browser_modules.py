"""The browser's modules: what is served of them, that they find one another, and that they keep to their rooms."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import PurePosixPath

import pytest
from starlette.applications import Starlette

from pages.shared.server import browser_modules
from pages.shared.server.browser_modules import loader, module_routes, modules, version
from tests.conftest import REPOSITORY

ENTRIES = [f"review/browser/{name}.js" for name in ("room", "grid")]
ENTRIES += ["browser/popovers.js", "load/browser/packing.js", "cascade/browser/point.js"]
ENTRIES += [f"threshold/browser/{name}.js" for name in ("explorer", "paper")]
IMPORT = re.compile(rb'^(?:import|export) .*?from "(.*?)";$|^import "(.*?)";$', re.MULTILINE | re.DOTALL)


def get(path: str, base: str = "", method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    """(status, headers, body) of the routes, asked as a server asks them: with the path as it was sent, decoded."""
    sent: list[dict] = []
    scope = {"type": "http", "method": method, "path": path, "headers": [], "query_string": b""}

    async def receive() -> dict:
        return {"type": "http.request"}

    async def send(message: dict) -> None:
        sent.append(message)

    answering = Starlette(routes=module_routes(base))(scope, receive, send)
    with ThreadPoolExecutor(1) as thread:  # a browser test before this one may have left its own loop running here
        thread.submit(asyncio.run, answering).result()
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:])


def imported(path: str, source: bytes) -> list[str]:
    """Modules that a module imports, as a browser resolves them."""
    found = []
    for one in IMPORT.finditer(source):
        parts: list[str] = []
        for part in (PurePosixPath(path).parent / (one[1] or one[2]).decode()).parts:
            parts = parts[:-1] if part == ".." else [*parts, part]
        found.append("/".join(parts))
    return found


def test_every_import_leads_to_a_module_that_is_served_and_no_module_is_left_over():
    found, waiting = set(), list(ENTRIES)
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += imported(path, modules()[path])
    assert found == set(modules()) and len(found) > 30


def test_pages_import_what_they_share_and_nothing_of_each_other():
    for path, source in modules().items():
        room = path.split("browser/")[0]
        strangers = [one for one in imported(path, source) if not one.startswith((f"{room}browser/", "browser/"))]
        assert not strangers, path


def test_a_module_holds_at_most_300_lines():
    long = {path: source.count(b"\n") for path, source in modules().items() if source.count(b"\n") > 300}
    assert not long


@pytest.mark.parametrize("base", ["", "/", "team/labels", "/team/labels/"])
def test_a_component_imports_its_module_below_the_apps_address(base):
    address = re.search('location.origin \\+ "(.*)"', loader("review/browser/room.js", base))[1]
    assert address.startswith("/team/labels/api/browser/" if base.strip("/") else "/api/browser/")
    status, headers, body = get(address, base)
    assert (status, body) == (200, (REPOSITORY / "pages/shared/review/browser/room.js").read_bytes())
    assert headers["content-type"] == "text/javascript; charset=utf-8"
    assert headers["x-content-type-options"] == "nosniff" and "immutable" in headers["cache-control"]
    assert headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize(
    "path",
    [
        "review/browser/card.css",
        "review/browser/told.d.ts",
        "review/component.py",
        "../../app.py",
        "review/browser/../../../../app.py",
        "browser/../review/browser/room.js",
        "./browser/dom.js",
        "/browser/dom.js",
        "browser/dom.js/",
        "browser/dom.js\0",
        "/etc/passwd",
        "",
    ],
)
def test_nothing_else_is_served(path):
    assert get(f"/api/browser/{version()}/{path}")[0] == 404


def test_an_older_page_gets_no_newer_module(monkeypatch):
    address = f"/api/browser/{version()}/browser/dom.js"
    assert get(address)[0] == 200
    changed = modules() | {"browser/dom.js": b"// newer"}
    browser_modules.version.cache_clear()
    monkeypatch.setattr(browser_modules, "modules", lambda: changed)
    try:
        status, headers, _ = get(address)
        assert (status, headers["cache-control"]) == (404, "no-store")
        assert get(f"/api/browser/{version()}/browser/dom.js")[2] == b"// newer"
    finally:
        browser_modules.version.cache_clear()


def test_an_unknown_module_is_a_mistake_of_ours():
    with pytest.raises(KeyError):
        loader("review/browser/rom.js")


def test_modules_can_only_be_read():
    assert get(f"/api/browser/{version()}/browser/dom.js", method="POST")[0] == 405
