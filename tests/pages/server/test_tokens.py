"""Tokens and picture signatures: who made them, for what, and until when."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from itsdangerous import TimestampSigner
from itsdangerous.encoding import base64_decode, base64_encode

from pages.shared.server import tokens
from tests.conftest import REPOSITORY

CLAIMS = {"workspace": "w", "reviewer": "ann"}


def test_a_token_gives_its_claims_back(tmp_path):
    for claims in (CLAIMS, {"reviewer": "Zoë 😀 " + "long " * 200}):
        assert tokens.read(tmp_path, tokens.sign(tmp_path, claims)) == claims


def test_an_altered_token_is_refused(tmp_path):
    token = tokens.sign(tmp_path, CLAIMS)
    body, made, mac = token.split(".")
    forged = base64_encode(base64_decode(body).replace(b"ann", b"bob")).decode()
    later = base64_encode(b"\x7f\xff\xff\xff").decode()
    altered = [f"{forged}.{made}.{mac}", f"{body}.{later}.{mac}", f"{body}.{made}.{mac[:-2]}AA", f"{mac}.{made}.{body}"]
    cut = [body, f"{body}.", f"{body}.{made}", f"{body}.{made}.", "", ".", "..", token[:-1], token[1:]]
    padded = [f"{token}\n", f" {token}", f"{token}=", f"{token}.{mac}", f"{body}.{made}.!{mac}"]
    for bad in [*altered, *cut, *padded, "ä.ö.ü", "\ud83d.a.b", token * 2]:
        with pytest.raises(tokens.TokenError, match="no longer signed in"):
            tokens.read(tmp_path, bad)


def test_an_old_token_is_refused(tmp_path, monkeypatch):
    token = tokens.sign(tmp_path, CLAIMS)
    now = TimestampSigner.get_timestamp
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda one: now(one) + tokens.LIFETIME_SECONDS - 60)
    assert tokens.read(tmp_path, token) == CLAIMS
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda one: now(one) + tokens.LIFETIME_SECONDS + 60)
    with pytest.raises(tokens.TokenError, match="too long"):
        tokens.read(tmp_path, token)


def test_another_installation_s_token_is_refused(tmp_path):
    with pytest.raises(tokens.TokenError):
        tokens.read(tmp_path / "b", tokens.sign(tmp_path / "a", CLAIMS))
    (one, other) = (tokens.picture_signature(tmp_path / name, "w" * 16) for name in ("a", "b"))
    assert one != other and not tokens.opens_pictures(tmp_path / "a", "w" * 16, other)


def test_a_picture_signature_is_no_token_and_belongs_to_one_workspace(tmp_path):
    one, other = (tokens.picture_signature(tmp_path, w) for w in ("a" * 16, "b" * 16))
    assert one != other and tokens.opens_pictures(tmp_path, "a" * 16, one)
    assert not any(tokens.opens_pictures(tmp_path, "a" * 16, bad) for bad in (other, one[:-1], "", "é", one + "="))
    _, made, _ = tokens.sign(tmp_path, CLAIMS).split(".")
    for bad in (one, f"a.{one}", f"{base64_encode('a' * 16).decode()}.{made}.{one}"):
        with pytest.raises(tokens.TokenError):
            tokens.read(tmp_path, bad)


def test_a_token_s_signature_opens_no_pictures(tmp_path):
    token = tokens.sign(tmp_path, CLAIMS)
    signed, _, mac = token.rpartition(".")
    assert not any(tokens.opens_pictures(tmp_path, name, mac) for name in (signed, "w", token))


def test_the_secret_is_its_owners_alone(tmp_path):
    tokens.sign(tmp_path, CLAIMS)
    assert stat.S_IMODE((tmp_path / ".review-secret").stat().st_mode) == 0o600
    assert len((tmp_path / ".review-secret").read_bytes()) == 32
    assert [path.name for path in tmp_path.iterdir()] == [".review-secret"]


def test_of_two_processes_that_start_at_once_both_use_the_first_one_s_secret(tmp_path, monkeypatch):
    """The second looked before the first had written."""
    theirs = b"t" * 32
    (tmp_path / ".review-secret").write_bytes(theirs)
    monkeypatch.setattr(Path, "exists", lambda _: False)
    assert tokens._secret.__wrapped__(str(tmp_path)) == theirs
    assert os.listdir(tmp_path) == [".review-secret"]


def test_a_token_of_one_process_is_read_by_another(tmp_path):
    script = "import sys; from pathlib import Path; from pages.shared.server import tokens; "
    script += "print(tokens.sign(Path(sys.argv[1]), {'reviewer': 'ann'}))"
    command = [sys.executable, "-c", script, str(tmp_path)]
    others = [subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    made = [one.communicate(timeout=60)[0].strip() for one in others]
    assert [tokens.read(tmp_path, token) for token in made] == [{"reviewer": "ann"}] * 2
