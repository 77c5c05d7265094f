"""What takes a file in elsewhere: real names where they are known, and words for what only the reader knows."""

import io
import re
import zipfile
from dataclasses import replace

import pytest

from cleaning.export.handover import Handover
from cleaning.export.kinds import KINDS
from cleaning.keep.workspaces import create_workspace
from cleaning.settle.policy import DEFAULT_POLICY
from cleaning.suspect import pipeline
from tests.cleaning.export.making import a_dataset, a_workspace, experts_for, some_decisions, some_questions

LEFT_OPEN = re.compile(r"\b[A-Z]{2,}\b")  # words in capitals stand for something else
NOT_OPEN = {"CSV", "JSON"}


@pytest.fixture(scope="module", params=["pictures", "questions", "tasks"])
def handover(request, tmp_path_factory):
    dataset = a_dataset() if request.param == "pictures" else some_questions(n=12)
    if request.param == "tasks":
        group = ["arc_easy", "hella swag"] * 6
        dataset = replace(dataset, name="logs", group=group, group_name="task")
        dataset.samples["task"] = group
    workspace, run = a_workspace(tmp_path_factory.mktemp("ws"), dataset)
    return Handover(workspace, run, some_decisions(workspace.dataset(), run.id), DEFAULT_POLICY)


def commands(handover):
    return {kind.name: kind.told(handover) for kind in KINDS if kind.suits(handover.shape) and kind.command}


def test_nothing_in_a_command_is_left_open_without_words_for_it(handover):
    assert len(commands(handover)) > 10
    for name, (command, put_in) in commands(handover).items():
        assert "$" not in command, name
        told = " ".join(put_in)
        left = [word for word in LEFT_OPEN.findall(command) if word not in NOT_OPEN]
        assert not [word for word in left if f"{word}:" not in told], name


def test_what_is_written_is_what_the_command_names(handover):
    """Tasks and evals by the names that stand in the files themselves."""
    for kind in KINDS:
        if not kind.suits(handover.shape) or not kind.files or not kind.command:
            continue
        command, put_in = kind.told(handover)
        assert kind.file_name.removesuffix(".zip") in command and any("Unzip" in one for one in put_in)
        with zipfile.ZipFile(io.BytesIO(kind.write(handover))) as held:
            names = held.namelist()
            if kind.name == "lm_eval_task":
                tasks = re.search(r"--tasks (\S+)", command)[1].split(",")
                assert {f"lm_eval_task/{task}.yaml" for task in tasks} == {n for n in names if n.endswith(".yaml")}
            if kind.name == "openai_evals":
                (eval_name,) = re.findall(r"(\S+_corrected)", command)
                assert f"openai_evals/evals/{eval_name}.yaml" in names
            if kind.name == "lighteval":
                task = re.search(r'"(\w+)\|0"', command)[1]
                assert f'name="{task}"' in held.read("lighteval_task/task.py").decode()
    for kind in KINDS:
        if kind.suits(handover.shape) and kind.command and not kind.files and "interface" not in kind.name:
            assert kind.file_name in kind.told(handover)[0], kind.name


@pytest.mark.parametrize(
    ("expert", "named"),
    [("EleutherAI__pythia-160m", "EleutherAI/pythia-160m"), ("m95", "m95"), ("my model", "'my model'")],
)
def test_a_model_is_the_first_experts_name(tmp_path, expert, named):
    dataset = some_questions()
    experts = [replace(one, name=name) for one, name in zip(experts_for(dataset), (expert, "b", "c"))]
    workspace = create_workspace(tmp_path, dataset, experts)
    run = workspace.save_run(pipeline.run(dataset, experts), experts)
    told = commands(Handover(workspace, run, [], DEFAULT_POLICY))
    command, put_in = told["inspect"]
    assert command == f"inspect eval inspect_task/task.py --model {named}"
    assert f"{named.strip(chr(39))} is an expert's name: put any model there, as Inspect calls it." in put_in
    assert f"pretrained={named}" in told["lm_eval_task"][0].replace("'pretrained=my model'", "pretrained='my model'")


def test_a_simulated_expert_is_no_model(tmp_path):
    dataset = some_questions()
    experts = [replace(one, simulated=place == 0) for place, one in enumerate(experts_for(dataset))]
    workspace = create_workspace(tmp_path, dataset, experts)
    run = workspace.save_run(pipeline.run(dataset, experts), experts)
    told = commands(Handover(workspace, run, [], DEFAULT_POLICY))
    assert told["inspect"][0].endswith("--model 'expert 1'")
    experts = [replace(one, simulated=True) for one in experts]
    workspace = create_workspace(tmp_path / "all", dataset, experts)
    run = workspace.save_run(pipeline.run(dataset, experts), experts)
    told = commands(Handover(workspace, run, [], DEFAULT_POLICY))
    assert (
        told["inspect"][0].endswith("--model MODEL") and "MODEL: any model, as Inspect calls it." in told["inspect"][1]
    )
