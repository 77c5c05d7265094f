"""The app's own routes over real HTTP: who may ask, and what a browser may send."""

import http.client
import json
import uuid

import pytest

from cleaning.keep.decisions import open_store
from cleaning.keep.workspaces import list_workspaces
from pages.shared.server import tokens
from tests.browser.conftest import serve


@pytest.fixture(scope="module")
def served(demo_template, tmp_path_factory):
    import shutil

    root = tmp_path_factory.mktemp("routes") / "workspaces"
    shutil.copytree(demo_template, root)
    running = serve(root)
    yield running
    running.kill()


@pytest.fixture
def images(served):
    return served.workspace("image")


@pytest.fixture
def token(served, images):
    claims = {
        "workspace": images.id,
        "run": images.latest_run().id,
        "reviewer": "ann",
        "mode": "blind",
        "open_share": 0,
    }
    return tokens.sign(served.root, claims)


def ask(served, path, body=None, method="POST", **headers):
    """(status, JSON or bytes); headers given as None are left out."""
    status, told, text = _asked(served, path, body, method, headers)
    return status, json.loads(text) if "json" in told.get("content-type", "") else text


def ask_headers(served, path, method="POST", **headers):
    """The headers of an answer."""
    return _asked(served, path, None, method, headers)[1]


def _asked(served, path, body, method, headers):
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=20)
    sent = {"Host": f"127.0.0.1:{served.port}", "Content-Type": "application/json"} | headers
    connection.putrequest(method, path, skip_host=True)
    data = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
    for name, value in (sent | {"Content-Length": str(len(data))}).items():
        if value is not None:
            connection.putheader(name.replace("_", "-"), value)
    connection.endheaders(data)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, answer.headers, text


ROUTES = "cards decisions classes history grid session held closing guidelines message more_random reveals".split()


@pytest.mark.parametrize("route", ROUTES)
def test_nothing_is_answered_without_a_token(served, route):
    status, told = ask(served, f"/api/review/{route}")
    assert status == 401 and "Reload" in told["problem"]


@pytest.mark.parametrize("bad", ["Bearer x.y", "Basic abc", "Bearer ", "Bearer é"])
def test_a_bad_token_is_refused(served, bad):
    assert ask(served, "/api/review/cards", Authorization=bad.encode())[0] == 401


def test_another_host_name_is_refused(served, token):
    status, told = ask(served, "/api/review/cards", Authorization=f"Bearer {token}", Host="evil.example:80")
    assert status == 403 and "host" in told["problem"]


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec_Fetch_Site": "cross-site"}]
)
def test_another_site_is_refused(served, token, headers):
    assert ask(served, "/api/review/cards", Authorization=f"Bearer {token}", **headers)[0] == 403


def test_the_own_origin_is_served(served, token):
    status, told = ask(served, "/api/review/cards", Authorization=f"Bearer {token}", Origin=served.url)
    assert status == 200 and len(told["cards"]) == 20


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", None])
def test_only_json_is_taken(served, token, kind):
    assert (
        ask(served, "/api/review/cards", Authorization=f"Bearer {token}", Content_Type=kind, **{"Content-Type": None})[
            0
        ]
        == 415
    )


@pytest.mark.parametrize(
    ("body", "status"), [(b"{", 400), (b"[]", 400), (b"[" * 100_000, 400), (b"{" + b" " * (2 * 2**20), 413)]
)
def test_bodies_are_bounded_and_must_be_objects(served, token, body, status):
    assert ask(served, "/api/review/cards", body, Authorization=f"Bearer {token}")[0] == status


@pytest.mark.parametrize(
    "body",
    [
        {"count": "many"},
        {"count": 1.5},
        {"held": "abc"},
        {"held": ["x"] * 10_001},
        {"order": "chance"},
        {"filters": [1]},
        {"filters": {"least_disagreement": "1"}},
        {"order": "group"},
    ],
)
def test_wrong_types_get_a_sentence(served, token, body):
    status, told = ask(served, "/api/review/cards", body, Authorization=f"Bearer {token}")
    assert status == 400 and told["problem"].endswith(".")


def first_audit_cards(workspace) -> set[str]:
    run = workspace.latest_run()
    return set(run.scores.set_index("row")["sample_id"].loc[run.audit["row"][:100]])


def test_audit_cards_are_recorded_as_such(served, images):
    run, sample = images.latest_run(), sorted(first_audit_cards(images))[0]
    claims = {"workspace": images.id, "run": run.id, "reviewer": "cy", "mode": "open", "open_share": 0}
    made = decision(sample_id=sample, mode="open")
    headers = {"Authorization": f"Bearer {tokens.sign(served.root, claims)}"}
    assert ask(served, "/api/review/decisions", {"decisions": [made]}, **headers)[1]["saved"] == [made["uuid"]]
    store = open_store(images.decisions_url, images.id)
    (kept,) = [d for d in store.decisions() if d.reviewer == "cy"]
    store.close()
    assert (kept.card, kept.mode) == ("audit", "open")


