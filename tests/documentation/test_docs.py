"""Every command in the README and in docs/ runs as it is written, every page is in the index, every link leads on."""

import re
import shlex
import shutil
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cleaning.command_line import build_parser, main
from cleaning.keep.decisions import Decision, open_store
from cleaning.keep.workspaces import Workspace, list_workspaces
from tests.conftest import REPOSITORY as ROOT
from tests.demo_workspaces import copy_demos

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
ID = re.compile(r"workspaces/(ID|[0-9a-f]{16})\b")
ELSEWHERE = {
    "experts": "runs pretrained models; tests/data_adapters/inference runs it with small ones",
    "--scheduler": "needs a cluster; tests/cleaning/suspect/test_distributed.py starts one",
    "samples_task.jsonl": "a harness log of the same questions; tests/cleaning/export reads real ones",
}


def commands() -> list[tuple[str, str]]:
    """(page, command line) of every command of ours that stands in a block without a language."""
    found = []
    for page in PAGES:
        for language, block in BLOCK.findall(page.read_text(encoding="utf-8")):
            lines = [] if language else block.replace("\\\n", " ").splitlines()
            found += [(page.name, line) for line in lines if line.startswith("python -m cleaning")]
    return found


def words_of(line: str) -> list[str]:
    return shlex.split(line, comments=True)[3:]


def elsewhere(line: str) -> str | None:
    return next((why for mark, why in ELSEWHERE.items() if mark in words_of(line)), None)


def test_all_commands_are_understood(capsys):
    assert len(commands()) > 25 and {"README.md", "quick_start.md", "export.md"} <= {page for page, _ in commands()}
    for page, line in commands():
        words = words_of(line)
        try:
            build_parser(words[:1]).parse_args(words)
        except SystemExit:
            pytest.fail(f"{page}: {line}\n{capsys.readouterr().err}")


@pytest.fixture(scope="module")
def stage(demo_template, tmp_path_factory) -> Path:
    """A folder that holds every file which the commands name."""
    folder = tmp_path_factory.mktemp("docs")
    copy_demos(demo_template, folder / "workspaces")
    shutil.move(folder / "workspaces" / "demo", folder / "demo")
    digits = folder / "demo" / "digits"
    for name in ("my_folder", "my_dataset"):
        copy_demos(digits, folder / name)
    _labels_and_experts(folder, digits)
    _questions(folder)
    _marked(folder)
    _decided(folder)
    return folder


def _labels_and_experts(folder: Path, digits: Path) -> None:
    samples = pd.read_csv(digits / "samples.csv", dtype=str)
    shutil.copy(digits / "samples.csv", folder / "labels.csv")
    scores = np.load(next((digits / "experts").glob("*.npy")))
    names = (digits / "class_names.txt").read_text(encoding="utf-8").split()
    by_text = [names.index(name) for name in sorted(names)]  # as classes without a list of their own stand
    np.save(folder / "resnet.npy", scores[:, by_text])
    np.save(folder / "vit.npy", scores)
    np.save(folder / "labels.npy", np.array([names.index(label) for label in samples["label"]]))
    sure = np.exp(scores - scores.max(1, keepdims=True))
    top = pd.DataFrame({
        "sample_id": samples["sample_id"],
        "predicted": np.array(names)[scores.argmax(1)],
        "confidence": sure.max(1) / sure.sum(1),
    })  # fmt: skip
    top.to_csv(folder / "vit_top1.csv", index=False)
    _pictures(folder, digits, samples, top, names, scores)


def _pictures(folder: Path, digits: Path, samples, top, names: list[str], scores) -> None:
    """A flat folder of pictures with a table, and a ZIP with one folder per class."""
    some = range(200)
    pictures = [next(digits.rglob(f"{samples['sample_id'][row]}.*")) for row in some]
    for row in some:
        for place in (folder / "ILSVRC2012_img_val", folder / "pets" / samples["label"][row]):
            place.mkdir(parents=True, exist_ok=True)
            shutil.copy(pictures[row], place)
    shutil.make_archive(str(folder / "pets"), "zip", folder / "pets")
    (folder / "names.txt").write_text("\n".join(names), encoding="utf-8")
    head = samples.iloc[list(some)]
    head[["sample_id", "label"]].to_csv(folder / "val.csv", index=False)
    top.iloc[list(some)].to_csv(folder / "r50.csv", index=False)
    columns = [names.index(name) for name in sorted(names)]
    np.savez(folder / "r50.npz", sample_ids=[picture.name for picture in pictures], r50=scores[: len(some), columns])


