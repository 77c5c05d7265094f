"""One flagged set, one estimate, one anchoring effect, whoever is asked: queue, desk, page, commands, card, exports."""

import io
import json
import re
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import numpy as np
import pandas as pd
import pytest

from benchmarks.populations import real_sets
from cleaning.command_line import main
from cleaning.domain.judgements import WRONG
from cleaning.domain.settings import Settings
from cleaning.estimate.answers import in_words
from cleaning.export.handover import Handover
from cleaning.export.kinds import BY_NAME
from cleaning.keep.decisions import shared_store
from cleaning.keep.stored import now
from cleaning.keep.workspaces import create_workspace
from cleaning.review import View
from cleaning.review.chosen import HAND, Choosing, ChosenThreshold
from cleaning.settle.policy import DEFAULT_POLICY
from cleaning.suspect import pipeline
from pages.shared.server.desks import open_desk
from tests.factories import Planted, planted_dataset
from tests.pages.test_threshold import data_of

RULES = {
    "default": Settings(),
    "paper": Settings(rule="paper", agree=3, min_confidence=0.75),
    "budget": Settings(budget=7),
}


class Scene:
    """A workspace with one run or two, and somebody who reviews; every reader of what is in force asked alike."""

    def __init__(self, root: Path, settings: Settings, planted: Planted) -> None:
        self.root, self.planted, self.settings = root, planted, settings
        self.workspace = create_workspace(root, planted.dataset, planted.experts)
        self.runs = []
        self.run_again(planted.experts)

    def run_again(self, experts) -> None:
        scored = pipeline.run(self.planted.dataset, experts, self.settings)
        self.runs.append(self.workspace.save_run(scored, experts))

    @property
    def run(self):
        return self.runs[-1]

    @property
    def store(self):
        return shared_store(self.workspace.decisions_url, self.workspace.id)

    @property
    def desk(self):
        return open_desk(self.root, self.workspace.id, self.run.id)

    def choose(self, threshold: float) -> None:
        """As the Threshold page does."""
        flagged = self.handover().in_force.at(threshold).flagged_count
        choosing = Choosing(self.store, self.run.id, "ann", now)
        choosing.threshold(ChosenThreshold(threshold, flagged, HAND))

    def review(self, cards: int) -> None:
        """The next cards, decided as the planted truth has it, through the desk."""
        view = View("ann")
        ids = list(self.planted.dataset.sample_ids)
        for card in self.desk.window(view, [], cards)["cards"]:
            label = int(self.planted.truth[ids.index(card["sample_id"])])
            item = {"uuid": str(uuid4()), "sample_id": card["sample_id"], "verdict": "picked", "labels": [label]}
            item["ticket"] = card["ticket"]
            outcome = self.desk.record(view, [item | {"mode": card["mode"], "seconds": 4.0, "at": 0}], 0)
            assert outcome.saved == [item["uuid"]]

    def handover(self) -> Handover:
        return Handover(self.workspace, self.run, self.store.decisions(), DEFAULT_POLICY, self.store.choices())

    def page(self, app) -> dict:
        return data_of(app("threshold", self.workspace.id, run=self.run.id))

    def card(self) -> dict:
        return json.loads(BY_NAME["card_json"].write(self.handover()))

    def command(self, capsys, *words: str) -> str:
        capsys.readouterr()
        assert main([words[0], str(self.workspace.folder), *words[1:]]) == 0
        return capsys.readouterr().out

    def flagged_by_reader(self, app, capsys, tmp_path) -> dict[str, int]:
        """How many samples each reader says are flagged."""
        report = tmp_path / "experts.json"
        self.command(capsys, "experts-report", f"--out={report}")
        said = re.search(r"([\d,]+) of [\d,]+ samples flagged", self.command(capsys, "threshold"))
        return {
            "queue": len(self.desk.queue(View("nobody"), audit=False)),
            "page": self.page(app)["chosen"]["flagged"],
            "threshold command": int(said[1].replace(",", "")),
            "experts-report": json.loads(report.read_text())["budget"],
            "card": self.card()["threshold"]["flagged"],
            "cleanlab": int(self.unreviewed_issues().sum()),
        }

    def unreviewed_issues(self) -> pd.Series:
        """is_label_issue of the cleanlab export, as if nothing were reviewed."""
        untouched = Handover(self.workspace, self.run, (), DEFAULT_POLICY, self.store.choices())
        return pd.read_csv(io.BytesIO(BY_NAME["cleanlab"].write(untouched)))["is_label_issue"]


