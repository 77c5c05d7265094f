"""The app as a server: its own routes beside Streamlit's, and what happens once at its start."""

import gc
import importlib
import logging
import socket
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from streamlit.runtime.pages_manager import PagesManager

from cleaning.keep.workspaces import list_workspaces, workspaces_root
from pages.shared.export.big_files import made_routes
from pages.shared.load.upload_folders import sweep_uploads
from pages.shared.server.browser_modules import module_routes
from pages.shared.server.desks import open_desk
from pages.shared.server.guard import Guard
from pages.shared.server.house import sweep
from pages.shared.server.routes import review_routes
from pages.shared.server.watching import watching_routes

READING = ("data_adapters.reading", "data_adapters.doctor.examination", "cleaning.suspect.pipeline", "scipy.optimize")
FIRST_PAGE_SECONDS = 8.0  # that a first page of millions of samples may take, with nothing beside it
_log = logging.getLogger("second_opinion")


def routes() -> list[BaseRoute]:
    """Routes for pictures, decisions, big files and the browser's modules."""
    base = st.get_option("server.baseUrlPath") or ""
    beside = [*module_routes(base), *watching_routes(workspaces_root, base), *made_routes(workspaces_root, base)]
    return [*review_routes(workspaces_root, base), *beside]


def middleware() -> list[Middleware]:
    """What every request passes, Streamlit's own too."""
    return [Middleware(Guard)]


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[dict]:
    """Sends every first visit through the router, and takes what was imported out of garbage collection."""
    PagesManager.uses_pages_directory = False  # else a first visit to /review would run pages/review.py by itself
    answer_at_once()
    sweep(workspaces_root())
    sweep_uploads(workspaces_root())
    gc.collect()
    gc.freeze()
    threading.Thread(target=_ahead, daemon=True).start()
    yield {}


def answer_at_once() -> None:
    """Sets TCP_NODELAY on what this process listens on, from which every accepted connection has it.

    asyncio sets it on sockets made for TCP by name alone; Streamlit makes its own without, so that the second packet
    of each answer waits 40 ms for the first one's acknowledgement. Nobody hands the socket out: it is looked for.
    """
    for one in gc.get_objects():
        if type(one) is socket.socket and _listens(one):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)


def _listens(one: socket.socket) -> bool:
    of_network = one.family in (socket.AF_INET, socket.AF_INET6) and one.type == socket.SOCK_STREAM
    return of_network and one.fileno() >= 0 and bool(one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))


def _ahead() -> None:
    read_ahead()
    time.sleep(FIRST_PAGE_SECONDS)
    for needed in READING:  # a second of the first dataset's wait
        importlib.import_module(needed)


def read_ahead() -> None:
    """Reads the newest workspace while the first visitor's browser still fetches the app."""
    try:
        for workspace in list_workspaces(workspaces_root())[:1]:
            for run_id in workspace.run_ids()[-1:]:
                open_desk(workspaces_root(), workspace.id, run_id).read_ahead()
    except Exception:  # whatever is wrong with it is told to whoever opens it
        _log.info("the newest workspace was not read ahead", exc_info=True)
