"""References of free answers corrected where they came from, and given back: tables and the logs of a harness."""

import ast
import json
import os
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest
import yaml

from cleaning.__main__ import main
from cleaning.domain.settings import Settings
from cleaning.export.formats.lm_eval_task import lm_eval_task_files
from cleaning.export.handover import Handover
from cleaning.export.kinds import write_kind
from cleaning.export.patch.mask import mask_of
from cleaning.keep.decisions import Decision
from cleaning.keep.workspaces import create_workspace
from cleaning.settle.policy import DEFAULT_POLICY
from cleaning.suspect import pipeline
from data_adapters import read

GOLD = ["18", "3", "1,000", "0.5", "12 km", "7", "90 %", "2/3"]
TRUE = ["18", "4", "1,000", "0.5", "13 km", "7", "95 %", "2/3"]
SHAPES = ("plain", "worked", "listed", "number", "trivia")


def written_as(shape: str, text: str, corrected: bool = False) -> tuple[object, dict]:
    """(the target, the document's own answer) as tasks write them; other answers that are accepted for a wrong reference
    are none for the right one."""
    if shape == "worked":
        worked = f"Ünd so it is: 3 and {text}.\n#### {text}"
        return worked, {"answer": worked}
    also = [] if corrected else ["or so"]
    if shape == "listed":
        return [text, *also], {"answer": [text, *also], "level": text}
    if shape == "trivia":
        plain = text.lower().translate(str.maketrans({mark: " " for mark in ",./%"})).strip()
        own = {"value": text, "aliases": [text, *also], "normalized_value": plain, "normalized_aliases": [plain, *also]}
        return [text, *also], {"answer": own}
    if shape == "number" and text.isdecimal():
        return int(text), {"solution": int(text)}
    return f" {text}", {"answer": text}


def write_logs(root: Path, shape: str) -> Path:
    for model in ("small", "large"):
        (root / model).mkdir(parents=True)
        lines = []
        for name in ("strict", "flexible"):
            for i, gold in enumerate(GOLD):
                target, doc = written_as(shape, gold)
                said = TRUE[i] if model == "large" else GOLD[(i + 3) % len(GOLD)]
                lines.append({
                    "doc_id": i, "doc": {"question": f"Question {i}?", **doc}, "target": target,
                    "resps": [[f"The answer is {said}."]], "filtered_resps": [said], "filter": name,
                    "exact_match": float(said == gold),
                })  # fmt: skip
        path = root / model / "samples_sums_2026-01-01T00-00-00.000000.jsonl"
        path.write_text("".join(json.dumps(line, ensure_ascii=model == "large") + "\n" for line in lines), "utf-8")
    return root


def decided(folder: Path, source: Path) -> Handover:
    """Where the large one is right against the reference its answer is picked; one sample has no single answer."""
    reading = read(source)
    workspace = create_workspace(folder / "workspaces", reading.dataset, reading.experts)
    run = workspace.save_run(pipeline.run(reading.dataset, reading.experts, Settings(budget=4)), [*reading.experts])
    large = next(e for e in reading.experts if e.name == "large")
    log = []
    for i, (sample, given, said) in enumerate(
        zip(reading.dataset.sample_ids, reading.dataset.given_labels, large.predicted)
    ):
        number = int(str(sample).rpartition("/")[2])
        if number == 7:
            log.append(Decision(f"{i:032d}", run.id, sample, "ann", "no_single_answer", decided_at="2026-01-01"))
        elif given != said:
            log.append(Decision(f"{i:032d}", run.id, sample, "ann", "relabel", (int(said),), decided_at="2026-01-01"))
    return Handover(workspace, run, log, DEFAULT_POLICY)


@pytest.fixture(params=SHAPES)
def logs(request, tmp_path):
    """(a folder of logs, its patch)."""
    source = write_logs(tmp_path / "logs", request.param)
    patch = tmp_path / "patch.jsonl"
    patch.write_bytes(write_kind("patch", decided(tmp_path, source)))
    return source, patch, request.param


