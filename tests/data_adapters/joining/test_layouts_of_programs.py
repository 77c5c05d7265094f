"""Layouts that programs write: each is read as it is meant, ids, given labels and answers."""

import json

import numpy as np
import pandas as pd
import pytest

from cleaning.errors import InputError
from tests.data_adapters.joining.kinds import Made, read_both

ANIMALS = Made(("ant", "bee", "cow", "dog", "eel"), n=120)
LETTERS = Made(tuple("ABCD"), n=120)
OPTIONS = [[f"{word} {i}" for word in ("one", "two", "three", "four")] for i in range(120)]
ASKED = {"id": LETTERS.ids, "question": [f"What is {i}?" for i in range(120)]}


def saved(path, columns: dict):
    frame = pd.DataFrame(columns)
    if path.suffix == ".parquet":
        frame.to_parquet(path, index=False)
    elif path.suffix in (".json", ".jsonl"):
        frame.to_json(path, orient="records", lines=path.suffix == ".jsonl")
    elif path.suffix == ".xlsx":
        frame.to_excel(path, index=False)
    else:
        frame.to_csv(path, index=False)
    return path


def labels_of(folder, made: Made = ANIMALS, **columns):
    return saved(folder / "labels.csv", {"id": made.ids, "label": made.labels} | columns)


def holds(reading, made: Made, ids=None, kept=None) -> None:
    """The given labels are those written, and the expert says what it said."""
    kept = range(made.n) if kept is None else kept
    names = np.array(reading.dataset.class_names, object)
    assert reading.dataset.sample_ids.tolist() == [str((ids or made.ids)[i]) for i in kept]
    assert names[reading.dataset.given_labels].tolist() == [made.labels[i] for i in kept]
    expert = reading.experts[0]
    said = expert.logits(slice(None)).argmax(axis=1) if expert.kind == "full" else expert.predicted
    assert names[said].tolist() == [made.said[i] for i in kept]


# ---- top-k, in every layout that timm writes, and as pipelines give it

RANKED = np.argsort(-ANIMALS.probabilities, axis=1)
WORDS = [[ANIMALS.names[k] for k in row] for row in RANKED.tolist()]
SURE = [ANIMALS.probabilities[i, row].tolist() for i, row in enumerate(RANKED)]


def cut(rows: list, k: int) -> list:
    return [row[:k] for row in rows]


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".jsonl", ".json"])
@pytest.mark.parametrize("k", [3, 5])
@pytest.mark.parametrize("classes", ["names", "numbers"])
def test_ranked_lists_in_a_cell(tmp_path, ending, k, classes):
    told = WORDS if classes == "names" else RANKED.tolist()
    expert = saved(tmp_path / f"m{ending}", {"id": ANIMALS.ids, "label": cut(told, k), "prob": cut(SURE, k)})
    reading = read_both(labels_of(tmp_path), expert)
    holds(reading, ANIMALS)
    assert reading.experts[0].kind == ("full" if k == 5 else "top1")


def test_lists_as_numpy_prints_them(tmp_path):
    columns = {"index": [str(row) for row in RANKED[:, :3]], "prob": [str(np.array(row[:3])) for row in SURE]}
    holds(read_both(labels_of(tmp_path), saved(tmp_path / "m.csv", {"id": ANIMALS.ids} | columns)), ANIMALS)


@pytest.mark.parametrize("orient", ["split", "index"])
def test_ranked_lists_in_pandas_json(tmp_path, orient):
    frame = pd.DataFrame(
        {"index": cut(RANKED.tolist(), 3), "prob": cut(SURE, 3)}, index=pd.Index(ANIMALS.ids, name="id")
    )
    frame.to_json(tmp_path / "m.json", orient=orient)
    holds(read_both(labels_of(tmp_path), tmp_path / "m.json"), ANIMALS)


