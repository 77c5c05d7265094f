"""What is seen to before the server answers anybody: who may come in, and what a crash left behind."""

import ipaddress
import logging
import os
import sys
import time
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import streamlit as st

from cleaning.files import ASIDE
from cleaning.review.team.roles import ADMINS, admins_everywhere
from pages.shared.server import json_lines, tokens

OPEN = "SECOND_OPINION_OPEN"
LEFT_SECONDS = 24 * 3600  # what is being made is never that old
REFUSAL = (
    "Second Opinion does not start: it would listen at {address}, beyond this machine, and nobody has to sign in. "
    "Set up sign-in (docs/deployment.md), listen at 127.0.0.1, or set SECOND_OPINION_OPEN=1 if everybody who reaches it "
    "may read and decide under any name."
)
CLOSED = (
    "This server is reached from beyond its machine, and nobody has to sign in. Whoever runs it can set up sign-in, listen "
    "at 127.0.0.1, or set SECOND_OPINION_OPEN=1."
)
NO_ADMIN = (
    "Second Opinion does not start: people have to sign in, but nobody is named who gives roles. Set "
    f"{ADMINS} to the e-mail address of one or several, divided by commas (docs/deployment.md)."
)


def sign_in_configured() -> bool:
    """Whether Streamlit's secrets name an identity provider ([auth], for ``st.login``)."""
    try:
        return "auth" in st.secrets
    except (FileNotFoundError, KeyError):
        return False


def refuse_open_house() -> None:
    """Ends the process with a sentence where strangers could come in unasked, or where nobody could let anybody in."""
    if sign_in_configured() and not admins_everywhere():
        _end(NO_ADMIN)
    address = str(st.get_option("server.address") or "0.0.0.0")
    if not (of_this_machine(address) or sign_in_configured() or os.environ.get(OPEN) == "1"):
        _end(REFUSAL.format(address=address))


def _end(why: str) -> None:
    """An exception would be told as a traceback, and the server might go on without our routes."""
    if json_lines.asked():
        logging.getLogger(json_lines.OURS).critical(why)
    else:
        print(why, file=sys.stderr, flush=True)
    os._exit(2)


@lru_cache(maxsize=64)
def of_this_machine(address: str) -> bool:
    """Whether only this machine reaches an address to listen at."""
    if address.lower() == "localhost":
        return True
    found = _ip(address)
    return found is not None and found.is_loopback


def closed_to(reached_at: Sequence | None) -> bool:
    """Whether a request came in where strangers do though nobody has to sign in: how the server was started may have
    escaped ``refuse_open_house``. reached_at: the address and port of this side, as ASGI tells them; a socket file or
    nothing is no address of the network."""
    address = str(reached_at[0]) if reached_at else ""
    if of_this_machine(address) or _ip(address) is None:
        return False
    return not (os.environ.get(OPEN) == "1" or signs_in())


@lru_cache(maxsize=1)
def signs_in() -> bool:
    """As ``sign_in_configured``, looked up once."""
    return sign_in_configured()


def _ip(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(address.strip("[]"))
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def sweep(root: Path, older_than: float = LEFT_SECONDS) -> list[Path]:
    """Removes what an interrupted writing or deleting left below the workspaces, and copies of logs that ended
    processes read; what was removed."""
    import shutil

    from cleaning.keep.open_file import sweep_copies
    from cleaning.keep.upkeep.workspace_care import DELETED

    swept = sweep_copies(older_than)
    secrets = [path for path in root.glob(".*") if tokens.BEING_MADE.fullmatch(path.name)]
    for left in [*root.glob(f"{ASIDE}*"), *root.glob(f"*/**/{ASIDE}*"), *root.glob(f".*{DELETED}*"), *secrets]:
        try:
            if time.time() - left.stat().st_mtime < older_than:
                continue
            shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()
            swept.append(left)
        except OSError:
            continue
    return swept
