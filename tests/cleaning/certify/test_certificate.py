"""What a certificate says of a reviewed run, and that anything altered is refused."""

import json
from dataclasses import replace

import numpy as np
import pytest

from cleaning.certify.certificate import certificate, certificate_json, seal
from cleaning.certify.checking import check_certificate
from cleaning.certify.further_cards import Certified, FurtherCards, cards_ahead, certified_now, left_as_measured
from cleaning.certify.judged_log import CardsByRank, ReviewedSamples, judge
from cleaning.certify.reviewer_mistakes import ReviewerMistakes, most_behind, most_false_alarms
from cleaning.certify.wrong_left import WrongLeft, upper_percent
from cleaning.errors import InputError
from cleaning.settle.policy import Policy
from tests.cleaning.certify.certifying import BUDGET, SAMPLES, planted_run
from tests.cleaning.export.making import decide


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    return planted_run(tmp_path_factory.mktemp("ws"))


@pytest.fixture(scope="module")
def log(planted):
    return planted.reviewed(250)


@pytest.fixture(scope="module")
def facts(planted, log):
    return certificate(planted.after(log), planted.workspace.id, 0.05)


def main_of(facts):
    return facts["results"]["majority"]


def left(planted, log):
    """Labels that are wrong after the log's corrections."""
    rows = {str(d.sample_id): d for d in log if d.verdict == "relabel"}
    ids = planted.now.dataset.sample_ids
    wrong = planted.truth != planted.now.dataset.given_labels
    return sum(bool(w) and str(one) not in rows for w, one in zip(wrong, ids))


def test_it_says_what_is_left_and_never_less(planted, log, facts):
    main = main_of(facts)
    assert main["most_left"] >= left(planted, log)
    assert main["share"] == main["most_left"] / SAMPLES < 0.08
    assert main["reviewed"] == BUDGET + 250 and main["cards_from_rank"] == BUDGET
    assert main["mended"] == main["found"] == sum(d.verdict == "relabel" for d in log)


def test_before_any_review_it_claims_nothing(planted):
    facts = certificate(planted.now, planted.workspace.id)
    assert main_of(facts)["most_left"] == SAMPLES and facts["samples"] == []
    assert check_certificate(certificate_json(facts), [], planted.workspace.id) == json.loads(certificate_json(facts))


def test_all_reviewed_is_exact(planted):
    log = [planted.verdict(row, number=row) for row in range(SAMPLES)]
    facts = certificate(planted.after(log), planted.workspace.id, 0.0)
    assert main_of(facts)["most_left"] == 0 and main_of(facts)["reached"]


def test_undecided_samples_count_as_wrong(planted):
    log = [planted.verdict(row, number=row) for row in range(SAMPLES - 3)]
    unsure = [
        decide(str(planted.now.dataset.sample_ids[row]), "unsure", number=row) for row in range(SAMPLES - 3, SAMPLES)
    ]
    assert main_of(certificate(planted.after([*log, *unsure]), planted.workspace.id))["most_left"] == 3


def test_a_dissent_counts_under_the_strict_rule_alone(planted, log):
    kept = [int(planted.now.dataset.sample_ids.tolist().index(d.sample_id)) for d in log if d.verdict == "keep"][:20]
    again = [planted.verdict(row, who, 1_000 + i) for who in ("bob", "cy") for i, row in enumerate(kept)]
    dissent = [planted.verdict(row, "dee", 3_000 + i, wrongly=True) for i, row in enumerate(kept)]
    facts = certificate(planted.after([*log, *again, *dissent]), planted.workspace.id)
    strict = facts["results"]["any dissent"]
    assert main_of(facts)["mended"] == main_of(facts)["found"]
    assert strict["found"] == main_of(facts)["found"] + 20 and strict["mended"] == main_of(facts)["mended"]
    assert strict["most_left"] >= main_of(facts)["most_left"] + 20


