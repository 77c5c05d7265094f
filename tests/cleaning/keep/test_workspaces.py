"""Workspaces and runs on disk: what is written comes back, is never edited, and is never seen half made."""

import json
import os
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cleaning import files
from cleaning.domain.experts import FullExpert
from cleaning.domain.settings import Settings
from cleaning.errors import InputError, NotWritten, WorkspaceError
from cleaning.keep import runs, stored, stored_experts
from cleaning.keep.workspaces import (
    Workspace,
    create_workspace,
    list_workspaces,
    open_workspace,
    open_workspace_folder,
    workspaces_root,
)
from cleaning.suspect import pipeline
from cleaning.suspect.audit import draw_audit
from tests.factories import Planted, planted_dataset, voter


@pytest.fixture(scope="module")
def small() -> Planted:
    return planted_dataset(n=120, classes=4, kind="question", groups=3)


@pytest.fixture
def saved(small, tmp_path):
    """(workspace, scored, run) of the small dataset."""
    workspace = create_workspace(tmp_path / "root", small.dataset, small.experts)
    scored = pipeline.run(small.dataset, small.experts)
    return workspace, scored, workspace.save_run(scored, small.experts)


def assert_same(one, other) -> None:
    """Raises AssertionError unless two dataclasses hold equal values, field by field."""
    for field in fields(one):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if isinstance(a, pd.DataFrame):
            for column in a:
                assert list(map(str, a[column])) == list(map(str, b[column])) or column == "choices"
                assert [list(x) for x in a["choices"]] == [list(x) for x in b["choices"]]
        elif isinstance(a, np.ndarray) and a.dtype.kind == "f":
            np.testing.assert_array_equal(a, b)
        elif isinstance(a, np.ndarray):
            assert a.dtype == b.dtype and (a == b).all(), field.name
        elif field.name != "known_fingerprint":
            assert a == b, field.name


# -- what is written comes back -------------------------------------------------------------------------------------


def test_dataset_and_experts_come_back(small, saved, tmp_path):
    again = open_workspace(tmp_path / "root", small.dataset.fingerprint())
    assert_same(small.dataset, again.dataset())
    assert again.dataset().fingerprint() == small.dataset.fingerprint() == again.id
    assert (again.name, again.kind) == (small.dataset.name, "question")
    assert len(again.experts()) == len(small.experts)
    for before, after in zip(small.experts, again.experts()):
        assert_same(before, after)
        assert after.fingerprint() == before.fingerprint()


def test_a_dataset_that_came_back_scores_alike(small, saved):
    workspace, scored, _ = saved
    again = pipeline.run(workspace.dataset(), workspace.experts())
    pd.testing.assert_frame_equal(again.table, scored.table)


def test_a_run_comes_back(small, saved, tmp_path):
    _, scored, run = saved
    again = open_workspace(tmp_path / "root", small.dataset.fingerprint()).run(run.id)
    pd.testing.assert_frame_equal(again.scores, scored.table)
    np.testing.assert_array_equal(again.predicted, scored.opinions.predicted)
    np.testing.assert_array_equal(again.confidence, scored.opinions.confidence)
    np.testing.assert_array_equal(again.label_probability, scored.opinions.label_probability)
    pd.testing.assert_frame_equal(again.groups, scored.excess.table)
    assert again.settings == scored.settings and again.threshold == scored.threshold
    assert again.expert_names == scored.opinions.expert_names
    assert again.weights == pytest.approx(scored.opinions.weights.mean(axis=0))
    for before, after in zip(scored.opinions.calibrations, again.calibrations):
        assert_same(before, after)
    np.testing.assert_array_equal(again.suspicion, scored.suspicion)


def test_audit_cards_are_kept_and_groups_are_absent_without_a_column(tmp_path):
    planted = planted_dataset(n=60)
    workspace = create_workspace(tmp_path, planted.dataset, planted.experts)
    scored = pipeline.run(planted.dataset, planted.experts)
    run = workspace.save_run(scored, planted.experts)
    drawn = draw_audit(scored.suspicion, scored.threshold, int(run.id, 16))
    pd.testing.assert_frame_equal(run.audit, drawn.to_frame())
    assert run.groups is None


def test_the_summary_says_what_a_person_wants_to_know(saved):
    _, scored, run = saved
    words = (run.folder / "summary.txt").read_text(encoding="utf-8")
    assert "120 samples, 5 experts, rule: default" in words
    assert f"{scored.table['flagged'].sum()} samples flagged" in words
    for calibration in scored.opinions.calibrations:
        assert calibration.described() in words


