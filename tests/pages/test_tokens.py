import base64
import json
import stat

import pytest

from pages.shared.server import tokens

CLAIMS = {"workspace": "w", "reviewer": "ann"}


def test_a_token_gives_its_claims_back(tmp_path):
    assert tokens.read(tmp_path, tokens.sign(tmp_path, CLAIMS)).items() >= CLAIMS.items()


def test_an_altered_token_is_refused(tmp_path):
    body, mac = tokens.sign(tmp_path, CLAIMS).split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "==")) | {"reviewer": "bob"}
    forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    for bad in (f"{forged}.{mac}", f"{body}.{mac[:-2]}AA", body, f"{body}.", "", ".", "ä.ö", f"{body}.{mac}\n"):
        with pytest.raises(tokens.TokenError):
            tokens.read(tmp_path, bad)


def test_an_old_token_is_refused(tmp_path):
    with pytest.raises(tokens.TokenError, match="too long"):
        tokens.read(tmp_path, tokens.sign(tmp_path, CLAIMS, lifetime=-1))


def test_another_installation_s_token_is_refused(tmp_path):
    with pytest.raises(tokens.TokenError):
        tokens.read(tmp_path / "b", tokens.sign(tmp_path / "a", CLAIMS))


def test_a_picture_signature_is_no_token_and_belongs_to_one_workspace(tmp_path):
    one, other = (tokens.picture_signature(tmp_path, w) for w in ("a" * 16, "b" * 16))
    assert one != other and len(one) == 22
    with pytest.raises(tokens.TokenError):
        tokens.read(tmp_path, one)


def test_the_secret_is_its_owners_alone(tmp_path):
    tokens.sign(tmp_path, CLAIMS)
    assert stat.S_IMODE((tmp_path / ".review-secret").stat().st_mode) == 0o600
