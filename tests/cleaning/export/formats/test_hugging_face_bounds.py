"""A source that is gone, changed, large or leads elsewhere; what the page shows of it."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from cleaning.errors import InputError
from cleaning.export import available_exports
from cleaning.export.first_records import first_records
from cleaning.export.formats.archive import held_files
from cleaning.export.formats.hugging_face_dataset import hugging_face_files
from cleaning.export.kinds import write_kind
from cleaning.keep.upkeep import workspace_care
from cleaning.keep.workspaces import create_workspace, open_workspace
from data_adapters import read_loose
from tests.cleaning.export.formats.hugging_face_made import SAID, handover_of, rows, saved, saved_dict, table_of


def test_a_source_that_is_gone_or_changed_is_said_and_everything_does_without_it(tmp_path):
    source = saved_dict(tmp_path / "pets")
    handover = handover_of(source, tmp_path, SAID, "train")
    (source / "test" / "data-00000-of-00001.arrow").unlink()
    with pytest.raises(InputError, match=r"1 file of the dataset that was read changed or lie elsewhere now: data-0"):
        hugging_face_files(handover)
    assert first_records("e.zip", write_kind("everything", handover))
    moved = source.rename(tmp_path / "moved")
    with pytest.raises(InputError, match=r"2 files of the dataset that was read changed"):
        hugging_face_files(handover)
    saved(tmp_path / "new" / "test", table_of(rows("test", 7))).rename(moved / "test_again")
    (moved / "test").rename(tmp_path / "half")
    (moved / "test_again").rename(moved / "test")
    again = handover_of_moved(moved, tmp_path, handover)
    assert "dataset_dict.json" in hugging_face_files(again), "read again from its new place it goes out again"


def handover_of_moved(moved, tmp_path, handover):
    reading = read_loose(moved, {"v": tmp_path / "v.csv"}, split="train", pictures_to=tmp_path / "pictures_again")
    workspace = create_workspace(tmp_path / "ws", reading.dataset, reading.experts)
    assert workspace.id == handover.workspace.id
    return replace(handover, workspace=open_workspace(tmp_path / "ws", workspace.id))


def test_no_link_leads_a_split_out_of_the_chosen_folder(tmp_path):
    source = saved_dict(tmp_path / "pets")
    (source / "test").rename(tmp_path / "secret")
    (source / "test").symlink_to(tmp_path / "secret")
    handover = handover_of(source, tmp_path, SAID, "train")
    assert any("'test' will not be in an export" in note for note in handover.dataset.notes)
    assert not any(name.startswith("test/") for name in hugging_face_files(handover))


def test_the_page_shows_the_first_corrected_records(tmp_path):
    source = saved_dict(tmp_path / "pets")
    saved(tmp_path / "longer", table_of(rows("train", 200)))
    (source / "train").rename(tmp_path / "shorter")
    (tmp_path / "longer").rename(source / "train")
    handover = handover_of(source, tmp_path, [(0, "relabel", [1])], "test")
    kind = next(kind for kind in available_exports() if kind.name == "hugging_face")
    shown = first_records(kind.file_name, kind.write(handover))
    assert [one["sample_id"] for one in shown] == [f"test-{i}" for i in range(5)] and shown[0]["label"] == "1"


def test_the_same_decisions_give_the_same_bytes_in_whatever_order_files_are_written(tmp_path):
    handover = handover_of(saved_dict(tmp_path / "pets"), tmp_path, SAID, "train", with_pictures=True)
    first = held_files(hugging_face_files(handover))
    second = held_files(dict(reversed(hugging_face_files(handover).items())))
    assert first == second


LARGE = """
import sys
from pathlib import Path
sys.path.insert(0, ".")
from cleaning.command_line.shared.output import write_folder
from cleaning.export.export_options import ExportOptions
from cleaning.export.formats.hugging_face_dataset import hugging_face_files
from cleaning.export.handover import Handover
from cleaning.keep.upkeep import workspace_care
from cleaning.keep.workspaces import open_workspace_folder
from cleaning.settle.policy import DEFAULT_POLICY
def peak():  # of this process alone, in kB; what getrusage tells includes its parent's
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0])
workspace = open_workspace_folder(Path(sys.argv[1]))
handover = Handover(workspace, workspace.latest_run(), [], DEFAULT_POLICY, options=ExportOptions(with_pictures=True))
files = hugging_face_files(handover)
before = peak()
write_folder(Path(sys.argv[2]), files)
print((peak() - before) // 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read as Linux tells it")
def test_a_large_split_is_never_whole_in_memory(tmp_path):
    large = [
        row | {"image": {"bytes": bytes(1_000_000), "path": f"{i}.png"}} for i, row in enumerate(rows("test", 400))
    ]
    source = saved_dict(tmp_path / "pets")
    for file in (source / "test").iterdir():
        file.unlink()
    (source / "test").rmdir()
    saved(source / "test", table_of(large), at_once=8)
    handover = handover_of(source, tmp_path, SAID, "train", with_pictures=True)
    command = [sys.executable, "-c", LARGE, str(handover.workspace.folder), str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert (tmp_path / "out" / "test" / "data-00000-of-00001.arrow").stat().st_size > 400_000_000
    assert int(done.stdout) < 150, f"{done.stdout} MB more than before"


def test_an_upload_whose_files_an_export_needs_is_not_tidied_away(tmp_path):
    used, unused = (tmp_path / "ws" / "uploads" / (name * 16) for name in ("aa", "bb"))
    unused.mkdir(parents=True)
    handover_of(saved_dict(used / "pets"), tmp_path, SAID, "train")
    assert workspace_care.unused_uploads(tmp_path / "ws", -1) == [unused]
