"""Sound small files of annotation tools and evaluation programs, WebDataset, HDF5, Zarr and tables of blanks."""

import importlib.util
import io
import json
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.fuzz_files import (
    CLASSES,
    IDS,
    LABELS,
    NET,
    Case,
    command,
    given_labels,
    scores,
    scores_columns,
    write_table,
)
from benchmarks.fuzz_layouts import KEYS, OPTIONS, PICTURE, likelihoods, lines

LETTERS = "ABCD"


def annotation_cases() -> Iterator[Case]:
    """Labels as Label Studio, Prodigy, doccano, FiftyOne and Argilla keep them."""
    names = ("studio.json", "prodigy.jsonl", "doccano.jsonl", "fiftyone.csv", "argilla.json")
    for name in names:
        words = (f"--labels={{}}/{name}", f"{NET}.csv")
        yield Case(f"labels of {name.partition('.')[0]}", _annotated, name, command(*words))


def _annotated(folder: Path) -> None:
    names = [CLASSES[k] for k in given_labels()]
    rows = list(zip(IDS, names))
    chosen = [[{"from_name": "kind", "type": "choices", "value": {"choices": [one]}}] for one in names]
    tasks = [
        {"id": k, "data": {"sample_id": i}, "annotations": [{"result": r}]} for k, (i, r) in enumerate(zip(IDS, chosen))
    ]
    (folder / "studio.json").write_text(json.dumps(tasks), encoding="utf-8")
    options = [{"id": name, "text": name} for name in CLASSES]
    accepted = [{"sample_id": i, "options": options, "accept": [one], "answer": "accept"} for i, one in rows]
    lines(folder / "prodigy.jsonl", accepted)
    lines(folder / "doccano.jsonl", [{"id": i, "data": f"text {i}", "label": [one], "Comments": []} for i, one in rows])
    write_table(folder / "fiftyone.csv", {"sample_id": IDS, "tags": ["val"] * len(IDS), "ground_truth": names})
    asked = [{"id": i, "fields": {"text": i}, "responses": {"label": [{"value": one}]}} for i, one in rows]
    (folder / "argilla.json").write_text(json.dumps(asked), encoding="utf-8")
    columns = scores_columns()
    write_table(folder / "net.csv", {"sample_id": IDS} | dict(zip(CLASSES, list(columns.values())[1:])))


def program_cases() -> Iterator[Case]:
    """Logs of lighteval, Inspect and OpenAI evals."""
    yield Case("lighteval", _lighteval, "details/m/details_sums.parquet", command("{}/details"))
    yield Case("Inspect", _inspect, "log.json", command("{}/log.json"))
    yield Case("Inspect", _inspect, "log.eval", command("{}/log.eval"))
    yield Case("OpenAI evals", _openai_evals, "run.jsonl", command("{}/run.jsonl"))


def _lighteval(folder: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    rows = []
    for number, (key, values) in enumerate(zip(KEYS, likelihoods())):
        doc = {"query": "?", "choices": list(OPTIONS), "gold_index": int(key), "id": str(number), "task_name": "sums|0"}
        rows.append({"doc": doc, "model_response": {"logprobs": values, "text": [""]}})
    (folder / "details" / "m").mkdir(parents=True)
    parquet.write_table(pa.Table.from_pylist(rows), folder / "details" / "m" / "details_sums.parquet")


def _answers() -> list[str]:
    return [LETTERS[int(np.argmax(values))] for values in likelihoods()]


def _inspect(folder: Path) -> None:
    samples = [
        {"id": f"q{k}", "epoch": 1, "input": "?", "choices": list(OPTIONS), "target": LETTERS[key],
         "scores": {"choice": {"value": "C", "answer": answer}}}
        for k, (key, answer) in enumerate(zip(KEYS, _answers()))
    ]  # fmt: skip
    log = {"version": 2, "eval": {"task": "sums", "model": "org/m"}, "samples": samples}
    (folder / "log.json").write_text(json.dumps(log), encoding="utf-8")
    with zipfile.ZipFile(folder / "log.eval", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("header.json", json.dumps({key: log[key] for key in ("version", "eval")}))
        for one in samples:
            archive.writestr(f"samples/{one['id']}_epoch_1.json", json.dumps(one))


def _openai_evals(folder: Path) -> None:
    listed = "\n".join(f"{letter}. {option}" for letter, option in zip(LETTERS, OPTIONS))
    records: list[dict] = [{"spec": {"eval_name": "sums.val", "completion_fns": ["m"]}}]
    for number, (key, answer) in enumerate(zip(KEYS, _answers())):
        about = {"run_id": "r", "sample_id": f"q{number}"}
        prompt = [{"role": "user", "content": f"Which?\n{listed}\nAnswer:"}]
        records.append(about | {"type": "sampling", "data": {"prompt": prompt, "sampled": [answer]}})
        told = {"correct": LETTERS[key] == answer, "expected": LETTERS[key], "sampled": answer}
        records.append(about | {"type": "match", "data": told})
    lines(folder / "run.jsonl", records)


def further_cases() -> Iterator[Case]:
    """WebDataset, tables parted by blanks, and HDF5 and Zarr where their libraries are installed."""
    yield Case("WebDataset", _webdataset, "pets.tar", command("--labels={}/pets.tar", f"{NET}.csv"))
    yield Case("txt", _blanks, "labels.txt", command("--labels={}/labels.txt", f"{NET}.npy"))
    if importlib.util.find_spec("h5py"):
        yield Case("HDF5", _hdf5, "net.h5", command(*LABELS, f"{NET}.h5"))
    if importlib.util.find_spec("zarr"):
        yield Case("Zarr", _zarr, "net.zarr/zarr.json", command(*LABELS, f"{NET}.zarr"))


def _webdataset(folder: Path) -> None:
    with tarfile.open(folder / "pets.tar", "w") as archive:
        for one, k in zip(IDS, given_labels()):
            for name, content in ((f"{one}.png", PICTURE), (f"{one}.cls", str(k).encode())):
                about = tarfile.TarInfo(name)
                about.size = len(content)
                archive.addfile(about, io.BytesIO(content))
    write_table(folder / "net.csv", {"sample_id": IDS} | dict(zip("012", scores().T.tolist())))


def _blanks(folder: Path) -> None:
    text = "".join(f"{one}.png {k}\n" for one, k in zip(IDS, given_labels()))
    (folder / "labels.txt").write_text(text, encoding="utf-8")
    np.save(folder / "net.npy", scores())


def _classes(folder: Path) -> None:
    write_table(folder / "labels.csv", {"sample_id": IDS, "label": given_labels().tolist()})


def _hdf5(folder: Path) -> None:
    import h5py

    _classes(folder)
    with h5py.File(folder / "net.h5", "w") as file:
        file["logits"] = scores()


def _zarr(folder: Path) -> None:
    import zarr

    _classes(folder)
    home = zarr.open_group(str(folder / "net.zarr"), mode="w")
    home.create_array("logits", data=scores())
