"""Votes to final labels, by hand."""

import numpy as np
import pytest

from cleaning.errors import InputError
from cleaning.settle.final_labels import outcome_of, settle, treatment
from cleaning.settle.policy import Policy
from tests.cleaning.export.making import a_dataset, decide, some_decisions


def votes(*said):
    """("keep", [0]), ... by one reviewer each; a third entry is the card."""
    return [decide("s", s[0], s[1], f"r{i}", i, card=(*s, "suspicious")[2]) for i, s in enumerate(said)]


@pytest.mark.parametrize(
    ("said", "policy", "status", "verdict", "labels"),
    [
        ([("keep", [0])], {}, "settled", "keep", (0,)),
        ([("keep", [0]), ("relabel", [1])], {}, "contested", "", ()),
        ([("keep", [0]), ("relabel", [1]), ("relabel", [1])], {}, "settled", "relabel", (1,)),
        ([("relabel", [2]), ("relabel", [1]), ("relabel", [1]), ("keep", [0])], {}, "contested", "", ()),
        ([("several_fit", [2, 1]), ("several_fit", [1, 2])], {}, "settled", "several_fit", (2, 1)),
        ([("several_fit", [2, 1]), ("relabel", [1])], {}, "contested", "", ()),
        ([("none_fits", []), ("unclear_item", [])], {}, "contested", "", ()),
        ([("unsure", []), ("relabel", [1])], {}, "settled", "relabel", (1,)),
        ([("unsure", [])], {}, "open", "", ()),
        ([("needs_expert", []), ("unsure", [])], {}, "open", "", ()),
        ([("keep", [0]), ("relabel", [1]), ("relabel", [1])], {"settle": "unanimous"}, "contested", "", ()),
        ([("relabel", [1]), ("relabel", [1])], {"settle": "unanimous"}, "settled", "relabel", (1,)),
        ([("unsure", []), ("relabel", [1])], {"settle": "unanimous"}, "contested", "", ()),
        ([("relabel", [1]), ("relabel", [1])], {"settle": "adjudicated"}, "open", "", ()),
        ([("relabel", [1]), ("keep", [0])], {"settle": "adjudicated"}, "contested", "", ()),
        ([("keep", [0]), ("keep", [0]), ("relabel", [1], "adjudication")], {}, "settled", "relabel", (1,)),
        ([("keep", [0]), ("relabel", [1], "adjudication")], {"settle": "adjudicated"}, "settled", "relabel", (1,)),
        ([("keep", [0]), ("relabel", [1], "adjudication")], {"settle": "unanimous"}, "contested", "", ()),
        ([("relabel", [1], "adjudication"), ("keep", [0], "adjudication")], {}, "settled", "keep", (0,)),
        ([("keep", [0]), ("unsure", [], "adjudication")], {}, "open", "", ()),
        ([("keep", [0])], {"least_votes": 2}, "open", "", ()),
        ([("keep", [0]), ("keep", [0])], {"least_votes": 2}, "settled", "keep", (0,)),
        ([("relabel", [1], "audit"), ("relabel", [1], "grid")], {}, "settled", "relabel", (1,)),
    ],
)
def test_votes_settle(said, policy, status, verdict, labels):
    outcome = outcome_of(votes(*said), Policy(**policy))
    assert (outcome.status, outcome.verdict, outcome.labels) == (status, verdict, labels)


@pytest.mark.parametrize(
    ("said", "policy", "corrected", "mask"),
    [
        (("keep", [3]), {}, 3, "keep"),
        (("relabel", [1]), {}, 1, "replace:1"),
        (("several_fit", [2, 3]), {}, 3, "any_of:[2,3]"),
        (("several_fit", [2, 1]), {}, 2, "any_of:[1,2]"),
        (("several_fit", [2, 3]), {"several_fit": "first"}, 2, "replace:2"),
        (("several_fit", [3, 2]), {"several_fit": "first"}, 3, "keep"),
        (("several_fit", [2, 3]), {"several_fit": "keep_given"}, 3, "keep"),
        (("several_fit", [2, 1]), {"several_fit": "keep_given"}, 2, "replace:2"),
        (("none_fits", []), {}, -1, "drop"),
        (("none_fits", []), {"none_fits": "keep"}, 3, "keep"),
        (("unclear_item", []), {}, 3, "keep"),
        (("unclear_options", []), {"unclear": "drop"}, -1, "drop"),
        (("unsure", []), {"unclear": "drop", "none_fits": "drop"}, 3, "keep"),
    ],
)
def test_what_a_final_label_turns_into(said, policy, corrected, mask):
    policy = Policy(**policy)
    assert treatment(outcome_of(votes(said), policy), 3, policy) == (corrected, mask)


def test_a_log_with_everything_settles():
    dataset = a_dataset()
    final = settle(dataset.sample_ids, dataset.given_labels, some_decisions(dataset))
    by_id = final.table.set_index("sample_id")
    assert list(by_id.index) == [f"s{i:04d}" for i in (0, 1, 2, 3, 4, 5, 6, 8, 10)]  # 7 skipped, 9 undone
    statuses = {"s0005": "contested", "s0006": "open"}
    assert all(by_id.at[i, "status"] == statuses.get(i, "settled") for i in by_id.index)
    assert by_id.at["s0008", "adjudicated"] and by_id.at["s0010", "audit"] and not by_id.at["s0001", "audit"]
    codes = final.codes()
    moved = np.flatnonzero(codes != dataset.given_labels)
    assert moved.tolist() == [1, 3, 8, 10] and codes[3] == -1
    assert final.mask()[2].startswith("any_of:[") and final.mask()[20] == "keep"
    assert final.counts() == {
        "samples": 40, "decided": 9, "settled": 7, "contested": 1, "open": 1,
        "replace": 3, "any_of": 1, "drop": 1, "keep": 35,
    }  # fmt: skip


def test_a_reviewer_who_changes_their_mind_has_one_vote():
    dataset, other = a_dataset(), int(a_dataset().given_labels[0] + 1) % 4
    log = [decide("s0000", "keep", [int(dataset.given_labels[0])]), decide("s0000", "relabel", [other], number=1)]
    table = settle(dataset.sample_ids, dataset.given_labels, log).table
    assert table["votes"].tolist() == [1] and table["corrected"].tolist() == [other]
    undone = [*log, decide("s0000", "undo", number=2, undoes=log[1].uuid)]
    assert settle(dataset.sample_ids, dataset.given_labels, undone).table["verdict"].tolist() == ["keep"]


def test_decisions_of_another_dataset_are_refused():
    dataset = a_dataset()
    with pytest.raises(InputError, match="7 decided samples not in this dataset: x0, x1, x2, x3, x4, "):
        settle(dataset.sample_ids, dataset.given_labels, [decide(f"x{i}", "none_fits") for i in range(7)])


@pytest.mark.parametrize("wrong", [{"settle": "loudest"}, {"several_fit": "all"}, {"least_votes": 0}])
def test_a_policy_we_do_not_know_is_refused(wrong):
    with pytest.raises(InputError):
        Policy(**wrong)
    with pytest.raises(InputError):
        Policy.from_dict({"settle": "majority", "moon": "full"})


def test_lines_are_the_rows_of_the_table():
    dataset = a_dataset()
    final = settle(dataset.sample_ids, dataset.given_labels, some_decisions(dataset))
    lines = list(final.lines())
    assert [line.sample_id for line in lines] == final.table["sample_id"].tolist() and lines
    assert [line._asdict() for line in lines] == final.table.to_dict("records")
