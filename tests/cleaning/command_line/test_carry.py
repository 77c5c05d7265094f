"""``carry`` and the imports hold decisions against another version of the dataset, and keep what still fits."""

import json

import numpy as np
import pandas as pd
import pytest

from cleaning.command_line import main
from cleaning.keep.decisions import open_store
from cleaning.keep.versions.carried_workspaces import changed_upstream
from cleaning.keep.workspaces import list_workspaces, open_workspace_folder
from cleaning.review import ReviewDesk, View
from tests.cleaning.export.making import some_decisions
from tests.cleaning.review.reviewing import BareCards


def call(*words) -> int:
    return main([str(word) for word in words])


CLASSES = ("cat", "dog", "eel", "fox")


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A folder of 200 samples, and one of a version with ten more, three labels fixed and one sample removed."""
    root, random = tmp_path_factory.mktemp("versions"), np.random.default_rng(3)
    ids, truth = np.array([f"s{i:03d}" for i in range(210)]), random.integers(0, 4, 210)
    given = np.where(random.random(210) < 0.1, (truth + 1) % 4, truth)
    fixed = given.copy()
    fixed[[1, 150, 151]] = (given[[1, 150, 151]] + 1) % 4
    answers = [np.where(random.random(210) < 0.2, random.integers(0, 4, 210), truth) for _ in range(3)]
    _write(root / "v1", ids[:200], given[:200], answers)
    rows = np.delete(np.arange(210), 2)
    _write(root / "v2", ids[rows], fixed[rows], [a[rows] for a in answers])
    return root


def _write(folder, ids, given, answers) -> None:
    (folder / "experts").mkdir(parents=True)
    names = np.array(CLASSES)
    pd.DataFrame({"sample_id": ids, "label": names[given]}).to_csv(folder / "labels.csv", index=False)
    for number, answer in enumerate(answers):
        said = {"sample_id": ids, "predicted_class": names[answer[: len(ids)]], "predicted_probability": 0.9}
        pd.DataFrame(said).to_csv(folder / "experts" / f"expert{number}.csv", index=False)


def _labels(folder):
    return folder / "labels.csv"


@pytest.fixture
def old(template, tmp_path):
    """The reviewed workspace of the first version."""
    root = tmp_path / "ws"
    assert call("score", template / "v1", "--out", tmp_path / "s.csv", "--workspaces", root) == 0
    (workspace,) = list_workspaces(root)
    store = open_store(workspace.decisions_url, workspace.id)
    store.append(some_decisions(workspace.dataset(), workspace.latest_run().id))
    store.close()
    return workspace


def log_of(workspace):
    store = open_store(workspace.decisions_url, workspace.id)
    try:
        return store.decisions(), store.changes()
    finally:
        store.close()


def test_a_version_with_ten_more_keeps_the_review_and_lists_the_rest(old, template, tmp_path, capsys):
    ids = old.dataset().sample_ids
    assert call("carry", old.folder, template / "v2", "--report", tmp_path / "r.json") == 0
    told = capsys.readouterr().out
    assert "decisions on 9 samples carried" in told and f"{ids[1]} (the given label changed)" in told
    assert f"1 decided sample not in the new version: {ids[2]}" in told
    new = open_workspace_folder(told.rstrip().split("workspace ")[-1])
    log, changes = log_of(new)
    assert len(log) == 13 and {d.version for d in log} == {old.id}
    assert [(c.what, c.after["from"]) for c in changes] == [("carried", old.id)]
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["changed"][0]["was"]["given"] != report["changed"][0]["now"]["given"]
    assert call("carry", old.folder, new.folder) == 0 and log_of(new) == (log, changes), "twice does no harm"


def test_what_changed_upstream_comes_to_review_again_flagged_or_not(old, template, capsys):
    assert call("carry", old.folder, template / "v2") == 0
    new = open_workspace_folder(capsys.readouterr().out.rstrip().split("workspace ")[-1])
    (sample,) = changed_upstream(new)
    desk = ReviewDesk(new, new.latest_run(), BareCards)
    queued = [str(desk.dataset.sample_ids[row]) for row in desk.queue(View("ann"), audit=False).rows]
    assert sample in queued and desk.facts.before(int(desk.facts.rows([sample])[0]))[0][1] == "the given label changed"


def test_the_same_version_is_refused(old, capsys):
    assert call("carry", old.folder, old.folder) == 2
    assert "same version" in capsys.readouterr().err


def test_a_log_of_another_version_is_taken_where_it_fits(old, template, tmp_path, capsys):
    ids, log = old.dataset().sample_ids, tmp_path / "log.jsonl"
    assert call("export", old.folder, "--as", "decisions", "--out", log) == 0
    root = tmp_path / "other"
    assert call("score", template / "v2", "--out", tmp_path / "s2.csv", "--workspaces", root) == 0
    (new,) = list_workspaces(root)
    capsys.readouterr()
    assert call("import-decisions", new.folder, log) == 0
    told = capsys.readouterr()
    assert "13 new" in told.out and str(ids[1]) in told.err and "to be decided again" in told.err
    assert {d.version for d in log_of(new)[0]} == {old.id}


def test_a_patch_is_applied_to_another_version_where_it_fits_and_reverted_byte_for_byte(
    old, template, tmp_path, capsys
):
    ids = old.dataset().sample_ids
    assert call("export", old.folder, "--as", "patch", "--out", tmp_path / "p.jsonl") == 0
    labels, out = _labels(template / "v2"), tmp_path / "out.csv"
    capsys.readouterr()
    assert call("apply", tmp_path / "p.jsonl", labels, "--out", out) == 0
    told = capsys.readouterr()
    assert "2 entries left out" in told.out and f"left out: {ids[1]}: the given label was" in told.err
    changed = pd.read_csv(labels, dtype=str).compare(pd.read_csv(out, dtype=str))
    assert len(changed) == 2
    assert call("revert", tmp_path / "p.jsonl", out, "--out", tmp_path / "back.csv") == 0
    assert (tmp_path / "back.csv").read_bytes() == labels.read_bytes()


def test_ids_by_a_map(old, template, tmp_path, capsys):
    frame = pd.read_csv(_labels(template / "v1"), dtype=str)
    ids, column = frame.iloc[:, 0].tolist(), frame.columns[0]
    pd.DataFrame({"old": ids, "new": [f"n{i}" for i in ids]}).to_csv(tmp_path / "map.csv", index=False)
    folder = tmp_path / "renamed"
    folder.mkdir()
    frame.assign(**{column: [f"n{i}" for i in ids]}).to_csv(folder / "labels.csv", index=False)
    pd.DataFrame({"id": [f"n{i}" for i in ids], "prediction": frame.iloc[:, 1]}).to_csv(tmp_path / "e.csv", index=False)
    words = ("--labels", folder / "labels.csv", "--expert", f"one={tmp_path / 'e.csv'}", "--as-is")
    assert call("carry", old.folder, *words, "--id-map", tmp_path / "map.csv") == 0
    assert "decisions on 11 samples carried" in capsys.readouterr().out


def test_calibrate_takes_a_workspace(old, template, capsys):
    assert call("calibrate", template / "v1") == 0
    files = capsys.readouterr().out
    assert call("calibrate", old.folder) == 0
    assert capsys.readouterr().out == files and "expert0" in files
