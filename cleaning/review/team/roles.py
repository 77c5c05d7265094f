"""Who may what: roles, kept in the settings log of the whole workspace, so that each change stands there with its author.

While no role was ever given, everybody is a maintainer: one machine, no sign-in. From the first role on, who has none is
an annotator.
"""

from cleaning.errors import InputError, one_of
from cleaning.keep.decisions import ReviewStore
from cleaning.keep.stored import now

ANNOTATOR, MAINTAINER, ADMIN = "annotator", "maintainer", "admin"
ROLES = (ANNOTATOR, MAINTAINER, ADMIN)  # each may what those before it may
WORKSPACE, KEY = "", "roles"


def roles(store: ReviewStore) -> dict[str, str]:
    """By name; empty while no role was given."""
    kept = store.choice(WORKSPACE, KEY)
    return {str(name): str(role) for name, role in kept.items()} if isinstance(kept, dict) else {}


def role_of(store: ReviewStore, name: str) -> str:
    """What somebody may: by the role given, else annotator, or maintainer while nobody has a role."""
    given = roles(store)
    return given.get(name, ANNOTATOR if given else MAINTAINER)


def require(store: ReviewStore, name: str, role: str, what: str) -> None:
    """Raises InputError unless this person may do what takes this role. what: "change settings" ..."""
    has = role_of(store, name)
    if ROLES.index(has) < ROLES.index(role):
        raise InputError(
            f"Only {_with_article(role)} may {what}; you are here as {has}. Ask an admin of this workspace."
        )


def give_role(store: ReviewStore, name: str, role: str, *, by: str) -> None:
    """Gives a role. The first may be given by anybody and is an admin's; later ones only by an admin.

    Raises InputError, also where no admin would be left.
    """
    given = roles(store)
    if role not in ROLES:
        raise InputError(f"'{role[:40]}' is no role; expected {one_of(ROLES)}.")
    if given:
        require(store, by, ADMIN, "give roles")
    after = given | {name: role}
    if ADMIN not in after.values():
        raise InputError("One admin is needed, who can give roles. Make somebody admin first.")
    store.set_choice(WORKSPACE, KEY, after, at=now(), who=by)


def _with_article(role: str) -> str:
    return f"{'an' if role[0] in 'a' else 'a'} {role}"
