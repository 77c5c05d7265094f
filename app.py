"""Second Opinion: frame and navigation; every page is routed from here.

Serves both ways: run by Streamlit it is the frame of each page; loaded as a module it is the ASGI application with
the app's own routes for pictures and decisions.
"""

from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

MARK = Path(__file__).parent / "pages" / "shared" / "mark.svg"
STEPS = (
    ("load", "Load", ":material/folder_open:"),
    ("calibrate", "Calibrate", ":material/tune:"),
    ("threshold", "Threshold", ":material/filter_alt:"),
    ("review", "Review", ":material/rate_review:"),
    ("settle", "Settle", ":material/balance:"),
    ("export", "Export", ":material/ios_share:"),
    ("cascade", "Cascade", ":material/alt_route:"),
    ("runs", "Runs", ":material/history:"),
)
HOME = "load"


def come_home() -> None:
    """The home has the address of the server alone; who types its name comes there too, with what the address opens."""
    from pages.shared import state

    st.switch_page(f"pages/{HOME}.py", query_params=state.url())


def main() -> None:
    """Runs the router, then the page it chose."""
    from pages.shared import frame, signed_in, state

    st.set_page_config(page_title="Second Opinion", page_icon=MARK, layout="wide", initial_sidebar_state="collapsed")
    pages = [
        st.Page(f"pages/{name}.py", title=title, icon=icon, url_path="" if name == HOME else name, default=name == HOME)
        for name, title, icon in STEPS
    ]
    typed = st.Page(come_home, title="Load", url_path=HOME, visibility="hidden")
    chosen = st.navigation([*pages, typed], position="top")
    st.set_page_config(page_title=f"{chosen.title} · Second Opinion")
    state.current()
    if not signed_in.enter():
        return
    state.mark_routed()
    state.write_url()
    frame.sidebar()
    frame.narrow_navigation(pages)
    chosen.run()


if get_script_run_ctx(suppress_warning=True) is None:
    from pages.shared.server import json_lines

    json_lines.log_as_asked()
    from pages.shared.server import house, http_reading, server

    house.refuse_open_house()
    http_reading.bound_heads()
    app = st.App(__file__, routes=server.routes(), middleware=server.middleware(), lifespan=server.lifespan)
else:
    main()