def test_simulated_experts_are_marked(small, tmp_path):
    experts = [replace(e, simulated=True, cost=2.5, family="fake", source="here", notes=("a",)) for e in small.experts]
    workspace = create_workspace(tmp_path, small.dataset, experts)
    for before, after in zip(experts, workspace.experts()):
        assert_same(before, after)
    run = workspace.save_run(pipeline.run(small.dataset, experts), experts)
    assert (run.folder / "summary.txt").read_text(encoding="utf-8").count("(simulated)") == 5


# -- the same again, and others beside it ---------------------------------------------------------------------------


def test_the_same_settings_give_the_run_that_is_there(small, saved):
    workspace, scored, run = saved
    stamp = (run.folder / "settings.json").stat().st_mtime_ns
    assert workspace.save_run(scored, small.experts).id == run.id
    assert (run.folder / "settings.json").stat().st_mtime_ns == stamp
    assert workspace.run_ids() == [run.id]
    assert workspace.find_run(Settings(), small.experts).id == run.id
    assert workspace.find_run(Settings(budget=3), small.experts) is None


def test_other_settings_or_experts_give_another_run_beside_it(small, saved):
    workspace, _, run = saved
    for settings, experts in ((Settings(budget=3), small.experts), (Settings(), small.experts[:3])):
        other = workspace.save_run(pipeline.run(small.dataset, experts, settings), experts)
        assert other.id != run.id and other.expert_names == tuple(e.name for e in experts)
    assert len(workspace.run_ids()) == 3 and workspace.run_ids()[0] == run.id
    assert workspace.latest_run().id == other.id
    assert workspace.run(run.id).scores["flagged"].sum() == run.scores["flagged"].sum()


def test_the_same_dataset_opens_the_same_workspace_and_keeps_new_experts(small, tmp_path):
    first = create_workspace(tmp_path, small.dataset, small.experts[:2])
    second = create_workspace(tmp_path, small.dataset, small.experts)
    assert first.id == second.id
    assert [e.name for e in second.experts()] == [e.name for e in small.experts]
    renamed = replace(small.dataset, name="renamed")
    assert create_workspace(tmp_path, renamed, small.experts).name == small.dataset.name


def test_two_experts_of_one_content_keep_their_names(tmp_path):
    planted = planted_dataset(n=40, kinds=("votes",), experts=1)
    answers = planted.experts[0].predicted
    experts = [voter("first", answers), voter("second", answers)]
    workspace = create_workspace(tmp_path, planted.dataset, experts)
    run = workspace.save_run(pipeline.run(planted.dataset, experts), experts)
    assert [e.name for e in workspace.experts_of(run)] == ["first", "second"]


def test_a_group_makes_another_dataset(tmp_path):
    planted = planted_dataset(n=40, groups=2)
    plain = replace(planted.dataset, group=None, group_name="")
    with_group = create_workspace(tmp_path, planted.dataset, planted.experts)
    without = create_workspace(tmp_path, plain, planted.experts)
    assert with_group.id != without.id
    assert with_group.dataset().group is not None and without.dataset().group is None


def test_workspaces_are_listed_latest_first_and_foreign_folders_are_left_alone(tmp_path):
    made = [create_workspace(tmp_path, planted_dataset(n=20, seed=s).dataset, []) for s in range(3)]
    for workspace, day in zip(made, ("02", "03", "01")):
        about = json.loads((workspace.folder / "workspace.json").read_text())
        (workspace.folder / "workspace.json").write_text(json.dumps(about | {"created": f"2026-01-{day}"}))
    (tmp_path / "holiday pictures").mkdir()
    (tmp_path / ("0" * 16)).mkdir()
    assert [w.id for w in list_workspaces(tmp_path)] == [made[1].id, made[0].id, made[2].id]
    assert list_workspaces(tmp_path / "nothing here") == []


def test_the_root_follows_the_environment(workspaces, monkeypatch):
    assert workspaces_root() == workspaces
    monkeypatch.delenv("SECOND_OPINION_WORKSPACES")
    assert workspaces_root() == Path("workspaces")


# -- big arrays stay where they are ---------------------------------------------------------------------------------


def test_a_memory_mapped_file_is_named_and_not_copied(tmp_path):
    planted = planted_dataset(n=500, kinds=("logits",), experts=1)
    np.save(tmp_path / "big.npy", planted.experts[0].scores)
    mapped = replace(planted.experts[0], scores=np.load(tmp_path / "big.npy", mmap_mode="r"))
    workspace = create_workspace(tmp_path / "root", planted.dataset, [mapped])
    assert list((workspace.folder / "experts").glob("*.npy")) == []
    (again,) = workspace.experts()
    assert isinstance(again.scores, np.memmap) and Path(again.scores.filename) == tmp_path / "big.npy"
    assert not again.scores.flags.writeable
    np.testing.assert_array_equal(again.scores, planted.experts[0].scores)


