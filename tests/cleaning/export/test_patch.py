"""The patch refuses any damage, applies only where it fits, and comes off without a trace."""

import hashlib
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleaning.command_line import main
from cleaning.errors import InputError
from cleaning.export import Policy, write_export
from cleaning.export.patch.label_fields import find_fields
from cleaning.export.patch.patch import labels_sha256, read_patch
from cleaning.keep.workspaces import create_workspace
from cleaning.settle.final_labels import settle
from data_adapters import read_folder
from tests.cleaning.export.making import a_workspace, decide, some_decisions

SPELLINGS = ['"toad, the"', "frog", '"toad, the"', '"Frog"', '"toad, the"', "frog"]  # as people write them
CSV = 'sample_id,label,"a, b"\r\n' + "".join(f'"s{i:02d}",{SPELLINGS[i % 6]},x{i}\r\n' for i in range(12))


def a_folder(place, text=CSV, name="samples.csv", classes="frog\ntoad, the\nnewt\n"):
    """A dataset folder with one voting expert."""
    (place / "experts").mkdir(parents=True)
    (place / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    (place / "class_names.txt").write_text(classes)
    np.save(place / "experts" / "net.npy", np.random.default_rng(0).dirichlet(np.ones(3), 12).astype(np.float32))
    return place


def a_patch(folder, root, decide_all=None):
    """(patch bytes, decisions): relabels a few samples of the folder."""
    from cleaning.suspect import pipeline

    reading = read_folder(folder)
    dataset = reading.dataset
    workspace = create_workspace(root, dataset, reading.experts)
    run = workspace.save_run(pipeline.run(dataset, reading.experts), reading.experts)
    log = (decide_all or _a_few)(dataset)
    return write_export("patch", workspace, run, log)


def _a_few(dataset):
    ids, labels = dataset.sample_ids, dataset.given_labels
    return [
        decide(ids[0], "relabel", [2], "ann", 0),
        decide(ids[1], "relabel", [2], "ann", 1),
        decide(ids[1], "keep", [int(labels[1])], "bob", 2),  # contested
        decide(ids[3], "relabel", [1], "bob", 3),
        decide(ids[4], "none_fits", [], "ann", 4),
        decide(ids[5], "relabel", [2], "ann", 5),
        decide(ids[5], "relabel", [2], "bob", 6),
    ]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    place = tmp_path_factory.mktemp("made")
    folder = a_folder(place / "frogs")
    data = a_patch(folder, place / "ws")
    (place / "patch.jsonl").write_bytes(data)
    return place, folder, data


def call(*arguments):
    return main([str(a) for a in arguments])


def test_the_patch_holds_what_the_schema_says(tmp_path):
    workspace, run = a_workspace(tmp_path)
    dataset = workspace.dataset()
    log = some_decisions(dataset, run.id)
    lines = [json.loads(line) for line in write_export("patch", workspace, run, log).decode().splitlines()]
    head, body, end = lines[0], lines[1:-1], lines[-1]
    assert head["format"] == "second-opinion-patch" and head["dataset"]["fingerprint"] == dataset.fingerprint()
    assert head["decided"] == len(body) == 9 and end["lines"] == 10
    by_id = {line["sample_id"]: line for line in body}
    line = by_id["s0001"]
    assert line["old"] == dataset.given_labels[1] and line["new"] == [(dataset.given_labels[1] + 1) % 4]
    assert [v["reviewer"] for v in line["votes"]] == ["reviewer-1", "reviewer-2"]
    assert line["votes"][0]["note"] == 'said "so"' and line["votes"][0]["mode"] == "blind"
    assert by_id["s0005"]["status"] == "contested" and by_id["s0005"]["mask"] == "keep"
    assert by_id["s0003"]["mask"] == "drop" and by_id["s0002"]["verdict"] == "several_fit"
    experts = [e["confidence"] for e in line["experts"]]
    assert experts == pytest.approx(run.confidence[1].tolist(), abs=1e-6)
    assert "ann" not in {v["reviewer"] for one in body for v in one["votes"]}


def test_settling_the_votes_of_a_patch_gives_its_labels(tmp_path):
    workspace, run = a_workspace(tmp_path)
    dataset, log = workspace.dataset(), some_decisions(workspace.dataset(), run.id)
    patch = read_patch(write_export("patch", workspace, run, log))
    for policy in (Policy(), Policy("unanimous"), Policy("adjudicated"), Policy(several_fit="first")):
        ours = settle(dataset.sample_ids, dataset.given_labels, log, policy)
        theirs = settle(dataset.sample_ids, dataset.given_labels, patch.decisions, policy)
        assert theirs.codes().tolist() == ours.codes().tolist() and list(theirs.mask()) == list(ours.mask())


def test_fingerprint_of_labels_ignores_the_order_of_rows_only():
    assert labels_sha256(["a", "b"], [0, 1]) == labels_sha256(["b", "a"], [1, 0])
    assert labels_sha256(["a", "b"], [0, 1]) != labels_sha256(["a", "b"], [1, 0])
    assert labels_sha256(["a"], [0]) == hashlib.sha256(b'["a", 0]').hexdigest()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_patch_damaged_anywhere_is_refused(made, data):
    whole = made[2]
    place = data.draw(st.integers(0, len(whole) - 1))
    how = data.draw(st.sampled_from(["cut", "flip", "drop", "double"]))
    byte = data.draw(st.integers(0, 255).filter(lambda b: b != whole[place]))
    damaged = {
        "cut": whole[:place],
        "flip": whole[:place] + bytes([byte]) + whole[place + 1 :],
        "drop": whole[:place] + whole[place + 1 :],
        "double": whole[:place] + whole[place:] + whole[place:],
    }[how]
    if how == "double" and place == 0:
        damaged = whole + b"\n"
    with pytest.raises(InputError):
        read_patch(damaged)
    assert read_patch(whole).header["decided"] == 5


def test_a_damaged_patch_writes_nothing(made, tmp_path, capsys):
    _, folder, data = made
    (tmp_path / "bad.jsonl").write_bytes(data.replace(b'"seconds": 2.5', b'"seconds": 2.6', 1))
    assert call("apply", tmp_path / "bad.jsonl", folder, "--out", tmp_path / "out.csv") == 2
    assert "its SHA-256 does not match" in capsys.readouterr().err
    (tmp_path / "cut.jsonl").write_bytes(data[:-30])
    assert call("apply", tmp_path / "cut.jsonl", folder, "--out", tmp_path / "out.csv") == 2
    assert "is cut short" in capsys.readouterr().err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["bad.jsonl", "cut.jsonl"]


def test_apply_and_revert_a_table(made, tmp_path, capsys):
    place, folder, _ = made
    out, again = tmp_path / "out.csv", tmp_path / "again.csv"
    assert call("apply", place / "patch.jsonl", folder, "--out", out) == 0
    assert "3 labels of 12 changed; 1 dropped sample keep their label" in capsys.readouterr().out
    before, after = pd.read_csv(folder / "samples.csv"), pd.read_csv(out)
    changed = np.flatnonzero(before["label"] != after["label"])
    assert changed.tolist() == [0, 3, 5]
    assert after["label"][changed].tolist() == ["newt", "toad, the", "newt"]
    assert call("revert", place / "patch.jsonl", out, "--out", again) == 0
    assert again.read_bytes() == CSV.encode()


def test_apply_and_revert_a_folder(made, tmp_path):
    place, folder, _ = made
    assert call("apply", place / "patch.jsonl", folder, "--out", tmp_path / "new") == 0
    assert read_folder(tmp_path / "new").dataset.given_labels[[0, 3, 5]].tolist() == [2, 1, 2]
    assert call("revert", place / "patch.jsonl", tmp_path / "new", "--out", tmp_path / "old") == 0
    files = [p.relative_to(folder) for p in sorted(folder.rglob("*")) if p.is_file()]
    assert files == [p.relative_to(tmp_path / "old") for p in sorted((tmp_path / "old").rglob("*")) if p.is_file()]
    assert all((folder / p).read_bytes() == (tmp_path / "old" / p).read_bytes() for p in files)


def test_apply_by_a_stricter_policy(made, tmp_path):
    place, folder, _ = made
    arguments = ("--settle", "unanimous", "--least-votes", "2")
    assert call("apply", place / "patch.jsonl", folder, *arguments, "--out", tmp_path / "two.csv") == 0
    assert np.flatnonzero(pd.read_csv(tmp_path / "two.csv")["label"] == "newt").tolist() == [5]
    assert call("revert", place / "patch.jsonl", tmp_path / "two.csv", "--out", tmp_path / "again.csv") == 0
    assert (tmp_path / "again.csv").read_bytes() == CSV.encode()


def test_applying_twice_is_refused(made, tmp_path, capsys):
    place, folder, _ = made
    assert call("apply", place / "patch.jsonl", folder, "--out", tmp_path / "one.csv") == 0
    assert call("apply", place / "patch.jsonl", tmp_path / "one.csv", "--out", tmp_path / "two.csv") == 2
    assert "The patch is applied already" in capsys.readouterr().err and not (tmp_path / "two.csv").exists()
    assert call("revert", place / "patch.jsonl", folder, "--out", tmp_path / "two.csv") == 2
    assert "not applied to these labels" in capsys.readouterr().err and not (tmp_path / "two.csv").exists()


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('"s00","toad, the"', '"s00",newt', "s00 is 'newt', expected 'toad, the'. The patch is applied already"),
        ('"s08"', '"s07"', "more than once: s07"),
        ('"s08","toad, the"', '"s08",moose', "1 label in 'changed.csv' (column 'label') none of the patch's classes"),
    ],
)  # fmt: skip
def test_another_dataset_is_refused(made, tmp_path, capsys, old, new, sentence):
    place, _, _ = made
    assert old in CSV
    (tmp_path / "changed.csv").write_bytes(CSV.replace(old, new).encode())
    assert call("apply", place / "patch.jsonl", tmp_path / "changed.csv", "--out", tmp_path / "out.csv") == 2
    assert sentence in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["changed.csv"]


