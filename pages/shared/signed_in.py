"""Who is here: by sign-in where an identity provider is configured, else the name that one gives oneself."""

from collections.abc import Callable

import streamlit as st

from cleaning.errors import InputError
from cleaning.keep.workspaces import workspaces_root
from cleaning.review.team import sessions
from cleaning.review.team.roles import LONGEST_NAME
from cleaning.review.team.sessions import SignIn
from pages.shared import state
from pages.shared.server.house import sign_in_configured

LOCAL = "Names are no sign-in: on this machine everybody may use any name, and may do everything."
LOCAL_ROLES = "Names are no sign-in: on this machine everybody may use any name, and so anybody's role."


class SignedOut(InputError):
    """Who acts is no longer signed in."""


def required() -> bool:
    """Whether everybody has to sign in."""
    return sign_in_configured()


def session() -> SignIn | None:
    """This tab's session; None where nobody signs in. Raises SignedOut where this person did not."""
    if not required():
        return None
    if not st.user.is_logged_in:
        raise SignedOut("Sign in to see datasets and to decide.")
    claims = st.user.to_dict()
    return SignIn.of(name_of(claims), claims)


def require_session() -> None:
    """Raises SignedOut where the session of whoever acts has ended."""
    problem = check()()
    if problem:
        raise SignedOut(problem)


def check() -> Callable[[], str]:
    """A function that says later, also where no page runs, why this tab's session counts no longer; "" while it does."""
    now = session()
    return lambda: sessions.over(sessions.house_store(workspaces_root()), now) if now else ""


def enter() -> bool:
    """Takes the reviewer from the sign-in, whatever the address says; draws the way in and gives False without one."""
    try:
        require_session()
        now = session()
    except SignedOut as why:
        state.update(reviewer="")
        st.markdown("## Second Opinion")
        st.markdown(str(why))
        st.button("Sign in", type="primary", icon=":material/login:", on_click=st.login)
        return False
    if now is not None and state.current().reviewer != now.who:
        state.update(reviewer=now.who)
    return True


def name_of(claims: dict) -> str:
    """The name that decisions are kept under: the provider's e-mail address, which no two people share, else its id."""
    for key in ("email", "sub"):
        if claims.get(key) and (key != "email" or claims.get("email_verified", True)):
            return str(claims[key])[:LONGEST_NAME]
    return "unknown"


def claims_for_routes() -> dict:
    """What the app's own routes are to know of this tab's session."""
    now = session()
    return {"session": now.sid, "since": now.since} if now else {}


def leave() -> None:
    """The way out, in the sidebar."""
    st.caption(f"Signed in as {state.current().reviewer}")
    st.button("Sign out", icon=":material/logout:", on_click=_sign_out)
    st.button("Sign out everywhere", type="tertiary", on_click=_sign_out, args=(True,))


def _sign_out(everywhere: bool = False) -> None:
    now, store = session(), sessions.house_store(workspaces_root())
    if now is not None:
        sessions.end_all(store, now.who, by=now.who) if everywhere else sessions.end(store, now)
    st.logout()
