"""The app as a server: its own routes beside Streamlit's, and what happens once at its start."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.routing import BaseRoute
from streamlit.runtime.pages_manager import PagesManager

from cleaning.run_store import workspaces_root
from pages.shared.routes import review_routes


def routes() -> list[BaseRoute]:
    """Routes for pictures and decisions."""
    return list(review_routes(workspaces_root, st.get_option("server.baseUrlPath") or ""))


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[dict]:
    """Sends every first visit through the router, and takes what was imported out of garbage collection."""
    PagesManager.uses_pages_directory = False  # else a first visit to /review would run pages/review.py by itself
    gc.collect()
    gc.freeze()
    yield {}
