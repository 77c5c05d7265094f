"""No path of somebody's disk is in any file that is made for others, whatever the columns of the dataset hold."""

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path, PureWindowsPath

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cleaning.command_line import main
from cleaning.domain.settings import Settings
from cleaning.errors import InputError
from cleaning.export import fit_to_leave
from cleaning.export.export_options import ExportOptions
from cleaning.export.fit_to_leave import cell_to_leave
from cleaning.export.formats.archive import held_files
from cleaning.export.formats.as_it_came.local_paths import without_local
from cleaning.export.handover import Handover
from cleaning.export.kinds import BY_NAME, KINDS, write_kind
from cleaning.export.proposal import TARGETS, proposal_files
from cleaning.keep.decisions import open_store
from cleaning.keep.workspaces import create_workspace
from cleaning.settle.policy import DEFAULT_POLICY
from cleaning.suspect import pipeline
from data_adapters import read_loose
from tests.cleaning.export.making import decide
from tests.cleaning.export.paths_of_a_disk import MADE, leaked, texts_in
from tests.data_adapters import tiny

OWN = "source"  # the user's own table, handed back to the user
OPTIONS = (ExportOptions(), ExportOptions(show_given=True, with_pictures=True, image_prefix="https://pets.example/"))


def handover_of(reading, root):
    dataset = reading.dataset
    workspace = create_workspace(root / "ws", dataset, reading.experts)
    workspace.keep_reading(reading.plan.as_data())
    settings = Settings(group_column="batch" if "batch" in dataset.samples else "")
    run = workspace.save_run(pipeline.run(dataset, reading.experts, settings), reading.experts)
    ids, given = dataset.sample_ids, dataset.given_labels
    other = [int(code + 1) % int(most) for code, most in zip(given, dataset.options_of())]
    said = [
        ("keep", [int(given[0])]),
        ("relabel", [other[1]]),
        ("several_fit", [int(given[2]), other[2]]),
        ("none_fits", []),
    ]
    said = said[:2] if dataset.open_answers else said
    if run.groups is not None:
        run.groups["alarmed"] = True
    log = [decide(ids[row], *one, reviewer=who, number=row) for row, one in enumerate(said) for who in ("ann", "bob")]
    return Handover(workspace, run, log, DEFAULT_POLICY)


def files_for_others(handover):
    """(what makes it, name, bytes) of every export and every proposal."""
    for options in OPTIONS:
        one = replace(handover, options=options)
        for kind in KINDS:
            if not kind.suits(handover.shape) or kind.name == OWN:
                continue
            try:
                yield kind.name, kind.file_name, write_kind(kind.name, one)
            except InputError as error:
                yield kind.name, "refusal.txt", str(error).encode()
    for to in TARGETS:
        if to == "lm-eval" and not handover.is_question:
            continue
        for name, data in held_files(proposal_files(handover, to)).items():
            yield f"propose to {to}", name, data


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("shape", list(MADE))
def test_no_path_of_a_disk_is_in_any_file(tmp_path, shape, seed):
    (tmp_path / "disk").mkdir()
    reading, disk = MADE[shape](tmp_path / "disk", seed)
    handover = handover_of(reading, tmp_path)
    folders = disk.folders | {str(tmp_path)}
    made = list(files_for_others(handover))
    assert {kind for kind, _, _ in made} >= {"csv", "hugging_face", "everything", "card", "patch", "propose to git"}
    told = {f"{kind}: {name}": found for kind, name, data in made if (found := leaked(name, data, folders))}
    assert not told, json.dumps(told, indent=1)


COMMANDS = {
    "scores.csv": ("score", "{data}", "--group-by", "batch"),
    "scores.parquet": ("score", "{data}", "--group-by", "batch"),
    "calibration.json": ("calibrate", "{data}"),
    "cascade.json": ("cascade", "{data}", "--small", "m0", "--large", "m1"),
    "experts.json": ("experts-report", "{data}", "--quick"),
    "mask.csv": ("mask", "{workspace}"),
    "impact.json": ("impact", "{workspace}"),
    "card.html": ("card", "{workspace}"),
    "card_shown.html": ("card", "{workspace}", "--pictures"),
    "card.json": ("card", "{workspace}"),
    "certificate.json": ("certify", "{workspace}", "--at-most", "0.9"),
    "everything.zip": ("export", "{workspace}"),
}


