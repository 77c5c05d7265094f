"""The app served for real, and Chromium to drive it."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cleaning.keep.decisions import open_store
from cleaning.keep.workspaces import Workspace, list_workspaces
from tests.demo_workspaces import copy_demos, demo_template

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

__all__ = ["demo_template"]

HOUSE = Path(__file__).parents[2]
PATIENCE = 30_000  # milliseconds: a loaded machine is slow, and what never comes fails all the same
CHROMIUM = os.environ.get("CHROMIUM", shutil.which("chromium") or "/usr/bin/chromium")
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items) -> None:
    """Marks what needs a browser."""
    for item in items:
        if Path(item.fspath).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@dataclass
class Served:
    """A server of the app. root: its workspaces folder. options: of Streamlit. surroundings: of the process. own: names
    of the folders of those workspaces that a test or module has there for itself, or None where all are."""

    root: Path
    port: int = 0
    options: tuple[str, ...] = ()
    surroundings: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen | None = field(default=None, repr=False)
    own: frozenset[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Starts the server, on the same port as before if there was one, and waits until it answers."""
        if not self.port:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                self.port = free.getsockname()[1]
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(self.port), *self.options]
        told = open(self.root / "server.log", "ab")  # noqa: SIM115 - the server writes it
        surroundings = os.environ | {
            "SECOND_OPINION_WORKSPACES": str(self.root),
            "SECOND_OPINION_DATA_ROOT": str(self.root),
        }
        surroundings |= self.surroundings
        self.process = subprocess.Popen(command, cwd=HOUSE, env=surroundings, stdout=told, stderr=told)
        told.close()
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1).close()
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise AssertionError((self.root / "server.log").read_text())

    def kill(self) -> None:
        """Ends the server at once, as a power cut would (kill -9)."""
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def workspaces(self) -> list[Workspace]:
        return [one for one in list_workspaces(self.root) if self.own is None or one.id in self.own]

    def workspace(self, kind: str) -> Workspace:
        return next(one for one in self.workspaces() if one.kind == kind)


def serve(root: Path) -> Served:
    served = Served(root)
    served.start()
    return served


def for_everybody(served: Served) -> None:
    """Lets a hundred people decide each card, once: what one test's reviewer did neither takes a card from the next
    test's nor brings one back."""
    for workspace in served.workspaces():
        store = open_store(workspace.decisions_url, workspace.id)
        for name, value in (("overlap_share", 1.0), ("overlap", 100), ("second_look", False)):
            store.set_choice(workspace.latest_run().id, name, value, at="2026-01-01T00:00:00.000Z", who="lead")
        store.close()


@pytest.fixture(scope="session")
def lasting_server(demo_template, tmp_path_factory) -> Iterator[Served]:
    """The server of this worker, started once, with the demos' data; workspaces are brought and taken away."""
    root = tmp_path_factory.mktemp("served") / "workspaces"
    copy_demos(demo_template / "demo", root / "demo")
    served = serve(root)
    yield served
    served.kill()


@contextmanager
def with_copies(served: Served, template: Path) -> Iterator[Served]:
    """The server with copies of the template's workspaces, for as long as they are needed."""
    copies = {secrets.token_hex(8): one.folder for one in list_workspaces(template)}
    for name, folder in copies.items():
        shutil.copytree(folder, served.root / name)
    yield replace(served, own=frozenset(copies))
    for name in copies:
        _remove(served.root / name)


def _remove(folder: Path) -> None:
    """Takes a folder away into which the server may still be writing."""
    until = time.monotonic() + 30
    while folder.exists():
        shutil.rmtree(folder, ignore_errors=time.monotonic() < until)
        time.sleep(0.1)


@pytest.fixture(scope="module")
def server(lasting_server, demo_template):
    """Both demos for the tests of a module; each test brings its own reviewer, and every card is for all of them."""
    with with_copies(lasting_server, demo_template) as served:
        for_everybody(served)
        yield served


