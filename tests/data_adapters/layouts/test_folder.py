"""Our dataset folder: every kind of expert, joined by id, with settings."""

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cleaning.domain.dataset import ABSTAIN
from cleaning.domain.experts import FullExpert
from cleaning.errors import InputError
from data_adapters import read, read_folder
from data_adapters.doctor.examination import examine
from data_adapters.layouts.folder import picture_folder
from tests.data_adapters import tiny


def test_reads_ids_labels_names_and_scores(tmp_path):
    reading = read_folder(tiny.dataset_folder(tmp_path / "set"))
    assert reading.dataset.name == "set" and reading.dataset.kind == "image"
    assert list(reading.dataset.sample_ids) == list(tiny.IDS)
    assert all(type(i) is str for i in reading.dataset.sample_ids)
    assert reading.dataset.given_labels.tolist() == [0, 1, 2, 0, 1, 2]
    assert reading.dataset.given_labels.dtype == np.int32
    assert reading.dataset.class_names == tiny.NAMES
    np.testing.assert_array_equal(reading.experts[0].logits(slice(None)), tiny.SCORES)


def test_npy_stays_memory_mapped_and_is_said_to_be_joined_by_position(tmp_path):
    reading = read_folder(tiny.dataset_folder(tmp_path / "set"))
    assert isinstance(reading.experts[0].scores, np.memmap)
    assert reading.joined_by_position == ("net",)
    assert "Expert 'net' has no ids: joined by position (6 rows each)." in reading.notes


def test_full_top1_and_votes_mixed_in_one_dataset(tmp_path):
    folder = tiny.dataset_folder(tmp_path / "set")
    tiny.top1_csv(folder / "experts" / "confident.csv")
    tiny.write(folder / "experts" / "voter.csv", "sample_id,answer", "s00,cat", "s05,owl", "s02,")
    tiny.wide_csv(folder / "experts" / "wide.csv", scores=tiny.probabilities())
    experts = {expert.name: expert for expert in read_folder(folder).experts}
    assert {name: expert.kind for name, expert in experts.items()} == {
        "confident": "top1",
        "net": "full",
        "voter": "votes",
        "wide": "full",
    }
    assert experts["voter"].predicted.tolist() == [0, ABSTAIN, ABSTAIN, ABSTAIN, ABSTAIN, 2]
    assert experts["confident"].predicted.tolist() == [0, 1, 2, 1, 1, 2]
    np.testing.assert_allclose(experts["confident"].confidence, tiny.probabilities().max(axis=1), atol=1e-6)
    assert experts["wide"].score_kind == "probabilities"
    np.testing.assert_allclose(experts["wide"].logits(np.array([3])), np.log(tiny.probabilities()[[3]]), atol=1e-2)


@pytest.mark.parametrize("order", [[5, 4, 3, 2, 1, 0], [2, 0, 5, 1, 4, 3]])
def test_row_order_of_expert_files_does_not_matter(tmp_path, order):
    plain, shuffled = tiny.dataset_folder(tmp_path / "a"), tiny.dataset_folder(tmp_path / "b")
    for folder, rows in ((plain, list(range(6))), (shuffled, order)):
        ids, scores = [tiny.IDS[i] for i in rows], tiny.SCORES[rows]
        tiny.wide_csv(folder / "experts" / "wide.csv", ids, scores)
        tiny.top1_csv(folder / "experts" / "top.csv", ids, scores)
        np.savez(folder / "experts" / "packed.npz", sample_ids=np.array(ids), scores=scores)
    for one, other in zip(read_folder(plain).experts, read_folder(shuffled).experts):
        if isinstance(one, FullExpert):
            np.testing.assert_array_equal(one.logits(slice(None)), other.logits(slice(None)))
        else:
            for mine, theirs in zip(one.arrays().values(), other.arrays().values(), strict=True):
                np.testing.assert_array_equal(mine, theirs)


def test_samples_as_parquet_with_an_expert_as_parquet(tmp_path):
    folder = tiny.dataset_folder(tmp_path / "set")
    (folder / "samples.csv").unlink()
    frame = pd.DataFrame({"sample_id": tiny.IDS, "label": [0, 1, 2, 0, 1, 2], "camera": ["x"] * 6})
    frame.to_parquet(folder / "samples.parquet")
    scores = pd.DataFrame(tiny.SCORES, columns=tiny.NAMES).assign(sample_id=tiny.IDS)
    scores.to_parquet(folder / "experts" / "wide.parquet")
    reading = read_folder(folder)
    assert reading.dataset.given_labels.tolist() == [0, 1, 2, 0, 1, 2]
    assert list(reading.dataset.samples.columns) == ["sample_id", "camera"]
    wide = next(expert for expert in reading.experts if expert.name == "wide")
    np.testing.assert_array_equal(wide.logits(slice(None)), tiny.SCORES)