@pytest.mark.parametrize("name", ["top{}_class", "pred_{}", "label{}"])
@pytest.mark.parametrize("scores", [True, False])
def test_ranked_columns(tmp_path, name, scores):
    columns = {name.format(k): [row[k] for row in WORDS] for k in range(3)}
    columns |= {f"{name.format(k)}_prob": [row[k] for row in SURE] for k in range(3)} if scores else {}
    reading = read_both(labels_of(tmp_path), saved(tmp_path / "m.csv", {"id": ANIMALS.ids} | columns))
    holds(reading, ANIMALS)
    assert reading.experts[0].kind == ("top1" if scores else "votes")


def test_ranked_numbers_of_all_classes_are_no_scores(tmp_path):
    columns = {f"pred_{k}": RANKED[:, k] for k in range(5)}
    holds(read_both(labels_of(tmp_path), saved(tmp_path / "m.csv", {"id": ANIMALS.ids} | columns)), ANIMALS)


def test_sorted_scores_without_their_classes_are_refused(tmp_path):
    expert = saved(tmp_path / "m.jsonl", {"id": ANIMALS.ids, "prob": SURE})
    with pytest.raises(InputError, match="ranked"):
        read_both(labels_of(tmp_path), expert)


def test_what_pipelines_give(tmp_path):
    told = [[{"label": c, "score": s} for c, s in zip(*pair)] for pair in zip(WORDS, SURE)]
    holds(read_both(labels_of(tmp_path), saved(tmp_path / "m.jsonl", {"id": ANIMALS.ids, "out": told})), ANIMALS)


@pytest.mark.parametrize("ending", [".jsonl", ".parquet"])
def test_objects_of_scores_by_class(tmp_path, ending):
    told = [dict(zip(ANIMALS.names, row)) for row in ANIMALS.probabilities.tolist()]
    reading = read_both(labels_of(tmp_path), saved(tmp_path / f"m{ending}", {"id": ANIMALS.ids, "scores": told}))
    holds(reading, ANIMALS)
    assert reading.experts[0].kind == "full"


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".jsonl"])
def test_answers_as_lists_of_one(tmp_path, ending):
    columns = {"pred": [[said] for said in ANIMALS.said], "conf": [[sure] for sure in ANIMALS.sure.tolist()]}
    holds(read_both(labels_of(tmp_path), saved(tmp_path / f"m{ending}", {"id": ANIMALS.ids} | columns)), ANIMALS)


def test_whole_numbers_as_scores_are_no_ranking(tmp_path):
    scores = np.round(np.log(ANIMALS.probabilities) * 100).astype(int)
    columns = {f"class_{k}": scores[:, k] for k in range(5)}
    reading = read_both(labels_of(tmp_path), saved(tmp_path / "m.csv", {"id": ANIMALS.ids} | columns))
    holds(reading, ANIMALS)
    assert reading.experts[0].kind == "full"


# ---- options in columns of their own, or as objects


@pytest.mark.parametrize("name", ["{A}", "option_{a}", "option{A}", "op{a}", "choice{1}", "ending{0}", "answer_{a}"])
@pytest.mark.parametrize("key", ["letter", "text"])
def test_options_in_columns_of_their_own(tmp_path, name, key):
    called = [name.format(A=c, a=c.lower(), **{"1": 1}) if "{1}" not in name and "{0}" not in name
              else name.replace("{1}", str(k + 1)).replace("{0}", str(k)) for k, c in enumerate("ABCD")]  # fmt: skip
    columns = ASKED | {column: [row[k] for row in OPTIONS] for k, column in enumerate(called)}
    keys = LETTERS.labels if key == "letter" else [row[g] for row, g in zip(OPTIONS, LETTERS.given)]
    questions = saved(tmp_path / "q.csv", columns | {"correct_answer": keys})
    reading = read_both(questions, saved(tmp_path / "m.csv", {"id": LETTERS.ids, "answer": LETTERS.said}))
    holds(reading, LETTERS)
    assert reading.dataset.samples["choices"].tolist() == OPTIONS