def test_rows_in_another_order_are_fine(made, tmp_path):
    place, _, _ = made
    lines = CSV.split("\r\n")
    (tmp_path / "turned.csv").write_bytes("\r\n".join([lines[0], *lines[-2:0:-1], ""]).encode())
    assert call("apply", place / "patch.jsonl", tmp_path / "turned.csv", "--out", tmp_path / "out.csv") == 0
    after = pd.read_csv(tmp_path / "out.csv").set_index("sample_id")["label"]
    assert after["s00"] == "newt" and after["s03"] == "toad, the"


def test_a_table_changed_after_apply_is_not_given_back_silently(made, tmp_path, capsys):
    place, folder, _ = made
    out = tmp_path / "out.csv"
    assert call("apply", place / "patch.jsonl", folder, "--out", out) == 0
    out.write_bytes(out.read_bytes().replace(b"x7", b"y7"))
    assert call("revert", place / "patch.jsonl", out, "--out", tmp_path / "again.csv") == 2
    assert "was changed after the patch was applied" in capsys.readouterr().err
    assert call("revert", place / "patch.jsonl", out, "--out", tmp_path / "again.csv", "--no-receipt") == 0
    labels = pd.read_csv(tmp_path / "again.csv")["label"].str.lower().tolist()
    assert labels == pd.read_csv(folder / "samples.csv")["label"].str.lower().tolist()


