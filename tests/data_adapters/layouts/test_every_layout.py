"""One made set written in every layout, with random names of classes, ids and columns: what is read is what was written,
or a sentence says why not; never something else without a word.

LAYOUTS=2000 writes so many of pictures' classes, and half as many of questions; a test run does with fewer.
"""

import importlib.util
import json
import os

import numpy as np
import pytest

from cleaning.errors import InputError
from tests.data_adapters.joining.kinds import Made, read_both
from tests.data_adapters.layouts.layout_writers import TABLES, TOOLS, annotated, ranked_columns, save, scores_array

COUNT, AT_ONCE = int(os.environ.get("LAYOUTS", "400")), 50
OUTSIDE = [ending for ending, library in ((".h5", "h5py"), (".zarr", "zarr")) if importlib.util.find_spec(library)]
ARRAYS = (".npy", ".npz")
WORDS = "cat dog owl fox bär été 猫 naïve o'neil 12b x-y a_b C3 NaCl true 7up".split()


def class_names(rng) -> tuple[str, ...]:
    """Digits with and without gaps, words, words with blanks, other scripts; sorted as text."""
    k, sort = int(rng.integers(3, 9)), int(rng.integers(4))
    if sort == 0:
        return tuple(map(str, range(k)))
    if sort == 1:
        return tuple(sorted(map(str, rng.choice(900, k, replace=False) + 20)))
    chosen = rng.permutation(WORDS)[:k]
    return tuple(sorted(f"{word} {i}" if sort == 2 else str(word) for i, word in enumerate(chosen)))


def sample_ids(rng, n: int) -> list[str]:
    forms = ("{:05d}", "img_{}.jpg", "a/b/{}.png", "é{}", "{}", "x {}")
    form = forms[rng.integers(len(forms))]
    return [form.format(i) for i in rng.permutation(n * 3)[:n]]


def labels_file(rng, made: Made, ids: list[str], id_name: str, numbers: bool, folder):
    """A table of given labels, or what an annotation tool exports."""
    if not numbers and rng.random() < 0.25:
        tool = str(rng.choice(TOOLS))
        if tool != "webdataset" or not any("." in one for one in ids):  # whose keys end at the first dot
            return annotated(tool, folder, ids, made.labels, made.names)
    labels = folder / f"labels{rng.choice(TABLES)}"
    given = made.given if numbers else made.labels
    save(labels, {id_name: ids, "site": ["n"] * made.n, rng.choice(["label", "class", "target"]): given})
    return labels


def layout(rng, made: Made, ids: list[str], folder) -> tuple:
    """(labels file, expert file, further arguments, kind of expert) of one random layout."""
    id_name = rng.choice(["sample_id", "id", "file_name", "Filename"])
    numbers, listed = bool(rng.integers(2)), bool(rng.integers(2))
    listed |= numbers
    labels = labels_file(rng, made, ids, id_name, numbers, folder)
    how = {"class_names": folder / "names.json"} if listed else {}
    (folder / "names.json").write_text(json.dumps(made.names))
    kind = str(rng.choice(["full", "top1", "votes", "ranked"], p=[0.4, 0.25, 0.25, 0.1]))
    return labels, expert_file(rng, made, np.array(ids, object), id_name, kind, numbers, folder), how, kind


def expert_file(rng, made: Made, ids: np.ndarray, id_name: str, kind: str, numbers: bool, folder):
    order = rng.permutation(made.n)
    if kind == "full" and rng.random() < 0.4:
        path = folder / f"m{rng.choice([*ARRAYS * 6, *OUTSIDE])}"
        scores_array(path, made, ids, order)
        return path
    path = folder / f"m{rng.choice(TABLES)}"
    prefix = rng.choice(["", "prob_", "p "])
    if kind == "full":
        columns = {f"{prefix}{name}": made.probabilities[order, k] for k, name in enumerate(made.names)}
    elif kind == "ranked":
        columns = ranked_columns(made, order, int(rng.integers(2, 4)), numbers)
    else:
        said = made.answers[order] if numbers else np.array(made.said, object)[order]
        columns = {rng.choice(["pred", "prediction", "predicted_label", "label"]): said}
        columns |= {rng.choice(["confidence", "prob", "score"]): made.sure[order]} if kind == "top1" else {}
    save(path, {id_name: ids[order]} | columns)
    return path


def compared(reading, made: Made, ids: list[str], kind: str) -> None:
    assert reading.dataset.sample_ids.tolist() == ids
    names = np.array(reading.dataset.class_names, object)
    assert names[reading.dataset.given_labels].tolist() == made.labels
    expert = reading.experts[0]
    if kind == "full":
        places = [reading.dataset.class_names.index(name) for name in made.names]
        np.testing.assert_allclose(np.exp(expert.logits(slice(None)))[:, places], made.probabilities, atol=1e-5)
    elif kind != "ranked" or not hasattr(expert, "scores"):
        assert names[expert.predicted].tolist() == made.said
        if kind != "votes":
            np.testing.assert_allclose(expert.confidence, made.sure, atol=1e-5)


