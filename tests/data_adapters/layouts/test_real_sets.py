"""The three real sets beside the checkout, as they are."""

import csv
import os
from pathlib import Path

import pytest

from data_adapters import read_folder, read_loose

DATA = Path(os.environ.get("SECOND_OPINION_DATA") or Path(__file__).parents[4] / "shared" / "data")
pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"the real data is not at {DATA}"),
]


def test_cifar10n_is_a_dataset_folder():
    reading = read_folder(DATA / "cifar10n_aggregate")
    assert (len(reading.dataset), reading.dataset.class_count, len(reading.experts)) == (50_000, 10, 5)
    # these files lie column by column: such a one is read whole, since a map of it ends the process when it is cut
    assert not any(expert.scores.flags.writeable for expert in reading.experts)
    assert {expert.score_kind for expert in reading.experts} == {"probabilities"}
    assert len(reading.joined_by_position) == 5
    assert (reading.dataset.samples["image"] != "").sum() == 2000


def test_imagenet_is_loose_files():
    home = DATA / "imagenet_val"
    reading = read_loose(
        home / "labels.csv", {path.stem: path for path in sorted((home / "predictions").glob("*.csv"))}
    )
    assert (len(reading.dataset), reading.dataset.class_count, len(reading.experts)) == (50_000, 1000, 8)
    assert {expert.kind for expert in reading.experts} == {"top1"}
    assert all((expert.predicted >= 0).all() for expert in reading.experts)
    agreement = [(e.predicted == reading.dataset.given_labels).mean() for e in reading.experts]
    assert min(agreement) > 0.6


def test_mmlu_is_a_table_of_answers_beside_a_table_of_confidences():
    home = DATA / "mmlu_redux"
    with (home / "questions.csv").open(encoding="utf-8") as file:
        columns = next(csv.reader(file))
    reading = read_loose(
        home / "questions.csv",
        {"qwen3-32b": home / "qwen3-32b.csv"},
        id_column="question_id",
        label_column="groundtruth_answer",
        answers=home / "questions.csv",
        answer_columns=columns[5:],
        choices_column="choices",
        group_column="subject",
    )
    assert (len(reading.dataset), reading.dataset.class_count, len(reading.experts)) == (5700, 4, 15)
    assert [expert.kind for expert in reading.experts] == ["top1"] + ["votes"] * 14
    assert (reading.experts[0].predicted < 0).sum() == 10
    assert len(set(reading.dataset.group) - {""}) == 57
    assert any("10 samples have no 'subject'" in note for note in reading.notes)
    agreement = [(e.predicted == reading.dataset.given_labels).mean() for e in reading.experts]
    assert min(agreement) > 0.6
