"""The exported task gives the evaluation mask's figures: by our own reading of its format, and by lm_eval itself."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaning.errors import InputError
from cleaning.export.formats.lm_eval_task import lm_eval_task_files, task_names
from cleaning.export.handover import Handover
from cleaning.export.kinds import write_kind
from cleaning.export.patch.mask import Mask, mask_of, score_under_mask
from cleaning.settle.policy import DEFAULT_POLICY, Policy
from tests.cleaning.export.making import a_workspace, decide, some_decisions, some_questions

VERDICTS = st.sampled_from(["keep", "relabel", "several_fit", "none_fits", "unclear_item", "unsure"])
LM_EVAL = os.environ.get("SECOND_OPINION_LM_EVAL") or shutil.which("lm_eval")


@pytest.fixture(scope="module")
def quiz(tmp_path_factory):
    return a_workspace(tmp_path_factory.mktemp("quiz"), some_questions(n=16))


def handover_of(quiz, log=None, policy=DEFAULT_POLICY):
    workspace, run = quiz
    return Handover(workspace, run, some_decisions(workspace.dataset(), run.id) if log is None else log, policy)


def counted_right(files, predicted):
    """(right, counted) by sample id, as the harness's multiple_choice counts ``acc`` for this YAML."""
    right = counted = 0
    for name in (one for one in files if one.endswith(".yaml")):
        settings_of = dict(line.split(": ", 1) for line in files[name].decode().splitlines() if ": " in line)
        file, target = json.loads(settings_of["  questions"]), settings_of["doc_to_target"]
        documents = [json.loads(line) for line in files[file].decode().splitlines()]
        several = isinstance(documents[0][target], list)
        for doc in documents:
            gold, answer = doc[target], predicted[doc["sample_id"]]
            assert isinstance(gold, list) == several and len(doc[settings_of["doc_to_choice"]]) == 4
            right += answer in gold if several else answer == gold
            counted += 1
    return right, counted


@settings(max_examples=40)
@given(st.lists(VERDICTS, min_size=16, max_size=16), st.integers(0, 99), st.sampled_from(["any_of", "first"]))
def test_its_figures_are_the_masks(quiz, said, seed, several_fit):
    dataset = quiz[0].dataset()
    given_labels = dataset.given_labels.tolist()
    marked = {
        "keep": lambda g: [g],
        "relabel": lambda g: [(g + 1) % 4],
        "several_fit": lambda g: [(g + 2) % 4, g],
    }
    log = [
        decide(sample, verdict, marked.get(verdict, lambda g: [])(g), number=i)
        for i, (sample, verdict, g) in enumerate(zip(dataset.sample_ids, said, given_labels))
    ]
    handover = handover_of(quiz, log, Policy(several_fit=several_fit))
    answers = np.random.default_rng(seed).integers(0, 4, 16)
    score = score_under_mask(answers, mask_of(handover))
    if score.counted:
        found = counted_right(lm_eval_task_files(handover), dict(zip(dataset.sample_ids, answers.tolist())))
        assert found == (score.right, score.counted)


def test_what_was_known_is_kept_and_what_was_dropped_is_named(quiz):
    files = lm_eval_task_files(handover_of(quiz))
    assert set(files) == {"utils.py", "README.md", "excluded.jsonl", "quiz_corrected.yaml", "quiz_corrected.jsonl"}
    documents = [json.loads(line) for line in files["quiz_corrected.jsonl"].decode().splitlines()]
    assert len(documents) == 15 and "q003" not in {doc["sample_id"] for doc in documents}
    assert [json.loads(line)["sample_id"] for line in files["excluded.jsonl"].decode().splitlines()] == ["q003"]
    assert documents[0]["question"] == "What, is 0?" and documents[0]["choices"][1] == "option 1 of 0"
    assert "15 questions, 1 left out" in files["README.md"].decode()


def test_every_task_of_a_suite_is_a_task(tmp_path):
    dataset = some_questions(n=12)
    groups = np.array(["easy sums", "hard"] * 6, object)
    object.__setattr__(dataset, "group", groups)
    object.__setattr__(dataset, "group_name", "task")
    handover = handover_of(a_workspace(tmp_path, dataset), [])
    assert task_names(handover) == ["easy_sums_corrected", "hard_corrected"]
    files = lm_eval_task_files(handover)
    assert len(files["hard_corrected.jsonl"].splitlines()) == 6


def test_pictures_have_no_task(tmp_path):
    with pytest.raises(InputError, match="is for questions"):
        write_kind("lm_eval_task", handover_of(a_workspace(tmp_path), []))


@pytest.mark.skipif(not LM_EVAL, reason="lm_eval is not installed; name its command in SECOND_OPINION_LM_EVAL")
def test_lm_eval_runs_it_and_its_own_log_scores_the_same(quiz, tmp_path):
    from cleaning.export.patch.lm_eval_scoring import score_logged_answers
    from data_adapters.opinions import read_logged_answers

    handover = handover_of(quiz)
    for name, data in lm_eval_task_files(handover).items():
        (tmp_path / name).write_bytes(data)
    out = tmp_path / "out"
    asked = ["run", "--include_path", tmp_path, "--tasks", "quiz_corrected", "--model", "dummy"]
    subprocess.run([LM_EVAL, *map(str, asked), "--output_path", str(out), "--log_samples"], check=True, cwd="/")
    results = json.loads(next(out.glob("*/results_*.json")).read_text())["results"]["quiz_corrected"]
    score = score_logged_answers(read_logged_answers(Path(next(out.glob("*/samples_*.jsonl")))), mask_of(handover))
    assert isinstance(mask_of(handover), Mask) and score.masked.counted == 15
    assert score.masked.accuracy == pytest.approx(results["acc,none"])
