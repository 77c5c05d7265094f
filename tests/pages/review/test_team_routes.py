"""Guidelines, messages and late reveals over real HTTP; and that no route is left out of the tests of who may ask."""

import uuid

from cleaning.keep.decisions import open_store
from cleaning.review.team.guidelines import pin, write_guideline
from pages.shared.server import tokens
from pages.shared.server.routes import ANSWERS
from tests.pages.review.test_review_routes import ROUTES, ask, decision, images, served, token

__all__ = ["images", "served", "token"]


def test_every_route_is_tested_for_who_may_ask():
    assert set(ROUTES) == set(ANSWERS)


def test_guidelines_are_told_as_trees_and_messages_come_after_the_decision(served, images, token):
    store, bearer = open_store(images.decisions_url, images.id), {"Authorization": f"Bearer {token}"}
    sample = str(images.dataset().sample_ids[3])
    write_guideline(store, "lead", "one", "A **stroke** <script>alert(1)</script>")
    pin(store, "lead", "one", sample)
    _, told = ask(served, "/api/review/guidelines", {}, **bearer)
    (one,) = told["guidelines"]
    assert one["about"] == "one" and one["text"] == [["p", ["A ", ["b", ["stroke"]], " <script>alert(1)</script>"]]]
    assert [e["sample_id"] for e in one["examples"]] == [sample] and one["examples"][0]["thumb"].startswith(
        "api/media/"
    )
    message = {"sample_id": sample, "kind": "question", "text": "Why one?"}
    status, told = ask(served, "/api/review/message", message, **bearer)
    assert status == 400 and "Decide this card first" in told["problem"]
    decided = {"uuid": str(uuid.uuid4()), "sample_id": sample, "verdict": "unsure", "seconds": 1.0}
    ask(served, "/api/review/decisions", {"decisions": [decided]}, **bearer)
    status, told = ask(served, "/api/review/message", message, **bearer)
    assert status == 200 and told["messages"] == [{"kind": "question", "text": "Why one?"}]
    for wrong in ({"kind": "shout"}, {"text": " "}, {"text": "a" * 2_001}, {"sample_id": None}):
        assert ask(served, "/api/review/message", message | wrong, **bearer)[0] == 400
    store.close()


def test_what_a_decision_opens_is_told_later_to_its_reviewer_alone(served, images):
    made = decision(sample_id=str(images.latest_run().scores["sample_id"].iloc[70]))
    claims = {"workspace": images.id, "run": images.latest_run().id, "mode": "blind", "open_share": 0}
    dee, eve = (
        {"Authorization": f"Bearer {tokens.sign(served.root, claims | {'reviewer': name})}"} for name in ("dee", "eve")
    )
    saved = ask(served, "/api/review/decisions", {"decisions": [made]}, **dee)[1]
    assert saved["saved"] == [made["uuid"]]
    asked = {"uuids": [made["uuid"]]}
    told = ask(served, "/api/review/reveals", asked, **dee)[1]["reveals"]
    assert told[made["uuid"]]["votes"] and saved["reveals"] in (told, {})
    assert ask(served, "/api/review/reveals", asked, **eve)[1] == {"reveals": {}}