def by_position_without_order(expert, error: InputError) -> bool:
    """Digits as classes without a list: by number or as text, which an array of scores cannot say."""
    return expert.suffix in (*ARRAYS, *OUTSIDE) and "order" in str(error)


@pytest.mark.parametrize("first", range(0, COUNT, AT_ONCE))
def test_what_is_read_is_what_was_written(tmp_path, first):
    refused = []
    for seed in range(first, first + AT_ONCE):
        rng = np.random.default_rng(seed)
        made = Made(class_names(rng), n=80, seed=seed)
        ids = sample_ids(rng, made.n)
        folder = tmp_path / str(seed)
        folder.mkdir()
        labels, expert, how, kind = layout(rng, made, ids, folder)
        try:
            reading = read_both(labels, expert, **how)
        except InputError as error:
            if not by_position_without_order(expert, error):
                refused.append(f"{seed} {labels.name} {expert.name} {kind} {made.names[:4]} {ids[0]}: {error}")
            continue
        try:
            compared(reading, made, ids, kind)
        except AssertionError as error:
            raise AssertionError(f"{seed} {labels.name} {expert.name} {kind} {made.names} {ids[:2]}") from error
    assert not refused, "\n".join(refused)


# ---- questions


def question_columns(rng, made: Made, options: list[list[str]]) -> dict:
    """Options in one column as a list, or in a column each."""
    called = str(rng.choice(["choices", "options", "{0}", "{1}", "option_{1}", "Option {0}", "choice{2}"]))
    if "{" not in called:
        return {called: [json.dumps(one, ensure_ascii=False) for one in options]}
    width = max(map(len, options))
    rows = [[*one, *[None] * (width - len(one))] for one in options]
    return {called.format("ABCDE"[k], "abcde"[k], k + 1): [row[k] for row in rows] for k in range(width)}


def options_of(rng, made: Made) -> list[list[str]]:
    """Words, numbers or letters; some questions have one option less, unless it is given or answered."""
    width, sort = len(made.names), int(rng.integers(3))
    texts = [
        [[f"wörd {i}-{k}", str(1000 + 7 * i + k), "xyzuvw"[(i + k) % 6]][sort] for k in range(width)]
        for i in range(made.n)
    ]
    short = (made.given < width - 1) & (made.answers < width - 1) & (rng.random(made.n) < 0.3) & (width > 2)
    return [one[: width - int(less)] for one, less in zip(texts, short)]


def as_written(rng, codes: np.ndarray, options: list[list[str]]) -> list:
    ways = [
        lambda k, one: "ABCDE"[k],
        lambda k, one: f"({'abcde'[k]})",
        lambda k, one: int(k),
        lambda k, one: one[k],
        lambda k, one: int(k) + 1,
    ]
    way = ways[rng.integers(len(ways))]
    return [way(k, one) for k, one in zip(codes, options)]


@pytest.mark.parametrize("first", range(0, COUNT // 2, AT_ONCE))
def test_questions_are_read_as_they_were_written(tmp_path, first):
    for seed in range(first, first + AT_ONCE):
        rng = np.random.default_rng(10_000 + seed)
        made = Made(tuple("ABCDE"[: rng.integers(3, 6)]), n=80, seed=seed)
        options, ids = options_of(rng, made), sample_ids(rng, made.n)
        asked = {str(rng.choice(["question", "prompt", "stem"])): [f"What is {i}?" for i in range(made.n)]}
        key = {str(rng.choice(["answer", "label", "gold"])): as_written(rng, made.given, options)}
        labels, expert = tmp_path / f"q{seed}{rng.choice(TABLES)}", tmp_path / f"m{seed}{rng.choice(TABLES)}"
        save(labels, {"id": ids} | asked | question_columns(rng, made, options) | key)
        order = rng.permutation(made.n)
        said = np.array(as_written(rng, made.answers, options), object)[order].tolist()
        save(expert, {"id": np.array(ids, object)[order], "prediction": said})
        told = f"{seed} {labels.name} {expert.name} {[*asked, *key]} {options[0]}"
        try:
            reading = read_both(labels, expert)
        except InputError as error:
            raise AssertionError(f"{told}: {error}") from error
        assert reading.dataset.sample_ids.tolist() == ids, told
        assert reading.dataset.given_labels.tolist() == made.given.tolist(), told
        assert reading.dataset.samples["choices"].tolist() == options, told
        assert reading.experts[0].predicted.tolist() == made.answers.tolist(), told
