"""Layouts that programs write: each is read as it is meant, ids, given labels and answers."""

import json
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from cleaning.errors import InputError
from data_adapters import ReadingOptions, read_loose
from data_adapters.doctor import read_fixed
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


# ---- what annotation tools export


def studio(label: str, **more) -> dict:
    region = {"from_name": "sentiment", "type": "choices", "value": {"choices": [label]}}
    return {"result": [region], "was_cancelled": False} | more


def tool_records(tool: str) -> list[dict]:
    rows = list(zip(ANIMALS.ids, ANIMALS.labels))
    work = {
        "annotator": 1,
        "annotation_id": 7,
        "lead_time": 3.5,
        "created_at": "2026-01-01",
        "updated_at": "2026-01-01",
    }
    if tool == "label studio":
        return [{"id": 1, "data": {"text": i, "sample_id": i}, "annotations": [studio(a), studio(a), studio("ant")]}
                for i, a in rows]  # fmt: skip
    if tool == "label studio min":
        return [{"id": i, "image": f"/data/{i}.jpg", "sentiment": a} | work for i, a in rows]
    if tool == "argilla":
        return [{"id": i, "fields": {"text": i}, "responses": {"label": [{"value": a, "status": "submitted"}]}}
                for i, a in rows]  # fmt: skip
    if tool == "argilla 1":
        return [{"id": i, "fields": {"text": i}, "responses": [{"values": {"label": {"value": a}}, "status": "submitted"}]}
                for i, a in rows]  # fmt: skip
    if tool == "prodigy":
        options = [{"id": name, "text": name} for name in ANIMALS.names]
        return [{"id": i, "options": options, "accept": [a], "answer": "accept"} for i, a in rows]
    return [{"id": i, "data": i, "label": [a], "Comments": []} for i, a in rows]


@pytest.mark.parametrize("tool", ["label studio", "label studio min", "argilla", "argilla 1", "prodigy", "doccano"])
@pytest.mark.parametrize("ending", [".json", ".jsonl"])
def test_annotation_tools(tmp_path, tool, ending):
    records, path = tool_records(tool), tmp_path / f"labels{ending}"
    path.write_text(json.dumps(records) if ending == ".json" else "\n".join(map(json.dumps, records)))
    column = "sample_id" if tool == "label studio" else "id"
    expert = saved(tmp_path / "m.csv", {column: ANIMALS.ids, "pred": ANIMALS.said})
    holds(read_both(path, expert), ANIMALS)


def test_a_table_of_label_studio(tmp_path):
    labels = saved(tmp_path / "labels.csv", pd.DataFrame(tool_records("label studio min")).to_dict("list"))
    holds(read_both(labels, saved(tmp_path / "m.csv", {"id": ANIMALS.ids, "pred": ANIMALS.said})), ANIMALS)


def test_fiftyone_csv_has_no_folder_of_anybodys_in_its_ids(tmp_path):
    paths = [f"/home/jo/val/{i}.jpg" for i in ANIMALS.ids]
    labels = saved(tmp_path / "labels.csv", {"filepath": paths, "tags": "val", "ground_truth": ANIMALS.labels})
    expert = saved(tmp_path / "m.csv", {"filepath": paths[::-1], "prediction": ANIMALS.said[::-1]})
    reading = read_both(labels, expert)
    holds(reading, ANIMALS, ids=[f"{i}.jpg" for i in ANIMALS.ids])
    assert "/home" not in "".join(map(str, reading.dataset.samples.to_numpy().ravel()))


def test_fiftyone_json(tmp_path):
    names = list(ANIMALS.names)
    (tmp_path / "labels.json").write_text(
        json.dumps({"classes": names, "labels": dict(zip(ANIMALS.ids, map(names.index, ANIMALS.labels)))})
    )
    samples = [
        {"filepath": f"{i}", "prediction": {"_cls": "Classification", "label": a, "confidence": c}}
        for i, a, c in zip(ANIMALS.ids, ANIMALS.said, ANIMALS.sure.tolist())
    ]
    (tmp_path / "samples.json").write_text(json.dumps({"samples": samples}))
    reading = read_both(tmp_path / "labels.json", tmp_path / "samples.json")
    holds(reading, ANIMALS)
    assert reading.experts[0].kind == "top1"


# ---- text without a header, with other separators, with numbers and texts in a column


