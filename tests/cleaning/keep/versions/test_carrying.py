"""A new version of a dataset: what was decided goes along where its content is the same, and nowhere else."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cleaning.domain.dataset import Dataset
from cleaning.keep.decisions import Decision
from cleaning.keep.versions.carrying import Carried, carry
from data_adapters.picture_looks import look_of
from tests.cleaning.export.making import a_dataset, decide, some_decisions, some_questions


def again(dataset: Dataset, rows=None, **changes) -> Dataset:
    """The dataset with some rows only, in their order, and other fields."""
    rows = np.arange(len(dataset)) if rows is None else np.asarray(rows)
    frame = changes.pop("samples", dataset.samples).iloc[rows].reset_index(drop=True)
    counts = None if dataset.option_counts is None else dataset.option_counts[rows]
    ids, labels = changes.pop("sample_ids", dataset.sample_ids), changes.pop("given_labels", dataset.given_labels)
    taken = {"sample_ids": ids[rows], "given_labels": labels[rows], "samples": frame, "option_counts": counts}
    return replace(dataset, **(taken | changes))


def carried(old: Dataset, new: Dataset, log=None, ids=None) -> Carried:
    return carry(some_decisions(old) if log is None else log, old, new, "old", "new", ids, look_of)


def what(decisions: list[Decision]) -> list[tuple]:
    return [(d.sample_id, d.verdict, d.labels, d.reviewer, d.card, d.decided_at, bool(d.undoes)) for d in decisions]


@pytest.fixture
def pictures(tmp_path) -> Dataset:
    """40 pictures, each of a pattern of its own."""
    dataset, rng = a_dataset(), np.random.default_rng(5)
    for name in dataset.samples["image"]:
        pattern = rng.integers(40, 216, (4, 4, 3), np.uint8)
        Image.fromarray(pattern).resize((64, 64), Image.Resampling.BICUBIC).save(_place(tmp_path / "old", name))
    return replace(dataset, image_root=tmp_path / "old")


def _place(folder: Path, name: str) -> Path:
    folder.mkdir(exist_ok=True)
    return folder / name


def test_rows_in_another_order_and_more_of_them_lose_nothing():
    old = a_dataset()
    new = again(a_dataset(50), np.random.default_rng(1).permutation(50))
    labels = dict(zip(old.sample_ids, old.given_labels))
    same = again(new, given_labels=np.array([labels.get(s, g) for s, g in zip(new.sample_ids, new.given_labels)]))
    found = carried(old, same)
    assert what(found.decisions) == what(some_decisions(old)) and not found.changed and not found.gone
    assert {d.version for d in found.decisions} == {"old"} and found.kept == 11


def test_an_undo_still_takes_back_its_decision_and_carrying_twice_gives_the_same():
    old = a_dataset()
    one, two = carried(old, old).decisions, carried(old, old).decisions
    assert one == two
    (undo,) = [d for d in one if d.verdict == "undo"]
    assert undo.undoes in [d.uuid for d in one] and undo.uuid not in [d.uuid for d in some_decisions(old)]


def test_what_was_carried_once_keeps_the_version_it_was_made_on():
    old = a_dataset()
    twice = carry(carried(old, old).decisions, old, old, "new", "newest")
    assert {d.version for d in twice.decisions} == {"old"}


def test_a_label_changed_upstream_is_to_be_decided_again():
    old = a_dataset()
    labels = old.given_labels.copy()
    labels[[1, 30]] = (labels[[1, 30]] + 1) % 4
    found = carried(old, again(old, given_labels=labels))
    (changed,) = found.changed
    assert changed.sample_id == "s0001" and changed.why == "the given label changed"
    assert (changed.was.given, changed.now.given) == (old.class_names[old.given_labels[1]], old.class_names[labels[1]])
    assert changed.said == {"ann": "relabel", "bob": "relabel"}
    assert "s0001" not in {d.sample_id for d in found.decisions} and found.kept == 10


def test_removed_samples_are_listed():
    old = a_dataset()
    found = carried(old, again(old, range(3, 40)))
    assert found.gone == ["s0000", "s0001", "s0002"] and found.kept == 8


def test_a_renamed_class_is_followed_and_the_order_of_classes_does_not_matter():
    old = a_dataset()
    names = ("dog", "puss", "eel, electric", "<b>fox</b>")
    new = again(old, given_labels=np.array([1, 0, 2, 3], np.int32)[old.given_labels], class_names=names)
    found = carried(old, new)
    assert found.renamed == {"cat": "puss"} and not found.changed
    before = [tuple(old.class_names[k] for k in d.labels) for d in some_decisions(old)]
    after = [tuple({"puss": "cat"}.get(names[k], names[k]) for k in d.labels) for d in found.decisions]
    assert after == before


def test_a_class_that_is_gone_takes_its_decisions_along_to_be_decided_again():
    old = a_dataset()
    rows = np.flatnonzero(old.given_labels != 3)
    row = int(rows[0])
    log = [decide(old.sample_ids[row], "relabel", [3]), decide(old.sample_ids[rows[1]], "unsure")]
    found = carried(old, again(old, rows, class_names=old.class_names[:3]), log)
    assert [c.why for c in found.changed] == ["a class that a reviewer chose is gone"] and found.kept == 1


def test_ids_that_somebody_renamed_follow_the_map():
    old = a_dataset()
    ids = np.array([f"new/{i}" for i in old.sample_ids], object)
    assert len(carried(old, again(old, sample_ids=ids)).gone) == 10, "without a map nothing says which is which"
    found = carried(old, again(old, sample_ids=ids), ids={i: f"new/{i}" for i in map(str, old.sample_ids)})
    assert found.kept == 11 and not found.gone and found.decisions[0].sample_id == "new/s0000"


def test_questions_are_found_by_their_text_and_options_by_theirs():
    old = some_questions()
    frame = old.samples.copy()
    frame["choices"] = [options[::-1] for options in frame["choices"]]
    frame["question"] = [f" {q.replace(' ', '  ')}" for q in frame["question"]]
    ids = np.array([f"other-{i}" for i in range(len(old))], object)
    new = again(old, samples=frame, sample_ids=ids, given_labels=(3 - old.given_labels).astype(np.int32))
    found = carried(old, new)
    assert found.kept == found.moved == 11 and not found.changed
    assert [d.labels for d in found.decisions] == [tuple(3 - k for k in d.labels) for d in some_decisions(old)]


def test_a_question_worded_anew_is_to_be_decided_again():
    old = some_questions()
    frame = old.samples.copy()
    frame.loc[2, "question"] = "Something else?"
    found = carried(old, again(old, samples=frame))
    assert [(c.sample_id, c.why) for c in found.changed] == [("q002", "the question or its options changed")]


def test_pictures_encoded_anew_and_renamed_are_the_same_pictures(pictures, tmp_path):
    frame = pictures.samples.copy()
    for row, name in enumerate(frame["image"]):
        with Image.open(tmp_path / "old" / name) as image:
            image.resize((48, 48)).save(_place(tmp_path / "new", f"{row}-x.jpg"), quality=60)
    frame["image"] = [f"{row}-x.jpg" for row in range(len(frame))]
    ids = np.array([f"x{row}" for row in range(len(frame))], object)
    found = carried(pictures, again(pictures, samples=frame, image_root=tmp_path / "new"))
    assert found.kept == 11 and found.moved == 0 and found.unseen == 0 and not found.changed
    found = carried(pictures, again(pictures, samples=frame, image_root=tmp_path / "new", sample_ids=ids))
    assert found.kept == found.moved == 11 and found.decisions[0].sample_id == "x0"


def test_ids_that_are_places_do_not_hide_that_the_rows_moved(pictures, tmp_path):
    order = np.random.default_rng(2).permutation(40)
    places = np.array([str(i) for i in range(40)], object)
    old = again(pictures, sample_ids=places)
    new = replace(again(old, order), sample_ids=places)
    found = carried(old, new, some_decisions(old))
    where = {str(places[i]): str(np.flatnonzero(order == i)[0]) for i in range(40)}
    assert [d.sample_id for d in found.decisions] == [where[d.sample_id] for d in some_decisions(old)]


def test_a_picture_replaced_upstream_is_to_be_decided_again(pictures, tmp_path):
    frame = pictures.samples.copy()
    with Image.open(tmp_path / "old" / frame["image"][4]) as image:
        image.rotate(180).save(_place(tmp_path / "old", "turned.png"))
    frame.loc[4, "image"] = "turned.png"
    found = carried(pictures, again(pictures, samples=frame))
    assert [(c.sample_id, c.why) for c in found.changed] == [("s0004", "the picture changed")]
    (told,) = (c.told() for c in found.changed)
    assert told["now"]["picture"] == "turned.png" and str(tmp_path) not in str(told)


def test_pictures_that_are_no_longer_there_are_kept_by_id_and_label_and_counted(pictures, tmp_path):
    found = carried(replace(pictures, image_root=tmp_path / "gone"), pictures)
    assert found.kept == found.unseen == 11
