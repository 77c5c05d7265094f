"""What the desk hands out and learns, without a browser."""

import uuid
from dataclasses import replace

import numpy as np
import pytest

from cleaning.errors import InputError
from cleaning.review import ReviewDesk, View
from cleaning.review.grid_desk import GridDesk
from cleaning.review.queue import Filters
from cleaning.review.views import lot
from pages.shared.review.room import card_data, filters_in_words, grid_data, what_they_share
from pages.shared.server.desks import open_desk
from pages.shared.server.opened_workspaces import opened_once

ANN = View("ann", open_share=0.0)


@pytest.fixture
def desk(demo_root, digits) -> ReviewDesk:
    return open_desk(demo_root, digits.id, digits.latest_run().id)


def decide(desk, view, sample_id, verdict="unsure", labels=(), step=None, **more) -> str:
    made = {"uuid": step or str(uuid.uuid4()), "sample_id": str(sample_id), "verdict": verdict, "labels": list(labels)}
    outcome = desk.record(view, [made | {"at": 0, "seconds": 2.0, "mode": "blind"} | more], 0.0)
    assert outcome.saved == [made["uuid"]], outcome.refused
    return made["uuid"]


def ids(window) -> list[str]:
    return [card["sample_id"] for card in window["cards"]]


def test_pages_and_routes_share_one_copy_of_the_dataset(demo_root, digits, desk):
    from pages.shared import loaders

    assert opened_once(demo_root, digits.id).dataset() is desk.dataset
    assert loaders.dataset(digits.id) is desk.dataset


def test_status_brings_the_own_decided_cards_back(desk):
    first, second, third = ids(desk.window(ANN, [], 3))
    decide(desk, ANN, first, "unsure")
    decide(desk, ANN, second, "skip")
    decide(desk, ANN, third, "later")
    assert first not in ids(desk.window(ANN, [], 60))

    def shown(status):
        return desk.window(replace(ANN, filters=Filters(status=status)), [], 10)

    assert ids(shown("unsure")) == [first] and ids(shown("skip")) == [second]
    assert set(ids(shown("decided"))) == {first, second}
    assert shown("decided")["progress"] == {"total": 2, "left": 2}
    assert shown("unsure")["cards"][0]["decided"]["verdict"] == "unsure"
    assert ids(desk.window(replace(ANN, reviewer="bob", filters=Filters(status="decided")), [], 10)) == []
    assert "decided" not in desk.window(replace(ANN, reviewer="bob"), [], 1)["cards"][0]


def test_the_queue_ends_with_the_flagged_and_their_audit_cards(desk):
    queue, run = desk.queue(ANN), desk.run
    flagged = int((run.scores["suspicion"] >= run.threshold).sum())
    assert 100 <= queue.audit.sum() + np.isin(queue.rows[~queue.audit], run.audit["row"][:100]).sum() <= 200
    assert flagged <= len(queue) < len(desk.dataset)


def test_a_grid_step_is_one_entry_of_the_history(desk):
    step = str(uuid.uuid4())[:24]
    shown = [cell["sample_id"] for cell in GridDesk(desk, ANN).page(0, 3)["cells"]]
    card = ids(desk.window(ANN, shown, 1))[0]
    decide(desk, ANN, card)
    for place, sample in enumerate(shown):
        decide(desk, ANN, sample, step=f"{step}{place:012x}", card="grid", mode="open")
    latest, older = desk.history(ANN, 5)
    assert [sample for _, sample in latest["step"]] == shown[::-1] and older["sample_id"] == card
    assert desk.history(ANN, 5, before=latest["seq"]) == [older]
    assert [d.card for d in desk.store.decisions()[1:]] == ["grid"] * 3