def test_a_receipt_that_was_edited_is_refused(made, tmp_path, capsys):
    place, folder, _ = made
    out, receipt = tmp_path / "out.csv", tmp_path / "out.csv.applied.json"
    assert call("apply", place / "patch.jsonl", folder, "--out", out) == 0
    whole = receipt.read_text()
    for spoiled in (whole.replace("Frog", "frog"), whole[:80], whole.replace('"s03"', '"s3"'), "[1]"):
        assert spoiled != whole
        receipt.write_text(spoiled)
        assert call("revert", place / "patch.jsonl", out, "--out", tmp_path / "again.csv") == 2
        assert "receipt" in capsys.readouterr().err and not (tmp_path / "again.csv").exists()


def written_as(kind):
    """One table in several file formats, as bytes, with its ending."""
    ids, labels = [f"s{i:02d}" for i in range(12)], [i % 3 for i in range(12)]
    names = ["frog", "toad, the", "newt"]
    frame = pd.DataFrame({"sample_id": ids, "label": [names[k] for k in labels], "note": ['"'] * 12})
    lines = [json.dumps({"sample_id": i, "nested": {"label": 1}, "label": k}) for i, k in zip(ids, labels)]
    texts = {
        "tsv": frame.to_csv(index=False, sep="\t").encode(),
        "semicolons": ("\ufeff" + frame.to_csv(index=False, sep=";", lineterminator="\r\n")).encode(),
        "utf-16": frame.to_csv(index=False, lineterminator="\r\n").encode("utf-16"),
        "no last line end": frame.to_csv(index=False).rstrip().encode(),
        "numbers": pd.DataFrame({"label": labels, "sample_id": ids}).to_csv(index=False).encode(),
        "jsonl numbers": ("\n".join(lines) + "\n\n").encode(),
        "jsonl names": frame.to_json(orient="records", lines=True).encode(),
        "parquet": None,
        "dictionary": None,
        "feather": None,
    }
    return texts[kind], frame


@pytest.mark.parametrize(
    ("kind", "ending"),
    [
        ("tsv", ".tsv"), ("semicolons", ".csv"), ("utf-16", ".csv"), ("no last line end", ".csv"), ("numbers", ".csv"),
        ("jsonl numbers", ".jsonl"), ("jsonl names", ".jsonl"), ("parquet", ".parquet"), ("dictionary", ".parquet"),
        ("feather", ".feather"),
    ],
)  # fmt: skip
def test_every_file_format_comes_back_byte_for_byte(tmp_path, kind, ending):
    data, frame = written_as(kind)
    table = tmp_path / f"samples{ending}"
    if kind == "feather":
        frame.to_feather(table)
    elif data is None:
        kept = frame.astype({"label": "category"}) if kind == "dictionary" else frame
        kept.to_parquet(table, compression="gzip", index=False)
    else:
        table.write_bytes(data)
    folder = a_folder(tmp_path / "folder", table.read_bytes(), table.name)
    (tmp_path / "patch.jsonl").write_bytes(a_patch(folder, tmp_path / "ws"))
    before = read_folder(folder).dataset.given_labels
    out, again = tmp_path / f"out{ending}", tmp_path / f"again{ending}"
    assert call("apply", tmp_path / "patch.jsonl", table, "--out", out) == 0
    (folder / table.name).write_bytes(out.read_bytes())
    after = read_folder(folder).dataset.given_labels
    assert (before != after).sum() > 1 and after[[0, 5]].tolist() == [2, 2] and after[3] == 1
    assert call("revert", tmp_path / "patch.jsonl", out, "--out", again) == 0
    assert again.read_bytes() == table.read_bytes()