def decision(**changes):
    made = {"uuid": str(uuid.uuid4()), "sample_id": "", "verdict": "unsure", "labels": [], "at": 0, "seconds": 1}
    return made | changes


def test_bad_decisions_are_refused_one_by_one_and_the_good_one_is_kept(served, images, token):
    sample = next(iter(set(images.latest_run().scores["sample_id"].iloc[:60]) - first_audit_cards(images)))
    good = decision(sample_id=sample, reviewer="mallory", run_id="other", mode="odd", card="odd")
    bad = [
        decision(sample_id="nobody"),
        decision(sample_id=sample, verdict="perhaps"),
        decision(sample_id=sample, verdict="keep"),
        decision(sample_id=sample, verdict="picked", labels=[99]),
        decision(sample_id=sample, verdict="picked", labels=["1"]),
        decision(sample_id=sample, verdict="picked", labels=[True]),
        decision(sample_id=sample, note="x" * 2_001),
        decision(sample_id=sample, seconds="long"),
        decision(sample_id=sample, uuid="1"),
        decision(sample_id=7),
    ]
    status, told = ask(served, "/api/review/decisions", {"decisions": [*bad, good]}, Authorization=f"Bearer {token}")
    assert status == 200 and told["saved"] == [good["uuid"]] and len(told["refused"]) == len(bad)
    store = open_store(images.decisions_url, images.id)
    (kept,) = [d for d in store.decisions() if d.reviewer == "ann"]
    store.close()
    assert (kept.reviewer, kept.sample_id, kept.mode, kept.card) == ("ann", sample, "blind", "suspicious")


@pytest.mark.parametrize(
    "body", [{"decisions": "x"}, {}, {"decisions": [{}] * 501}, {"sent_at": "x", "decisions": []},
             {"sent_at": 10**400, "decisions": []}, b'{"sent_at": %s, "decisions": []}' % (b"1" * 5_000)]
)  # fmt: skip
def test_what_is_no_list_of_decisions_is_refused(served, token, body):
    assert ask(served, "/api/review/decisions", body, Authorization=f"Bearer {token}")[0] == 400


def reviewing(served, images, reviewer: str) -> dict:
    claims = {"workspace": images.id, "run": images.latest_run().id, "mode": "blind", "open_share": 0}
    return {"Authorization": f"Bearer {tokens.sign(served.root, claims | {'reviewer': reviewer})}"}


def log_of(images, reviewer: str) -> list:
    store = open_store(images.decisions_url, images.id)
    try:
        return [d for d in store.decisions() if d.reviewer == reviewer]
    finally:
        store.close()


def test_a_note_no_database_keeps_is_cleaned_and_holds_nothing_up(served, images):
    """A lone half of an emoji and NUL: the decision is worth more than the broken character of its note."""
    samples = images.latest_run().scores["sample_id"].iloc[60:64].tolist()
    notes = ["half \ud83d of it", "a NUL \0 inside", "whole \U0001f600", "plain"]
    made = [decision(sample_id=s, note=note) for s, note in zip(samples, notes)]
    status, told = ask(served, "/api/review/decisions", {"decisions": made}, **reviewing(served, images, "dora"))
    assert (status, told["saved"], told["refused"]) == (200, [d["uuid"] for d in made], [])
    kept = [d.note for d in log_of(images, "dora")]
    assert kept == ["half \ufffd of it", "a NUL \ufffd inside", "whole \U0001f600", "plain"]


ODD = [
    {"at": 10**400},
    {"at": float("nan")},
    {"seconds": 10**400},
    {"seconds": True},
    {"labels": [10**400], "verdict": "picked"},
    {"labels": list(range(20_000)), "verdict": "picked"},
    {"labels": "1", "verdict": "picked"},
    {"sample_id": "\ud83d"},
    {"sample_id": "\0"},
    {"sample_id": None},
    {"verdict": "\ud83d"},
    {"verdict": "undo"},
    {"verdict": "undo", "undoes": "\ud83d"},
    {"uuid": "\ud83d"},
    {"uuid": ["deep", ["deeper"]]},
    {"note": 7},
    {"note": "\ud83d" * 2_001},
]


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_item_gets_a_sentence_and_the_rest_is_saved(served, images, odd):
    sample = str(images.latest_run().scores["sample_id"].iloc[70])
    bad, good = decision(**{"sample_id": sample} | odd), decision(sample_id=sample)
    body = {"decisions": [bad, good]}
    status, told = ask(served, "/api/review/decisions", body, **reviewing(served, images, "eve"))
    assert status == 200 and told["saved"] == [good["uuid"]]
    ((_, sentence),) = told["refused"]
    assert sentence.endswith(".") and len(sentence) < 300


