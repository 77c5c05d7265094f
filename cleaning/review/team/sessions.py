"""Sessions of those who signed in: how long they last, and those ended before their time.

What concerns no single workspace stands in a log of the house: who ended whose session, and which workspaces went.
"""

import hashlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

from cleaning.keep.decisions import ReviewStore, shared_store
from cleaning.keep.settings_log import SettingChange
from cleaning.keep.stored import now
from cleaning.review.team.permissions import END_SESSIONS
from cleaning.review.team.roles import WORKSPACE, require, role_everywhere

HOUSE, HOUSE_FILE = "house", "house.sqlite"
HOURS, USUAL_HOURS = "SECOND_OPINION_SESSION_HOURS", 12.0
_ONE, _ALL = "ended", "all_ended"
IN_WORDS = {_ONE: "signed out", _ALL: "all sessions ended"}  # by what comes before the colon of a key
LASTED, ENDED = "Your session has lasted its time. Sign in again.", "Your session was ended. Sign in again."


@dataclass(frozen=True)
class SignIn:
    """One sign-in. sid: its name. since: seconds since 1970."""

    who: str
    sid: str
    since: float

    @classmethod
    def of(cls, who: str, claims: dict) -> "SignIn":
        """claims: what the identity provider said at the sign-in. Without a time (iat) it has lasted its time."""
        since = float(claims.get("iat") or 0.0)
        named = f"{claims.get('iss')}|{claims.get('sub')}|{claims.get('iat')}"
        return cls(who, hashlib.sha256(named.encode()).hexdigest()[:32], since)


def house_store(root: Path) -> ReviewStore:
    """The log of the house. root: where workspaces lie."""
    return shared_store(house_url(root), HOUSE)


def house_url(root: Path) -> str:
    """Where the log of the house is kept: its own SQLite file, or the team's database."""
    return os.environ.get("SECOND_OPINION_DATABASE_URL", f"sqlite:///{root / HOUSE_FILE}")


def house_changes(root: Path) -> list[SettingChange]:
    """All that was ever noted in the log of the house, which is not made for being looked at."""
    there = "SECOND_OPINION_DATABASE_URL" in os.environ or (root / HOUSE_FILE).exists()
    return house_store(root).changes() if there else []


def over(store: ReviewStore, session: SignIn) -> str:
    """Why a session counts no longer, as a sentence; "" while it does."""
    hours = float(os.environ.get(HOURS) or USUAL_HOURS)
    if time.time() - session.since >= hours * 3600:
        return LASTED
    if store.choice(WORKSPACE, _of_session(session.sid)):
        return ENDED
    all_before = store.choice(WORKSPACE, _of_person(session.who))
    ended = isinstance(all_before, dict) and session.since <= float(all_before.get("before", 0.0))
    return ENDED if ended else ""


def end(store: ReviewStore, session: SignIn) -> None:
    """Ends one's own session, as by signing out."""
    store.set_choice(WORKSPACE, _of_session(session.sid), {"who": session.who}, at=now(), who=session.who)


def end_all(store: ReviewStore, who: str, *, by: str) -> None:
    """Ends all sessions that a person has now: one's own, or an admin those of others. Raises InputError."""
    if who != by:
        require(role_everywhere(by), END_SESSIONS.role, END_SESSIONS.words)
    store.set_choice(WORKSPACE, _of_person(who), {"who": who, "before": time.time()}, at=now(), who=by)


def _of_session(sid: str) -> str:
    return f"{_ONE}:{sid}"


def _of_person(who: str) -> str:
    return f"{_ALL}:{hashlib.sha256(who.encode()).hexdigest()[:40]}"
