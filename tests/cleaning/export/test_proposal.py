"""A proposal to others: only what changes, by their ids, with the evidence, and nothing that is not so."""

import json
import re
from dataclasses import replace

import pytest

from cleaning.command_line import main
from cleaning.errors import InputError
from cleaning.estimate.intervals import Interval
from cleaning.export.handover import Handover
from cleaning.export.patch.patch import read_patch
from cleaning.export.proposal import TARGETS, _count, _share, proposal_files
from cleaning.export.proposed_changes import changes_table, proposed_changes
from cleaning.keep.decisions import open_store
from cleaning.settle.policy import DEFAULT_POLICY
from tests.cleaning.export.making import a_workspace, decide, some_decisions, some_questions


@pytest.fixture(scope="module")
def quiz(tmp_path_factory):
    dataset = some_questions(n=16)
    dataset.samples["document_id"] = [f"upstream {row}" for row in range(16)]
    workspace, run = a_workspace(tmp_path_factory.mktemp("quiz"), dataset)
    return Handover(workspace, run, some_decisions(workspace.dataset(), run.id), DEFAULT_POLICY)


@pytest.mark.parametrize("to", list(TARGETS))
def test_only_what_changes_is_in_it_with_its_evidence(quiz, to):
    files = proposal_files(quiz, to)
    changes = [json.loads(line) for line in files["changes.jsonl"].decode().splitlines()]
    assert {c["sample_id"] for c in changes} == set(quiz.final.changed()["sample_id"]) and len(changes) == 5
    agreed = next(c for c in changes if c["sample_id"] == "q001")
    assert [v["reviewer"] for v in agreed["votes"]] == ["reviewer-1", "reviewer-2"] and agreed["human_certified"]
    assert agreed["votes"][0]["note"] == 'said "so"' and len(agreed["experts"]) == 3
    words = files["PULL_REQUEST.md"].decode()
    assert "Correct 5 labels of quiz" in words and "not known: too few random cards" in words
    assert "certificate.json" not in files and "certificate" not in words
    everything = b"".join(files.values()).decode()
    assert "ann" not in {v["reviewer"] for c in changes for v in c["votes"]} and '"bob"' not in everything
    assert str(quiz.workspace.folder) not in everything


def test_human_certified_is_what_two_people_or_a_ruling_say(quiz):
    told = {change.sample_id: change.human_certified for change in proposed_changes(quiz)}
    assert told == {"q001": True, "q002": False, "q003": False, "q008": True, "q010": False}


def test_lm_evals_list_gives_the_masks_figures(quiz):
    held = json.loads(proposal_files(quiz, "lm-eval")["corrections.json"])
    given = dict(zip(quiz.dataset.sample_ids, quiz.dataset.given_labels.tolist()))
    mask = dict(zip(quiz.dataset.sample_ids, quiz.final.mask()))
    assert set(held["exclusions"]) == {s for s, m in mask.items() if m == "drop"} == {"q003"}
    assert held["exclusions"]["q003"]["document_id"] == "upstream 3"
    for sample, one in held["replacements"].items():
        expected = mask[sample].partition(":")[2].strip("[]")
        assert one["accepted"] == [int(k) for k in expected.split(",")] != [given[sample]]


def test_the_patch_for_git_is_one_that_applies(quiz):
    patch = read_patch(proposal_files(quiz, "git")["patch.jsonl"])
    assert len(patch.entries) == len(quiz.final.table)


def test_a_cell_cannot_break_the_table(quiz):
    lines = changes_table(proposed_changes(quiz)).splitlines()
    assert len(lines) == 7 and {line.replace("\\|", "").count("|") for line in lines} == {8}


def test_a_question_stands_with_its_options_and_a_change_says_what_it_is_about(quiz):
    dropped = next(line for line in changes_table(proposed_changes(quiz)).splitlines() if "left out" in line)
    assert "What, is 3?<br>A: option 0 of 3<br>B: option 1 of 3" in dropped
    first = json.loads(proposal_files(quiz, "hugging-face")["corrections/changes.jsonl"].decode().splitlines()[0])
    assert first["about"].startswith("What, is ") and len(first["options"]) == 4


def test_no_name_of_a_picture_breaks_out_of_its_cell(quiz):
    change = replace(proposed_changes(quiz)[0], what="a b/c(1)|<x>.png", options=())
    row = changes_table([change], "https://pictures.example/").splitlines()[-1]
    assert "![](https://pictures.example/a%20b/c%281%29%7C%3Cx%3E.png) |" in row


def test_the_changelog_says_what_is_known_and_how_surely(tmp_path):
    workspace, run = a_workspace(tmp_path)
    given = workspace.dataset().given_labels.tolist()
    log = [
        decide(
            sample,
            "relabel" if row % 4 == 0 else "keep",
            [(g + 1) % 4 if row % 4 == 0 else g],
            card="audit",
            number=row,
        )
        for row, (sample, g) in enumerate(zip(workspace.dataset().sample_ids, given))
    ]
    entry = proposal_files(Handover(workspace, run, log, DEFAULT_POLICY), "git")["CHANGELOG_ENTRY.md"].decode()
    assert re.search(
        r"10 labels corrected .*\n.*\n  - Wrong labels in the whole dataset: \d+ \(95 % interval \d+ to \d+",
        entry,
        re.S,
    )


def test_nothing_to_propose_is_a_sentence(quiz):
    with pytest.raises(InputError, match="No label changes under this policy"):
        proposal_files(Handover(quiz.workspace, quiz.run, [], DEFAULT_POLICY), "git")
    with pytest.raises(InputError, match="choose hugging-face, lm-eval or git"):
        proposal_files(quiz, "gitlab")


def test_the_command_writes_a_folder_once(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("SECOND_OPINION_DATABASE_URL", raising=False)
    workspace, run = a_workspace(tmp_path / "ws")
    store = open_store(workspace.decisions_url, workspace.id)
    store.append(some_decisions(workspace.dataset(), run.id))
    store.close()
    asked = ["propose", str(workspace.folder), "--to", "hugging-face", "--out", str(tmp_path / "out")]
    assert main(asked) == 0 and "Nothing was sent" in capsys.readouterr().out
    written = {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert {"PULL_REQUEST.md", "CHANGES.md", "README_SECTION.md", "corrections/changes.jsonl"} <= written
    assert main(asked) == 2 and "is there already" in capsys.readouterr().err


def test_intervals_are_told_with_their_condition():
    """Only if the verdicts are right do they hold."""
    interval = Interval(0.5, 0.4, 0.6)
    assert _share(interval) == "50 % (95 % interval 40 to 60 %, if the verdicts are right)"
    assert _count(Interval(50, 40, 60)) == "50 (95 % interval 40 to 60, if the verdicts are right)"