@pytest.mark.parametrize("odd", [b"7", b'"x"', b"null", b"[]", b'{"at": %s}' % (b"9" * 5_000)])
def test_what_is_no_decision_at_all_holds_nothing_up(served, images, odd):
    good = decision(sample_id=str(images.latest_run().scores["sample_id"].iloc[71]))
    body = b'{"decisions": [%s, %s]}' % (odd, json.dumps(good).encode())
    status, told = ask(served, "/api/review/decisions", body, **reviewing(served, images, "fay"))
    assert status == 200 and told["saved"] == [good["uuid"]] and len(told["refused"]) == 1


@pytest.mark.parametrize(
    ("route", "body"),
    [
        ("history", {"count": -1}),
        ("history", {"count": 10**400}),
        ("history", {"before": -(10**30)}),
        ("history", {"before": "1"}),
        ("grid", {"after": 10**30}),
        ("grid", {"after": -1}),
        ("grid", {"count": 0}),
        ("cards", {"count": 10**30}),
        ("cards", {"filters": {"given": 10**30}}),
        ("cards", {"filters": {"status": "\ud83d"}}),
        ("cards", {"filters": {"flagged_only": "no"}}),
        ("cards", {"order": "\ud83d"}),
        ("cards", {"sample_ids": [1]}),
        ("session", {"filters": {"group": 3}}),
    ],
)
def test_numbers_out_of_bounds_get_a_sentence(served, token, route, body):
    status, told = ask(served, f"/api/review/{route}", body, Authorization=f"Bearer {token}")
    assert status == 400 and "expected" in told["problem"] and told["problem"].endswith(".")


def test_answers_are_not_kept_nor_guessed_at_nor_told_elsewhere(served, images, token):
    signature = tokens.picture_signature(served.root, images.id)
    asked = [
        ask_headers(served, "/api/review/classes", Authorization=f"Bearer {token}"),
        ask_headers(served, "/api/review/classes"),
        ask_headers(served, f"/api/media/{images.id}/0/full", method="GET"),
    ]
    picture = ask_headers(served, f"/api/media/{images.id}/0/full?s={signature}", method="GET")
    for headers in asked:
        assert headers["cache-control"] == "no-store"
    assert "immutable" in picture["cache-control"]
    for headers in [*asked, picture]:
        assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "same-origin")


def test_pictures_need_their_signature_and_come_with_care(served, images):
    signature = tokens.picture_signature(served.root, images.id)
    status, data = ask(served, f"/api/media/{images.id}/0/full?s={signature}", method="GET")
    assert status == 200 and data[:4] == b"\x89PNG"
    assert ask(served, f"/api/media/{images.id}/0/full", method="GET")[0] == 403
    assert ask(served, f"/api/media/{images.id}/0/full?s={signature[:-1]}", method="GET")[0] == 403
    assert ask(served, f"/api/media/{images.id}/99999999/full?s={signature}", method="GET")[0] == 404
    assert ask(served, f"/api/media/{images.id}/0/huge?s={signature}", method="GET")[0] == 404
    assert ask(served, f"/api/media/..%2F..%2Fetc/0/full?s={signature}", method="GET")[0] in (400, 404)
    assert ask(served, f"/api/media/{images.id}/0/full?s={signature}", method="GET", Host="evil.example")[0] in (
        400,
        403,
    )


def test_a_token_opens_one_workspace_alone(served, images, token):
    other = next(w for w in list_workspaces(served.root) if w.id != images.id)
    _, told = ask(served, "/api/review/classes", {"workspace": other.id}, Authorization=f"Bearer {token}")
    assert told["names"] == list(images.dataset().class_names)


def test_the_grid_pages_through_without_repeats(served, images, token):
    seen, after = [], 0
    while after is not None:
        body = {"after": after, "count": 24, "filters": {"given": 8}}
        _, told = ask(served, "/api/review/grid", body, Authorization=f"Bearer {token}")
        seen += [cell["sample_id"] for cell in told["cells"]]
        after = told["next"]
    scores = images.latest_run().scores
    wanted = scores[(scores["given"] == 8) & (scores["suspicion"] >= images.latest_run().threshold)]["sample_id"]
    store = open_store(images.decisions_url, images.id)
    decided = {d.sample_id for d in store.decisions()}
    store.close()
    assert len(seen) >= 2 and sorted(seen) == sorted(set(wanted) - decided)
