"""Out to Argilla, edited as its pages edit, written by its ``records.to_json`` and in again, as often as wanted."""

import json
import uuid
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaning.export import write_export
from cleaning.export.export_options import ExportOptions
from cleaning.export.handover import Handover
from cleaning.export.incoming import arrival_of
from cleaning.export.kinds import write_kind
from cleaning.settle.final_labels import standing_votes
from cleaning.settle.policy import DEFAULT_POLICY
from data_adapters.opinions.argilla import read_argilla
from tests.cleaning.export.making import a_dataset, a_workspace, decide, some_decisions, some_questions
from tests.data_adapters.opinions.import_rounds import standing, with_arrived

USERS = [str(uuid.UUID(int=number)) for number in (7, 8)]


def as_argilla_writes(records):
    """Its record read from ours and written again: responses have a value and a user, none has a status."""
    return [
        {
            "id": str(one["id"]),
            "fields": one["fields"],
            "metadata": one["metadata"],
            "suggestions": one["suggestions"],
            "responses": {
                question: [{"value": each["value"], "user_id": each["user_id"]} for each in said]
                for question, said in one["responses"].items()
            },
            "vectors": one["vectors"],
            "_server_id": str(uuid.uuid5(uuid.NAMESPACE_OID, one["id"])),
        }
        for one in json.loads(json.dumps(records))
    ]


def exported(workspace, run, log):
    return as_argilla_writes(json.loads(write_export("argilla", workspace, run, log)))


def said_there(record):
    """{user: {question: value}} of a record."""
    users: dict = {}
    for question, said in record["responses"].items():
        for one in said:
            users.setdefault(one["user_id"], {})[question] = one["value"]
    return users


def answer(record, user, said):
    """A user's answers to a record, in place of what the user said before."""
    for question in ("verdict", "labels", "note"):
        others = [one for one in record["responses"].get(question, ()) if one["user_id"] != user]
        value = [{"value": said[question], "user_id": user}] if question in said else []
        record["responses"][question] = others + value


def imported(workspace, log, records):
    """(the log with what a file adds, the arrival)"""
    arrival = arrival_of(read_argilla(records, workspace.dataset(), "r"), log)
    return with_arrived(log, arrival), arrival


@pytest.fixture(scope="module")
def pets(tmp_path_factory):
    workspace, run = a_workspace(tmp_path_factory.mktemp("pets"))
    return workspace, run, some_decisions(workspace.dataset(), run.id)


@pytest.fixture(scope="module")
def quiz(tmp_path_factory):
    workspace, run = a_workspace(tmp_path_factory.mktemp("quiz"), some_questions())
    return workspace, run, some_decisions(workspace.dataset(), run.id)


def test_what_nobody_touched_there_adds_nothing(pets, quiz):
    for workspace, run, log in (pets, quiz):
        after, arrival = imported(workspace, log, exported(workspace, run, log))
        assert after == log and len(arrival.known) == len(standing(log)) and not arrival.left_out


def test_the_decisions_come_back_whole_into_an_empty_log(pets):
    workspace, run, log = pets
    _, arrival = imported(workspace, [], exported(workspace, run, log))
    votes = {vote.uuid: vote for said in standing_votes(log).values() for vote in said}
    assert len(arrival.new) == len(votes)
    for one in arrival.new:
        kept = votes[one.uuid]
        assert replace(kept, reviewer=one.reviewer, seq=one.seq) == one
    assert "chair" not in json.dumps(exported(workspace, run, log)) and not {"ann", "bob", "chair"} & {
        d.reviewer for d in arrival.new
    }


def test_under_another_user_the_decision_stays_its_reviewers(pets):
    workspace, run, log = pets
    records = exported(workspace, run, log)
    for record in (one for one in records if said_there(one)):
        (user, said), *_ = said_there(record).items()
        answer(record, user, {})
        answer(record, USERS[0], said)
    assert imported(workspace, log, records)[0] == log


@st.composite
def answers(draw, dataset, sample):
    """Anything sound that somebody says of a sample, as the questions there hold it."""
    row = list(dataset.sample_ids).index(sample)
    given, k = int(dataset.given_labels[row]), dataset.class_count
    others = [code for code in range(k) if code != given]
    verdict = draw(
        st.sampled_from(["keep", "relabel", "several_fit", "none_fits", "unclear_item", "unsure", "needs_expert"])
    )
    labels = {
        "keep": [given],
        "relabel": [draw(st.sampled_from(others))],
        "several_fit": draw(st.permutations(range(k)))[: draw(st.integers(2, k))],
    }.get(verdict, [])
    said = {"verdict": verdict, "note": draw(st.sampled_from(["", "see page 3", "nö"]))}
    said |= {"labels": [dataset.class_names[code] for code in labels]} if labels else {}
    return {name: value for name, value in said.items() if value}, (verdict, frozenset(labels), said["note"])