def records(folder: Path) -> list[dict]:
    return [
        json.loads(line) for file in sorted(folder.glob("*/*.jsonl")) for line in file.read_text("utf-8").splitlines()
    ]


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_logs_get_the_corrected_references_and_nothing_else(logs, tmp_path, capsys):
    source, patch, shape = logs
    out = tmp_path / "corrected"
    assert main(["apply", str(patch), str(source), "--out", str(out)]) == 0
    assert "3 references of 8 in 2 files changed; 1 dropped sample keep" in capsys.readouterr().out
    for before, after in zip(records(source), records(out), strict=True):
        target, doc = written_as(shape, GOLD[before["doc_id"]])
        if shape == "number" and isinstance(target, int):
            target, doc = int(TRUE[before["doc_id"]]), {"solution": int(TRUE[before["doc_id"]])}
        elif before["doc_id"] != 7:
            target, doc = written_as(shape, TRUE[before["doc_id"]], TRUE[before["doc_id"]] != GOLD[before["doc_id"]])
        if shape == "listed":
            doc["level"] = before["doc"]["level"]  # no answer, though it says the same
        if shape == "worked" and before["doc_id"] != 7:  # the working stays as it was; only its end is corrected
            old, new = GOLD[before["doc_id"]], TRUE[before["doc_id"]]
            target = f"Ünd so it is: 3 and {old}.\n#### {new}"
            doc = {"answer": target}
        assert after == before | {"target": target, "doc": {"question": before["doc"]["question"], **doc}}
    again = read(out).dataset
    said = dict(zip(again.sample_ids, again.samples["reference"]))
    assert {i: said[f"sums/{i}"] for i in range(7)} == dict(enumerate(TRUE[:7]))


def gives_every_byte_back(source: Path, patch: Path, tmp_path: Path, capsys) -> None:
    """Applied to a folder and reverted by its receipts."""
    out, back = tmp_path / "corrected", tmp_path / "back"
    assert main(["apply", str(patch), str(source), "--out", str(out)]) == 0
    assert main(["revert", str(patch), str(out), "--out", str(back)]) == 0
    assert "the same bytes as before the patch" in capsys.readouterr().out
    assert tree(back) == tree(source)


def test_a_receipt_gives_every_byte_back(logs, tmp_path, capsys):
    source, patch, _ = logs
    gives_every_byte_back(source, patch, tmp_path, capsys)


def test_without_a_receipt_the_references_come_back(logs, tmp_path):
    source, patch, shape = logs
    out, back = tmp_path / "corrected", tmp_path / "back"
    assert main(["apply", str(patch), str(source), "--out", str(out)]) == 0
    assert main(["revert", str(patch), str(out), "--out", str(back), "--no-receipt"]) == 0
    said = [read(place).dataset.samples["reference"].tolist() for place in (source, back)]
    assert said[0] == said[1]
    if shape not in ("listed", "trivia"):  # what was accepted beside a reference is known to the receipt alone
        assert records(back) == records(source)


def test_one_log_alone_by_another_name_too(logs, tmp_path):
    source, patch, _ = logs
    (file,) = (source / "large").glob("*.jsonl")
    one, back = tmp_path / "one.jsonl", tmp_path / "back.jsonl"
    assert main(["apply", str(patch), str(file), "--out", str(one)]) == 0
    assert one.read_bytes() != file.read_bytes() and (tmp_path / "one.jsonl.applied.json").exists()
    assert main(["revert", str(patch), str(one), "--out", str(back)]) == 0
    assert back.read_bytes() == file.read_bytes()


def test_what_is_not_as_the_patch_expects_is_refused(logs, tmp_path, capsys):
    source, patch, _ = logs
    out = tmp_path / "corrected"
    assert main(["revert", str(patch), str(source), "--out", str(out)]) == 2
    assert "3 samples of the patch with another reference" in capsys.readouterr().err and not out.exists()
    assert main(["apply", str(patch), str(source), "--out", str(out)]) == 0
    (changed,) = (out / "small").glob("*.jsonl")
    changed.write_bytes(changed.read_bytes() + b"\n")
    assert main(["revert", str(patch), str(out), "--out", str(tmp_path / "back")]) == 2
    assert "changed after the patch was applied" in capsys.readouterr().err
    assert main(["apply", str(patch), str(out), "--out", str(tmp_path / "twice")]) == 2
    assert "applied already" in capsys.readouterr().err


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_a_table_of_worked_references_too(tmp_path, ending):
    rows = {"id": range(8), "question": [f"Question {i}?" for i in range(8)]}
    table = pd.DataFrame(rows | {"reference": [f'So, "it" is.\n#### {one}' for one in GOLD]})
    table = table.assign(large_answer=TRUE, small_answer=GOLD[::-1])
    source, out, back, patch = (
        tmp_path / name for name in (f"t.{ending}", f"o.{ending}", f"b.{ending}", "patch.jsonl")
    )
    table.to_csv(source, index=False) if ending == "csv" else table.to_json(source, orient="records", lines=True)
    patch.write_bytes(write_kind("patch", decided(tmp_path, source)))
    assert main(["apply", str(patch), str(source), "--out", str(out)]) == 0
    told = pd.read_csv(out) if ending == "csv" else pd.read_json(out, lines=True)
    assert list(told["reference"])[:7] == [f'So, "it" is.\n#### {one}' for one in TRUE[:7]]
    assert main(["revert", str(patch), str(out), "--out", str(back)]) == 0
    assert back.read_bytes() == source.read_bytes()


