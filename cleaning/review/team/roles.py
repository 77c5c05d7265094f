"""Who may what: roles, kept in the settings log of the whole workspace, so that each change stands there with its author.

While no role was ever given, everybody may everything: one machine, no sign-in. From the first role on, who has none is
an annotator. SECOND_OPINION_ADMINS names admins of every workspace, and then the first role is no longer anybody's.
"""

import os

from cleaning.errors import InputError, one_of
from cleaning.keep import settings_log
from cleaning.keep.decisions import ReviewStore
from cleaning.keep.stored import now

ANNOTATOR, MAINTAINER, ADMIN = "annotator", "maintainer", "admin"
ROLES = (ANNOTATOR, MAINTAINER, ADMIN)  # each may what those before it may
WORKSPACE, KEY = "", settings_log.ROLES
ADMINS = "SECOND_OPINION_ADMINS"  # environment: names divided by commas
LONGEST_NAME = 80


def admins_everywhere() -> set[str]:
    """Who is admin of every workspace, by the environment."""
    return {name.strip() for name in os.environ.get(ADMINS, "").split(",") if name.strip()}


def role_everywhere(name: str) -> str:
    """What somebody may where there is no workspace yet."""
    named = admins_everywhere()
    return ADMIN if not named or name in named else ANNOTATOR


def roles(store: ReviewStore) -> dict[str, str]:
    """By name; empty while no role was given."""
    kept = store.choice(WORKSPACE, KEY)
    return {str(name): str(role) for name, role in kept.items()} if isinstance(kept, dict) else {}


def role_of(store: ReviewStore, name: str) -> str:
    """What somebody may: by the environment, by the role given, else annotator, or all while nobody has a role."""
    if name in admins_everywhere():
        return ADMIN
    given = roles(store)
    return given.get(name, ANNOTATOR if given else role_everywhere(name))


def at_least(has: str, role: str) -> bool:
    """Whether one role may what another may."""
    return ROLES.index(has) >= ROLES.index(role)


def require(has: str, role: str, what: str) -> None:
    """Raises InputError unless a role may what takes this role. what: "change settings" ..."""
    if not at_least(has, role):
        raise InputError(
            f"Only {_with_article(role)} may {what}; you are here as {has}. Ask an admin of this workspace."
        )


def give_role(store: ReviewStore, name: str, role: str, *, by: str) -> None:
    """Gives a role; only an admin may, and while nobody has one the first must be an admin's.

    Raises InputError, also where no admin would be left.
    """
    if not name.strip() or len(name) > LONGEST_NAME:
        raise InputError(f"A name has 1 to {LONGEST_NAME} characters; this one has {len(name.strip())}.")
    if role not in ROLES:
        raise InputError(f"'{role[:40]}' is no role; expected {one_of(ROLES)}.")
    require(role_of(store, by), ADMIN, "give roles")
    after = roles(store) | {name.strip(): role}
    if ADMIN not in after.values() and not admins_everywhere():
        raise InputError("One admin is needed, who can give roles. Make somebody admin first.")
    store.set_choice(WORKSPACE, KEY, after, at=now(), who=by)


def _with_article(role: str) -> str:
    return f"{'an' if role[0] in 'a' else 'a'} {role}"
