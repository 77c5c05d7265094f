"""Every file that says what it is says which version of the program wrote it."""

import io
import json
import zipfile

import pandas as pd
import pytest

from cleaning import __version__
from cleaning.command_line import main
from cleaning.command_line.shared.study_source import write_json
from cleaning.experts.cascade import learn_router
from cleaning.experts.cascade.router import check_router
from cleaning.export import write_export
from cleaning.export.card import card_files
from cleaning.export.formats.decision_log import FORMAT, read_decision_log
from cleaning.export.formats.json_values import ENCODE
from cleaning.export.formats.sealed_lines import sealed
from cleaning.export.handover import Handover
from cleaning.settle.policy import DEFAULT_POLICY
from tests.cleaning.experts.cascade_cases import planted
from tests.cleaning.export.making import CLASSES


def in_zip(data: bytes, name: str) -> str:
    return zipfile.ZipFile(io.BytesIO(data)).read(name).decode()


@pytest.mark.parametrize("kind", ["patch", "decisions"])
def test_the_first_line_says_it(opened, kind):
    first = write_export(kind, *opened).split(b"\n", 1)[0]
    assert json.loads(first)["second_opinion"] == __version__


def test_the_manifest_and_the_impact_in_it_say_it(opened):
    everything = write_export("everything", *opened)
    assert json.loads(in_zip(everything, "manifest.json"))["second_opinion"] == __version__
    assert json.loads(in_zip(everything, "leaderboard_impact.json"))["second_opinion"] == __version__


def test_the_card_says_it_as_page_and_as_facts(opened):
    files = card_files(Handover(*opened, DEFAULT_POLICY))
    assert json.loads(files["cleaning_card.json"])["versions"]["second-opinion"] == __version__
    assert f"second-opinion {__version__}, python 3" in files["cleaning_card.html"].decode()


def test_the_dataset_for_hugging_face_says_it(opened):
    about = json.loads(in_zip(write_export("hugging_face", *opened), "corrected_dataset/dataset_info.json"))
    assert f"Second Opinion {__version__}." in about["description"]


def test_the_receipt_says_it(opened, tmp_path):
    dataset = opened[0].dataset()
    labels = pd.DataFrame({"sample_id": dataset.sample_ids, "label": [CLASSES[k] for k in dataset.given_labels]})
    labels.to_csv(tmp_path / "labels.csv", index=False)
    (tmp_path / "patch.jsonl").write_bytes(write_export("patch", *opened))
    places = [str(tmp_path / name) for name in ("patch.jsonl", "labels.csv", "out.csv")]
    assert main(["apply", *places[:2], "--out", places[2]]) == 0
    assert json.loads((tmp_path / "out.csv.applied.json").read_text())["second_opinion"] == __version__


def test_a_router_says_it_and_is_still_a_router():
    labels, experts = planted(400)
    router = learn_router(experts, labels, fraction=0.4, bins=10)
    assert check_router(router)["second_opinion"] == __version__


def test_what_the_studies_write_says_it(tmp_path):
    write_json({"samples": 3}, tmp_path / "study.json")
    assert json.loads((tmp_path / "study.json").read_text()) == {"second_opinion": __version__, "samples": 3}


def test_a_log_of_a_version_that_did_not_say_it_is_read(opened):
    head, *lines = write_export("decisions", *opened).decode().split("\n")[:-2]
    earlier = json.loads(head)
    del earlier["second_opinion"]
    decisions, about = read_decision_log(sealed([ENCODE(earlier), *lines], FORMAT))
    assert decisions == opened[2] and "second_opinion" not in about
