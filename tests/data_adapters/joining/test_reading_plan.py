"""The reading plan: printed by the commands, kept in the workspace, reported by the card, edited by a user."""

import json

import numpy as np

from cleaning.command_line import main
from cleaning.keep.workspaces import list_workspaces
from data_adapters import ReadingOptions, read_loose
from data_adapters.doctor import read_fixed
from tests.data_adapters.joining.kinds import Made, written

BIRDS = Made(("heron", "jay", "kite", "owl"))


def files(folder) -> tuple:
    labels = written(folder / "labels.csv", {"sample_id": BIRDS.ids, "label": BIRDS.labels, "site": "north"})
    table = {"sample_id": BIRDS.ids, "pred": BIRDS.said, "older_pred": BIRDS.labels[::-1], "conf": BIRDS.sure}
    return labels, written(folder / "m.csv", table)


def test_every_step_is_printed_kept_and_stands_in_the_card(tmp_path, capsys):
    labels, expert = files(tmp_path)
    command = ["score", f"--labels={labels}", f"--expert=net={expert}", f"--workspaces={tmp_path / 'ws'}"]
    assert main([*command, f"--out={tmp_path / 's.csv'}"]) == 0
    said = capsys.readouterr().err
    assert "read: m.csv, column 'pred': prediction (inferred)" in said
    assert "read: labels.csv, column 'label': given label (inferred: called so)" in said
    assert "read: net, agreement with the given labels: " in said
    (workspace,) = list_workspaces(tmp_path / "ws")
    steps = workspace.reading_steps()
    assert {"about", "part", "meaning", "source", "evidence"} == set(steps[0])
    assert main(["card", str(workspace.folder), "--out", str(tmp_path / "card.json")]) == 0
    assert json.loads((tmp_path / "card.json").read_text())["data"]["reading"] == steps
    assert main(["card", str(workspace.folder), "--out", str(tmp_path / "card.html")]) == 0
    assert "agreement with the given labels" in (tmp_path / "card.html").read_text()


def test_the_doctor_prints_it_too(tmp_path, capsys):
    labels, expert = files(tmp_path)
    assert main(["doctor", f"--labels={labels}", f"--expert=net={expert}"]) == 0
    assert "read: m.csv, join of 'net': by sample id" in capsys.readouterr().err


def test_roles_that_the_user_gives_win(tmp_path):
    labels, expert = files(tmp_path)
    roles = {"m.csv": {"older_pred": "prediction", "conf": "other"}, "labels.csv": {"site": "group"}}
    options = ReadingOptions(as_is=True, roles=roles)
    reading = read_fixed(lambda plan: read_loose(labels, {"net": expert}, plan=plan), options)
    assert reading.dataset.group_name == "site"
    np.testing.assert_array_equal(reading.experts[0].predicted, BIRDS.given[::-1])
    assert reading.experts[0].kind == "votes"