def test_questions_of_mmlu_authors_have_no_header(tmp_path):
    rows = [[asked, *row, key] for asked, row, key in zip(ASKED["question"], OPTIONS, LETTERS.labels)]
    pd.DataFrame(rows).to_csv(tmp_path / "q.csv", header=False, index=False)
    reading = read_both(tmp_path / "q.csv", saved(tmp_path / "m.csv", {"pred": LETTERS.said}))
    holds(reading, LETTERS, ids=[str(i) for i in range(LETTERS.n)])


def arc(row: list, place: int) -> list[dict]:
    return [{"text": text, "label": mark} for text, mark in zip(row, "1234" if place % 20 == 0 else "ABCD")]


@pytest.mark.parametrize("inside", [True, False])
def test_options_as_objects_with_their_labels(tmp_path, inside):
    records = []
    for i, (name, row, g) in enumerate(zip(LETTERS.ids, OPTIONS, LETTERS.given)):
        options = arc(row, i)
        asked = {"question": {"stem": "?", "choices": options}} if inside else {"question": "?", "choices": options}
        records.append({"id": name, "answerKey": options[g]["label"]} | asked)
    (tmp_path / "q.jsonl").write_text("\n".join(map(json.dumps, records)))
    said = [arc(row, i)[k]["label"] for i, (row, k) in enumerate(zip(OPTIONS, LETTERS.answers))]
    holds(read_both(tmp_path / "q.jsonl", saved(tmp_path / "m.csv", {"id": LETTERS.ids, "pred": said})), LETTERS)


def test_options_a_line_each(tmp_path):
    lines = ["\n".join(f"{c}) {text}" for c, text in zip("ABCD", row)) for row in OPTIONS]
    questions = saved(tmp_path / "q.csv", ASKED | {"options": lines, "answer": LETTERS.labels})
    reading = read_both(questions, saved(tmp_path / "m.csv", {"id": LETTERS.ids, "pred": LETTERS.said}))
    assert reading.dataset.samples["choices"].tolist() == OPTIONS


# ---- two classes


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("column", ["{}", "prob_{}", "p_{}"])
def test_one_column_called_after_one_of_two_classes(tmp_path, place, column):
    made = Made(("benign", "malignant"), n=120)
    columns = {"id": made.ids, column.format(made.names[place]): made.probabilities[:, place]}
    holds(read_both(labels_of(tmp_path, made), saved(tmp_path / "m.csv", columns)), made)


@pytest.mark.parametrize("array", [True, False])
def test_minus_one_and_one_are_two_classes(tmp_path, array):
    made = Made(("-1", "1"), n=120)
    if array:
        np.save(tmp_path / "labels.npy", made.given * 2 - 1)
        np.save(tmp_path / "m.npy", made.answers * 2 - 1)
        holds(read_both(tmp_path / "labels.npy", tmp_path / "m.npy"), made, ids=[str(i) for i in range(made.n)])
    else:
        holds(
            read_both(labels_of(tmp_path, made), saved(tmp_path / "m.csv", {"id": made.ids, "pred": made.said})), made
        )


# ---- marks of no label in words


@pytest.mark.parametrize("mark", ["unlabeled", "?", "-", "n.a.", "Unknown"])
@pytest.mark.parametrize("kind", ["votes", "full", "array"])
def test_words_for_no_label_are_left_out_where_no_expert_answers_so(tmp_path, mark, kind):
    given = [mark if i % 10 == 0 else label for i, label in enumerate(ANIMALS.labels)]
    scores = {name: ANIMALS.probabilities[:, k] for k, name in enumerate(ANIMALS.names)}
    expert = tmp_path / "m.npy"
    if kind == "array":
        np.save(expert, ANIMALS.probabilities)
    else:
        expert = saved(tmp_path / "m.csv", {"id": ANIMALS.ids} | (scores if kind == "full" else {"pred": ANIMALS.said}))
    reading = read_both(labels_of(tmp_path, label=given), expert)
    holds(reading, ANIMALS, kept=[i for i in range(ANIMALS.n) if i % 10])
    assert any("without a given label left out" in note for note in reading.notes)