@pytest.mark.parametrize("ending", ["csv", "jsonl", "python"])
def test_a_table_whose_references_are_lists_of_accepted_answers(tmp_path, ending):
    listed = [[one, f"about {one}"] for one in GOLD]
    table = pd.DataFrame({"id": range(8), "question": [f"Question {i}?" for i in range(8)], "reference": listed})
    table = table.assign(large_answer=TRUE, small_answer=[f"about {one}" for one in GOLD])
    source, out, back = (tmp_path / f"{name}.{'csv' if ending == 'python' else ending}" for name in "tob")
    patch = tmp_path / "patch.jsonl"
    if ending == "jsonl":
        table.to_json(source, orient="records", lines=True)
    else:
        table["reference"] = table["reference"].map(json.dumps if ending == "csv" else repr)
        table.to_csv(source, index=False)
    small = next(e for e in read(source).experts if e.name == "small")
    assert small.predicted.tolist() == read(source).dataset.given_labels.tolist(), "an accepted answer is the reference"
    patch.write_bytes(write_kind("patch", decided(tmp_path, source)))
    assert main(["apply", str(patch), str(source), "--out", str(out)]) == 0
    written = pd.read_json(out, lines=True)["reference"] if ending == "jsonl" else pd.read_csv(out)["reference"]
    told = [one if isinstance(one, list) else ast.literal_eval(one) for one in written]
    assert told == [[TRUE[i]] if TRUE[i] != GOLD[i] and i != 7 else listed[i] for i in range(8)]
    assert main(["revert", str(patch), str(out), "--out", str(back)]) == 0
    assert back.read_bytes() == source.read_bytes()


def test_the_mask_of_such_logs_says_what_the_patch_does(tmp_path):
    handover = decided(tmp_path, write_logs(tmp_path / "logs", "plain"))
    entries = dict(zip(mask_of(handover).sample_ids, mask_of(handover).entries))
    assert [entries[f"sums/{i}"].partition(":")[0] for i in range(8)] == [
        "keep", "replace", "keep", "keep", "replace", "keep", "replace", "drop",
    ]  # fmt: skip


def test_the_harness_task_of_free_answers_asks_for_words(tmp_path):
    files = lm_eval_task_files(decided(tmp_path, write_logs(tmp_path / "logs", "plain")))
    told = yaml.safe_load(files["sums_corrected.yaml"].decode().replace("!function ", ""))
    assert told["output_type"] == "generate_until" and told["doc_to_target"] == "corrected"
    assert "doc_to_choice" not in told and told["generation_kwargs"]["until"] == ["\n"]
    documents = [json.loads(line) for line in files["sums_corrected.jsonl"].decode().splitlines()]
    assert [one["corrected"] for one in documents] == TRUE[:7] and [one["given"] for one in documents] == GOLD[:7]
    assert "choices" not in documents[0] and "graded_otherwise" not in documents[0]
    assert json.loads(files["excluded.jsonl"])["sample_id"] == "sums/7"
    assert "3 with other references" in files["README.md"].decode()


LM_EVAL = os.environ.get("SECOND_OPINION_LM_EVAL") or shutil.which("lm_eval")


@pytest.mark.skipif(not LM_EVAL, reason="lm_eval is not installed; name its command in SECOND_OPINION_LM_EVAL")
def test_lm_eval_runs_the_task_and_its_log_is_read(tmp_path):
    handover = decided(tmp_path, write_logs(tmp_path / "logs", "plain"))
    for name, data in lm_eval_task_files(handover).items():
        (tmp_path / name).write_bytes(data)
    asked = ["run", "--include_path", tmp_path, "--tasks", "sums_corrected", "--model", "dummy"]
    out = tmp_path / "out"
    subprocess.run([LM_EVAL, *map(str, asked), "--output_path", str(out), "--log_samples"], check=True, cwd="/")
    (log,) = out.rglob("samples_*.jsonl")
    assert list(read(log).dataset.samples["reference"]) == TRUE[:7]
