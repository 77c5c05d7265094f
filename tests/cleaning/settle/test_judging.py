"""The labels that experts are judged against, the verdict codes that estimates rest on, and policies."""

import numpy as np
import pytest

from cleaning.errors import InputError
from cleaning.settle.final_labels import settle
from cleaning.settle.judging import judging_labels
from cleaning.settle.policy import Policy
from cleaning.settle.verdict_codes import decided_rows, verdict_codes
from tests.cleaning.export.making import a_dataset, decide, some_decisions


def test_nothing_decided_counts_nothing():
    dataset = a_dataset()
    final = settle(dataset.sample_ids, dataset.given_labels, [])
    assert final.counts() == {
        "samples": 40, "decided": 0, "settled": 0, "contested": 0, "open": 0,
        "replace": 0, "any_of": 0, "drop": 0, "keep": 40,
    }  # fmt: skip
    assert (final.codes() == dataset.given_labels).all() and (final.mask() == "keep").all()
    assert len(final.changed()) == 0


def test_statuses_that_no_sample_has_are_counted_as_none():
    dataset = a_dataset()
    ids, given = dataset.sample_ids, dataset.given_labels
    kept = settle(ids, given, [decide(ids[0], "keep", [int(given[0])])]).counts()
    assert [kept[name] for name in ("decided", "settled", "contested", "open")] == [1, 1, 0, 0]
    assert [kept[name] for name in ("replace", "any_of", "drop", "keep")] == [0, 0, 0, 40]
    unsure = settle(ids, given, [decide(ids[0], "unsure")]).counts()
    assert [unsure[name] for name in ("decided", "settled", "contested", "open")] == [1, 0, 0, 1]


def test_only_what_is_treated_otherwise_is_changed():
    dataset = a_dataset()
    final = settle(dataset.sample_ids, dataset.given_labels, some_decisions(dataset))
    assert final.changed()["row"].tolist() == [1, 2, 3, 8, 10]
    counts = final.counts()
    assert counts["keep"] + counts["replace"] + counts["any_of"] + counts["drop"] == counts["samples"]


def test_the_first_of_the_dataset_may_be_decided_and_what_is_strange_is_named_alone():
    dataset = a_dataset()
    log = [decide(dataset.sample_ids[0], "unsure"), decide("elsewhere", "unsure")]
    with pytest.raises(InputError, match="1 decided sample not in this dataset: elsewhere"):
        settle(dataset.sample_ids, dataset.given_labels, log)


def test_experts_are_judged_against_corrected_labels():
    dataset = a_dataset()
    judged = judging_labels(dataset, some_decisions(dataset))
    final = settle(dataset.sample_ids, dataset.given_labels, some_decisions(dataset))
    assert (judged.codes == final.codes()).all()
    assert np.flatnonzero(~judged.counted).tolist() == [3], "no class fits it, so it is dropped"
    assert np.flatnonzero(judged.wrong).tolist() == [1, 8, 10] and judged.settled == 7
    assert "(7 samples settled, 3 labels changed, 1 sample dropped)" in judged.sentence()
    none_dropped = judging_labels(dataset, some_decisions(dataset), Policy(none_fits="keep"))
    assert "(7 samples settled, 3 labels changed)" in none_dropped.sentence()
    assert judged.key() != none_dropped.key() and judged.key() == judging_labels(dataset, some_decisions(dataset)).key()


def test_without_corrections_accuracy_is_agreement_with_the_given_labels():
    dataset = a_dataset()
    judged = judging_labels(dataset)
    assert judged.sentence().endswith("nothing is corrected yet.")
    assert judged.counted.all() and not judged.wrong.any() and (judged.codes == dataset.given_labels).all()


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ([("keep", 0)], 0),
        ([("relabel", 1)], 1),
        ([("several_fit", 0)], 0),
        ([("none_fits", None)], 1),
        ([("unclear_item", None)], 2),
        ([("unclear_options", None)], 2),
        ([("unsure", None)], 2),
        ([("needs_expert", None)], 2),
        ([("skip", None)], 2),
        ([("later", None)], None),
        ([("keep", 0), ("relabel", 1)], 2),
        ([("relabel", 1), ("relabel", 2)], 1),  # contested, yet both say that the given label is wrong
        ([("relabel", 1), ("none_fits", None)], 1),
        ([("unclear_item", None), ("unclear_options", None)], 2),
        ([("keep", 0), ("unsure", None)], 0),
    ],
)
def test_verdict_codes_by_hand(said, code):
    """None: not reviewed. The number beside a verdict: how far its label is from the given one."""
    dataset = a_dataset()
    given, sample = int(dataset.given_labels[5]), dataset.sample_ids[5]
    log = [
        decide(sample, verdict, _labels(verdict, step, given, dataset.class_count), f"r{place}", place)
        for place, (verdict, step) in enumerate(said)
    ]
    codes = verdict_codes(dataset, log)
    assert np.isnan(np.delete(codes, 5)).all()
    assert np.isnan(codes[5]) if code is None else codes[5] == code
    assert decided_rows(dataset, log).tolist() == ([] if code is None else [5])


def _labels(verdict: str, step: int | None, given: int, classes: int) -> list[int]:
    if step is None:
        return []
    return [(given + k) % classes for k in ((0, 1) if verdict == "several_fit" else (step,))]


def test_a_policy_reads_as_it_settles():
    usual = Policy()
    assert usual.in_words() == (
        "majority of reviewers (an adjudication overrules); several fit: each counts as right; none fits: dropped; "
        "unclear: given label kept"
    )
    strict = Policy("unanimous", "first", "keep", "drop", 3)
    assert strict.in_words() == (
        "only where all reviewers agree; at least 3 votes; several fit: the first one marked; "
        "none fits: given label kept; unclear: dropped"
    )
    assert Policy.from_dict(strict.to_dict()) == strict
    with pytest.raises(InputError, match="not one we know"):
        Policy.from_dict({"settled_by": "luck"})


@pytest.mark.parametrize("wrong", [{"settle": "dice"}, {"none_fits": "any"}, {"least_votes": 0}, {"least_votes": True}])
def test_a_policy_that_settles_nothing_is_refused(wrong):
    with pytest.raises(InputError):
        Policy(**wrong)
