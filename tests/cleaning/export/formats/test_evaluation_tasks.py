"""The task folders: what stands in them, and Inspect itself running one where it is installed."""

import ast
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from cleaning.domain.dataset import OPTION_LETTERS
from cleaning.export.formats.evaluation_tasks import inspect_files, lighteval_files, openai_evals_files
from cleaning.export.handover import Handover
from cleaning.export.kinds import write_kind
from cleaning.export.patch.mask import mask_of, read_mask, score_under_mask, write_mask
from cleaning.settle.policy import DEFAULT_POLICY
from tests.cleaning.export.making import a_workspace, some_decisions, some_questions

INSPECT = os.environ.get("SECOND_OPINION_INSPECT") or shutil.which("inspect")
ANSWERS = """
from inspect_ai import eval
from inspect_ai.model import ModelOutput, ModelUsage, get_model
answer = ModelOutput.from_content("mockllm/model", "ANSWER: {letter}")
answer.usage = ModelUsage()
model = get_model("mockllm/model", custom_outputs=[answer] * {count})
(log,) = eval("inspect_task/task.py", model=model, display="none", log_dir="logs")
print("accuracy", log.results.scores[0].metrics["accuracy"].value)
"""


@pytest.fixture(scope="module", params=["quiz", "2024: quiz"])
def quiz(request, tmp_path_factory):
    dataset = some_questions(n=16)
    object.__setattr__(dataset, "name", request.param)
    workspace, run = a_workspace(tmp_path_factory.mktemp("quiz"), dataset)
    return Handover(workspace, run, some_decisions(workspace.dataset(), run.id), DEFAULT_POLICY)


@pytest.mark.parametrize("files_of", [inspect_files, lighteval_files])
def test_a_task_is_python_and_names_the_file_beside_it(quiz, files_of):
    files = files_of(quiz)
    (questions,) = files.keys() - {"task.py"}
    tree = ast.parse(files["task.py"])
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)} | texts
    assert Path(questions).parts[0] in texts and len(files[questions].splitlines()) == 15
    assert names & {"quiz_corrected", "task_2024_quiz_corrected"}


def test_the_registry_holds_the_samples_where_the_eval_says(quiz):
    files = openai_evals_files(quiz)
    (settings,) = [name for name in files if name.startswith("evals/")]
    said = files[settings].decode().split("samples_jsonl: ")[1].strip()
    assert len(files[f"data/{said}"].splitlines()) == 15


@pytest.mark.parametrize("kind", ["inspect", "lighteval", "openai_evals"])
def test_each_goes_out_as_one_archive(quiz, kind):
    assert write_kind(kind, quiz)[:2] == b"PK"


@pytest.mark.skipif(not INSPECT, reason="Inspect is not installed; name its command in SECOND_OPINION_INSPECT")
def test_inspect_counts_as_the_mask_does(quiz, tmp_path):
    (tmp_path / "inspect_task").mkdir()
    for name, data in inspect_files(quiz).items():
        (tmp_path / "inspect_task" / name).write_bytes(data)
    python = Path(INSPECT).with_name("python")
    several = int(
        quiz.dataset.given_labels[2]
    )  # of the question with two right options, which Inspect's own scorer wants both
    script = ANSWERS.format(count=len(quiz.dataset), letter=OPTION_LETTERS[several])
    done = subprocess.run([python, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=200)
    mask = read_mask(write_mask(mask_of(quiz)))
    score = score_under_mask(np.full(len(mask), several), mask)
    assert done.stdout.split()[-1:] and float(done.stdout.split()[-1]) == pytest.approx(score.accuracy), done.stderr