@pytest.mark.parametrize("view", [lambda a: a[10:], lambda a: a[::-1], lambda a: a.T])
def test_a_part_of_a_memory_mapped_file_is_copied(view, tmp_path):
    np.save(tmp_path / "big.npy", np.arange(900, dtype=np.float32).reshape(30, 30))
    part = view(np.load(tmp_path / "big.npy", mmap_mode="r"))
    workspace = create_workspace(tmp_path / "root", planted_dataset(n=20).dataset, [FullExpert("e", scores=part)])
    np.testing.assert_array_equal(workspace.experts()[0].scores, part)


def test_a_file_that_went_away_is_told_in_words(tmp_path):
    planted = planted_dataset(n=50, kinds=("logits",), experts=1)
    np.save(tmp_path / "big.npy", planted.experts[0].scores)
    mapped = replace(planted.experts[0], scores=np.load(tmp_path / "big.npy", mmap_mode="r"))
    workspace = create_workspace(tmp_path / "root", planted.dataset, [mapped])
    (tmp_path / "big.npy").unlink()
    with pytest.raises(WorkspaceError, match=r"scores of expert 'logits_0' are no longer at .*big\.npy\. Put the file"):
        workspace.experts()


def test_an_expert_that_went_away_is_told_in_words(small, saved):
    workspace, _, run = saved
    for path in sorted((workspace.folder / "experts").glob("*.json"))[:2]:
        path.unlink()
    with pytest.raises(WorkspaceError, match=f"Run {run.id} used 2 experts that are no longer in the workspace"):
        workspace.experts_of(run)


def test_expert_names_make_no_paths(tmp_path):
    planted = planted_dataset(n=20, kinds=("votes",), experts=1)
    names = ["../../evil", "a/b\\c", "x" * 300, "Größe ?*", "a/b\\c "]
    experts = [voter(name, np.roll(planted.truth, i)) for i, name in enumerate(names)]
    workspace = create_workspace(tmp_path / "root", planted.dataset, experts)
    assert [e.name for e in workspace.experts()] == names
    assert [p.name for p in tmp_path.iterdir()] == ["root"]
    assert [p.name for p in (tmp_path / "root").iterdir()] == [workspace.id]


# -- ids, never paths -----------------------------------------------------------------------------------------------


TRICKS = ["", ".", "..", "../root", "/etc", "a" * 15, "A" * 16, "a" * 17, "0" * 16, "a" * 16 + "\n", "a/../" + "b" * 11]


@pytest.mark.parametrize("trick", TRICKS)
def test_a_workspace_id_is_an_id(trick, tmp_path):
    (tmp_path / "workspace.json").write_text("{}")
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "workspace.json").write_text("{}")
    for name in ("a" * 15, "A" * 16, "a" * 17):  # folders that look the part
        (tmp_path / "root" / name).mkdir()
        (tmp_path / "root" / name / "workspace.json").write_text("{}")
    with pytest.raises(WorkspaceError, match=r"(?s)There is no workspace .* Open it again from the Load page"):
        open_workspace(tmp_path / "root", trick)


@pytest.mark.parametrize("trick", ["", "..", "../runs", "0" * 12, "f" * 13, "F" * 12])
def test_a_run_id_is_an_id(trick, saved):
    workspace, _, run = saved
    shutil.copytree(run.folder, workspace.folder / "runs" / ("f" * 13))
    with pytest.raises(WorkspaceError, match="There is no run"):
        workspace.run(trick)
    assert workspace.run_ids() == [run.id]


def test_a_folder_that_is_no_workspace_is_told_in_words(tmp_path, saved):
    with pytest.raises(WorkspaceError, match=r"is not a workspace \(no workspace.json\)"):
        open_workspace_folder(tmp_path)
    assert open_workspace_folder(saved[0].folder).id == saved[0].id


def test_a_later_format_is_refused(saved, tmp_path):
    path = saved[0].folder / "workspace.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 99}))
    with pytest.raises(WorkspaceError, match="has format 99; this version reads 1"):
        open_workspace(tmp_path / "root", saved[0].id)


# -- never half made, never damaged in silence ----------------------------------------------------------------------