def test_grid_pages_do_not_shift_when_samples_are_decided(desk):
    first = GridDesk(desk, ANN).page(0, 24)
    for cell in first["cells"][:10]:
        decide(desk, ANN, cell["sample_id"])
    second = GridDesk(desk, ANN).page(first["next"], 24)
    assert not {c["sample_id"] for c in first["cells"]} & {c["sample_id"] for c in second["cells"]}
    whole = [str(desk.dataset.sample_ids[r]) for r in desk.queue(ANN).rows]
    assert [c["sample_id"] for c in second["cells"]] == whole[24:48]


def test_the_grid_tells_suspicion_in_open_mode_alone(desk):
    (blind,), (seen,) = (GridDesk(desk, replace(ANN, mode=mode)).page(0, 1)["cells"] for mode in ("blind", "open"))
    row = desk.facts.rows([seen["sample_id"]])[0]
    assert seen == blind | {"suspicion": desk.facts.suspicion[row]} and "suspicion" not in blind


def test_the_grid_suggests_a_label_only_above_the_threshold(desk):
    every = replace(ANN, filters=Filters(flagged_only=False))
    cells = GridDesk(desk, every).page(0, len(desk.dataset))["cells"]
    rows = desk.facts.rows([cell["sample_id"] for cell in cells])
    assert [cell["flagged"] for cell in cells] == desk.in_force().flagged[rows].tolist()
    votes = desk.run.predicted[rows] == desk.dataset.given_labels[rows, None]
    assert [cell["agreeing"] for cell in cells] == votes.sum(axis=1).tolist()
    assert {cell["voting"] for cell in cells} == {desk.run.predicted.shape[1]}
    names = ("six", "LaTeX", "one")
    assert what_they_share(names, Filters(given=0, suggested=2)) == "Labelled six, the experts suggest one"
    calm = Filters(given=0, suggested=2, flagged_only=False)
    assert what_they_share(names, calm) == "Labelled six, likeliest other label one"
    assert filters_in_words(names, calm)[1] == "likeliest other label one"
    assert what_they_share(names, replace(calm, suggested=0)) == "Labelled six, the experts agree"
    assert what_they_share(names, Filters(given=1)) == "Labelled LaTeX"


def test_confusion_pairs_count_what_the_grid_shows(desk):
    for given, suggested, count in GridDesk(desk, ANN).groups()[:3]:
        view = replace(ANN, filters=Filters(given=given, suggested=suggested))
        assert GridDesk(desk, view).page(0, 120)["progress"] == {"total": count, "left": count}


def test_anchoring_takes_only_cards_drawn_by_lot(desk):
    half = replace(ANN, open_share=0.5)
    desk.store.set_choice(desk.run.id, "open_share", 0.5, at="2026-01-01T00:00:00.000Z", who="lead")
    rows = [int(r) for r in desk.queue(ANN).rows[:60]]
    drawn = [r for r in rows if lot(desk.run.id, str(desk.dataset.sample_ids[r])) < 0.5]
    not_drawn = [r for r in rows if r not in drawn]
    assert all(desk.card(r, half)["mode"] == "open" for r in drawn)
    for row in drawn[:6]:
        decide(desk, half, desk.dataset.sample_ids[row], "picked", [int(desk.dataset.given_labels[row])], mode="open")
    for row in not_drawn[:6]:
        decide(desk, half, desk.dataset.sample_ids[row], "none_fits")
    decide(desk, half, desk.dataset.sample_ids[not_drawn[6]], "none_fits", mode="open")  # the setting, not the lot
    decide(desk, half, desk.dataset.sample_ids[drawn[6]], "none_fits", mode="open", card="grid")
    found = desk.session(half)["anchoring"]
    assert (found["open_agreeing"], found["open_cards"]) == (6, 6)
    assert (found["blind_agreeing"], found["blind_cards"]) == (0, 6)
    assert found["enough"] and found["difference"] == 1.0 and found["low"] > 0.3