@pytest.fixture
def scene(demo_root, request):
    rule = getattr(request, "param", "default")
    return Scene(demo_root, RULES[rule], planted_dataset(n=600, experts=4, kinds=("top1",), error_rate=0.15, seed=3))


def at_the_threshold(page: dict) -> dict[str, tuple]:
    """What the page's bands say at the threshold in force, rounded as they are."""
    place = int(np.abs(np.array(page["bands"]["thresholds"]) - page["chosen"]["threshold"]).argmin())
    return {
        name: tuple(page["bands"][name][end][place] for end in ("points", "low", "high"))
        for name in ("precision", "detection")
    }


@pytest.mark.parametrize("scene", RULES, indirect=True)
@pytest.mark.parametrize("chosen", [None, 0.42])
@pytest.mark.parametrize("runs", [1, 2])
def test_every_reader_says_the_same(scene, chosen, runs, app, capsys, tmp_path):
    scene.review(120)
    if runs == 2:
        scene.run_again(scene.planted.experts[:-1])
        scene.review(90)
    if chosen is not None:
        scene.choose(chosen)
    counts = scene.flagged_by_reader(app, capsys, tmp_path)
    assert len(set(counts.values())) == 1 and counts["card"] > 0, counts

    in_force, card, page = scene.handover().in_force, scene.card(), scene.page(app)
    flagged = set(np.flatnonzero(in_force.flagged))
    assert set(scene.desk.queue(View("nobody"), audit=False).rows.tolist()) == flagged
    assert set(np.flatnonzero(scene.unreviewed_issues())) == flagged

    told = in_force.estimate
    assert (
        card["estimates"]["card_count"] == told.card_count == sum(s["cards_counted"] for s in card["audit"]["strata"])
    )
    if told.enough and not page["bands"]["guess"]:
        shown = at_the_threshold(page)
        for name, interval in (("precision", told.precision), ("detection_rate", told.detection_rate)):
            wanted = (interval.point, interval.low, interval.high)
            if in_force.ranked.made_by_threshold or chosen is not None:
                assert shown[name.removesuffix("_rate")] == pytest.approx(wanted, abs=1e-4)
            assert [card["estimates"][name][end] for end in ("point", "low", "high")] == pytest.approx(wanted, abs=1e-6)
        words = scene.command(capsys, "threshold")
        assert f"{told.card_count} random cards, {in_force.reviewed_count} reviewed cards, " in words
        assert f"precision: {in_words(told.precision)}" in words

    impact = json.loads(BY_NAME["impact"].write(scene.handover()))
    assert impact["audit_cards"] == (told.card_count if in_force.random_cards else 0)
    table = pd.read_csv(io.BytesIO(BY_NAME["csv"].write(scene.handover())))
    wrong = set(np.flatnonzero(in_force.codes == WRONG))
    changed = table["label_corrected"].to_numpy(object) != table["given_label"].to_numpy(object)
    waiting = in_force.waiting_for_a_second_look
    assert wrong <= set(np.flatnonzero(changed)), "what the estimates count as wrong the labels correct"
    assert changed.sum() == len(wrong) + waiting, "and but for what waits for a second look they correct nothing else"
    progress = scene.desk.window(View("nobody"), [], 1)["progress"]
    coming = len(scene.desk.open_cards(View("nobody")))
    assert coming <= len(scene.desk.queue(View("nobody")))
    assert progress["left"] == coming + waiting, "what waits for a second look comes too"

    effect = scene.desk.session(View("ann"))["anchoring"]
    for mode in ("blind", "open"):
        assert card["anchoring"][mode]["count"] == effect[f"{mode}_cards"]
    assert card["anchoring"]["effect"]["point"] == pytest.approx(effect["difference"], abs=1e-6)


