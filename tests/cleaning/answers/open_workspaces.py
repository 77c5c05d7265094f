"""A workspace of made problems whose answers are free, with what is right of each."""

from pathlib import Path

from cleaning.answers import Context
from cleaning.domain.settings import Settings
from cleaning.keep.runs import Run
from cleaning.keep.workspaces import Workspace, create_workspace
from cleaning.suspect import pipeline
from data_adapters import read
from tests.data_adapters.scored.verified_problems import Made, made_problems


def open_workspace_of(folder: Path, count: int = 90, seed: int = 3) -> tuple[Workspace, Run, Made]:
    made = made_problems(count, seed=seed)
    reading = read(made.write(folder / "problems"))
    workspace = create_workspace(folder / "workspaces", reading.dataset, reading.experts)
    scored = pipeline.run(reading.dataset, reading.experts, Settings(budget=count // 5))
    return workspace, workspace.save_run(scored, reading.experts), made


def right_place(workspace: Workspace, made: Made, row: int) -> int | None:
    """The option of a sample that says what is right, or None where nobody said it."""
    dataset = workspace.dataset()
    problem = made.problems[str(dataset.sample_ids[row])]
    options = [str(one) for one in dataset.samples["choices"].iloc[row]][:-1]
    context = Context.of(problem.right[0], problem.question, options)
    return next((code for code, one in enumerate(options) if context.same(problem.right[0], one)), None)
