"""The part of every page that leads the focus, in the browser, into what unfolds by key and back."""

import streamlit as st

from pages.shared.server.browser_modules import loader

_leading = st.components.v2.component(
    "second_opinion_leading_focus",
    html="<i hidden></i>",
    js=loader("browser/popovers.js", st.get_option("server.baseUrlPath")),
)


def leading_focus() -> None:
    _leading(key="leading_focus")