def test_nor_in_what_the_command_line_writes(tmp_path):
    (tmp_path / "disk").mkdir()
    reading, disk = MADE["pictures"](tmp_path / "disk", 0)
    handover = handover_of(reading, tmp_path)
    store = open_store(handover.workspace.decisions_url, handover.workspace.id)
    store.append(handover.decisions)
    store.close()
    places = {"data": tmp_path / "disk" / "pets", "workspace": handover.workspace.folder}
    (tmp_path / "out").mkdir()
    told, written = {}, set()
    for name, words in COMMANDS.items():
        out = tmp_path / "out" / name
        main([*(word.format(**places) for word in words), "--out", str(out)])
        if out.is_file():
            written.add(name)
            told |= {name: found} if (found := leaked(name, out.read_bytes(), disk.folders | {str(tmp_path)})) else {}
    assert not told, json.dumps(told, indent=1)
    assert written >= COMMANDS.keys() - {"certificate.json"}  # which is written only where it can be claimed


@pytest.mark.parametrize(
    ("cell", "left"),
    [
        ("/home/ann/pets/1.png", "1.png"),
        ("/srv/pets/images/in/1.png", "in/1.png"),
        ("file:///srv/pets/images/in/my%201.png", "in/my 1.png"),
        ("C:\\pets\\1.png", "1.png"),
        ("\\\\nas\\ann\\1.png", "1.png"),
        ("/home/ann/pets/", "pets"),
        ("/home/ann/a.png; /home/ann/b.png", "a.png;b.png"),
        ('{"file": "/home/ann/1.png", "n": 1}', '{"file": "1.png", "n": 1}'),
        ("{'file': 'C:\\\\ann\\\\1.png', 'n': 1}", "{'file': '1.png', 'n': 1}"),
        (["/home/ann/1.png", {"/home/ann/2.png": 3}], ["1.png", {"2.png": 3}]),
        ("cut out of /srv/pets/images/in/1.png, by hand", "cut out of in/1.png, by hand"),
        ("see (/srv/pets/images/a.png) and\nfile:///srv/pets/images/b.png.", "see (a.png) and\nb.png."),
        ('{"how": "from /srv/pets/images/in/1.png"}', '{"how": "from in/1.png"}'),
        ({"how": ["scanned to:/srv/pets/images/in/1.png"]}, {"how": ["scanned to:in/1.png"]}),
    ],
)
def test_a_path_is_told_below_the_pictures_or_by_its_last_part(cell, left):
    assert cell_to_leave(cell, Path("/srv/pets/images")) == left


@pytest.mark.parametrize(
    "cell",
    [
        "", "/", "1/2", "and/or", "in/1.png", "../1.png", "https://pets.example/home/ann", "s3://pets/1.png", "/ˈkæt/",
        "/start of it", "// a comment", "/* a comment */", "C: a letter", "12:30", "\\frac{1}{2}", "\\\\ new line", None,
        "[see page 3/4]", "{1/2, 3/4}", "/m/01g317", '{"a": "b/c",  "n": 1}', "So:\n/usr/bin/env python", 3,
        ["1/2", {"a": 1.5}], "as in /srv/pets/images2/1.png", "see https://pets.example/srv/pets/images/1.png",
        "edit /home/user/.bashrc, then /etc/hosts", "10/10, and/or 1/2", "under ../srv/pets/images/1.png",
    ],
)  # fmt: skip
def test_what_is_no_path_stays_as_it_is(cell):
    assert cell_to_leave(cell, Path("/srv/pets/images")) is cell


class OnWindows(PureWindowsPath):
    def resolve(self):
        return self


@pytest.mark.parametrize("said", ["made of C:\\pets\\images\\in\\1.png", "made of C:/pets/images/in/1.png"])
def test_a_sentence_names_the_pictures_however_the_disk_writes_its_folders(said):
    assert cell_to_leave(said, OnWindows("C:/pets/images")) == f"made of {said.partition('images')[2][1:]}"


