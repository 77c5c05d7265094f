"""Which role each action takes, and which actions stand in the log beside the settings; asked by whoever acts."""

from dataclasses import dataclass

from cleaning.keep.decisions import ReviewStore
from cleaning.keep.stored import now
from cleaning.review.team.roles import ADMIN, ANNOTATOR, MAINTAINER, ROLES, WORKSPACE, at_least, require, role_of


@dataclass(frozen=True)
class Action:
    """Something that a person does. words: "Only a maintainer may …". key: of the log, "" for what stands there
    otherwise or need not."""

    role: str
    words: str
    key: str = ""


LOOK = Action(ANNOTATOR, "look at cards")
DECIDE = Action(ANNOTATOR, "decide cards")
TALK = Action(ANNOTATOR, "write on cards")
SETTINGS = Action(MAINTAINER, "change settings")
SETTLE = Action(MAINTAINER, "settle contested cards")
GUIDE = Action(MAINTAINER, "change guidelines")
EXPORT = Action(MAINTAINER, "take files", "exported")
IMPORT = Action(MAINTAINER, "import decisions", "imported")
RUNS = Action(MAINTAINER, "make runs")
EXPERTS = Action(MAINTAINER, "add experts", "experts_added")
RENAME = Action(MAINTAINER, "rename or archive a workspace", "looked_after")
COPY = Action(MAINTAINER, "copy a workspace", "copied")
LOAD = Action(MAINTAINER, "load datasets", "loaded")
DELETE = Action(ADMIN, "delete a workspace", "deleted")
TIDY = Action(ADMIN, "tidy up the server", "tidied")
BRING_IN = Action(ADMIN, "bring in a copied folder", "brought_in")
READ_HOUSE = Action(ADMIN, "read the log of the server")
END_SESSIONS = Action(ADMIN, "end sessions of others")


def permit(store: ReviewStore, who: str, action: Action) -> None:
    """Raises InputError unless this person may do it. What everybody may is not looked up: each card asks for it."""
    if action.role != ROLES[0]:
        require(role_of(store, who), action.role, action.words)


def may(store: ReviewStore, who: str, action: Action) -> bool:
    """Whether this person may do it."""
    return action.role == ROLES[0] or at_least(role_of(store, who), action.role)


def done(store: ReviewStore, who: str, action: Action, about: object) -> None:
    """Notes what was done in the log of the whole workspace."""
    store.set_choice(WORKSPACE, action.key, about, at=now(), who=who)


def done_if_noted(store: ReviewStore, who: str, action: Action, about: object) -> None:
    """The same, save in a log that may only be read and takes no note: what is there can be taken all the same."""
    if not store.read_only:
        done(store, who, action, about)
