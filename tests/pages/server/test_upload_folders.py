"""What was sent and never scored: gone at the next start after a crash, and at no other time."""

import os
import signal
import subprocess
import sys

from pages.shared.load import upload_folders
from pages.shared.load.upload_folders import keep_folders, new_upload_folder, remove_folders, sweep_uploads
from tests.conftest import REPOSITORY

SENDING = """
import sys, time
from pathlib import Path
from pages.shared.load import arriving
brought = arriving.sent({"labels.csv": b"id,label"}, "key", lambda done, count: None)
brought.pictures_to()
if sys.argv[1] == "keep":
    brought.keep()
print(brought.path, flush=True)
time.sleep(60)
"""


def crashed(root, what: str) -> None:
    """Another process takes an upload, and is killed (kill -9)."""
    surroundings = os.environ | {"SECOND_OPINION_WORKSPACES": str(root)}
    command = [sys.executable, "-c", SENDING, what]
    with subprocess.Popen(command, cwd=REPOSITORY, env=surroundings, stdout=subprocess.PIPE, text=True) as process:
        place = process.stdout.readline().strip()
        assert os.path.isfile(f"{place}/labels.csv") and sweep_uploads(root) == [], "it is looked at"
        os.kill(process.pid, signal.SIGKILL)


def test_what_a_killed_server_was_sent_is_swept_at_the_next_start(tmp_path):
    crashed(tmp_path, "look")
    assert len(list((tmp_path / "uploads").iterdir())) > 1
    assert len(sweep_uploads(tmp_path)) == 1
    assert list((tmp_path / "uploads").iterdir()) == []


def test_what_a_workspace_keeps_is_not_swept(tmp_path):
    crashed(tmp_path, "keep")
    assert sweep_uploads(tmp_path) == [] and len(list((tmp_path / "uploads").iterdir())) == 1


def test_what_a_workspace_refers_to_is_not_swept_though_its_server_died_before_it_said_so(tmp_path):
    crashed(tmp_path, "look")
    folder = next(path for path in (tmp_path / "uploads").iterdir() if path.is_dir())
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "workspace.json").write_text(f'{{"image_root": "{folder}/labels"}}')
    assert sweep_uploads(tmp_path) == [] and folder.exists()


def test_what_is_looked_at_here_stays_until_it_is_let_go(tmp_path):
    first, second = new_upload_folder(tmp_path), new_upload_folder(tmp_path)
    first.mkdir()
    assert sweep_uploads(tmp_path) == []
    remove_folders([first])
    keep_folders([second])
    assert list((tmp_path / "uploads").iterdir()) == []
    assert not {first, second} & upload_folders._held.keys()  # other tests' sessions may hold theirs
