"""Who does what by a command stands in the log of the workspace, or of the house, as what is done on a page does."""

import getpass


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
    from cleaning.review.team.permissions import done_if_noted

    with opened(workspace) as store:
        done_if_noted(store, author(), action, about)