def test_wrong_labels_that_the_policy_keeps_are_left(planted, log):
    none_fit = [replace(d, verdict="none_fits", labels=()) if d.verdict == "relabel" else d for d in log]
    mended = main_of(certificate(planted.after(none_fit), planted.workspace.id))
    kept = main_of(certificate(planted.after(none_fit, policy=Policy(none_fits="keep")), planted.workspace.id))
    found = mended["found"]
    assert (mended["mended"], mended["dropped"], mended["labels"]) == (found, found, SAMPLES - found)
    assert (kept["mended"], kept["dropped"], kept["labels"]) == (0, 0, SAMPLES)
    assert kept["most_left"] == mended["most_left"] + found


def test_reviewers_who_err_leave_more(planted, log):
    none, some = (
        main_of(certificate(planted.after(log), planted.workspace.id, mistakes=m))["most_left"]
        for m in (ReviewerMistakes(), ReviewerMistakes(false_alarms=0.02, misses=0.1))
    )
    assert none + 5 < some < none + 60


def test_mistakes_as_measured_are_included_once_they_are_known(planted):
    """Two who agree on everything: both rates are small, and leave more than none."""
    alone = planted.after(planted.reviewed(400))
    assert left_as_measured(alone) is None and "as measured" not in certified_now(alone).in_words()
    again = [planted.verdict(int(row), "bob", 5_000 + i) for i, row in enumerate(planted.by_rank[:BUDGET])]
    both = planted.after([*planted.reviewed(400), *again])
    mistakes, left = left_as_measured(both)
    assert 0 < mistakes.false_alarms < 0.1 and 0 < mistakes.misses < 0.1
    assert left.most > main_of(certificate(both, planted.workspace.id))["most_left"]
    assert f"With reviewers' errors as measured: at most {upper_percent(left.share)}." in certified_now(both).in_words()


def test_reviewers_mistakes_by_hand():
    assert most_false_alarms(100, 0.0, 0.05) == 0
    assert most_false_alarms(100, 0.02, 0.05) == 5  # Poisson with mean 2: 5 or fewer in 98 %, 4 in 95 % less a little
    assert most_behind(10, 0.0, 0.05, 1_000) == 10
    assert most_behind(0, 0.5, 0.05, 1_000) == 4  # all of five missed: 3 %; all of four: 6 %
    assert most_behind(0, 0.5, 0.05, 3) == 3


def test_rates_that_say_nothing_are_refused(planted):
    with pytest.raises(InputError, match=r"false alarms is 0\.7"):
        ReviewerMistakes(false_alarms=0.7)
    with pytest.raises(InputError, match="expected a share from 0 to below 1"):
        certificate(planted.now, "x", 2.0)
    with pytest.raises(InputError, match=r"confidence is 0\.3"):
        certificate(planted.now, "x", 0.02, 0.3)


def test_the_check_comes_to_the_same_from_the_log_alone(planted, log, facts):
    assert check_certificate(certificate_json(facts), log, planted.workspace.id) == json.loads(certificate_json(facts))


def test_cards_that_no_seed_gives_are_listed_and_checked(planted, log):
    audit = planted.now.ranked.audit
    swapped = audit.rows.copy()
    first, second = np.flatnonzero(audit.stratum == audit.stratum[-1])[:2]
    swapped[[first, second]] = swapped[[second, first]]
    ranked = replace(planted.now.ranked, audit=replace(audit, rows=swapped))
    facts = certificate(replace(planted.after(log), ranked=ranked), planted.workspace.id)
    assert facts["design"]["ranks"] is not None
    assert check_certificate(certificate_json(facts), log, planted.workspace.id)["sha256"] == facts["sha256"]


def altered(facts, change, reseal=True) -> bytes:
    copy = json.loads(certificate_json(facts))
    change(copy)
    return certificate_json(copy | ({"sha256": seal(copy)} if reseal else {}))


