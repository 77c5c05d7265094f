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


def main() -> None:
    """Runs the router, then the page it chose."""
    from pages.shared import frame, signed_in, state

    st.set_page_config(page_title="Second Opinion", page_icon=MARK, layout="wide", initial_sidebar_state="collapsed")
    pages = [
        st.Page(f"pages/{name}.py", title=title, icon=icon, url_path=name, default=name == "load")
        for name, title, icon in STEPS
    ]
    chosen = st.navigation(pages, position="top")
    st.set_page_config(page_title=f"{chosen.title} · Second Opinion")
    state.current()
    if not signed_in.enter():
        return
    state.mark_routed()
    state.write_url()
    frame.sidebar()
    frame.narrow_navigation(pages)
    chosen.run()


if get_script_run_ctx() is None:
    from pages.shared.server import house, server

    house.refuse_open_house()
    app = st.App(__file__, routes=server.routes(), middleware=server.middleware(), lifespan=server.lifespan)
else:
    main()