@pytest.mark.parametrize("root", [None, Path("/srv/pets/images")])
@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("scanned to /home/ann/scans/1.png, then (/home/ann/2.png)", "scanned to scans/1.png, then (2.png)"),
        ({"log": ["see file:///home/ann/logs/a.txt"]}, {"log": ["see logs/a.txt"]}),
        ("ask /home/anna/x.png or https://pets.example/home/ann/x", "ask /home/anna/x.png or https://pets.example/home/ann/x"),
    ],
)  # fmt: skip
def test_nor_does_a_sentence_name_ones_home(monkeypatch, said, left, root):
    monkeypatch.setattr(fit_to_leave, "ones_home", lambda: Path("/home/ann"))
    assert cell_to_leave(said, root) == left


def test_nor_do_sentences_in_columns_that_go_out_as_they_came(monkeypatch):
    monkeypatch.setattr(fit_to_leave, "ones_home", lambda: Path("/home/ann"))
    column = pa.array(["scanned to /home/ann/scans/1.png", "by hand, see https://pets.example/a/b", None])
    left = without_local(column, "").to_pylist()
    assert left == ["scanned to scans/1.png", "by hand, see https://pets.example/a/b", None]


def test_a_folder_at_the_top_of_a_disk_is_no_reason_to_change_a_sentence():
    said = "mount it at /data/x"
    assert cell_to_leave(said, Path("/data")) is said
    assert cell_to_leave("in data/pets/x.png", Path("data/pets")) == "in data/pets/x.png"


def test_the_owners_own_table_keeps_its_columns_and_the_archive_does_not(tmp_path):
    (tmp_path / "disk").mkdir()
    reading, _ = MADE["pictures"](tmp_path / "disk", 0)
    handover = handover_of(reading, tmp_path)
    table = pd.read_csv(io.BytesIO(write_kind(OWN, handover)), dtype=str, keep_default_na=False)
    for name in ("path", "file_source", "info", "batch"):
        assert table[name].tolist() == reading.dataset.samples[name].tolist()
    with zipfile.ZipFile(io.BytesIO(write_kind("everything", handover))) as held:
        sent = pd.read_csv(held.open("samples_corrected.csv"), dtype=str, keep_default_na=False)
    assert sent["path"][0] == "0.wav" and table["path"][0] != "0.wav"
    assert sent[["sample_id", "label_corrected"]].equals(table[["sample_id", "label_corrected"]])


def test_what_is_asked_and_answered_is_no_path_whatever_it_looks_like(tmp_path):
    options = [["/etc/passwd", "/etc/shadow", "C:/boot.ini", f"/{row}/x"] for row in range(12)]
    table = pa.table({
        "id": [f"q{row}" for row in range(12)],
        "question": [f"/etc/hosts/{row}" for row in range(12)],
        "choices": options,
        "answer": ["A", "B"] * 6,
    }).replace_schema_metadata({"huggingface": '{"info": {"features": {}}}'})  # fmt: skip
    pq.write_table(table, tmp_path / "quiz.parquet")
    votes = tiny.write(tmp_path / "v.csv", "sample_id,answer", *(f"q{row},{'ABCD'[row % 4]}" for row in range(12)))
    handover = handover_of(read_loose(tmp_path / "quiz.parquet", {"v": votes}), tmp_path)
    for kind in ("hugging_face", "lm_eval_task", "mmlu_redux", "label_studio"):
        held = "\n".join(texts_in(BY_NAME[kind].file_name, write_kind(kind, handover)))
        assert "/etc/shadow" in held and "C:/boot.ini" in held and "/etc/hosts/" in held, kind


@pytest.mark.parametrize(
    "cell", ["/srv/pets/1.png", "D:\\pets\\1.png", "scanned to /home/ann/scans/1.png", "a/b;/srv/x/1.png"]
)
def test_a_path_among_many_other_texts_is_found(monkeypatch, cell):
    monkeypatch.setattr(fit_to_leave, "ones_home", lambda: Path("/home/ann"))
    monkeypatch.setattr(fit_to_leave, "AT_ONCE", 2)
    frame = pd.DataFrame(
        {"sample_id": list("abcde"), "where": ["web", "a/b.png", "x", "y", cell], "other": list("abcde")}
    )
    left = fit_to_leave._columns_to_leave(frame, None)
    assert left["where"].tolist() == [*frame["where"][:4], cell_to_leave(cell)] and left["where"][4] != cell
    assert fit_to_leave._columns_to_leave(frame.iloc[:4], None).equals(frame.iloc[:4])
