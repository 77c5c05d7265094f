"""Who is here: by sign-in where an identity provider is configured, else the name that one gives oneself."""

import streamlit as st

from pages.shared import state
from pages.shared.server.house import sign_in_configured

LONGEST_NAME = 80


def required() -> bool:
    """Whether everybody has to sign in."""
    return sign_in_configured()


def enter() -> bool:
    """Takes the reviewer from the sign-in, whatever the address says; draws the way in and gives False without one."""
    if not required():
        return True
    if not st.user.is_logged_in:
        state.update(reviewer="")
        st.markdown("## Second Opinion")
        st.markdown("Sign in to see datasets and to decide.")
        st.button("Sign in", type="primary", icon=":material/login:", on_click=st.login)
        return False
    name = name_of(st.user.to_dict())
    if state.current().reviewer != name:
        state.update(reviewer=name)
    return True


def name_of(claims: dict) -> str:
    """The name that decisions are kept under: the provider's e-mail address, which no two people share, else its id."""
    for key in ("email", "sub"):
        if claims.get(key) and (key != "email" or claims.get("email_verified", True)):
            return str(claims[key])[:LONGEST_NAME]
    return "unknown"


def leave() -> None:
    """The way out, in the sidebar."""
    st.caption(f"Signed in as {state.current().reviewer}")
    st.button("Sign out", icon=":material/logout:", on_click=st.logout)
