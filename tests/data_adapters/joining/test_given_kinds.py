"""Given labels, class lists and ids as people write them: each is read as it was meant, or refused by a true sentence."""

import numpy as np
import pytest
from PIL import Image

from cleaning.errors import InputError
from data_adapters import ReadingOptions, read_loose
from data_adapters.doctor import read_fixed
from tests.data_adapters.joining.kinds import Made, given_right, read_both, scores_of, written

DIGITS = Made(tuple(sorted(map(str, range(12)))))  # as text: 0, 1, 10, 11, 2 ...
BIRDS = Made(("heron", "jay", "kite", "owl"))
TABLES = (".csv", ".parquet", ".jsonl")


# ---- classes called by digits


def test_folders_called_by_digits_are_places(tmp_path):
    for i, name in enumerate(DIGITS.labels[:120]):
        (tmp_path / "train" / name).mkdir(parents=True, exist_ok=True)
        Image.new("L", (2, 2)).save(tmp_path / "train" / name / f"{i:03d}.png")
    order = sorted(range(120), key=lambda i: (DIGITS.labels[i], f"{i:03d}"))
    np.save(tmp_path / "m.npy", DIGITS.probabilities[order])
    reading = read_both(tmp_path / "train", tmp_path / "m.npy")
    assert reading.dataset.class_names == DIGITS.names
    np.testing.assert_array_equal(reading.dataset.given_labels, DIGITS.given[order])


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".pt", ".safetensors"])
def test_integers_of_an_array_file_are_places(tmp_path, suffix):
    (tmp_path / "class_names.txt").write_text("\n".join(DIGITS.names))
    path, given = tmp_path / f"labels{suffix}", DIGITS.given
    if suffix == ".npy":
        np.save(path, given)
    elif suffix == ".npz":
        np.savez(path, targets=given)
    elif suffix == ".pt":
        torch = pytest.importorskip("torch")
        torch.save({"labels": torch.tensor(given)}, path)
    else:
        pytest.importorskip("safetensors.numpy").save_file({"labels": given.astype(np.int64)}, path)
    given_right(read_both(path, scores_of(DIGITS, tmp_path)), DIGITS)


@pytest.mark.parametrize("suffix", TABLES)
def test_digits_in_a_table_with_a_list_of_names_are_names(tmp_path, suffix):
    (tmp_path / "names.txt").write_text("\n".join(DIGITS.names))
    labels = written(tmp_path / f"labels{suffix}", {"sample_id": DIGITS.ids, "label": [int(x) for x in DIGITS.labels]})
    given_right(read_both(labels, scores_of(DIGITS, tmp_path), class_names=tmp_path / "names.txt"), DIGITS)


def test_floats_are_the_whole_numbers_that_they_are(tmp_path):
    stars = Made(("1", "2", "3", "4", "5"))
    keep = stars.given != 4  # no five stars in this part
    (tmp_path / "names.txt").write_text("1\n2\n3\n4\n5")
    floats = [f"{float(x):.1f}" for x in np.array(stars.labels)[keep]]
    labels = written(tmp_path / "l.csv", {"id": np.array(stars.ids)[keep], "rating": floats})
    np.save(tmp_path / "m.npy", stars.probabilities[keep])
    reading = read_both(labels, tmp_path / "m.npy", label_column="rating", class_names=tmp_path / "names.txt")
    given_right(reading, stars, np.flatnonzero(keep))


def test_numbers_that_are_as_many_as_the_columns_are_names(tmp_path):
    odd = Made(("3", "7", "20", "100"))
    labels = written(tmp_path / "l.csv", {"id": odd.ids, "label": odd.labels})
    given_right(read_both(labels, scores_of(odd, tmp_path)), odd)


def test_labels_that_another_meaning_explains_better_stop(tmp_path):
    (tmp_path / "names.txt").write_text("\n".join(DIGITS.names))
    labels = written(tmp_path / "l.csv", {"id": DIGITS.ids, "label": DIGITS.given})  # places, which look like names
    with pytest.raises(InputError, match=r"read as 0-based numbers too.*--fix label_reading"):
        read_both(labels, scores_of(DIGITS, tmp_path), class_names=tmp_path / "names.txt")
    fixed = read_both(labels, scores_of(DIGITS, tmp_path), ("label_reading",), class_names=tmp_path / "names.txt")
    given_right(fixed, DIGITS)


@pytest.mark.parametrize("missing", [0, 3])
def test_labels_from_one_stop_with_a_fix_that_counts_from_one(tmp_path, missing):
    made = Made(("0", "1", "2", "3", "4", "5"), seed=4)
    keep = made.given != (5 if missing else -1)
    labels = written(tmp_path / "l.csv", {"id": np.array(made.ids)[keep], "label": made.given[keep] + 1})
    np.save(tmp_path / "m.npy", made.probabilities[keep])
    with pytest.raises(InputError, match=r"from 1|1-based"):
        read_both(labels, tmp_path / "m.npy")
    fixed = read_both(labels, tmp_path / "m.npy", ("label_base",))
    np.testing.assert_array_equal(fixed.dataset.given_labels, made.given[keep])


# ---- missing, several, rejected, spelled otherwise


