"""``certify`` as people call it: what it prints and writes, and what it refuses in a sentence."""

import json

import pytest

from cleaning.command_line import main
from cleaning.export.handover import Handover
from cleaning.export.kinds import write_kind
from cleaning.keep.decisions import open_store
from cleaning.settle.policy import Policy
from tests.cleaning.certify.certifying import planted_run


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    made = planted_run(tmp_path_factory.mktemp("ws"))
    store = open_store(made.workspace.decisions_url, made.workspace.id)
    store.append(made.reviewed(200))
    store.close()
    return made


def test_it_is_written_and_checked_from_the_exported_log(planted, tmp_path, capsys):
    folder, file, log = str(planted.workspace.folder), tmp_path / "certificate.json", tmp_path / "decisions.jsonl"
    assert main(["certify", folder, "--at-most", "0.05", "--out", str(file)]) == 0
    said = capsys.readouterr().out
    assert "at most 5 % is shown" in said and "if the verdicts are right" in said
    assert main(["export", folder, "--as", "decisions", "--out", str(log)]) == 0
    capsys.readouterr()
    assert main(["certify", "--check", str(file), "--log", str(log)]) == 0
    assert "every number follows" in capsys.readouterr().out
    file.write_text(file.read_text().replace('"at_most": 0.05', '"at_most": 0.01'))
    assert main(["certify", "--check", str(file), "--log", str(log)]) == 2
    assert "was changed after it was written" in capsys.readouterr().err


def test_what_cannot_be_claimed_is_not_written(planted, tmp_path, capsys):
    file = tmp_path / "certificate.json"
    assert main(["certify", str(planted.workspace.folder), "--at-most", "0.0001", "--out", str(file)]) == 2
    assert "cannot be certified yet" in capsys.readouterr().err and not file.exists()
    assert main(["certify", str(planted.workspace.folder), "--at-most", "0.0001"]) == 0
    assert "is not shown" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["--check", "a.json"], ["--check", "a", "--log", "b"], ["W", "--log", "b"]])
def test_wrong_calls_end_in_a_sentence(arguments, capsys):
    assert main(["certify", *arguments]) == 2
    assert capsys.readouterr().err.startswith("error: ")


def test_the_page_says_the_claim_and_is_no_live_page(planted, tmp_path):
    store = open_store(planted.workspace.decisions_url, planted.workspace.id)
    handover = Handover(planted.workspace, planted.now.run, store.decisions(), Policy(), store.choices())
    store.close()
    page = write_kind("certificate", handover).decode()
    facts = json.loads(write_kind("certificate_json", handover))
    assert facts["sha256"] in page and "default-src 'none'" in page and "<script" not in page
    assert f"{facts['results']['majority']['most_left']:,}" in page and "95 % confidence" in page
    assert write_kind("certificate", handover).decode() == page
