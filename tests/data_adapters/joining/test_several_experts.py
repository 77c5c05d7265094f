"""Tables in which several experts stand side by side: none of them is passed over, whatever way they are written."""

import json

import numpy as np
import pytest

from data_adapters import read_loose
from data_adapters.layouts.sorting.any_files import read_any
from tests.data_adapters.joining.kinds import Made
from tests.data_adapters.joining.test_layouts_of_programs import labels_of, saved

NAMES = ("ant", "bee", "cow", "dog")
RESNET, VIT = Made(NAMES, n=90), Made(NAMES, n=90, seed=1)
BOTH = {"resnet": RESNET.probabilities, "vit": VIT.probabilities}
LABELLED = {"id": RESNET.ids, "label": RESNET.labels}


def named_before(separator: str) -> dict:
    return {f"{who}{separator}{n}": p[:, k] for who, p in BOTH.items() for k, n in enumerate(NAMES)}


WAYS = {
    "before": named_before("_"),
    "before, with a word": {f"prob_{column}": values for column, values in named_before(".").items()},
    "behind": {f"{n}_{who}": p[:, k] for who, p in BOTH.items() for k, n in enumerate(NAMES)},
    "numbered": {f"{who}_{k}": p[:, k] for who, p in BOTH.items() for k in range(4)},
    "lists": {f"{who}_probs": p.tolist() for who, p in BOTH.items()},
    "lists as text": {f"{who}_logits": [str(row) for row in np.log(p).tolist()] for who, p in BOTH.items()},
    "lists as NumPy prints them": {f"{who}_probs": [str(row) for row in p] for who, p in BOTH.items()},
    "objects as text": {f"{who}": [json.dumps(dict(zip(NAMES, row))) for row in p.tolist()] for who, p in BOTH.items()},
}


def holds_both(reading) -> None:
    names = np.array(reading.dataset.class_names, object)
    assert names[reading.dataset.given_labels].tolist() == RESNET.labels
    assert {expert.name: expert.kind for expert in reading.experts} == {"resnet": "full", "vit": "full"}
    for expert in reading.experts:
        logits = expert.logits(slice(None))
        told = np.exp(logits - logits.max(axis=1, keepdims=True))
        np.testing.assert_allclose(told / told.sum(axis=1, keepdims=True), BOTH[expert.name], atol=2e-4)


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
@pytest.mark.parametrize("way", WAYS)
def test_scores_of_two_experts_beside_the_labels(tmp_path, way, ending):
    holds_both(read_any(saved(tmp_path / f"all{ending}", LABELLED | WAYS[way])))


@pytest.mark.parametrize("as_folder", [True, False])
@pytest.mark.parametrize("way", WAYS)
def test_scores_of_two_experts_in_a_table_of_their_own(tmp_path, way, as_folder):
    order = np.random.default_rng(2).permutation(RESNET.n)
    columns = {c: [values[i] for i in order] for c, values in ({"id": RESNET.ids} | WAYS[way]).items()}
    labels, models = labels_of(tmp_path, RESNET), saved(tmp_path / "models.csv", columns)
    holds_both(read_any(tmp_path) if as_folder else read_loose(labels, {"models": models}))


def test_several_scores_of_one_expert_count_once(tmp_path):
    logits = {f"logit_{n}": np.log(RESNET.probabilities[:, k]) for k, n in enumerate(NAMES)}
    scores = logits | {f"prob_{n}": RESNET.probabilities[:, k] for k, n in enumerate(NAMES)}
    (expert,) = read_any(saved(tmp_path / "all.csv", LABELLED | scores)).experts
    assert expert.kind == "full"


def test_classes_that_no_label_has_stay_classes(tmp_path):
    extra = {f"{who}_emu": np.full(RESNET.n, 1e-9) for who in BOTH}
    reading = read_any(saved(tmp_path / "all.csv", LABELLED | named_before("_") | extra))
    assert [expert.name for expert in reading.experts] == ["resnet", "vit"]
    assert reading.dataset.class_names == (*NAMES, "emu")


def test_options_of_questions_have_scores_of_each_expert(tmp_path):
    letters = tuple("ABCD")
    asked = {f"{who}_{letter}": p[:, k] for who, p in BOTH.items() for k, letter in enumerate(letters)}
    options = [json.dumps([f"{word} {i}" for word in ("one", "two", "three", "four")]) for i in range(RESNET.n)]
    keys = [letters[k] for k in RESNET.given]
    table = {
        "id": RESNET.ids,
        "question": [f"What is {i}?" for i in range(RESNET.n)],
        "choices": options,
        "answer": keys,
    }
    reading = read_any(saved(tmp_path / "all.csv", table | asked))
    assert {expert.name: expert.kind for expert in reading.experts} == {"resnet": "full", "vit": "full"}


