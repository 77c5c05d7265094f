"""The part of the Load page that packs many dropped files into few ZIPs before they are sent, in the browser."""

import streamlit as st

from pages.shared.server.browser_modules import loader

ROOM = 0.9  # of what one uploaded file may hold: a ZIP is that much larger than its files at most
LINE = '<p class="packing" role="status"></p>'
STYLE = """
.packing { margin: 0; color: light-dark(#5A6166, #A9AFB3); font: inherit; font-size: 0.9rem }
.packing:empty { display: none }
"""

_packing = st.components.v2.component(
    "second_opinion_packing",
    html=LINE,
    css=STYLE,
    js=loader("load/browser/packing.js", st.get_option("server.baseUrlPath")),
)


def pack_many(megabytes: int) -> None:
    """From 20 files on they arrive as ZIPs. megabytes: what the server takes as one file."""
    _packing(key="packing", data={"most": int(megabytes * 1024**2 * ROOM)})
