"""What once gave other numbers in other places, on larger cases: decisions of runs, pictures that are missing, rules."""

import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks.populations import real_sets
from cleaning.domain.settings import Settings
from cleaning.estimate.answers import in_words
from cleaning.estimate.intervals import Interval
from cleaning.keep.stored import now
from cleaning.review import View
from cleaning.review.chosen import RANDOM_CARDS, Choosing
from cleaning.review.queue import Filters
from tests.factories import planted_dataset
from tests.pages.conftest import words
from tests.pages.test_in_force import Scene


def half_without_pictures():
    planted = planted_dataset(n=2_000, experts=3, kinds=("top1",), error_rate=0.06, seed=5)
    names = np.array([f"{i}.png" for i in planted.dataset.sample_ids], object)
    names[np.random.default_rng(1).permutation(2_000)[:1_000]] = ""
    return replace(planted, dataset=replace(planted.dataset, samples=planted.dataset.samples.assign(image=names)))


def test_missing_pictures_end_no_stratum(demo_root, app, capsys):
    scene = Scene(demo_root, Settings(budget=60), half_without_pictures())
    while scene.desk.open_cards(View("ann")).rows.size:
        scene.review(60)
    told = scene.handover().in_force
    drawn = told.ranked.audit.rows[: len(told.ranked.audit)]
    decided = ~np.isnan(told.codes[drawn])
    assert told.estimate.enough and told.estimate.card_count == decided.sum() >= 60
    for text in (scene.command(capsys, "threshold"), words(app("threshold", scene.workspace.id, run=scene.run.id))):
        assert "of the 1,000 of 2,000 samples with a picture" in text
    real = scene.planted.wrong[told.dataset.showable].sum()
    assert told.estimate.wrong_total.low <= real <= told.estimate.wrong_total.high


def test_the_page_brings_as_many_random_cards_as_it_asks_for(demo_root, app):
    planted = planted_dataset(n=3_000, experts=3, kinds=("top1",), error_rate=0.06, seed=6)
    scene = Scene(demo_root, Settings(budget=60), planted)
    scene.review(120)
    page = app("threshold", scene.workspace.id, run=scene.run.id)
    asked = int(re.search(r"About ([\d,]+) random cards more are needed", words(page))[1].replace(",", ""))
    ahead = scene.handover().in_force.queue_ahead
    usual = len(scene.desk.queue(View("ann"), audit=True))
    Choosing(scene.store, scene.run.id, "ann", now).record(RANDOM_CARDS, ahead.places_for(asked))
    alone = scene.desk.open_cards(View("ann", filters=Filters(random_only=True)))
    assert len(alone) == asked > 40 and alone.audit.all() and usual > 0


def test_an_end_speaks_and_the_best_value_is_never_beyond_it():
    assert in_words(Interval(0.94, 0.5, 1.0)) == "at least 50.0 %; best value 94.0 %"
    assert in_words(Interval(0.02, 0.0, 0.2)) == "at most 20.0 %; best value 2.0 %"


def test_hours_count_every_card_of_the_queue(demo_root, capsys):
    planted = planted_dataset(n=3_000, experts=3, kinds=("top1",), error_rate=0.06, seed=6)
    scene = Scene(demo_root, Settings(), planted)
    told = scene.command(capsys, "threshold", "--hours", "0.5")
    cards, seconds = re.search(r"hours: ([\d,]+) cards at (\d+) s a card", told).groups()
    threshold = float(re.search(r"threshold ([\d.]+):", told)[1])
    scene.choose(threshold)
    assert 100 < len(scene.desk.queue(View("nobody"))) <= int(cards) and int(cards) * int(seconds) <= 1_800


@pytest.fixture
def set_of(real_data, demo_root):
    """A scene with one of the real sets, decided as its truth has it where there is one."""

    def made(name: str, settings: Settings) -> Scene:
        real = next(one for one in real_sets(real_data) if one.name == name)
        given, ids = real.dataset.given_labels, np.asarray(real.dataset.sample_ids, object)
        wrong = real.truth.reindex(ids).eq(True).to_numpy()
        truth = np.where(wrong, (given + 1) % real.dataset.options_of(), given)
        return Scene(demo_root, settings, SimpleNamespace(dataset=real.dataset, experts=real.experts, truth=truth))

    return made


@pytest.mark.real_data
def test_the_papers_rule_flags_the_same_everywhere(set_of, app, capsys):
    scene = set_of("ImageNet", Settings(rule="paper", agree=5))
    flagged = int(scene.run.scores["flagged"].sum())
    said = re.search(r"([\d,]+) of [\d,]+ samples flagged", scene.command(capsys, "threshold"))[1]
    told = {
        "queue": len(scene.desk.queue(View("nobody"), audit=False)),
        "page": scene.page(app)["chosen"]["flagged"],
        "command": int(said.replace(",", "")),
        "card": scene.card()["threshold"]["flagged"],
    }
    assert set(told.values()) == {flagged} == {1_935}, told


@pytest.mark.real_data
def test_a_second_run_ends_no_estimate(set_of, capsys):
    scene = set_of("CIFAR-10N", Settings(budget=4_000))
    for _ in range(5):
        scene.review(50)
    first = scene.handover().in_force.estimate
    scene.run_again(scene.planted.experts[:-1])
    scene.review(55)
    told = scene.handover().in_force
    then, reviewed = told.estimate, told.reviewed_count
    assert first.enough and then.enough and then.card_count >= first.card_count
    assert f"{then.card_count:,} random cards, {reviewed:,} reviewed cards" in scene.command(capsys, "threshold")
    assert reviewed > 270 and then.precision.high - then.precision.low < 0.5