def test_a_second_run_goes_on_estimating(scene, app, capsys):
    """Cards decided on the first run are decided on the second: the page counts them as the queue does."""
    scene.review(200)
    scene.run_again(scene.planted.experts[:-1])
    while scene.desk.open_cards(View("ann")).rows.size:
        scene.review(60)
    page, in_force = scene.page(app), scene.handover().in_force
    assert in_force.estimate.enough and page["bands"]["guess"] is False
    assert f"Estimated from {in_force.estimate.card_count} random cards" in page["bands"]["words"]
    assert f"{in_force.estimate.card_count} random cards, " in scene.command(capsys, "threshold")


def test_another_run_takes_nothing_from_what_is_known_of_the_first(scene):
    """As it begins not a digit moves; what is reviewed on it then counts for the first run's flags too."""
    first = scene.run

    def told():
        return Handover(scene.workspace, first, scene.store.decisions(), DEFAULT_POLICY, None).in_force.estimate

    scene.review(60)
    before = told()
    scene.run_again(scene.planted.experts[1:])
    assert told() == before and before.card_count > 0
    scene.review(120)
    assert told().card_count > before.card_count
    assert told().detection_rate.half_width < before.detection_rate.half_width


@pytest.mark.parametrize("scene", ["paper"], indirect=True)
def test_a_run_by_the_papers_rule_keeps_its_flags(scene):
    flagged = scene.run.scores.loc[scene.run.scores["flagged"], "row"]
    above = (scene.run.suspicion >= scene.run.threshold).sum()
    assert 0 < len(flagged) < above, "the rule flags fewer than its lowest suspicion would"
    assert set(scene.desk.queue(View("ann"), audit=False).rows) == set(flagged)
    assert scene.handover().in_force.estimate.flagged == len(flagged)
    lower = scene.handover().in_force.at(0.0)
    assert set(np.flatnonzero(lower.flagged)) == set(flagged), "no threshold flags what the rule does not"


def test_the_card_tells_the_threshold_that_the_page_chose(scene):
    scene.choose(0.2)
    told = scene.card()["threshold"]
    assert told["value"] == 0.2 and told["flagged"] == (scene.run.suspicion >= 0.2).sum()
    assert "by hand" in told["how"] and "the default" not in told["how"]


@pytest.mark.parametrize("budget", [1, 2, 3, 5, 8, 13, 21, 34, 55])
def test_the_card_estimates_the_very_samples_that_a_budget_flags(demo_root, budget):
    scene = Scene(demo_root, Settings(budget=budget), planted_dataset(n=300, experts=3, kinds=("top1",), seed=9))
    scene.review(40)
    card = scene.card()
    assert card["estimates"]["flagged"] == card["threshold"]["flagged"] == budget


SETS = ("ImageNet", "MMLU, wrong key", "CIFAR-10N")


@pytest.mark.real_data
@pytest.mark.parametrize("name", SETS)
def test_page_command_and_card_print_the_same(name, real_data, demo_root, app, capsys):
    real = next(one for one in real_sets(real_data) if one.name == name)
    given, ids = real.dataset.given_labels, real.dataset.sample_ids
    wrong = real.truth.reindex(np.asarray(ids, object)).eq(True).to_numpy()
    truth = np.where(wrong, (given + 1) % real.dataset.options_of(), given)
    scene = Scene(demo_root, Settings(), SimpleNamespace(dataset=real.dataset, experts=real.experts, truth=truth))
    scene.review(100)
    scene.run_again(real.experts[:-1])
    scene.review(100)
    now, card, page = scene.handover().in_force, scene.card(), scene.page(app)
    assert now.others, "the first run's random cards count"
    assert not page["bands"]["guess"] and card["estimates"]["rests_on"] in scene.command(capsys, "threshold")
    words, shown = scene.command(capsys, "threshold"), at_the_threshold(page)
    enough = {"precision": now.estimate.precision_enough, "detection_rate": now.estimate.enough}
    for quantity, told in (("precision", now.estimate.precision), ("detection_rate", now.estimate.detection_rate)):
        assert f"{quantity.replace('_', ' ')}: {in_words(told, enough[quantity])}" in words
        printed = [card["estimates"][quantity][end] for end in ("low", "high")]
        assert [f"{100 * share:.1f}" for share in printed] == [f"{100 * share:.1f}" for share in (told.low, told.high)]
        assert shown[quantity.removesuffix("_rate")][1:] == pytest.approx(printed, abs=6e-5)
