"""Signed tokens: the page tells the browser who it is, and the app's own routes believe nothing else.

The secret lies in a file readable by its owner alone under the workspaces root, so that a token outlives a restart.
"""

import hashlib
import hmac
import os
import re
import secrets
import time
from functools import lru_cache
from pathlib import Path

from itsdangerous import BadData, SignatureExpired, Signer, URLSafeTimedSerializer

from cleaning.errors import InputError

LIFETIME_SECONDS = 7 * 24 * 3600
PICTURES_SECONDS = 7 * 24 * 3600
_SECRET_FILE = ".review-secret"
BEING_MADE = re.compile(r"\.review-secret-[0-9a-f]{8}")  # its name until it is whole
_TOKEN = re.compile(r"\.?[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)  # decoding alone would pass over stray characters


class TokenError(InputError):
    """A token that is missing, forged or too old."""


def sign(root: Path, claims: dict) -> str:
    """A token carrying ``claims`` that only this installation can make."""
    return _tokens(_real(os.path.abspath(root))).dumps(claims)


def read(root: Path, token: str, lifetime: int = LIFETIME_SECONDS) -> dict:
    """The claims of a token. Raises TokenError unless it was made here, in the last ``lifetime`` seconds."""
    if not _TOKEN.fullmatch(token):
        raise TokenError("This page is no longer signed in. Reload it.")
    try:
        return _tokens(_real(os.path.abspath(root))).loads(token, max_age=lifetime)
    except SignatureExpired:
        raise TokenError("This page has been open for too long. Reload it; nothing is lost.") from None
    except BadData:
        raise TokenError("This page is no longer signed in. Reload it.") from None


def picture_signature(root: Path, workspace_id: str) -> str:
    """Lets a browser fetch one workspace's pictures, and nothing else, for a week or two."""
    return _picture_signature(_real(os.path.abspath(root)), workspace_id, _week())


def opens_pictures(root: Path, workspace_id: str, signature: str) -> bool:
    """Whether a signature is the one of this workspace's pictures, of this week or the last."""
    valid = [_picture_signature(_real(os.path.abspath(root)), workspace_id, _week() - back) for back in (0, 1)]
    return any(hmac.compare_digest(signature.encode(), one.encode()) for one in valid)


def _week() -> int:
    """Weeks since 1970: within one an address stays the same, so that browsers keep its picture."""
    return int(time.time() // PICTURES_SECONDS)


def picture_address(root: Path, workspace_id: str, row: int, size: str, version: str) -> str:
    """Where a browser fetches a sample's picture, below the app's address; it may be kept until it lapses.

    size: one of ``pictures.SIZES``. version: of the picture's file.
    """
    return f"api/media/{workspace_id}/{row}/{size}?v={version}&s={picture_signature(root, workspace_id)}"


@lru_cache(maxsize=8)
def _real(root: str) -> str:
    """Where a root really lies; it does not move while the program runs."""
    return os.path.realpath(root)


@lru_cache(maxsize=8)
def _tokens(root: str) -> URLSafeTimedSerializer:
    signing = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
    return URLSafeTimedSerializer(_secret(root), salt=b"second-opinion.token", signer_kwargs=signing)


@lru_cache(maxsize=256)
def _picture_signature(root: str, workspace_id: str, week: int) -> str:
    signer = Signer(_secret(root), salt=b"second-opinion.pictures", key_derivation="hmac", digest_method=hashlib.sha256)
    return signer.get_signature(f"{workspace_id}/{week}").decode()


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