def test_a_workspace_is_never_half_made(small, tmp_path, monkeypatch):
    def full_disk(*_args, **_named):
        raise OSError("No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(stored, "write_json", full_disk)
        with pytest.raises(NotWritten, match="No space left"):
            create_workspace(tmp_path / "root", small.dataset, small.experts)
    assert list((tmp_path / "root").iterdir()) == []
    assert create_workspace(tmp_path / "root", small.dataset, small.experts).experts()


@pytest.mark.parametrize(
    ("module", "step"),
    [(runs, "_summary"), (runs, "write_json"), (runs, "save_array"), (files, "_sync")],
)
def test_a_run_is_never_half_made(module, step, small, tmp_path, monkeypatch):
    workspace = create_workspace(tmp_path, small.dataset, small.experts)
    scored = pipeline.run(small.dataset, small.experts)

    def interrupted(*_args, **_named):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(module, step, interrupted)
        with pytest.raises(KeyboardInterrupt):
            workspace.save_run(scored, small.experts)
    assert list((workspace.folder / "runs").iterdir()) == []
    assert workspace.run_ids() == [] and workspace.latest_run() is None
    assert workspace.save_run(scored, small.experts).scores.equals(scored.table)


def test_a_rival_that_made_the_same_run_first_wins(small, tmp_path, monkeypatch):
    workspace = create_workspace(tmp_path, small.dataset, small.experts)
    scored = pipeline.run(small.dataset, small.experts)
    original = files._sync

    def rival_is_faster(folder):
        monkeypatch.setattr(files, "_sync", original)
        (workspace.folder / "runs" / "mark").touch()
        workspace.save_run(scored, small.experts)

    monkeypatch.setattr(files, "_sync", rival_is_faster)
    run = workspace.save_run(scored, small.experts)
    assert workspace.run_ids() == [run.id]
    assert sorted(p.name for p in (workspace.folder / "runs").iterdir()) == sorted([run.id, "mark"])


def test_two_that_add_the_same_expert_at_once_keep_it_once(small, tmp_path, monkeypatch):
    """The first stands still before its first array is whole, until the second is through or waits for it."""
    workspace = create_workspace(tmp_path, small.dataset, small.experts[:1])
    first_is_at_it, second_has_been = threading.Event(), threading.Event()
    whole, sleep = stored_experts.save_array, files.time.sleep

    def held_up(path, array):
        if threading.current_thread().name.startswith("first"):
            first_is_at_it.set()
            assert second_has_been.wait(60)
        whole(path, array)

    monkeypatch.setattr(stored_experts, "save_array", held_up)
    monkeypatch.setattr(files.time, "sleep", lambda seconds: second_has_been.set() or sleep(seconds))
    with ThreadPoolExecutor(thread_name_prefix="first") as first, ThreadPoolExecutor() as second:
        one = first.submit(workspace.add_experts, small.experts)
        assert first_is_at_it.wait(60)
        other = second.submit(Workspace(workspace.id, workspace.folder).add_experts, small.experts)
        other.add_done_callback(lambda done: second_has_been.set())
        assert (one.result(), other.result()) == (None, None)
    assert [expert.name for expert in workspace.experts()] == [expert.name for expert in small.experts]


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b""])
def test_damaged_json_is_told_in_words(content, saved):
    workspace, _, run = saved
    (run.folder / "settings.json").write_bytes(content)
    with pytest.raises(InputError, match=r"The workspace is damaged: settings.json cannot be read"):
        workspace.run(run.id)
    (workspace.folder / "workspace.json").write_bytes(content)
    with pytest.raises(InputError, match=r"The workspace is damaged: workspace.json cannot be read"):
        _ = Workspace(workspace.id, workspace.folder).about


def test_a_missing_part_is_told_in_words(saved):
    workspace, _, run = saved
    (run.folder / "calibration.json").unlink()
    with pytest.raises(WorkspaceError, match=r"incomplete: calibration\.json is missing"):
        workspace.run(run.id)


def test_decisions_are_kept_in_the_workspace_or_where_the_team_says(saved, workspaces, monkeypatch):
    workspace = saved[0]
    assert workspace.decisions_url == f"sqlite:///{workspace.folder / 'decisions.sqlite'}"
    monkeypatch.setenv("SECOND_OPINION_DATABASE_URL", "postgresql://host/db")
    assert workspace.decisions_url == "postgresql://host/db"


def test_scores_replaced_after_loading_are_noticed(tmp_path):
    planted = planted_dataset(n=60)
    file = tmp_path / "scores.npy"
    np.save(file, np.random.default_rng(0).normal(size=(60, planted.dataset.class_count)).astype(np.float32))
    expert = FullExpert("kept outside", scores=np.load(file, mmap_mode="r"))
    workspace = create_workspace(tmp_path / "root", planted.dataset, [expert])
    os.utime(file)  # touched, but the same: still read
    assert workspace.experts()[0].fingerprint() == expert.fingerprint()
    np.save(file, np.zeros((60, planted.dataset.class_count), np.float32))
    with pytest.raises(WorkspaceError, match="has changed since"):
        workspace.experts()