def test_settings_of_dataset_json(tmp_path):
    folder = tiny.dataset_folder(tmp_path / "set")
    tiny.write(
        folder / "samples.csv",
        "sample_id,label,camera",
        *(f"{i},{k},cam{n % 2}" for n, (i, k) in enumerate(zip(tiny.IDS, tiny.LABELS))),
    )
    about = {"simulated": True, "family": "nets", "cost": 2, "score_kind": "logits"}
    settings = {"format": 1, "name": "Pets", "group_column": "camera", "experts": {"net": about}}
    tiny.write(folder / "dataset.json", json.dumps(settings))
    reading = read_folder(folder)
    assert (reading.dataset.name, reading.dataset.group_name) == ("Pets", "camera")
    assert reading.dataset.group.tolist() == ["cam0", "cam1"] * 3
    expert = reading.experts[0]
    assert (expert.simulated, expert.family, expert.cost, expert.score_kind) == (True, "nets", 2, "logits")


def test_labels_csv_is_read_as_samples(tmp_path):
    folder = tiny.dataset_folder(tmp_path / "set")
    os.rename(folder / "samples.csv", folder / "labels.csv")
    assert len(read(folder).dataset) == 6


def test_questions_with_unequal_numbers_of_options(tmp_path):
    folder = tmp_path / "quiz"
    rows = tiny.questions_csv(tmp_path / "q.csv").read_text().splitlines()
    tiny.write(folder / "samples.csv", "sample_id,label,question,choices", *rows[1:])
    tiny.write(folder / "experts" / "llm.csv", "sample_id,answer", "q1,B", "q2,(a)", "q3,C.", "q4,60", "q5,D")
    scores = np.array([[0, 3, 1, 1], [2, 1, np.nan, np.nan], [0, 1, 5, -np.inf], [0, 0, 1, 9], [1, 2, np.nan, np.nan]])
    tiny.save(folder / "experts" / "full.npy", scores)
    reading = read_folder(folder)
    assert reading.dataset.kind == "question"
    assert reading.dataset.option_counts.tolist() == [4, 2, 3, 4, 2]
    assert reading.dataset.class_names == ("A", "B", "C", "D")
    assert reading.dataset.samples["choices"][1] == ["yes", "no"]
    experts = {expert.name: expert for expert in reading.experts}
    assert experts["llm"].predicted.tolist() == [1, 0, 2, 3, ABSTAIN]
    assert any("1 answer could not be read as a class ('D')" in note for note in experts["llm"].notes)
    assert experts["full"].kind == "full"


def test_files_left_out_are_said(tmp_path):
    folder = tiny.dataset_folder(tmp_path / "set")
    tiny.write(folder / "experts" / "readme.md", "hello")
    assert "Left out of 'experts': readme.md." in read_folder(folder).notes


def test_images_are_found_by_id_or_by_column(tmp_path):
    folder = tiny.dataset_folder(tmp_path / "set")
    (folder / "images").mkdir()
    for name in ("s00.jpg", "s01.PNG", "notes.txt"):
        (folder / "images" / name).write_bytes(b"x")
    reading = read_folder(folder)
    assert reading.dataset.samples["image"].tolist() == ["s00.jpg", "s01.PNG", "", "", "", ""]
    assert reading.dataset.image_root == (folder / "images").resolve()
    assert any("No picture in 'images' for 4 of 6 samples: s02, s03, s04, s05." in n for n in reading.notes)
    (finding,) = [one for one in examine(reading) if one.check == "missing_pictures"]
    assert finding.sentence == "4 samples of 6 have no picture (2 found)." and finding.first == (
        "s02",
        "s03",
        "s04",
        "s05",
    )
    for name in ("s02.jpg", "s03.jpg", "s04.jpg", "s05.jpg"):
        (folder / "images" / name).write_bytes(b"x")
    whole = read_folder(folder)
    assert "Pictures in 'images': found for all of 6 samples." in whole.notes
    assert not [one for one in examine(whole) if one.check == "missing_pictures"]


@pytest.mark.parametrize("what", ["experts/net.npy", "samples.csv", "class_names.txt", "images"])
def test_links_out_of_the_folder_are_refused(tmp_path, what):
    folder = tiny.dataset_folder(tmp_path / "set")
    target = tmp_path / "elsewhere"
    if (folder / what).exists():
        os.rename(folder / what, target)
    else:
        target.mkdir()
    (folder / what).symlink_to(target)
    with pytest.raises(InputError, match="is a link that leads out of the folder 'set'"):
        read_folder(folder)


def test_pictures_are_found_from_a_folder_named_as_the_shell_does(tmp_path, monkeypatch):
    (tmp_path / "pets" / "images").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert picture_folder(Path("pets")) == Path("pets/images")