@pytest.mark.parametrize("separator", [",", " ", "\t"])
@pytest.mark.parametrize("numbers", [True, False])
def test_pictures_and_labels_without_a_header(tmp_path, separator, numbers):
    labels = ANIMALS.given.tolist() if numbers else ANIMALS.labels
    text = "\n".join(f"{i}.jpg{separator}{label}" for i, label in zip(ANIMALS.ids, labels))
    (tmp_path / "val.txt").write_text(text)
    (tmp_path / "names.txt").write_text("\n".join(ANIMALS.names))
    np.savetxt(tmp_path / "m.txt", ANIMALS.probabilities)
    reading = read_both(tmp_path / "val.txt", tmp_path / "m.txt", class_names=tmp_path / "names.txt")
    holds(reading, ANIMALS, ids=[f"{i}.jpg" for i in ANIMALS.ids])


def test_bars_between_columns(tmp_path):
    rows = ["id|pred|conf", *(f"{i}|{a}|{c}" for i, a, c in zip(ANIMALS.ids, ANIMALS.said, ANIMALS.sure))]
    (tmp_path / "m.csv").write_text("\n".join(rows))
    holds(read_both(labels_of(tmp_path), tmp_path / "m.csv"), ANIMALS)


def test_json_lines_with_numbers_and_texts_in_a_column(tmp_path):
    digits = Made(tuple("01234"), n=120)
    told = [{"id": i, "pred": a if k % 7 else int(a)} for k, (i, a) in enumerate(zip(digits.ids, digits.said))]
    (tmp_path / "m.jsonl").write_text("\n".join(map(json.dumps, told)))
    holds(read_both(labels_of(tmp_path, digits), tmp_path / "m.jsonl"), digits)


def test_ids_that_look_like_powers_of_ten_stay_text_in_wide_tables(tmp_path):
    made = Made(tuple(f"c{k:02d}" for k in range(30)), n=120)
    ids = [f"{i}e{i % 5}" for i in range(1, made.n + 1)]
    labels = saved(tmp_path / "labels.csv", {"id": ids, "label": made.labels})
    columns = {name: made.probabilities[:, k] for k, name in enumerate(made.names)}
    holds(read_both(labels, saved(tmp_path / "m.csv", columns | {"id": ids})), made, ids=ids)


# ---- arrays of other programs


def test_hdf5(tmp_path):
    h5py = pytest.importorskip("h5py", reason="h5py is not installed")
    with h5py.File(tmp_path / "m.h5", "w") as file:
        file["model/logits"], file["model/labels"] = np.log(ANIMALS.probabilities), ANIMALS.given
        file["ids"] = [i.encode() for i in ANIMALS.ids]
    holds(read_both(labels_of(tmp_path), tmp_path / "m.h5"), ANIMALS)


def test_a_damaged_hdf5_file_is_a_sentence(tmp_path):
    h5py = pytest.importorskip("h5py", reason="h5py is not installed")
    with h5py.File(tmp_path / "m.h5", "w") as file:
        file.create_dataset("logits", data=ANIMALS.probabilities, compression="gzip")
    (tmp_path / "m.h5").write_bytes((tmp_path / "m.h5").read_bytes()[:-900])
    with pytest.raises(InputError, match=r"'m.h5' cannot be read as HDF5. Check that it was copied completely"):
        read_both(labels_of(tmp_path), tmp_path / "m.h5")


def test_zarr(tmp_path):
    zarr = pytest.importorskip("zarr", reason="zarr is not installed")
    whole = zarr.create_array(str(tmp_path / "m.zarr"), shape=ANIMALS.probabilities.shape, dtype="f4", chunks=(64, 5))
    whole[:] = ANIMALS.probabilities
    holds(read_both(labels_of(tmp_path), tmp_path / "m.zarr"), ANIMALS)


@pytest.mark.parametrize("label", [".cls", ".json"])
@pytest.mark.parametrize("shards", [1, 2])
def test_webdataset(tmp_path, label, shards):
    import io
    import tarfile

    made, folder = Made(("ant", "bee"), n=60), tmp_path / "shards"
    folder.mkdir()
    for part, (start, stop) in enumerate(pairwise(np.linspace(0, made.n, shards + 1).astype(int))):
        with tarfile.open(folder / f"val-{part}.tar", "w") as archive:
            for i in range(start, stop):
                told = json.dumps({"label": made.labels[i]}) if label == ".json" else made.labels[i]
                for suffix, content in ((".jpg", b"picture"), (label, told.encode())):
                    member = tarfile.TarInfo(made.ids[i] + suffix)
                    member.size = len(content)
                    archive.addfile(member, io.BytesIO(content))
    np.savez(tmp_path / "m.npz", ids=np.array(made.ids), probs=made.probabilities)
    source = folder if shards > 1 else folder / "val-0.tar"

    def read(plan):
        return read_loose(source, {"net": tmp_path / "m.npz"}, plan=plan, pictures_to=tmp_path / "pictures")

    reading = read_fixed(read, ReadingOptions())
    holds(reading, made)
    assert reading.dataset.samples["image"].tolist() == [f"{i}.jpg" for i in made.ids]
