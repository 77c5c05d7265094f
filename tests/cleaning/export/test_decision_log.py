"""The decision log goes out and comes back as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaning.domain import verdicts
from cleaning.errors import InputError
from cleaning.export.formats.decision_log import FORMAT, read_decision_log, write_decision_log
from cleaning.export.formats.sealed_lines import sealed
from cleaning.keep.decisions import Decision
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


def resealed(edit):
    """An edit of the lines by somebody who writes a new closing line as well."""
    return lambda text: sealed(edit(text.split("\n")[:-2]), FORMAT).decode()


@given(st.lists(decisions, max_size=8))
def test_out_and_in_again_is_the_identity(log):
    data = write_decision_log(log, "abcd", "0" * 16)
    again, head = read_decision_log(data)
    assert again == log and head["dataset_fingerprint"] == "0" * 16


@given(st.data())
def test_a_log_damaged_anywhere_is_refused(data):
    dataset = a_dataset()
    whole = write_decision_log(some_decisions(dataset), dataset.class_names, "0" * 16)
    place = data.draw(st.integers(0, len(whole) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda b: b != whole[place]))
    damaged = {
        "cut": whole[:place],
        "changed": whole[:place] + bytes([byte]) + whole[place + 1 :],
        "without": whole[:place] + whole[place + 1 :],
        "longer": whole + whole[place:],
    }[data.draw(st.sampled_from(["cut", "changed", "without", "longer"]))]
    with pytest.raises(InputError):
        read_decision_log(damaged)
    assert len(read_decision_log(whole)[0]) == 16


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda t: t[: len(t) // 2], "decision log is cut short"),
        (lambda t: t.replace('"seconds": 2.5', '"seconds": 2.6', 1), "SHA-256 does not match"),
        (lambda t: t.replace('"version": 2', '"version": 1'), "expected format"),
        (lambda t: "[]\n" + t, "Line 1 of the decision log is no JSON object"),
        (resealed(lambda lines: lines[:-1]), "says 16 decisions and holds 15"),
        (resealed(lambda lines: [lines[0], lines[1].replace('"keep"', '"kept"'), *lines[2:]]), "Line 2 .* no decision"),
        (resealed(lambda lines: [lines[0], lines[1].replace("2.5", '"long"'), *lines[2:]]), "Line 2 .* no decision"),
        (resealed(lambda lines: [lines[0], "[]", *lines[2:]]), "Line 2 of the decision log is no JSON object"),
    ],
)
def test_a_damaged_log_is_refused_in_words(spoil, sentence):
    dataset = a_dataset()
    data = write_decision_log(some_decisions(dataset), dataset.class_names, "0" * 16)
    with pytest.raises(InputError, match=sentence):
        read_decision_log(spoil(data.decode()).encode())


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(InputError, match="no UTF-8 text"):
        read_decision_log(b"\xff\xfe\x00")
