"""The decision log goes out and comes back as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaning import verdicts
from cleaning.errors import InputError
from cleaning.export.decision_log import read_decision_log, write_decision_log
from cleaning.review_store import Decision
from tests.cleaning.export.making import a_dataset, some_decisions

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
word = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
decisions = st.builds(
    Decision,
    uuid=st.uuids().map(str),
    run_id=text,
    sample_id=word,
    reviewer=text,
    verdict=st.sampled_from(sorted(verdicts.BY_NAME)),
    labels=st.lists(st.integers(0, 3), max_size=3).map(tuple),
    note=text,
    seconds=st.floats(0, 1e6),
    mode=st.sampled_from(["blind", "open"]),
    card=st.sampled_from(["suspicious", "audit", "grid", "adjudication"]),
    decided_at=text,
    undoes=st.none() | st.uuids().map(str),
    seq=st.integers(0, 2**40),
)


@given(st.lists(decisions, max_size=8))
def test_out_and_in_again_is_the_identity(log):
    data = write_decision_log(log, "abcd", "0" * 16)
    again, head = read_decision_log(data)
    assert again == log and head["dataset_fingerprint"] == "0" * 16


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda t: t[: len(t) // 2], "cut or edited|says 16 decisions"),
        (lambda t: "\n".join(t.split("\n")[:-2]) + "\n", "says 16 decisions and holds 15"),
        (lambda t: t.replace('"verdict": "keep"', '"verdict": "kept"', 1), "Line 2 of the decision log is no decision"),
        (lambda t: t.replace('"version": 1', '"version": 2'), "expected format"),
        (lambda t: t.replace('"seconds": 2.5', '"seconds": "long"', 1), "Line 2 of the decision log is no decision"),
        (lambda t: "[]\n" + t, "Line 1 of the decision log is no JSON object"),
    ],
)
def test_a_damaged_log_is_refused(spoil, sentence):
    dataset = a_dataset()
    data = write_decision_log(some_decisions(dataset), dataset.class_names, "0" * 16)
    with pytest.raises(InputError, match=sentence):
        read_decision_log(spoil(data.decode()).encode())


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(InputError, match="no UTF-8 text"):
        read_decision_log(b"\xff\xfe\x00")