@pytest.fixture
def own_workspaces(lasting_server, demo_template):
    """Both demos for this test alone, on a server that others use too."""
    with with_copies(lasting_server, demo_template) as served:
        yield served


@pytest.fixture(scope="session")
def mortal_server(demo_template, tmp_path_factory) -> Iterator[Served]:
    """A second server of this worker, for tests that kill one and start it again."""
    root = tmp_path_factory.mktemp("mortal") / "workspaces"
    copy_demos(demo_template / "demo", root / "demo")
    served = serve(root)
    yield served
    served.kill()


@pytest.fixture
def own_server(mortal_server, demo_template):
    """Both demos for this test alone, on a server that it may kill."""
    with with_copies(mortal_server, demo_template) as served:
        yield served
        if served.process.poll() is not None:
            served.start()
    mortal_server.process = served.process


@pytest.fixture(scope="session")
def browser_type():
    """What starts Chromium, or a skipped test that says why; SECOND_OPINION_REQUIRE=browser makes it a failure."""
    from playwright.sync_api import expect, sync_playwright

    if not Path(CHROMIUM).exists():
        if "browser" in os.environ.get("SECOND_OPINION_REQUIRE", ""):
            pytest.fail(f"Chromium is not at {CHROMIUM}.")
        pytest.skip(f"Chromium is not at {CHROMIUM}.")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        yield playwright.chromium


@pytest.fixture(scope="session")
def chromium(browser_type):
    """A browser for the few profiles that must be new, as fingers need one; its cache is empty each time."""
    browser = browser_type.launch(executable_path=CHROMIUM, args=CHROMIUM_OPTIONS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def lasting_profile(browser_type, tmp_path_factory):
    """A browser profile of this worker, whose cache keeps the app's scripts compiled: a new one takes twice the time."""
    profile = browser_type.launch_persistent_context(
        tmp_path_factory.mktemp("profile"),
        executable_path=CHROMIUM,
        args=CHROMIUM_OPTIONS,
        viewport={"width": 1440, "height": 900},
    )
    profile.set_default_timeout(PATIENCE)
    profile.visited = set()
    profile.on("page", lambda page: page.on("framenavigated", lambda frame: profile.visited.add(_origin(frame.url))))
    yield profile
    profile.close()


@pytest.fixture
def context(lasting_profile):
    """A browser profile that holds nothing of another test but the cache of files."""
    yield lasting_profile
    lasting_profile.unroute_all()
    lasting_profile.set_offline(False)
    last = lasting_profile.new_page()  # without any the browser would end
    for page in lasting_profile.pages:
        if page is not last:
            page.close()
    lasting_profile.clear_cookies()
    session = lasting_profile.new_cdp_session(last)
    for origin in lasting_profile.visited:
        session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "local_storage,indexeddb"})
    session.detach()
    lasting_profile.visited.clear()


@dataclass(frozen=True)
class Window:
    """Opens pages of a size in the worker's profile. scale: pixels of the screen per pixel of the page; 2 with half the
    width and height is a zoom of 200 %. scheme: ``light`` or ``dark``, as the system has it."""

    context: "BrowserContext"
    width: int
    height: int
    scale: int = 1
    scheme: str = "light"

    def new_page(self) -> "Page":
        page = self.context.new_page()
        page.set_viewport_size({"width": self.width, "height": self.height})
        page.emulate_media(color_scheme=self.scheme)
        if self.scale != 1:
            size = {"width": self.width, "height": self.height, "deviceScaleFactor": self.scale, "mobile": False}
            self.context.new_cdp_session(page).send("Emulation.setDeviceMetricsOverride", size)
        seen = "[innerWidth, innerHeight, devicePixelRatio, matchMedia('(prefers-color-scheme: dark)').matches]"
        assert page.evaluate(seen) == [self.width, self.height, self.scale, self.scheme == "dark"]
        return page


@pytest.fixture
def window(context):
    """``window(720, 450, scale=2)``: opens pages of that size."""
    return partial(Window, context)


def _origin(address: str) -> str:
    scheme, _, rest = address.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"