field = st.text(st.sampled_from('ab,;"\n\r é'), max_size=5)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(field, st.sampled_from(["one", '"one"', "two, 2", " two"]), field), min_size=12, max_size=12))
def test_apply_then_revert_is_the_identity_on_any_csv(tmp_path_factory, rows):
    def quoted(text):
        return '"' + text.replace('"', '""') + '"'

    def label(text):
        return quoted(text) if "," in text else text

    place = tmp_path_factory.mktemp("any")
    text = "before,sample_id,label,after\n" + "".join(
        f"{quoted(a)},s{i},{label(k if ',' not in k else 'two')},{quoted(b)}\n" for i, (a, k, b) in enumerate(rows)
    )
    folder = a_folder(place / "folder", text, classes="one\ntwo\nthree\n")
    (place / "patch.jsonl").write_bytes(a_patch(folder, place / "ws"))
    out, again = place / "out.csv", place / "again.csv"
    assert call("apply", place / "patch.jsonl", folder, "--out", out) == 0
    assert out.read_bytes() != text.encode()
    assert call("revert", place / "patch.jsonl", out, "--out", again) == 0
    assert again.read_bytes() == text.encode()


def test_questions_that_differ_are_refused(tmp_path, capsys):
    text = "sample_id,question,choices,label\n" + "".join(
        f"""q{i:02d},What is {i}?,"['a{i}', 'b', 'c']",{"ABC"[i % 3]}\n""" for i in range(12)
    )
    folder = a_folder(tmp_path / "quiz", text)
    (tmp_path / "patch.jsonl").write_bytes(a_patch(folder, tmp_path / "ws"))
    assert call("apply", tmp_path / "patch.jsonl", folder, "--out", tmp_path / "out.csv") == 0
    assert pd.read_csv(tmp_path / "out.csv")["label"].tolist()[:6] == ["C", "B", "C", "B", "B", "C"]
    (folder / "samples.csv").write_text(text.replace("What is 7?", "What was 7?"))
    assert call("apply", tmp_path / "patch.jsonl", folder, "--out", tmp_path / "no.csv") == 2
    assert "Questions or options in 'samples.csv' differ" in capsys.readouterr().err
    assert not (tmp_path / "no.csv").exists()


def test_the_dataset_itself_is_never_overwritten(made, tmp_path, capsys):
    place, folder, _ = made
    assert call("apply", place / "patch.jsonl", folder, "--out", folder / "samples.csv") == 2
    assert "is the dataset itself" in capsys.readouterr().err
    assert call("apply", place / "patch.jsonl", folder, "--out", folder / "inside") == 2
    assert (folder / "samples.csv").read_bytes() == CSV.encode()


def test_reverting_by_another_policy_is_refused(made, tmp_path, capsys):
    place, folder, _ = made
    out, again = tmp_path / "out.csv", tmp_path / "again.csv"
    assert call("apply", place / "patch.jsonl", folder, "--least-votes", "2", "--out", out) == 0
    assert call("revert", place / "patch.jsonl", out, "--no-receipt", "--out", again) == 2
    assert "2 samples with labels that applying the patch by this policy does not give" in capsys.readouterr().err
    assert not again.exists()
    assert call("revert", place / "patch.jsonl", out, "--no-receipt", "--least-votes", "2", "--out", again) == 0


def test_new_labels_are_written_as_the_old_ones():
    fields = find_fields(b'a,b\n"x",1\ny,2\n', ".csv", "a")
    assert [fields.written("z", row) for row in (0, 1)] == ['"z"', "z"]
    assert fields.written('say "z", z', 1) == '"say ""z"", z"'
    lines = find_fields(b'{"a": 1}\n{"a": "1"}\n{"a": "x"}\n', ".jsonl", "a")
    assert [lines.written("2", row) for row in (0, 1)] == ["2", '"2"'] and lines.written("n", 0) == '"n"'
    with pytest.raises(InputError, match="goes on behind its closing quote"):
        find_fields(b'a,b\n"x"y,1\n', ".csv", "a")
