"""What a token says, while the session that it was made in goes on."""

from pathlib import Path

from cleaning.review.team import sessions
from cleaning.review.team.sessions import SignIn
from pages.shared.server import tokens
from pages.shared.server.house import sign_in_configured

RELOAD = " Reload this page; nothing is lost."


def signed_claims(root: Path, token: str, *needed: str) -> dict:
    """The claims of a token. Raises TokenError for one that is forged, too old or made for something else (it lacks what
    is ``needed``), or whose session has ended."""
    claims = tokens.read(root, token)
    if not claims.keys() >= {"workspace", "reviewer", *needed}:
        raise tokens.TokenError("This page may not ask for that." + RELOAD)
    if "session" in claims:
        session = SignIn(claims["reviewer"], claims["session"], float(claims["since"]))
        ended = sessions.over(sessions.house_store(root), session)
        if ended:
            raise tokens.TokenError(ended + RELOAD)
    elif sign_in_configured():
        raise tokens.TokenError("People sign in here now." + RELOAD)
    return claims
