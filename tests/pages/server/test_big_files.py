"""A big file that was made is handed out from where it lies, to whom it may be, and the log says to whom."""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from cleaning.keep.decisions import open_store
from cleaning.review.team.roles import ANNOTATOR, WORKSPACE, give_role
from pages.shared import state
from pages.shared.export.big_files import GONE, address, made_routes
from pages.shared.export.making import Making
from pages.shared.server import tokens
from pages.shared.server.routes import review_routes


@pytest.fixture
def client(digits, monkeypatch):
    root = digits.folder.parent
    monkeypatch.setenv("SECOND_OPINION_WORKSPACES", str(root))
    routes = [*made_routes(lambda: root), *review_routes(lambda: root)]
    return TestClient(Starlette(routes=routes), base_url="http://localhost")


@pytest.fixture
def making():
    making = Making(lambda into, tell: into.write(b"all of it"))
    making.wait()
    return making


def asked_by(who: str, making, workspace, monkeypatch) -> str:
    monkeypatch.setattr(state, "current", lambda: state.AppState(reviewer=who))
    return f"/{address(making, workspace, 'everything', 'export.zip')}"


def test_the_file_comes_whole_and_the_log_says_to_whom(client, digits, making, monkeypatch):
    answer = client.get(asked_by("ann", making, digits, monkeypatch))
    assert answer.status_code == 200 and answer.content == b"all of it"
    assert 'filename="export.zip"' in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store" and answer.headers["x-content-type-options"] == "nosniff"
    last = open_store(digits.decisions_url, digits.id).choices(WORKSPACE).iloc[-1]
    assert (last["key"], last["value"], last["who"]) == ("exported", {"file": "everything"}, "ann")


def test_who_may_take_no_files_gets_none(client, digits, making, monkeypatch):
    monkeypatch.setenv("SECOND_OPINION_ADMINS", "root@x")
    give_role(open_store(digits.decisions_url, digits.id), "bob", ANNOTATOR, by="root@x")
    answer = client.get(asked_by("bob", making, digits, monkeypatch))
    assert answer.status_code == 403 and "Only a maintainer may take files" in answer.text
    elsewhere = client.get(asked_by("ann", making, digits, monkeypatch), headers={"Sec-Fetch-Site": "cross-site"})
    assert elsewhere.status_code == 403


def test_a_token_serves_for_what_it_was_made_alone(client, digits, making, monkeypatch):
    root, run = digits.folder.parent, digits.latest_run()
    mine = asked_by("ann", making, digits, monkeypatch)
    asks = {"Authorization": f"Bearer {mine.rsplit('/', 1)[1]}", "Content-Type": "application/json"}
    assert client.post("/api/review/session", headers=asks, content=b"{}").status_code == 401
    claims = {"workspace": digits.id, "run": run.id, "reviewer": "ann", "mode": "blind", "open_share": 0}
    answer = client.get(f"/api/made/{tokens.sign(root, claims)}")
    assert answer.status_code == 401 and "may not ask for that" in answer.text
    assert client.get("/api/made/forged").status_code == 401


def test_what_is_no_longer_kept_is_a_sentence(client, digits, making, monkeypatch):
    kept = asked_by("ann", making, digits, monkeypatch)
    lost = asked_by("ann", type("Gone", (), {"name": "gone"}), digits, monkeypatch)
    assert client.get(kept).status_code == 200
    assert (client.get(lost).status_code, client.get(lost).text) == (410, GONE)