@pytest.mark.parametrize("array", [True, False])
def test_unknown_is_a_class_where_experts_have_it(tmp_path, array):
    made = Made(("left", "right", "unknown"), n=120)
    np.save(tmp_path / "m.npy", made.probabilities)
    table = saved(tmp_path / "m.csv", {"id": made.ids, "pred": made.said})
    holds(read_both(labels_of(tmp_path, made), tmp_path / "m.npy" if array else table), made)


# ---- an expert that gives one answer everywhere


def test_one_answer_everywhere_is_chance(tmp_path):
    expert = saved(tmp_path / "m.csv", {"id": ANIMALS.ids, "pred": ["bee"] * ANIMALS.n})
    with pytest.raises(InputError, match="by chance alone"):
        read_both(labels_of(tmp_path), expert)


def test_one_answer_everywhere_is_sound_where_one_class_rules(tmp_path):
    given = ["yes" if i % 33 == 0 else "no" for i in range(300)]
    labels = saved(tmp_path / "labels.csv", {"id": range(300), "label": given})
    reading = read_both(labels, saved(tmp_path / "m.csv", {"id": range(300), "pred": ["no"] * 300}))
    assert len(reading.experts) == 1


def test_a_label_repeated_beside_an_answer_of_an_unknown_name_has_no_vote(tmp_path):
    columns = {"id": ANIMALS.ids, "label": ANIMALS.labels, "net_class": ANIMALS.said, "net_prob": ANIMALS.sure}
    holds(read_both(labels_of(tmp_path), saved(tmp_path / "m.parquet", columns)), ANIMALS)


# ---- lists of classes


def test_names_of_classes_inside_the_array_file_say_their_order(tmp_path):
    order = [3, 0, 4, 1, 2]
    names = np.array(ANIMALS.names)[order]
    np.savez(tmp_path / "m.npz", probs=ANIMALS.probabilities[:, order], classes=names, ids=np.array(ANIMALS.ids))
    holds(read_both(labels_of(tmp_path), tmp_path / "m.npz"), ANIMALS)


LISTS = {
    "numbered.txt": "0 eel\n1 ant\n2 dog\n3 bee\n4 cow\n",
    "from_1.txt": "1: eel\n2: ant\n3: dog\n4: bee\n5: cow\n",
    "data.yaml": "nc: 5\nnames:\n  0: eel\n  1: ant\n  2: dog\n  3: bee\n  4: cow\nval: x\n",
    "short.yaml": "names: ['eel', \"ant\", dog, bee, cow]\n",
    "codes.txt": "n00000004 eel\nn00000000 ant\nn00000003 dog\nn00000001 bee\nn00000002 cow\n",
    "turned.json": json.dumps(
        {str(k): [name, f"n{k:08d}"] for k, name in enumerate(("eel", "ant", "dog", "bee", "cow"))}
    ),
    "ids.csv": "class_id,class_name\n0,eel\n1,ant\n2,dog\n3,bee\n4,cow\n",
}


@pytest.mark.parametrize("name", LISTS)
def test_lists_of_classes_as_people_keep_them(tmp_path, name):
    (tmp_path / name).write_text(LISTS[name])
    np.save(tmp_path / "m.npy", ANIMALS.probabilities[:, [4, 0, 3, 1, 2]])
    holds(read_both(labels_of(tmp_path), tmp_path / "m.npy", class_names=tmp_path / name), ANIMALS)


def test_labels_by_their_codes(tmp_path):
    codes = {name: f"n{k:08d}" for k, name in enumerate(ANIMALS.names)}
    (tmp_path / "list.json").write_text(json.dumps({str(k): [codes[n], n] for k, n in enumerate(ANIMALS.names)}))
    np.save(tmp_path / "m.npy", ANIMALS.probabilities)
    labels = labels_of(tmp_path, label=[codes[label] for label in ANIMALS.labels])
    reading = read_both(labels, tmp_path / "m.npy", class_names=tmp_path / "list.json")
    assert reading.dataset.class_names == tuple(codes.values())
    assert reading.dataset.given_labels.tolist() == ANIMALS.given.tolist()
