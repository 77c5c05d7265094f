"""What the server does at its start."""

from pages.shared.server import desks, server


def test_the_newest_workspace_is_read_ahead(digits, monkeypatch):
    monkeypatch.setenv("SECOND_OPINION_WORKSPACES", str(digits.folder.parent))
    monkeypatch.setattr(desks, "_desks", type(desks._desks)())
    server.read_ahead()
    ((root, workspace_id, run_id),) = desks._desks
    newest = server.list_workspaces(digits.folder.parent)[0]
    assert (workspace_id, run_id) == (newest.id, newest.latest_run().id) and root == str(digits.folder.parent.resolve())


def test_a_damaged_workspace_or_none_at_all_stops_no_start(tmp_path, monkeypatch):
    monkeypatch.setenv("SECOND_OPINION_WORKSPACES", str(tmp_path))
    server.read_ahead()
    broken = tmp_path / ("0" * 16)
    (broken / "runs" / ("1" * 12)).mkdir(parents=True)
    (broken / "workspace.json").write_text("{}")
    server.read_ahead()
    assert not [key for key in desks._desks if key[1] == broken.name]
