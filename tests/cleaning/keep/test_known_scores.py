"""Scores that a workspace holds are looked through and hashed once; what changed, or is used otherwise, is again."""

import os
from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cleaning.command_line import main
from cleaning.domain.experts import Expert, FullExpert, VotesExpert
from cleaning.keep.known_scores import known_scores
from cleaning.keep.workspaces import create_workspace, list_workspaces
from cleaning.scores import rows as score_rows
from data_adapters import ReadingOptions, ReadingPlan, read_loose
from tests.factories import planted_dataset, tiny_dataset

N, CLASSES = 600, 8


@pytest.fixture
def files(tmp_path):
    """Labels and three experts' logits; paths by name."""
    planted = planted_dataset(n=N, classes=CLASSES, experts=3, kinds=("logits",))
    np.save(tmp_path / "labels.npy", planted.dataset.given_labels)
    for expert in planted.experts:
        np.save(tmp_path / f"{expert.name}.npy", expert.scores)
    return {path.stem: path for path in sorted(tmp_path.glob("*.npy"))}


@pytest.fixture
def cells(monkeypatch):
    """How many cells of each file were read."""
    counted, read = Counter(), score_rows._read_runs

    def noted(scores, runs, block):
        counted[os.path.basename(scores.filename).removesuffix(".npy")] += block.size
        read(scores, runs, block)

    monkeypatch.setattr(score_rows, "_read_runs", noted)
    return counted


def score(files, names, out, *others) -> pd.DataFrame:
    experts = [f"--expert={name}={files[name]}" for name in names]
    assert main(["score", f"--labels={files['labels']}", *experts, f"--out={out}", *others]) == 0
    return pd.read_csv(out)


EXPERTS = ("logits_0", "logits_1", "logits_2")
PASS = LOOK = N * CLASSES  # cells of a pass over all samples, and of a look at up to 2,000 of them


def test_an_added_expert_is_the_only_one_read_through(files, cells, tmp_path):
    root = f"--workspaces={tmp_path / 'root'}"
    score(files, EXPERTS[:2], tmp_path / "two.csv", root)
    first = dict(cells)
    assert (
        first["logits_0"] == 5 * PASS + 3 * LOOK
    )  # checked, hashed, calibrated, weighed and pooled; two looks at the kind, one at the agreement
    cells.clear()
    added = score(files, EXPERTS, tmp_path / "three.csv", root)
    open_rows = cells["logits_0"] - 3 * LOOK  # what the leading classes leave open, with narrow rows between them
    assert cells["logits_1"] == cells["logits_0"] and 0 < open_rows <= PASS
    assert cells["logits_2"] == first["logits_0"] + open_rows
    pd.testing.assert_frame_equal(added, score(files, EXPERTS, tmp_path / "anew.csv"))
    [workspace] = list_workspaces(tmp_path / "root")
    assert len(workspace.run_ids()) == 2 and len(workspace.experts()) == 3


def test_a_file_that_changed_is_read_through_again(files, cells, tmp_path, capsys):
    root = f"--workspaces={tmp_path / 'root'}"
    score(files, EXPERTS[:1], tmp_path / "one.csv", root)
    scores = np.load(files["logits_0"])
    scores[5, 2] = np.nan
    np.save(files["logits_0"], scores)
    command = ["score", f"--labels={files['labels']}", f"--expert=logits_0={files['logits_0']}", root]
    assert main([*command, f"--out={tmp_path / 'changed.csv'}"]) == 2
    assert "NaN or infinite for 1 of 600 samples: 5" in capsys.readouterr().err


def expert_of(path, **about) -> Expert:
    return FullExpert("e", scores=np.load(path, mmap_mode="r"), **about)


def test_only_the_same_use_of_the_same_file_is_known(files, tmp_path):
    path, root = files["logits_0"], tmp_path / "root"
    plain = expert_of(path)
    dataset = tiny_dataset(np.load(files["labels"]), CLASSES)
    create_workspace(root, dataset, [plain])
    (root / "0123456789abcdef" / "experts").mkdir(parents=True)
    (root / "0123456789abcdef" / "experts" / "000-damaged.json").write_text("{", encoding="utf-8")
    known = known_scores(root)
    assert known(expert_of(path)) == plain.fingerprint() != ""
    others = [
        expert_of(path, score_kind="probabilities"),
        expert_of(path, rows=np.arange(N)[::-1]),
        expert_of(path, option_counts=np.full(N, 4, np.int32)),
        expert_of(files["logits_1"]),
        replace(plain, scores=np.load(path)),
        VotesExpert("v", predicted=np.zeros(N, np.int32)),
    ]
    assert [known(other) for other in others] == [""] * len(others)
    os.utime(path, ns=(0, 0))
    assert known(expert_of(path)) == ""
    assert known_scores(tmp_path / "nowhere")(plain) == ""


def test_outside_nothing_is_known(files, cells, tmp_path):
    experts = {"net": files["logits_0"]}
    create_workspace(tmp_path / "root", read_loose(files["labels"], experts).dataset, [expert_of(files["logits_0"])])
    cells.clear()
    plan = ReadingPlan(ReadingOptions(known=known_scores(tmp_path / "root")))
    assert read_loose(files["labels"], experts, plan=plan).experts[0].known_fingerprint
    assert cells["logits_0"] == 2 * LOOK  # at the percentages, and at the kind
    assert not read_loose(files["labels"], experts).experts[0].known_fingerprint
    assert cells["logits_0"] == 4 * LOOK + PASS
