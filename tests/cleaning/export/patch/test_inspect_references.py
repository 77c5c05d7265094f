"""Corrected references in logs of Inspect, archives and JSON, and every byte back."""

import json
import struct
import zipfile
import zlib
from pathlib import Path

import pyarrow as pa
import pytest

from cleaning.__main__ import main
from cleaning.export.kinds import write_kind
from cleaning.export.patch.archive_members import joined, pieces, with_members
from data_adapters import read
from data_adapters.layouts.inspect_archives import ZSTANDARD, read_archive, read_members
from tests.cleaning.export.patch.test_patched_references import GOLD, TRUE, decided, gives_every_byte_back


def log_of(model: str) -> dict:
    samples = []
    for i, gold in enumerate(GOLD):
        said = TRUE[i] if model == "large" else GOLD[(i + 3) % len(GOLD)]
        target = [gold, f"about {gold}"] if i % 2 else gold
        begun = {"event": "sample_init", "sample": {"input": f"Question {i}?", "target": target, "id": str(i)}}
        scored = {"event": "score", "score": {"value": "I"}, "target": target}
        samples.append({
            "id": str(i), "epoch": 1, "input": f"Question {i}?", "target": target, "events": [begun, scored],
            "output": {"completion": f"The answer is {said}."}, "scores": {"match": {"value": "C", "answer": said}},
        })  # fmt: skip
    return {"version": 2, "status": "success", "eval": {"task": "sums", "model": model}, "samples": samples}


def summaries(told: dict) -> list[dict]:
    return [{key: one[key] for key in ("id", "epoch", "input", "target", "scores")} for one in told["samples"]]


def write_json_log(told: dict, path: Path, way: str) -> None:
    path.write_text(json.dumps(told, indent=2 if way == "json" else None, ensure_ascii=False), "utf-8")


def write_archive(told: dict, path: Path, way: str) -> None:
    """As Inspect writes it; with zstd the members are packed by that, which Python's module cannot write."""
    files = {"_journal/start.json": {"version": 2, "eval": told["eval"]}}
    files |= {f"samples/{one['id']}_epoch_1.json": one for one in told["samples"]}
    files |= {"_journal/summaries/1.json": summaries(told)[:3], "summaries.json": summaries(told)}
    files["header.json"] = {key: told[key] for key in ("version", "status", "eval")}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED if way == "eval" else zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            data = json.dumps(content).encode()
            archive.writestr(name, data if way == "eval" else pa.Codec("zstd").compress(data, asbytes=True))
    if way == "zstd":
        packed_otherwise(path, {name: json.dumps(content).encode() for name, content in files.items()})


def packed_otherwise(path: Path, contents: dict[str, bytes]) -> None:
    """Says of stored members that they are packed by Zstandard."""
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        infos, at = archive.infolist(), archive.start_dir
    for info in infos:
        crc, size = zlib.crc32(contents[info.filename]), len(contents[info.filename])
        for place in (info.header_offset + 8, at + 10):
            struct.pack_into("<H", data, place, ZSTANDARD)
            struct.pack_into("<I", data, place + 6, crc)
            struct.pack_into("<I", data, place + 14, size)
        at += 46 + len(info.filename.encode())
    path.write_bytes(bytes(data))


@pytest.fixture(params=["json", "narrow", "eval", "zstd"])
def logs(request, tmp_path):
    """(a folder of logs of Inspect, its patch, how the logs are read)."""
    source, way = tmp_path / "logs", request.param
    source.mkdir()
    archive = way in ("eval", "zstd")
    for model in ("small", "large"):
        path = source / f"2026-01-01T00-00-00_sums_{model}.{'eval' if archive else 'json'}"
        (write_archive if archive else write_json_log)(log_of(model), path, way)
    patch = tmp_path / "patch.jsonl"
    patch.write_bytes(write_kind("patch", decided(tmp_path, source)))
    return source, patch, read_archive if archive else lambda path: json.loads(path.read_text("utf-8"))


def corrected(i: int, target: object) -> object:
    if i == 7 or TRUE[i] == GOLD[i]:
        return target
    return [TRUE[i]] if isinstance(target, list) else TRUE[i]


def test_every_sample_gets_its_corrected_reference_and_nothing_else(logs, tmp_path, capsys):
    source, patch, opened = logs
    out = tmp_path / "corrected"
    assert main(["apply", str(patch), str(source), "--out", str(out)]) == 0
    assert "3 references of 8 in 2 files changed; 1 dropped sample keep" in capsys.readouterr().out
    for path in sorted(source.iterdir()):
        before, after = opened(path), opened(out / path.name)
        for i, one in enumerate(before["samples"]):
            one["target"] = one["events"][0]["sample"]["target"] = corrected(i, one["target"])
        assert after == before, "also what was scored, and against what"
        if path.suffix == ".eval":
            held, there = (read_members(place / path.name, lambda _: True) for place in (source, out))
            assert held.keys() == there.keys()
            told = [one["target"] for one in json.loads(there["summaries.json"])]
            assert told == [one["target"] for one in before["samples"]]
    again = read(out).dataset
    said = dict(zip(again.sample_ids, again.samples["reference"]))
    assert [said[f"sums/{i}"] for i in range(7)] == TRUE[:7]


def test_a_receipt_gives_every_byte_back(logs, tmp_path, capsys):
    source, patch, _ = logs
    gives_every_byte_back(source, patch, tmp_path, capsys)


def test_one_log_alone_and_without_its_receipt(logs, tmp_path):
    source, patch, _ = logs
    (file,) = source.glob("*_large.*")
    one, back = tmp_path / f"one{file.suffix}", tmp_path / f"back{file.suffix}"
    assert main(["apply", str(patch), str(file), "--out", str(one)]) == 0
    assert main(["revert", str(patch), str(one), "--out", str(back), "--no-receipt"]) == 0
    assert read(back).dataset.samples["reference"].tolist() == read(file).dataset.samples["reference"].tolist()
    assert main(["revert", str(patch), str(one), "--out", str(back)]) == 0
    assert back.read_bytes() == file.read_bytes()


def test_what_was_changed_since_or_is_applied_is_refused(logs, tmp_path, capsys):
    source, patch, _ = logs
    out = tmp_path / "corrected"
    assert main(["apply", str(patch), str(source), "--out", str(out)]) == 0
    assert main(["apply", str(patch), str(out), "--out", str(tmp_path / "twice")]) == 2
    assert "applied already" in capsys.readouterr().err
    changed = min(path for path in out.iterdir() if path.suffix in (".eval", ".json") and "applied" not in path.name)
    receipt = out / f"{changed.name}.applied.json"
    told = json.loads(receipt.read_text())
    receipt.write_text(json.dumps(told | {"pieces": [[0, 5], "?", 3, [1]], "fields": {}}))
    assert main(["revert", str(patch), str(out), "--out", str(tmp_path / "back")]) == 2
    assert "the receipt of" in capsys.readouterr().err


def test_an_archive_keeps_the_bytes_of_what_is_not_changed(tmp_path):
    write_archive(log_of("small"), tmp_path / "a.eval", "zstd")
    data = (tmp_path / "a.eval").read_bytes()
    assert with_members(data, {}) == data
    other = with_members(data, {"header.json": b"{}"})
    (tmp_path / "b.eval").write_bytes(other)
    with zipfile.ZipFile(tmp_path / "b.eval") as archive:
        assert archive.read("header.json") == b"{}" and len(archive.namelist()) == 12
    told = pieces(data, other)
    assert joined(other, told) == data and sum(len(one) for one in told if isinstance(one, str)) < len(data) / 2
