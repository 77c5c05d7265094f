"""Free answers under review: what a blind card hides, the verdicts that are their own, and what is made of them."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest

from cleaning.__main__ import main
from cleaning.answers import ANOTHER
from cleaning.export.formats.evaluation_tasks import inspect_files, openai_evals_files
from cleaning.export.handover import Handover
from cleaning.export.kinds import available_exports, write_export, write_kind
from cleaning.keep.workspaces import open_workspace
from cleaning.settle.policy import DEFAULT_POLICY, Policy
from cleaning.settle.verdict_codes import verdict_codes
from pages.shared.server.desks import open_desk
from tests.cleaning.answers.open_workspaces import open_workspace_of, right_place
from tests.cleaning.review.reviewing import ANN, BOB, decide, item


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    return open_workspace_of(tmp_path_factory.mktemp("open"))


@pytest.fixture
def made(fresh, tmp_path):
    """The same workspace without any decision."""
    workspace, run, problems = fresh
    root = shutil.copytree(workspace.folder.parent, tmp_path / "workspaces")
    own = open_workspace(root, workspace.id)
    return own, own.run(run.id), problems


@pytest.fixture
def desk(made):
    workspace, run, _ = made
    return open_desk(workspace.folder.parent, workspace.id, run.id)


def row_of(desk, options: int, wrong=None, problems=None) -> int:
    """A row with so many groups of answers."""
    counts = desk.dataset.option_counts - 1
    fits = counts == options
    if wrong is not None:
        fits &= np.array([one in problems.wrong for one in desk.dataset.sample_ids]) == wrong
    return int(np.flatnonzero(fits)[0])


def test_a_blind_card_tells_neither_the_reference_nor_the_marks(desk, made):
    row = row_of(desk, 3)
    card = desk.cards.card(row, "blind")
    reference = str(desk.dataset.samples["reference"].iloc[row])
    assert card["kind"] == "question" and len(card["candidates"]) == 3
    assert ANOTHER not in json.dumps(card) and "open" not in card
    assert all(name not in ("reference", "graded_otherwise") for name, _ in card["metadata"])
    assert reference not in [value for _, value in card["metadata"]]
    opened = desk.cards.card(row, "open")
    assert opened["open"]["given"]["code"] == int(desk.dataset.given_labels[row])


def test_of_many_groups_the_reference_is_always_shown(desk, monkeypatch):
    row = row_of(desk, 3)
    counts = desk.dataset.option_counts.copy()
    counts[row] = 26
    monkeypatch.setitem(vars(desk.facts), "options", counts)
    monkeypatch.setattr("pages.shared.server.cards.MOST_ANSWERS", 2)
    given = int(desk.dataset.given_labels[row])
    assert given in desk.cards._shown(row) and len(desk.cards._shown(row)) == 2


def test_a_pick_keeps_or_corrects_as_everywhere(desk, made):
    workspace, _, problems = made
    row = row_of(desk, 3, True, problems)
    right = right_place(workspace, problems, row)
    decide(desk, ANN, row, "picked", [right])
    assert desk.store.decisions()[-1].verdict == "relabel"
    assert verdict_codes(desk.dataset, desk.store.decisions())[row] == 1


def test_right_is_takes_words_and_a_shown_answer_in_other_words_is_a_pick(desk):
    row = row_of(desk, 3)
    refused = desk.record(ANN, [item(desk, row, "right_is")], 0.0).refused
    assert "Write it" in refused[0][1]
    decide(desk, ANN, row, "right_is", note="none of that: 4242424242")
    last = desk.store.decisions()[-1]
    assert last.verdict == "right_is" and last.labels == (int(desk.facts.options[row]) - 1,)
    given = int(desk.dataset.given_labels[row])
    decide(desk, ANN, row, "right_is", note=f"  {desk.dataset.samples['choices'].iloc[row][given]} ")
    assert desk.store.decisions()[-1].verdict == "keep"


def test_the_grader_is_wrong_counts_for_the_reference_where_it_is_among_the_equal(desk):
    row = row_of(desk, 3)
    given = int(desk.dataset.given_labels[row])
    others = [code for code in range(3) if code != given]
    decide(desk, ANN, row, "grader_wrong", [given, others[0]])
    assert verdict_codes(desk.dataset, desk.store.decisions())[row] == 0
    assert desk.record(ANN, [item(desk, row, "undo", undoes=desk.store.decisions()[-1].uuid)], 0.0).saved
    decide(desk, BOB, row, "grader_wrong", others)
    assert verdict_codes(desk.dataset, desk.store.decisions())[row] == 1
    assert desk.record(ANN, [item(desk, row, "grader_wrong", [given])], 0.0).refused


def test_two_different_answers_in_words_are_contested(desk, made):
    workspace, run, _ = made
    row = row_of(desk, 2)
    decide(desk, ANN, row, "right_is", note="4242 eggs")
    decide(desk, BOB, row, "right_is", note="4343 eggs")
    table = Handover(workspace, run, desk.store.decisions(), DEFAULT_POLICY).final.table
    assert table.set_index("row")["status"][row] == "contested"
    decide(desk, BOB, row, "right_is", note="the 4242 Eggs")
    table = Handover(workspace, run, desk.store.decisions(), DEFAULT_POLICY).final.table
    assert table.set_index("row")["status"][row] == "settled"


def test_the_verdicts_of_free_answers_are_refused_elsewhere(desk, monkeypatch):
    monkeypatch.setitem(vars(desk.dataset), "open_answers", False)
    refused = desk.record(ANN, [item(desk, 0, "no_single_answer")], 0.0).refused
    assert "without options" in refused[0][1]


@pytest.fixture
def decided(desk, made):
    workspace, run, problems = made
    keep, wrong, both, none, single = (
        row_of(desk, n, w, problems) for n, w in ((2, False), (3, True), (3, False), (2, True), (1, False))
    )
    given = desk.dataset.given_labels
    decide(desk, ANN, keep, "picked", [int(given[keep])])
    decide(desk, ANN, wrong, "picked", [right_place(workspace, problems, wrong)])
    decide(desk, ANN, both, "grader_wrong", sorted({int(given[both]), (int(given[both]) + 1) % 3}))
    decide(desk, ANN, none, "right_is", note="4242 eggs")
    decide(desk, ANN, single, "no_single_answer")
    handover = Handover(workspace, run, desk.store.decisions(), DEFAULT_POLICY)
    return handover, problems, {"keep": keep, "wrong": wrong, "both": both, "none": none, "single": single}


def test_references_go_out_corrected_with_all_that_counts_as_right(decided):
    handover, problems, rows = decided
    lines = [json.loads(line) for line in write_kind("references", handover).decode().splitlines()]
    by_id = {line["sample_id"]: line for line in lines}
    ids = {name: str(handover.dataset.sample_ids[row]) for name, row in rows.items()}
    assert ids["single"] not in by_id and len(lines) == len(handover.dataset) - 1
    assert by_id[ids["none"]]["reference"] == "4242 eggs" and by_id[ids["none"]]["mask"].startswith("replace:")
    kept = by_id[ids["keep"]]
    assert kept["reference"] == kept["reference_given"] == problems.references[ids["keep"]] and kept["mask"] == "keep"
    assert by_id[ids["wrong"]]["reference"] != problems.references[ids["wrong"]]
    assert len(by_id[ids["both"]]["accepted"]) == 2 and by_id[ids["both"]]["mask"].startswith("any_of")
    assert set(lines[0]) >= {"question", "reference", "accepted", "mask"} and ANOTHER not in json.dumps(lines)


def test_other_programs_get_questions_without_options(decided):
    handover, _, rows = decided
    task = inspect_files(handover)
    inspect = [json.loads(line) for line in task["samples.jsonl"].decode().splitlines()]
    assert "choices" not in inspect[0] and len(inspect) == len(handover.dataset) - 1
    assert b"multiple_choice" not in task["task.py"] and b"solver=generate()" in task["task.py"]
    (asked,) = (data for name, data in openai_evals_files(handover).items() if name.endswith("samples.jsonl"))
    evals = {one["sample_id"]: one for one in map(json.loads, asked.decode().splitlines())}
    assert evals[str(handover.dataset.sample_ids[rows["none"]])]["ideal"] == "4242 eggs"
    names = {kind.name for kind in available_exports() if kind.suits(handover.shape)}
    assert (
        names >= {"references", "mask", "source", "csv", "patch", "card", "lm_eval_task"} and "lighteval" not in names
    )
    assert "references" not in {kind.name for kind in available_exports() if kind.suits("question")}


@pytest.mark.parametrize("ending", ["jsonl", "csv"])
def test_a_patch_corrects_the_references_in_the_source_itself(decided, tmp_path, capsys, ending):
    handover, problems, rows = decided
    ids = {name: str(handover.dataset.sample_ids[row]) for name, row in rows.items()}
    source, out, patch = (tmp_path / name for name in (f"theirs.{ending}", f"out.{ending}", "patch.jsonl"))
    table = pd.DataFrame(
        {"qid": list(problems.references), "prompt": [p.question for p in problems.problems.values()]}
    ).assign(gold_answer=list(problems.references.values()), more="as it was")
    if ending == "csv":
        table.to_csv(source, index=False)
    else:
        table.to_json(source, orient="records", lines=True)
    patch.write_bytes(write_kind("patch", handover))
    assert main(["apply", str(patch), str(source), "--out", str(out), "--id-column", "qid"]) == 0
    assert "2 references of 90 changed; 1 dropped sample keep" in capsys.readouterr().out
    changed = [(a, b) for a, b in zip(source.read_text().splitlines(), out.read_text().splitlines()) if a != b]
    assert len(changed) == 2 and all("as it was" in b for _, b in changed)
    after = pd.read_csv(out, dtype=str) if ending == "csv" else pd.read_json(out, lines=True, dtype=False)
    after = after.set_index("qid")["gold_answer"].astype(str)
    assert after[ids["none"]] == "4242 eggs" and after[ids["keep"]] == problems.references[ids["keep"]]
    assert main(["apply", str(patch), str(out), "--out", str(tmp_path / f"twice.{ending}"), "--id-column", "qid"]) == 2
    assert "another reference" in capsys.readouterr().err


@pytest.mark.parametrize("kind", [k.name for k in available_exports() if k.suits("answers")])
def test_every_export_that_suits_is_written(decided, kind):
    handover, _, _ = decided
    assert write_kind(kind, handover)


def test_the_policy_says_what_becomes_of_no_single_answer(decided, made):
    handover, _, rows = decided
    kept = Handover(handover.workspace, handover.run, handover.decisions, Policy(none_fits="keep"))
    assert kept.final.mask()[rows["single"]] == "keep" and handover.final.mask()[rows["single"]] == "drop"
    workspace, run, _ = made
    assert b"reference_corrected" in write_export("source", workspace, run, handover.decisions)


def test_where_people_settle_an_answer_is_told_in_words(desk, made):
    row = row_of(desk, 3)
    texts = [str(one) for one in desk.dataset.samples["choices"].iloc[row]]
    assert [desk.facts.in_words(row, code) for code in range(3)] == [
        f"{'ABC'[code]}: {texts[code]}" for code in range(3)
    ]
    rows, (_, _, problems) = np.arange(len(desk.dataset)), made
    words = desk.dataset.label_words(rows, desk.dataset.given_labels)
    as_written = [word == problems.references[str(i)] for i, word in zip(desk.dataset.sample_ids, words)]
    assert sum(as_written) > 30 and words[row] == texts[int(desk.dataset.given_labels[row])]