@settings(max_examples=25, deadline=None, derandomize=True)
@given(data=st.data(), which=st.sampled_from(["pets", "quiz"]))
def test_whatever_is_edited_there_stands_here_after_each_import(pets, quiz, data, which):
    workspace, run, log = {"pets": pets, "quiz": quiz}[which]
    dataset, records = workspace.dataset(), exported(workspace, run, log)
    pseudonyms = Handover(workspace, run, log, DEFAULT_POLICY).pseudonyms
    who = {str(uuid.uuid5(uuid.NAMESPACE_URL, f"second-opinion {told}")): name for name, told in pseudonyms.items()}
    expected = standing(log)
    for _ in range(data.draw(st.integers(1, 4))):  # rounds of work there, each followed by an import
        changed = {}
        for _ in range(data.draw(st.integers(1, 4))):
            record = data.draw(st.sampled_from(records))
            user = data.draw(st.sampled_from([*said_there(record), *USERS]))
            said, meant = data.draw(answers(dataset, record["id"]))
            answer(record, user, said)
            suggested = {"value": [data.draw(st.sampled_from(dataset.class_names))], "score": None, "agent": "a model"}
            record["suggestions"]["labels"] = suggested
            record["metadata"] |= {"checked": data.draw(st.booleans()), "suspicion": 0.5}
            changed[record["id"], who.get(user, f"argilla-{user}")] = meant
        before = dict(expected)
        expected |= changed
        log, arrival = imported(workspace, log, as_argilla_writes(records))
        assert standing(log) == expected and not arrival.left_out
        assert len(arrival.changed) == sum(key in before and before[key] != expected[key] for key in changed)
        assert imported(workspace, log, as_argilla_writes(records))[0] == log, "twice is harmless"


def test_what_was_decided_here_since_is_not_taken_back_by_an_older_file(pets):
    workspace, run, log = pets
    records = exported(workspace, run, log)
    since = decide("s0000", "none_fits", [], "ann", 99, run_id=run.id)
    assert imported(workspace, [*log, since], records)[0] == [*log, since]


def test_responses_go_in_as_submitted(pets):
    records = json.loads(write_export("argilla", *pets))
    responses = [one for record in records for said in record["responses"].values() for one in said]
    assert responses and {one["status"] for one in responses} == {"submitted"}


def test_flagged_samples_go_out_before_anybody_decided(pets):
    workspace, run, _ = pets
    flagged = run.scores[run.scores["flagged"]]
    records = json.loads(write_export("argilla", workspace, run, []))
    assert [one["id"] for one in records] == flagged["sample_id"].tolist(), "the most suspicious first"
    names = workspace.dataset().class_names
    suggested = [one["suggestions"]["labels"]["value"] for one in records]
    assert suggested == [[names[code]] for code in flagged["suggested"]]
    assert all(one["responses"] == {} and one["status"] == "pending" for one in records)
    assert imported(workspace, [], as_argilla_writes(records))[0] == []


def test_the_given_label_is_shown_only_where_it_is_asked_for(pets):
    workspace, run, log = pets
    handover = Handover(workspace, run, log, DEFAULT_POLICY)
    assert not any("given_label" in one["fields"] for one in json.loads(write_kind("argilla", handover)))
    options = ExportOptions(show_given=True, image_prefix="https://pets.example/")
    shown = json.loads(write_kind("argilla", replace(handover, options=options)))
    dataset = workspace.dataset()
    given = {str(one): dataset.class_names[code] for one, code in zip(dataset.sample_ids, dataset.given_labels)}
    assert all(one["fields"]["given_label"] == given[one["id"]] for one in shown)
    assert all(one["fields"]["image"].startswith("https://pets.example/") for one in shown)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(data=st.data())
def test_into_another_version_only_what_was_said_of_the_same_comes_back(pets, data):
    workspace, run, log = pets
    old, records = workspace.dataset(), exported(workspace, run, log)
    mended = data.draw(st.sets(st.sampled_from([one["id"] for one in records]), max_size=len(records) // 2))
    order = data.draw(st.permutations(range(old.class_count)))
    codes = np.argsort(order)[old.given_labels]
    codes = np.where(np.isin(old.sample_ids, list(mended)), (codes + 1) % old.class_count, codes).astype(np.int32)
    new = replace(old, class_names=tuple(old.class_names[k] for k in order), given_labels=codes)
    for record in data.draw(st.lists(st.sampled_from(records), max_size=5)):
        answer(record, data.draw(st.sampled_from([*said_there(record), *USERS])), {"verdict": "none_fits"})
    incoming = read_argilla(as_argilla_writes(records), new, "r", new.fingerprint())
    told = {(one["id"], str(said.get("verdict"))) for one in records for said in said_there(one).values()}
    assert {(d.sample_id, d.verdict) for d in incoming.decisions} == {one for one in told if one[0] not in mended}
    other = workspace.id if new.fingerprint() != workspace.id else ""
    assert {d.version for d in incoming.decisions} <= {other}
    assert all("label" in one.why for one in incoming.left_out)
    said = {d.uuid: [new.class_names[k] for k in d.labels] for d in incoming.decisions}
    assert all(
        said.get(d.uuid, [old.class_names[k] for k in d.labels]) == [old.class_names[k] for k in d.labels] for d in log
    )


def test_samples_that_have_neither_picture_nor_question_go_out_too(tmp_path):
    dataset = a_dataset()
    dataset = replace(dataset, samples=dataset.samples.drop(columns="image"))
    workspace, run = a_workspace(tmp_path, dataset)
    log = some_decisions(dataset, run.id)
    assert all(one["fields"] == {"sample_id": one["id"]} for one in exported(workspace, run, log))
    assert {d.sample_id for d in imported(workspace, [], exported(workspace, run, log))[1].new} == set(
        standing_votes(log)
    )