def test_enough_audit_cards_turn_suspicion_into_expected_finds(desk):
    assert desk.recalibrated() is None and desk.session(ANN)["expected"] is None
    given, suggested = desk.dataset.given_labels, desk.facts.suggested
    for place, row in enumerate(desk.run.audit["row"][:60]):
        wrong = desk.facts.suspicion[row] > 0.2 or place % 9 == 0
        label = suggested[row] if wrong and suggested[row] != given[row] else given[row]
        decide(desk, ANN, desk.dataset.sample_ids[row], "picked", [int(label)])
    assert desk.recalibrated() is not None and desk.recalibrated().card_count <= 60
    chance = desk.recalibrated().probability(desk.facts.suspicion)[0]
    ahead = desk.session(ANN)["expected"]
    following = desk.open_cards(ANN).rows[:100]
    assert ahead["cards"] == len(following) and ahead["point"] == pytest.approx(chance[following].sum())
    assert 0 <= ahead["low"] < ahead["point"] < ahead["high"] <= 100


def test_a_reveal_tells_what_all_experts_say_and_what_they_find_alike(desk):
    first = ids(desk.window(ANN, [], 1))[0]
    assert "probabilities" not in str(desk.window(ANN, [], 1)["cards"][0]), "not before the decision"
    made = {"uuid": str(uuid.uuid4()), "sample_id": first, "verdict": "unsure", "labels": [], "at": 0, "seconds": 1.0}
    (reveal,) = desk.record(ANN, [made], 0.0).reveals.values()
    assert sum(one["probability"] for one in reveal["probabilities"]) == pytest.approx(1, abs=1e-6)
    row = int(desk.facts.rows([first])[0])
    pooled = float(desk.run.label_probability[row])
    said = {one["code"]: one["probability"] for one in reveal["probabilities"]}
    assert said[int(desk.dataset.given_labels[row])] == pytest.approx(pooled, abs=0.05)
    assert len(reveal["alike"]) == 4 and all(one["thumb"] for one in reveal["alike"])
    opened = desk.card(row, replace(ANN, mode="open"))["open"]
    assert opened["probabilities"] == reveal["probabilities"] and opened["alike"] == reveal["alike"]


def test_a_decision_is_saved_and_revealed_when_the_experts_are_gone(desk):
    for path in (desk.workspace.folder / "experts").glob("*.json"):
        path.unlink()
    first = ids(desk.window(ANN, [], 1))[0]
    made = {"uuid": str(uuid.uuid4()), "sample_id": first, "verdict": "unsure", "labels": [], "at": 0, "seconds": 1.0}
    outcome = desk.record(ANN, [made], 0.0)
    assert outcome.saved == [made["uuid"]]
    assert "suspicion" in outcome.reveals[made["uuid"]] and "probabilities" not in outcome.reveals[made["uuid"]]


@pytest.mark.parametrize("failing", ["reveal", "details"])
def test_what_was_committed_is_answered_as_saved_whatever_becomes_of_the_reveal(desk, monkeypatch, failing):
    def broken(*_):
        raise InputError("'a.npy' became shorter while it was read.")

    first, second = ids(desk.window(ANN, [], 2))
    monkeypatch.setattr(desk.cards, failing, broken)
    made = [
        {"uuid": str(uuid.uuid4()), "sample_id": s, "verdict": "unsure", "labels": [], "at": 0, "seconds": 1.0}
        for s in (first, second)
    ]
    outcome = desk.record(ANN, made, 0.0)
    assert outcome.saved == [one["uuid"] for one in made] and outcome.refused == []
    assert len(desk.store.decisions()) == 2
    assert len(outcome.reveals) == (0 if failing == "reveal" else 2)


def test_the_end_of_the_grid_does_not_lead_to_the_grid(desk):
    to_grid = "Look through groups in the grid"
    told = grid_data(desk, ANN, 24)
    assert to_grid in [link["words"] for link in card_data(desk, ANN)["links"]]
    for links in (told["links"], told["card"]["links"]):
        assert links and to_grid not in [link["words"] for link in links]
