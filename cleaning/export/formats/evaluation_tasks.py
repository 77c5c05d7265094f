"""Corrected questions as folders that other evaluation programs run as they are: Inspect, lighteval, OpenAI evals.

Each holds the questions as JSON lines and the little that the program needs to ask them. Where several options are
right each of them counts, as in the evaluation mask: Inspect's own scorer asks for all of them at once, so the task
brings one that does not.
"""

from cleaning.export.formats.evaluation_sets import inspect_samples, lighteval_questions, openai_evals_samples
from cleaning.export.formats.lm_eval_task import task_name
from cleaning.export.handover import Handover

Files = dict[str, bytes]
INSPECT = '''"""Corrected questions for Inspect; of several right options each counts by itself."""

from pathlib import Path

from inspect_ai import Task, task
from inspect_ai.dataset import json_dataset
from inspect_ai.scorer import CORRECT, INCORRECT, Score, accuracy, scorer, stderr
from inspect_ai.solver import multiple_choice

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@scorer(metrics=[accuracy(), stderr()])
def any_of():
    async def score(state, target):
        chosen = [choice.original_position for choice in state.choices if choice.correct is True]
        letters = [LETTERS[place] for place in chosen]
        right = len(letters) == 1 and letters[0] in list(target)
        return Score(
            value=CORRECT if right else INCORRECT, answer=", ".join(letters), explanation=state.output.completion
        )

    return score


@task
def NAME():
    questions = json_dataset(str(Path(__file__).with_name("samples.jsonl")))
    return Task(dataset=questions, solver=multiple_choice(), scorer=any_of())
'''
INSPECT_WORDS = '''"""Corrected questions with free answers for Inspect; each accepted answer counts."""

from pathlib import Path

from inspect_ai import Task, task
from inspect_ai.dataset import json_dataset
from inspect_ai.scorer import match
from inspect_ai.solver import generate


@task
def NAME():
    questions = json_dataset(str(Path(__file__).with_name("samples.jsonl")))
    return Task(dataset=questions, solver=generate(), scorer=match(location="any"))
'''
LIGHTEVAL = '''"""Corrected questions for lighteval; of several right options each counts by itself."""

from pathlib import Path

from lighteval.metrics.metrics import Metrics
from lighteval.tasks.lighteval_task import LightevalTaskConfig
from lighteval.tasks.requests import Doc


def asked(line, task_name=None):
    return Doc(
        task_name=task_name,
        query="Question: " + line["question"] + "\\nAnswer:",
        choices=[" " + option for option in line["choices"]],
        gold_index=line["accepted"],
        specific={"sample_id": line["sample_id"]},
    )


TASKS_TABLE = [
    LightevalTaskConfig(
        name="NAME",
        prompt_function=asked,
        hf_repo=str(Path(__file__).resolve().parent / "questions"),
        hf_subset="default",
        hf_avail_splits=["test"],
        evaluation_splits=["test"],
        metrics=[Metrics.loglikelihood_acc],
    )
]
'''
EVALS = """# Corrected questions; of several right options each counts by itself.
{name}:
  id: {name}.test.v1
  metrics: [accuracy]
{name}.test.v1:
  class: evals.elsuite.basic.match:Match
  args:
    samples_jsonl: {name}/samples.jsonl
"""


def inspect_files(handover: Handover) -> Files:
    """``task.py`` with the one task, and its ``samples.jsonl``."""
    name, task = task_called(handover), INSPECT_WORDS if handover.dataset.open_answers else INSPECT
    return {"task.py": task.replace("NAME", name).encode(), "samples.jsonl": inspect_samples(handover)}


def lighteval_files(handover: Handover) -> Files:
    """``task.py`` with the table of the one task, and its ``questions/test.jsonl``."""
    name = task_called(handover)
    return {"task.py": LIGHTEVAL.replace("NAME", name).encode(), "questions/test.jsonl": lighteval_questions(handover)}


def openai_evals_files(handover: Handover) -> Files:
    """A registry of its own: the eval and its samples."""
    name = task_called(handover)
    return {
        f"evals/{name}.yaml": EVALS.format(name=name).encode(),
        f"data/{name}/samples.jsonl": openai_evals_samples(handover),
    }


def task_called(handover: Handover) -> str:
    """What the programs call the task; also a name in Python, as Inspect's has to be."""
    name = task_name(handover.dataset.name)
    return name if name.isidentifier() else f"task_{name}"