@pytest.mark.parametrize("beside", [True, False])
def test_each_answer_keeps_its_confidence(tmp_path, beside):
    pairs = {}
    for who, made in (("resnet", RESNET), ("vit", VIT)):
        pairs |= {f"{who}_pred": made.said, f"{who}_conf": made.sure, f"{who}_seconds": made.sure * 3}
    if beside:
        saved(tmp_path / "all.csv", LABELLED | pairs)
    else:
        labels_of(tmp_path, RESNET)
        saved(tmp_path / "models.csv", {"id": RESNET.ids} | pairs)
    experts = read_any(tmp_path).experts
    assert [expert.kind for expert in experts] == ["top1", "top1"]
    for expert, made in zip(experts, (RESNET, VIT)):
        np.testing.assert_allclose(expert.confidence, made.sure, rtol=1e-6)


def test_answers_beside_questions_without_ids_stay_in_their_rows(tmp_path):
    """Short questions differ in every row, as ids do."""
    letters, table = "ABCD", {"question": [f"{i}+{i}=?" for i in range(RESNET.n)]}
    table |= {letter: [f"{i + k}" for i in range(RESNET.n)] for k, letter in enumerate(letters)}
    answers = {f"model{m}": [letters[k] for k in made.answers] for m, made in enumerate((RESNET, VIT))}
    reading = read_any(saved(tmp_path / "quiz.csv", table | {"answer": [letters[k] for k in RESNET.given]} | answers))
    assert reading.dataset.given_labels.tolist() == RESNET.given.tolist()
    assert [expert.predicted.tolist() for expert in reading.experts] == [RESNET.answers.tolist(), VIT.answers.tolist()]


def test_absolute_paths_meet_the_samples_that_they_end_in(tmp_path):
    paths = [f"train/{name}/{i}.jpg" for i, name in enumerate(RESNET.labels)]
    labels = saved(tmp_path / "labels.csv", {"path": paths, "label": RESNET.labels})
    scores = {n: RESNET.probabilities[:, k] for k, n in enumerate(NAMES)}
    expert = saved(tmp_path / "net.csv", {"path": [f"/mnt/disk/{path}" for path in paths]} | scores)
    (found,) = read_loose(labels, {"net": expert}).experts
    assert found.rows is None or (np.asarray(found.rows) == np.arange(RESNET.n)).all()


@pytest.mark.parametrize("classes", ["names", "LABEL_"])
def test_the_list_that_a_pipeline_gives(tmp_path, classes):
    called = NAMES if classes == "names" else [f"LABEL_{k}" for k in range(4)]
    told = [[{"label": called[k], "score": row[k]} for k in np.argsort(row)[::-1]] for row in RESNET.probabilities]
    (tmp_path / "net.json").write_text(json.dumps(told))
    labels = RESNET.labels if classes == "names" else RESNET.given
    reading = read_loose(
        saved(tmp_path / "labels.csv", {"id": RESNET.ids, "label": labels}), {"net": tmp_path / "net.json"}
    )
    assert reading.experts[0].kind == "full"
    assert reading.experts[0].logits(slice(None)).argmax(axis=1).tolist() == RESNET.answers.tolist()


def test_rows_of_scores_as_json(tmp_path):
    (tmp_path / "net.json").write_text(json.dumps(RESNET.probabilities.tolist()))
    (expert,) = read_loose(labels_of(tmp_path, RESNET), {"net": tmp_path / "net.json"}).experts
    assert expert.logits(slice(None)).argmax(axis=1).tolist() == RESNET.answers.tolist()


def test_log_probabilities_of_tokens(tmp_path):
    told = [
        [{"token": f" {n}", "logprob": float(np.log(p))} for n, p in zip(NAMES, row)] for row in RESNET.probabilities
    ]
    lines = [json.dumps({"id": i, "top_logprobs": row}) for i, row in zip(RESNET.ids, told)]
    (tmp_path / "net.jsonl").write_text("\n".join(lines))
    (expert,) = read_loose(labels_of(tmp_path, RESNET), {"net": tmp_path / "net.jsonl"}).experts
    assert expert.logits(slice(None)).argmax(axis=1).tolist() == RESNET.answers.tolist()


def test_decimal_commas_beside_the_labels(tmp_path):
    scores = {n: [f"{p:.6f}".replace(".", ",") for p in RESNET.probabilities[:, k]] for k, n in enumerate(NAMES)}
    rows = zip(*(LABELLED | scores).values())
    text = "\n".join(";".join(map(str, row)) for row in [(*LABELLED, *scores), *rows])
    (tmp_path / "all.csv").write_text(text + "\n")
    (expert,) = read_any(tmp_path / "all.csv").experts
    assert expert.logits(slice(None)).argmax(axis=1).tolist() == RESNET.answers.tolist()
