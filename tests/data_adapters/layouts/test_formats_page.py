"""docs/formats.md says what is read, and its examples are read."""

import json
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from cleaning.command_line import build_parser
from data_adapters import read_folder, read_loose
from data_adapters.files.endings import PACKINGS
from data_adapters.formats import FORMATS, READ, as_markdown
from data_adapters.joining.opened import PLAIN_SUFFIXES
from data_adapters.layouts.labels_source import ARCHIVES
from tests.data_adapters import tiny

PAGE = (Path(__file__).parents[3] / "docs" / "formats.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", PAGE, re.DOTALL)


def block(start: str) -> str:
    (found,) = [text for _, text in BLOCKS if text.startswith(start)]
    return found


def test_every_ending_is_in_the_table():
    table = "\n".join(line for line in PAGE.splitlines() if line.startswith("|"))
    missing = [suffix for suffix in (*PLAIN_SUFFIXES, *PACKINGS, *ARCHIVES) if f"`{suffix}`" not in table]
    assert missing == []


def test_the_table_is_made_from_the_readers_own():
    assert as_markdown() in PAGE
    assert READ - {ending for one in FORMATS for ending in one.endings} == set()


def test_the_example_folder_is_read(tmp_path):
    folder = tmp_path / "pets"
    tiny.write(folder / "samples.csv", block("sample_id,label,camera").strip())
    settings = json.loads(block("{\n"))
    tiny.write(folder / "dataset.json", json.dumps(settings))
    tiny.write(folder / "class_names.txt", *tiny.NAMES)
    tiny.save(folder / "experts" / "resnet.npy", tiny.SCORES[:2])
    reading = read_folder(folder)
    assert reading.dataset.name == "Pets" and reading.dataset.group.tolist() == ["north", "south"]
    assert reading.experts[0].family == "convolutional"


def test_the_example_tables_of_experts_are_read(tmp_path):
    labels = tiny.write(tmp_path / "labels.csv", "sample_id,label", "s001,cat")
    names = tiny.write(tmp_path / "names.txt", *tiny.NAMES)
    full = tiny.write(tmp_path / "full.csv", block("sample_id,cat").strip())
    top1 = tiny.write(tmp_path / "top1.csv", block("file_name,pred").strip())
    reading = read_loose(labels, {"full": full, "top1": top1}, class_names=names)
    assert [expert.kind for expert in reading.experts] == ["full", "top1"]


def test_functions_named_on_the_page_exist():
    import data_adapters
    from data_adapters import opinions as earlier_opinions

    for name in set(re.findall(r"\bread_?\w*(?=\()", PAGE)):
        assert hasattr(data_adapters, name) or hasattr(earlier_opinions, name), name


def test_the_example_line_of_json_is_read(tmp_path):
    labels = tiny.write(tmp_path / "labels.csv", "sample_id,label", "s001,cat")
    names = tiny.write(tmp_path / "names.txt", *tiny.NAMES)
    lines = tiny.write(tmp_path / "full.jsonl", block('{"sample_id": "s001", "cat"').strip())
    assert read_loose(labels, {"full": lines}, class_names=names).experts[0].kind == "full"


def test_the_example_arrays_of_several_experts_are_read(tmp_path, monkeypatch):
    torch = pytest.importorskip("torch", reason="torch is not installed")
    safetensors = pytest.importorskip("safetensors.torch", reason="safetensors is not installed")
    labels = tiny.labels_csv(tmp_path / "labels.csv")
    (tmp_path / "experts").mkdir()
    scores = torch.tensor(tiny.SCORES)
    told = {"json": json, "torch": torch, "safetensors": SimpleNamespace(torch=safetensors), "ids": list(tiny.IDS)}
    told |= {"numpy": np, "resnet_logits": scores, "vit_logits": scores}
    monkeypatch.chdir(tmp_path)
    exec(block("numpy.savez"), told)
    for file, count in (("all.npz", 2), ("all.pt", 2), ("all.safetensors", 1)):
        reading = read_loose(labels, {"all": Path("experts", file)})
        assert len(reading.experts) == count and not reading.joined_by_position


def test_the_example_commands_are_commands_with_these_options():
    shown = [line for _, text in BLOCKS for line in text.replace("\\\n", " ").splitlines()]
    commands = [line.split()[3:] for line in shown if line.startswith("python -m cleaning ")]
    assert len(commands) >= 7
    for words in commands:
        build_parser().parse_args([word for word in words if word != "..."])
