"""``doctor``, and ``--fix`` of the commands that read."""

import json

import numpy as np
import pandas as pd
import pytest

from cleaning.command_line import main
from cleaning.keep.workspaces import list_workspaces
from tests.data_adapters import tiny
from tests.factories import planted_dataset, write_folder


@pytest.fixture
def folder(tmp_path):
    """A planted set whose one full expert has its classes the other way round."""
    planted = planted_dataset(n=300, classes=4, kinds=("logits", "top1"), experts=2)
    home = write_folder(planted, tmp_path / "set")
    (path,) = (home / "experts").glob("logits_0.*")
    path.unlink()
    np.savez(
        home / "experts" / "logits_0.npz",
        sample_ids=planted.dataset.sample_ids.astype(object).astype(str),
        scores=planted.experts[0].scores[:, ::-1],
    )
    return home


def test_findings_are_printed_written_and_end_with_2(folder, capsys, tmp_path):
    assert main(["doctor", str(folder), "--out", str(tmp_path / "f.json")]) == 2
    said = capsys.readouterr()
    assert "error   class_order:logits_0" in said.out and "(--fix class_order:logits_0)" in said.out
    assert said.out.splitlines()[-1] == "1 error, 0 warnings, 2 notes"
    assert said.err.splitlines()[-1].startswith("error: The experts' scores do not fit this dataset (class_order:")
    kept = json.loads((tmp_path / "f.json").read_text())
    assert [f["name"] for f in kept] == ["class_order:logits_0", "missing_ids:top1_1", "score_kind:logits_0"]


def test_with_the_fix_there_is_no_error_and_nothing_on_disk_changes(folder, capsys):
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    assert main(["doctor", str(folder), "--fix", "class_order:logits_0"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "0 errors, 0 warnings, 2 notes"
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before


def test_score_takes_the_fix_and_the_workspace_says_so(folder, tmp_path, capsys):
    roots = tmp_path / "spaces"
    arguments = ["score", str(folder), "--out", str(tmp_path / "s.csv"), "--workspaces", str(roots)]
    assert main([*arguments, "--fix", "class_order"]) == 0
    (made,) = list_workspaces(roots)
    assert any("Fix 'class_order:logits_0' accepted" in note for note in made.about["notes"])
    assert any("Fix 'class_order:logits_0' accepted" in note for note in made.experts()[0].notes)
    table = pd.read_csv(tmp_path / "s.csv")
    assert 0.03 < (table["suspicion"] > 0.5).mean() < 0.3


def test_a_fix_accepted_after_a_first_scoring_is_kept_and_printed_in_the_card(folder, tmp_path, capsys):
    again = ["--workspaces", str(tmp_path / "spaces"), "--out", str(tmp_path / "s.csv")]
    assert main(["score", str(folder), "--as-is", *again]) == 0
    for _ in range(2):
        assert main(["score", str(folder), "--fix", "class_order:logits_0", *again]) == 0
    (workspace,) = list_workspaces(tmp_path / "spaces")
    assert [note[:36] for note in workspace.about["notes"]].count("Fix 'class_order:logits_0' accepted:") == 1
    assert main(["card", str(workspace.folder), "--out", str(tmp_path / "card.json")]) == 0
    assert "Fix 'class_order:logits_0' accepted:" in (tmp_path / "card.json").read_text()


def test_unknown_fixes_and_unreadable_input_are_sentences(folder, tmp_path, capsys):
    assert main(["score", str(folder), "--out", str(tmp_path / "s.csv"), "--fix", "magic"]) == 2
    assert (
        "No finding has a safe fix called magic. Safe fixes here are class_order:logits_0." in capsys.readouterr().err
    )
    assert not (tmp_path / "s.csv").exists()
    bad = tiny.dataset_folder(tmp_path / "bad")
    tiny.labels_csv(bad / "samples.csv", labels=(1, 2, 3, 1, 2, 3))
    assert main(["doctor", str(bad)]) == 2
    said = capsys.readouterr()
    assert "refused" in said.out and "--fix label_base" in said.out
    assert said.err.strip().endswith("They look 1-based: subtract 1.")
    assert main(["doctor", str(tmp_path / "nowhere")]) == 2


def test_logs_are_read_and_normalised(tmp_path, capsys):
    log = tmp_path / "logs" / "m"
    log.mkdir(parents=True)
    records = [
        {
            "doc_id": i,
            "doc": {"question": f"q{i}", "choices": ["a", "a longer one"]},
            "target": "0",
            "arguments": [[f"q{i}", " a"], [f"q{i}", " a longer one"]],
            "resps": [[["-4.0", "False"]], [["-6.0", "False"]]],
        }
        for i in range(3)
    ]
    (log / "samples_t_2024-01-01T00-00-00.jsonl").write_text("\n".join(map(json.dumps, records)) + "\n")
    assert main(["doctor", str(tmp_path / "logs")]) == 0
    assert "(from -6 to -4)" in capsys.readouterr().out
    assert main(["doctor", str(tmp_path / "logs"), "--normalised", "characters"]) == 0
    assert "(from -4 to -0.5)" in capsys.readouterr().out
    assert main(["doctor", "--labels", "x.csv", "--normalised", "bytes"]) == 2
