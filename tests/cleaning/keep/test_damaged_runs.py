"""Damaged files of one run are a sentence and close that run alone; which run is the latest is no matter of the clock."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pyarrow
import pytest

from cleaning.domain.settings import Settings
from cleaning.errors import InputError
from cleaning.keep import runs
from cleaning.keep.workspaces import create_workspace, open_workspace
from cleaning.suspect import pipeline
from tests.factories import planted_dataset


@pytest.fixture(scope="module")
def scored():
    planted = planted_dataset(n=200, classes=3, experts=2, seed=4)
    settings = [Settings(), replace(Settings(), seed=7)]
    return planted, [pipeline.run(planted.dataset, planted.experts, one) for one in settings]


@pytest.fixture
def workspace(tmp_path, scored, monkeypatch):
    planted, (first, second) = scored
    made = create_workspace(tmp_path, planted.dataset, planted.experts)
    monkeypatch.setattr(runs, "now", lambda: "2030-01-01T00:00:00.000Z")
    made.save_run(first, planted.experts)
    monkeypatch.setattr(runs, "now", lambda: "2020-01-01T00:00:00.000Z")
    made.save_run(second, planted.experts)
    return open_workspace(tmp_path, made.id)


def test_a_clock_set_back_does_not_make_the_old_run_the_latest(workspace):
    assert workspace.latest_run().settings.seed == 7


def test_runs_of_earlier_versions_go_by_the_time(workspace):
    for run_id in workspace.run_ids():
        path = workspace.folder / "runs" / run_id / "settings.json"
        about = json.loads(path.read_text())
        del about["number"]
        path.write_text(json.dumps(about))
    assert workspace.latest_run().settings.seed != 7


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '"x"', '{"created": 1, "settings": {"seed": []}}', "\udcff"])
def test_one_bad_settings_file_closes_its_run_alone(workspace, text):
    bad, good = workspace.run_ids()
    (workspace.folder / "runs" / bad / "settings.json").write_text(text, errors="surrogateescape")
    assert workspace.latest_run().id == good and set(workspace.run_ids()) == {bad, good}
    with pytest.raises(InputError, match=r"damaged|incomplete"):
        workspace.run(bad)


@pytest.mark.parametrize("name", ["scores.parquet", "audit.parquet", "predicted.npy", "calibration.json"])
@pytest.mark.parametrize("how", ["gone", "empty", "cut"])
def test_a_damaged_file_of_a_run_is_a_sentence(workspace, name, how):
    path = workspace.folder / "runs" / workspace.run_ids()[-1] / name
    whole = path.read_bytes()
    path.unlink() if how == "gone" else path.write_bytes(b"" if how == "empty" else whole[: len(whole) // 2])
    what = {"scores.parquet": "scores", "audit.parquet": "audit", "predicted.npy": "predicted"}.get(name, "id")
    with pytest.raises(Exception, match=r"damaged|incomplete|cannot be read|ends too early|Put") as told:
        getattr(workspace.latest_run(), what)
    assert isinstance(told.value, InputError) and "Traceback" not in str(told.value)


def test_what_decoding_a_table_took_is_given_back(workspace, monkeypatch):
    released = []
    monkeypatch.setattr(
        pyarrow, "default_memory_pool", lambda: SimpleNamespace(release_unused=lambda: released.append(1))
    )
    read = workspace.latest_run().scores
    assert len(read) == 200 and released
