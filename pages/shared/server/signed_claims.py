"""What a token says, while the session that it was made in goes on."""

from pathlib import Path

from cleaning.review.team import sessions
from cleaning.review.team.sessions import SignIn
from pages.shared.server import tokens
from pages.shared.server.house import sign_in_configured

RELOAD = " Reload this page; nothing is lost."


def signed_claims(root: Path, token: str) -> dict:
    """The claims of a token. Raises TokenError for one that is forged or too old, or whose session has ended."""
    claims = tokens.read(root, token)
    if "session" in claims:
        session = SignIn(claims["reviewer"], claims["session"], float(claims["since"]))
        ended = sessions.over(sessions.house_store(root), session)
        if ended:
            raise tokens.TokenError(ended + RELOAD)
    elif sign_in_configured():
        raise tokens.TokenError("People sign in here now." + RELOAD)
    return claims