@pytest.mark.parametrize("suffix", TABLES)
@pytest.mark.parametrize("mark", ["NA", "nan", "None", "", "null", "N/A", "-1"])
def test_samples_without_a_label_are_left_out_and_counted(tmp_path, suffix, mark):
    labels = [mark if i % 20 == 7 else label for i, label in enumerate(BIRDS.labels)]
    path = written(tmp_path / f"l{suffix}", {"sample_id": BIRDS.ids, "label": labels})
    table = written(tmp_path / "m.csv", {"sample_id": BIRDS.ids, "pred": BIRDS.said, "conf": BIRDS.sure})
    for expert in (table, scores_of(BIRDS, tmp_path)):
        reading = read_both(path, expert)
        given_right(reading, BIRDS, [i for i in range(BIRDS.n) if i % 20 != 7])
        np.testing.assert_array_equal(
            reading.experts[0].predicted if expert == table else reading.experts[0].logits(slice(None)).argmax(axis=1),
            np.delete(BIRDS.answers, np.arange(7, BIRDS.n, 20)),
        )
        assert any("15 samples without a given label left out" in note for note in reading.notes)


def test_a_mark_of_ones_own_is_taken(tmp_path):
    labels = ["tbd" if i % 30 == 2 else label for i, label in enumerate(BIRDS.labels)]
    path = written(tmp_path / "l.csv", {"sample_id": BIRDS.ids, "label": labels})
    options = ReadingOptions(missing="tbd")
    expert = {"m": scores_of(BIRDS, tmp_path)}
    reading = read_fixed(lambda plan: read_loose(path, expert, plan=plan), options)
    assert len(reading.dataset) == 290 and reading.dataset.class_names == BIRDS.names


def test_na_is_a_class_where_experts_say_so_or_a_list_names_it(tmp_path):
    made = Made(("DE", "FR", "NA"))
    labels = written(tmp_path / "l.csv", {"sample_id": made.ids, "label": made.labels})
    table = written(tmp_path / "m.csv", {"sample_id": made.ids, "pred": made.said, "conf": made.sure})
    given_right(read_both(labels, table), made)
    (tmp_path / "n.txt").write_text("DE\nFR\nNA")
    given_right(read_both(labels, scores_of(made, tmp_path), class_names=tmp_path / "n.txt"), made)


def test_no_label_at_all_is_refused(tmp_path):
    labels = written(tmp_path / "l.csv", {"sample_id": BIRDS.ids, "label": ["-1"] * BIRDS.n})
    with pytest.raises(InputError, match="holds no given label"):
        read_both(labels, scores_of(BIRDS, tmp_path))


@pytest.mark.parametrize("separator", [" ", "|", ";", ", "])
@pytest.mark.parametrize("made", [BIRDS, Made(("0", "1", "2", "3"))])
def test_several_labels_in_a_cell_are_refused(tmp_path, separator, made):
    two = [
        f"{a}{separator}{b}" if i % 5 == 0 and a != b else a
        for i, (a, b) in enumerate(zip(made.labels, made.labels[1:] + ["0"]))
    ]
    two = [
        cell.removesuffix(f"{separator}0") if made is BIRDS and cell.endswith(f"{separator}0") else cell for cell in two
    ]
    labels = written(tmp_path / "l.csv", {"sample_id": made.ids, "label": two})
    with pytest.raises(InputError, match="holds several labels in"):
        read_both(labels, scores_of(made, tmp_path))


@pytest.mark.parametrize(
    "names", [("polar bear", "brown bear", "fox"), ("a/b", "c", "d"), ("red car", "blue car", "red bus")]
)
def test_names_of_several_words_are_names(tmp_path, names):
    made = Made(tuple(sorted(names)))
    labels = written(tmp_path / "l.csv", {"sample_id": made.ids, "label": made.labels})
    given_right(read_both(labels, scores_of(made, tmp_path)), made)


@pytest.mark.parametrize("suffix", [".parquet", ".jsonl", ".csv"])
def test_lists_of_one_label_are_that_label(tmp_path, suffix):
    column = [[label] for label in BIRDS.labels]
    labels = written(tmp_path / f"l{suffix}", {"sample_id": BIRDS.ids, "label": column})
    given_right(read_both(labels, scores_of(BIRDS, tmp_path)), BIRDS)
    column[3] = ["jay", "owl"]
    labels = written(tmp_path / f"l2{suffix}", {"sample_id": BIRDS.ids, "label": column})
    with pytest.raises(InputError, match="several labels in 1 cell"):
        read_both(labels, scores_of(BIRDS, tmp_path))


@pytest.mark.parametrize("column", ["answer", "status", "review"])
def test_labels_that_an_annotator_rejected_are_left_out(tmp_path, column):
    said = np.array(["accept", "accept", "reject", "ignore"])[np.arange(BIRDS.n) % 4]
    labels = written(tmp_path / "l.jsonl", {"sample_id": BIRDS.ids, "label": BIRDS.labels, column: said})
    reading = read_both(labels, scores_of(BIRDS, tmp_path))
    given_right(reading, BIRDS, np.flatnonzero(said == "accept"))
    assert any(f"not accepted by column '{column}'" in note for note in reading.notes)


def test_names_that_differ_in_case_or_blanks_are_one_class(tmp_path):
    made = Made(("great tit", "jay", "owl"))
    spelled = [[s, s.upper(), s.replace(" ", "  ").title()][i % 3] for i, s in enumerate(made.labels)]
    labels = written(tmp_path / "l.csv", {"sample_id": made.ids, "label": spelled})
    table = written(tmp_path / "m.csv", {"sample_id": made.ids, "pred": made.said, "conf": made.sure})
    reading = read_both(labels, table)
    assert reading.dataset.class_names == made.names
    np.testing.assert_array_equal(reading.dataset.given_labels, made.given)
    assert any("written in several ways are taken as one" in note for note in reading.notes)
    assert len(read_both(labels, scores_of(made, tmp_path)).dataset.class_names) == 3
