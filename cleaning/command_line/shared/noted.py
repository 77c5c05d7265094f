"""Who does what by a command stands in the log of the workspace, or of the house, as what is done on a page does."""

import getpass
from pathlib import Path


def author() -> str:
    """Who gives the command, by the operating system."""
    try:
        who = getpass.getuser()
    except (OSError, KeyError, ImportError):  # a user without a name, as in a container
        who = "somebody"
    return f"{who} (command line)"


def noted(workspace, action, **about: object) -> None:
    """Notes in the workspace's log what was done; a log that may only be read takes no note."""
    from cleaning.keep.backups import opened
    from cleaning.review.team.permissions import done

    with opened(workspace) as store:
        if not store.read_only:
            done(store, author(), action, about)


def noted_in_house(root: Path, action, **about: object) -> None:
    """Notes in the log of the house what was done to the workspaces below ``root``."""
    from cleaning.keep.decisions import open_store
    from cleaning.review.team.permissions import done
    from cleaning.review.team.sessions import HOUSE, house_url

    store = open_store(house_url(root), HOUSE)
    try:
        done(store, author(), action, about)
    finally:
        store.close()