CHANGES = {
    "claim": lambda f: f["results"]["majority"].update(most_left=0, share=0.0),
    "goal": lambda f: f.update(at_most=0.0001),
    "confidence": lambda f: f.update(confidence=0.99),
    "mistakes": lambda f: f.update(mistakes={"false_alarms": 0.01, "misses": 0.0}),
    "policy": lambda f: f["policy"].update(settle="adjudicated"),
    "run": lambda f: f.update(run="another"),
    "seed": lambda f: f["design"].update(seed=f["design"]["seed"] + 1),
    "strata": lambda f: f["design"]["starts"].__setitem__(-2, f["design"]["starts"][-2] + 30),
    "size": lambda f: f["dataset"].update(samples=SAMPLES + 1_000),
    "ranks": lambda f: f["samples"][300].__setitem__(1, 0),
    "given label": lambda f: f["samples"][0].__setitem__(2, (f["samples"][0][2] + 1) % 4),
    "sample left out": lambda f: f["samples"].pop(),
    "sample twice": lambda f: f["samples"].append(f["samples"][0]),
    "design gone": lambda f: f.pop("design"),
    "log": lambda f: f["log"].update(sha256="0" * 64),
    "results gone": lambda f: f.pop("results"),
    "text for numbers": lambda f: f["design"].update(starts="abc"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_anything_altered_is_refused(planted, log, facts, what):
    for reseal in (False, True):
        with pytest.raises(InputError):
            check_certificate(altered(facts, CHANGES[what], reseal), log, planted.workspace.id)


def test_another_log_or_dataset_is_refused(planted, log, facts):
    data = certificate_json(facts)
    for wrong_log in (log[:-1], [replace(log[0], note="changed"), *log[1:]]):
        with pytest.raises(InputError, match="log"):
            check_certificate(data, wrong_log, planted.workspace.id)
    with pytest.raises(InputError, match="another dataset"):
        check_certificate(data, log, "another")
    with pytest.raises(InputError, match="no certificate of ours"):
        check_certificate(b"<html>", log, planted.workspace.id)


def test_it_says_how_many_more_cards_are_needed(planted):
    """The prediction after 60 random cards, and what really was needed."""
    ahead = cards_ahead(planted.after(planted.reviewed(60)), 0.02)
    assert ahead.first == 0 and 20 < ahead.cards < 500
    around = [planted.reviewed(60 + n) for n in (ahead.cards // 4, 3 * ahead.cards)]
    assert [main_of(certificate(planted.after(log), "x", 0.02))["reached"] for log in around] == [False, True]
    assert "more random cards will show that at most 2 % are wrong." in ahead.in_words(0.02)


def test_the_flagged_part_comes_first(planted):
    ahead = cards_ahead(planted.after(planted.reviewed(0, top=100)), 0.06)
    assert ahead.first == 50 and ahead.in_words(0.06).startswith("First review the 50 flagged cards left. Then")


def test_it_says_plainly_what_is_out_of_reach(planted):
    log = [planted.verdict(int(row), number=i) for i, row in enumerate(planted.now.ranked.audit.rows[:300])]
    strange = [planted.verdict(int(row), number=i, wrongly=True) for i, row in enumerate(planted.by_rank[-150:])]
    ahead = cards_ahead(planted.after([*log, *strange]), 0.0)
    assert ahead.cards is None and "out of reach at this threshold" in ahead.in_words(0.0)


def test_shares_are_rounded_up():
    assert [upper_percent(share) for share in (0.02, 0.02001, 0.0, 1.0)] == ["2 %", "2.1 %", "0 %", "100 %"]


def test_cards_decided_on_another_run_count_no_further_than_this_run_shows(planted, log):
    elsewhere = [replace(d, run_id="other") for d in log]
    cards, samples = CardsByRank.of(planted.now.ranked), ReviewedSamples.of(planted.after(elsewhere))
    told = judge(cards, samples, elsewhere, planted.now.run.id, Policy())
    assert told.strata.cards.sum() == 0 and told.reviewed == BUDGET + 250


def test_a_bound_that_bounds_nothing_is_not_called_a_claim():
    nothing = Certified(WrongLeft(100, 100, 0, 0), 0.02, FurtherCards(50, 288, 500, 0.05))
    assert nothing.in_words() == (
        "Nothing can be claimed yet (95 % confidence, if the verdicts are right). First review the 50 flagged cards "
        "left. Then about 288 more random cards will show that at most 2 % are wrong."
    )
