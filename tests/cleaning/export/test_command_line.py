"""The commands on a real workspace with a real decision log."""

import numpy as np
import pandas as pd
import pytest

from cleaning.command_line import main
from cleaning.export.formats.decision_log import FORMAT
from cleaning.export.formats.sealed_lines import sealed
from cleaning.keep.decisions import open_store
from tests.cleaning.export.making import a_dataset, a_workspace, some_decisions


@pytest.fixture
def reviewed(tmp_path, monkeypatch):
    monkeypatch.delenv("SECOND_OPINION_DATABASE_URL", raising=False)
    workspace, run = a_workspace(tmp_path / "ws")
    store = open_store(workspace.decisions_url, workspace.id)
    store.append(some_decisions(workspace.dataset(), run.id))
    store.close()
    return workspace


def call(*arguments):
    return main([str(a) for a in arguments])


def test_export_by_ending_and_by_kind(reviewed, tmp_path, capsys):
    assert call("export", reviewed.folder, "--out", tmp_path / "out.csv") == 0
    assert "9 of 40 samples decided: 7 settled (3 replaced, 1 any of several, 1 dropped)" in capsys.readouterr().out
    assert len(pd.read_csv(tmp_path / "out.csv")) == 39
    assert call("export", reviewed.folder, "--out", tmp_path / "out.npy", "--none-fits", "keep") == 0
    assert (np.load(tmp_path / "out.npy") == -1).sum() == 0
    assert call("export", reviewed.folder, "--out", tmp_path / "hf", "--as", "hugging_face") == 0
    assert (tmp_path / "hf" / "state.json").exists()
    assert call("export", reviewed.folder, "--out", tmp_path / "log.jsonl", "--as", "decisions") == 0
    assert len((tmp_path / "log.jsonl").read_text().splitlines()) == 18  # a first line, 16 decisions, the closing line
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--out", "labels.doc"], "What 'labels.doc' should hold is not known. Give --as csv"),
        (["--out", "labels.npy", "--as", "csv"], "ends in '.npy'; expected .csv"),
        (["--out", "nowhere/labels.csv"], "does not exist"),
        (["--out", "labels.csv", "--run", "abcabcabcabc"], "There is no run 'abcabcabcabc'"),
    ],
)
def test_wrong_arguments_are_a_sentence(reviewed, tmp_path, monkeypatch, capsys, arguments, sentence):
    monkeypatch.chdir(tmp_path)
    assert call("export", reviewed.folder, *arguments) == 2
    assert sentence in capsys.readouterr().err and not (tmp_path / "labels.csv").exists()


def test_the_kinds_are_listed(capsys):
    with pytest.raises(SystemExit) as ended:
        call("export", "--list")
    assert ended.value.code == 0 and "corrected_labels.parquet" in capsys.readouterr().out


def test_mask_is_written_and_scored_under(reviewed, tmp_path, capsys):
    mask = tmp_path / "mask.csv"
    assert call("mask", reviewed.folder, "--out", mask) == 0
    np.save(tmp_path / "given.npy", reviewed.dataset().given_labels)
    capsys.readouterr()
    assert call("mask", mask, "--score", tmp_path / "given.npy") == 0
    assert "given 1.0000 (40 of 40), mask 0.9231 (36 of 39)" in capsys.readouterr().out
    np.save(tmp_path / "short.npy", np.zeros(3, int))
    assert call("mask", mask, "--score", tmp_path / "short.npy") == 2
    assert "3 predictions but the mask has 40 samples" in capsys.readouterr().err


@pytest.mark.parametrize(("kind", "name"), [("decisions", "log.jsonl"), ("label_studio", "tasks.json")])
def test_decisions_go_out_and_into_a_fresh_workspace(reviewed, tmp_path, capsys, kind, name):
    assert call("export", reviewed.folder, "--as", kind, "--out", tmp_path / name) == 0
    fresh, _ = a_workspace(tmp_path / "fresh")
    capsys.readouterr()
    for new in ("16", "0") if kind == "decisions" else ("13", "0"):
        assert call("import-decisions", fresh.folder, tmp_path / name) == 0
        assert f"read, {new} new" in capsys.readouterr().out
    for place, out in ((reviewed, "before.csv"), (fresh, "after.csv")):
        assert call("export", place.folder, "--out", tmp_path / out) == 0
    assert (tmp_path / "before.csv").read_bytes() == (tmp_path / "after.csv").read_bytes()


def test_decisions_of_another_dataset_stay_out(reviewed, tmp_path, capsys):
    assert call("export", reviewed.folder, "--as", "decisions", "--out", tmp_path / "log.jsonl") == 0
    other, _ = a_workspace(tmp_path / "other", a_dataset(seed=5))
    assert call("import-decisions", other.folder, tmp_path / "log.jsonl") == 2
    assert "belong to the dataset with fingerprint" in capsys.readouterr().err
    text = (tmp_path / "log.jsonl").read_text().replace(reviewed.id, other.id)
    (tmp_path / "log.jsonl").write_text(text)
    assert call("import-decisions", other.folder, tmp_path / "log.jsonl") == 2
    assert "SHA-256 does not match" in capsys.readouterr().err
    *lines, _ = text.splitlines()
    (tmp_path / "log.jsonl").write_bytes(sealed(lines, FORMAT))
    assert call("import-decisions", other.folder, tmp_path / "log.jsonl") == 2
    assert "does not go with classes" in capsys.readouterr().err
    (tmp_path / "log.jsonl").write_bytes(sealed([line.replace("s0003", "s9999") for line in lines], FORMAT))
    assert call("import-decisions", other.folder, tmp_path / "log.jsonl") == 2
    assert "1 decided sample not in this dataset: s9999" in capsys.readouterr().err
    store = open_store(other.decisions_url, other.id)
    assert store.decisions() == []
    store.close()
