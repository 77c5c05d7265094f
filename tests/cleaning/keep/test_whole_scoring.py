"""Scoring into a workspace: whole, or nothing of it is left."""

from dataclasses import replace

import pytest

from cleaning.domain.settings import Settings
from cleaning.keep.whole_scoring import SAVING, Job, score_whole
from cleaning.keep.workspaces import list_workspaces
from tests.factories import planted_dataset

SMALL = planted_dataset(n=120, classes=4)


class Cancelled(BaseException):
    """As a page is ended: no error that anybody catches."""


def job(experts, progress=lambda words, share: None) -> Job:
    return Job(SMALL.dataset, experts, Settings(), progress, [{"about": "labels.csv"}])


def cancel(words: str, share: float) -> None:
    raise Cancelled


def everything(root) -> dict:
    kept = (p for p in root.rglob("*") if p.is_file() and "opinions" not in p.parts)
    return {str(p.relative_to(root)): p.read_bytes() for p in kept}


def test_a_workspace_appears_with_its_run_and_how_it_was_read(tmp_path):
    workspace, run = score_whole(tmp_path, job(SMALL.experts))
    assert list_workspaces(tmp_path) == [workspace] and workspace.run_ids() == [run.id]
    assert workspace.reading_steps() == [{"about": "labels.csv"}]
    assert [p.name for p in tmp_path.iterdir()] == [workspace.id]
    again, same = score_whole(tmp_path, job(SMALL.experts))
    assert (again.id, same.id) == (workspace.id, run.id)


def test_what_is_cancelled_leaves_nothing(tmp_path):
    with pytest.raises(Cancelled):
        score_whole(tmp_path, job(SMALL.experts, cancel))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("told", [1, 2])
def test_it_can_be_cancelled_until_it_is_put_in_its_place(tmp_path, told):
    heard = []

    def late(words: str, share: float) -> None:
        heard.append(words)
        if heard.count(SAVING) == told:
            raise Cancelled

    with pytest.raises(Cancelled):
        score_whole(tmp_path, job(SMALL.experts, late))
    assert list(tmp_path.iterdir()) == [] and heard[-1] == SAVING


def test_a_workspace_that_was_there_stays_as_it_was(tmp_path):
    score_whole(tmp_path, job(SMALL.experts[:2]))
    before = everything(tmp_path)
    with pytest.raises(Cancelled):
        score_whole(tmp_path, job(SMALL.experts, cancel))
    assert everything(tmp_path) == before
    workspace, run = score_whole(tmp_path, job(SMALL.experts))
    assert len(workspace.run_ids()) == 2 and len(workspace.experts_of(run)) == 5


def test_a_note_of_a_new_reading_is_kept(tmp_path):
    score_whole(tmp_path, job(SMALL.experts))
    noted = replace(SMALL.dataset, notes=("read anew",))
    workspace, _ = score_whole(tmp_path, replace(job(SMALL.experts), dataset=noted))
    assert "read anew" in workspace.about["notes"]