def _questions(folder: Path) -> None:
    rng, n = np.random.default_rng(0), 300
    right = rng.integers(0, 4, n)
    answers = {
        name: np.array(list("ABCD"))[np.where(rng.random(n) < skill, right, rng.integers(0, 4, n))]
        for name, skill in {"model_a": 0.8, "model_b": 0.7, "gpt": 0.9, "llama": 0.7, "qwen": 0.75}.items()
    }
    key = np.array(list("ABCD"))[np.where(rng.random(n) < 0.9, right, (right + 1) % 4)]
    table = pd.DataFrame({
        "question_id": [f"q{i:03}" for i in range(n)],
        "question": [f"Which is right, number {i}?" for i in range(n)],
        "choices": ['["north", "south", "east", "west"]'] * n,
        "subject": np.array(["maps", "winds"])[rng.integers(0, 2, n)],
        "answer": key,
        "groundtruth_answer": key,
    })  # fmt: skip
    qwen = answers.pop("qwen")
    table.assign(**answers).to_csv(folder / "questions.csv", index=False)
    table[["question_id"]].assign(answer=qwen).to_csv(folder / "qwen.csv", index=False)


def _marked(folder: Path) -> None:
    rng, n = np.random.default_rng(1), 500
    hard = rng.normal(0, 1, n)
    for name, skill in {"small": 0.5, "large": 1.5}.items():
        sure = 1 / (1 + np.exp(hard - skill))
        marks = pd.DataFrame({"id": [f"t{i}" for i in range(n)], "confidence": sure, "correct": rng.random(n) < sure})
        marks.to_csv(folder / f"{name}.csv", index=False)


def _decided(folder: Path) -> None:
    """Some decisions on the digits, and the files that go out of them and come in again."""
    workspace = _workspace(folder, "image")
    run = workspace.latest_run()
    assert run is not None, "the demo is scored"
    top = run.scores.head(20)
    store = open_store(workspace.decisions_url, workspace.id)
    store.append([
        Decision(f"{n:032x}", run.id, str(sample), "anna", "relabel", (int(to),), decided_at="2026-01-01T00:00:00.000Z")
        for n, (sample, to) in enumerate(zip(top["sample_id"], top["suggested"]))
    ])  # fmt: skip
    store.close()
    take = partial(_take, folder, workspace)
    take("patch", "patch.jsonl"), take("decisions", "decisions.jsonl")
    take("label_studio", "label_studio_export.json"), take("cleanlab", "label_issues.csv")
    np.save(folder / "predictions.npy", np.zeros(len(workspace.dataset()), int))
    assert main(["mask", str(workspace.folder), "--out", str(folder / "evaluation_mask.csv")]) == 0


def _take(folder: Path, workspace: Workspace, kind: str, name: str) -> None:
    assert main(["export", str(workspace.folder), "--as", kind, "--out", str(folder / name)]) == 0


def _workspace(folder: Path, kind: str) -> Workspace:
    (found,) = [one for one in list_workspaces(folder / "workspaces") if one.kind == kind]
    return found


@pytest.mark.parametrize("page", dict.fromkeys(page for page, _ in commands()))
def test_commands_run_as_they_are_written(page, stage, tmp_path, monkeypatch, capsys):
    """In the order of the page, each on what the ones before it left; answers that are no success fail."""
    folder = tmp_path / "stage"
    copy_demos(stage, folder)
    monkeypatch.chdir(folder)
    run_here = 0
    for line in [line for where, line in commands() if where == page]:
        if elsewhere(line):
            continue
        kind = "question" if "lm_eval" in line else "image"
        words = words_of(ID.sub(f"workspaces/{_workspace(folder, kind).id}", line))
        if "--out" in words:
            out = Path(words[words.index("--out") + 1])
            shutil.rmtree(out) if out.is_dir() else out.unlink(missing_ok=True)
        assert main(words) == 0, f"{line}\n{capsys.readouterr().err}"
        run_here += 1
    assert run_here or page in {"formats.md", "scale.md"}


def test_every_page_is_in_the_index():
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    missing = [page.name for page in PAGES[1:] if page.name != "README.md" and f"]({page.name})" not in index]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_pictures_lead_somewhere(page):
    for target in re.findall(r"\]\((?!https?:|#)([^)\s]+)\)", page.read_text(encoding="utf-8")):
        path, _, heading = target.partition("#")
        there = page.parent / path
        assert there.exists(), target
        if heading:
            titles = re.findall(r"^#+ (.*)$", there.read_text(encoding="utf-8"), re.MULTILINE)
            assert heading in {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}, target
