"""Signed tokens: the page tells the browser who it is, and the app's own routes believe nothing else.

The secret lies in a file readable by its owner alone under the workspaces root, so that a token outlives a restart.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
import time
from functools import lru_cache
from pathlib import Path

from cleaning.errors import InputError

LIFETIME_SECONDS = 7 * 24 * 3600
_SECRET_FILE = ".review-secret"


class TokenError(InputError):
    """A token that is missing, forged or too old."""


def sign(root: Path, claims: dict, lifetime: float = LIFETIME_SECONDS) -> str:
    """A token carrying ``claims`` that only this installation can make; it lapses after ``lifetime`` seconds."""
    body = json.dumps(claims | {"until": int(time.time() + lifetime)}, separators=(",", ":")).encode()
    return f"{_text(body)}.{_text(_mac(root, b'token', body))}"


def read(root: Path, token: str) -> dict:
    """The claims of a token. Raises TokenError unless it was made here and is still good."""
    body_text, _, mac_text = token.partition(".")
    try:
        body, mac = _bytes(body_text), _bytes(mac_text)
    except ValueError:
        raise TokenError("This page is no longer signed in. Reload it.") from None
    if not hmac.compare_digest(mac, _mac(root, b"token", body)):
        raise TokenError("This page is no longer signed in. Reload it.")
    claims = json.loads(body)
    if claims["until"] < time.time():
        raise TokenError("This page has been open for too long. Reload it; nothing is lost.")
    return claims


def picture_signature(root: Path, workspace_id: str) -> str:
    """Lets a browser fetch one workspace's pictures, and nothing else."""
    return _text(_mac(root, b"pictures", workspace_id.encode()))[:22]


def picture_address(root: Path, workspace_id: str, row: int, size: str, version: str) -> str:
    """Where a browser fetches a sample's picture, below the app's address; it may be kept for ever.

    size: one of ``pictures.SIZES``. version: of the picture's file.
    """
    return f"api/media/{workspace_id}/{row}/{size}?v={version}&s={picture_signature(root, workspace_id)}"


def _mac(root: Path, purpose: bytes, body: bytes) -> bytes:
    return hmac.new(_secret(str(root.resolve())), purpose + b"\x00" + body, hashlib.sha256).digest()


@lru_cache(maxsize=8)
def _secret(root: str) -> bytes:
    path = Path(root) / _SECRET_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{_SECRET_FILE}-{secrets.token_hex(4)}")
    try:
        if not path.exists():
            with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(secrets.token_bytes(32))
            os.link(aside, path)  # fails if another process was first: theirs is as good
    except FileExistsError:
        pass
    finally:
        aside.unlink(missing_ok=True)
    return path.read_bytes()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
