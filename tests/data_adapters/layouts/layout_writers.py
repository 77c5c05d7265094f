"""One made set in every layout that is read: each writer puts it into a folder as its program would."""

import io
import json
import tarfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import feather

from tests.data_adapters.joining.kinds import Made

PLAIN = (".csv", ".tsv", ".parquet", ".jsonl", ".feather", ".arrow", ".json", ".xlsx")
PACKED = (".csv.gz", ".jsonl.zst", ".csv.bz2")
ENCODED = (".cp1252.csv", ".utf16.csv", ".utf16.tsv", ".semicolon.csv")
SHAPED = (".split.json", ".index.json", ".columns.json", ".table.json", ".index.parquet")
TABLES = PLAIN + PACKED + ENCODED + SHAPED
TOOLS = ("prodigy", "doccano", "fiftyone", "label_studio", "argilla", "webdataset")
PIXEL = b"\x89PNG\r\n\x1a\n"


def save(path: Path, columns: dict) -> None:
    """A table by the endings of its name; the first column becomes the index where the layout has one."""
    frame, name = pd.DataFrame(columns), path.name
    if name.endswith(SHAPED):
        frame = frame.set_index(frame.columns[0])
        if name.endswith(".parquet"):
            frame.to_parquet(path)
        else:
            frame.to_json(path, orient=name.split(".")[-2], force_ascii=False)
    elif name.endswith(PACKED):
        inner = path.with_name(path.stem)
        save(inner, columns)
        with pa.output_stream(
            str(path), compression={"gz": "gzip", "zst": "zstd", "bz2": "bz2"}[name[-3:].strip(".")]
        ) as out:
            out.write(inner.read_bytes())
        inner.unlink()
    elif path.suffix in (".csv", ".tsv"):
        _save_text(path, frame)
    elif path.suffix == ".parquet":
        frame.to_parquet(path)
    elif path.suffix == ".arrow":
        with (
            pa.OSFile(str(path), "wb") as file,
            pa.ipc.new_stream(file, (table := pa.Table.from_pandas(frame)).schema) as out,
        ):
            out.write_table(table)
    elif path.suffix == ".feather":
        feather.write_feather(frame, path)
    elif path.suffix == ".xlsx":
        frame.to_excel(path, index=False)
    else:
        frame.to_json(path, orient="records", lines=path.suffix == ".jsonl", force_ascii=False)


def _save_text(path: Path, frame: pd.DataFrame) -> None:
    semicolons = ".semicolon" in path.name
    text = frame.to_csv(
        index=False, sep="\t" if path.suffix == ".tsv" else ";" if semicolons else ",", decimal=",."[not semicolons]
    )
    encoding = "utf-16" if ".utf16" in path.name else "cp1252" if ".cp1252" in path.name else "utf-8"
    try:
        path.write_bytes(text.encode(encoding))
    except UnicodeEncodeError:  # a script that the encoding does not have
        path.write_bytes(text.encode())


def annotated(tool: str, folder: Path, ids: Sequence[str], labels: Sequence[str], names: Sequence[str]) -> Path:
    """Given labels as an annotation tool exports them, or as WebDataset keeps them."""
    return ANNOTATED[tool](folder, list(zip(ids, labels)), names)


def _lines(path: Path, records: list[dict]) -> Path:
    path.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in records), encoding="utf-8")
    return path


def _prodigy(folder: Path, rows: list, names: Sequence[str]) -> Path:
    options = [{"id": name, "text": name} for name in names]
    records = [
        {"id": i, "_task_hash": k, "options": options, "accept": [a], "answer": "accept"}
        for k, (i, a) in enumerate(rows)
    ]
    return _lines(folder / "labels.jsonl", records)


def _doccano(folder: Path, rows: list, names: Sequence[str]) -> Path:
    return _lines(
        folder / "labels.jsonl", [{"id": i, "data": f"text {i}", "label": [a], "Comments": []} for i, a in rows]
    )


def _fiftyone(folder: Path, rows: list, names: Sequence[str]) -> Path:
    objects = [{"_cls": "Classification", "label": a, "confidence": None} for _, a in rows]
    records = [{"id": i, "tags": ["val"], "ground_truth": one} for (i, _), one in zip(rows, objects)]
    (folder / "labels.json").write_text(json.dumps({"name": "set", "samples": records}), encoding="utf-8")
    return folder / "labels.json"


def _label_studio(folder: Path, rows: list, names: Sequence[str]) -> Path:
    work = {"drafts": [], "allow_skip": True, "total_annotations": 1, "cancelled_annotations": 0, "updated_by": 1}
    chosen = [{"from_name": "kind", "type": "choices", "value": {"choices": [a]}} for _, a in rows]
    records = [{"id": k, "data": {"sample_id": i}, "annotations": [{"result": [one], "was_cancelled": False}]} | work
               for k, ((i, _), one) in enumerate(zip(rows, chosen))]  # fmt: skip
    (folder / "labels.json").write_text(json.dumps(records), encoding="utf-8")
    return folder / "labels.json"


def _argilla(folder: Path, rows: list, names: Sequence[str]) -> Path:
    said = [{"kind": [{"value": a, "status": "submitted", "user_id": "u"}]} for _, a in rows]
    records = [{"id": i, "fields": {"text": i}, "responses": one} for (i, _), one in zip(rows, said)]
    (folder / "labels.json").write_text(json.dumps(records), encoding="utf-8")
    return folder / "labels.json"


def _webdataset(folder: Path, rows: list, names: Sequence[str]) -> Path:
    with tarfile.open(folder / "labels.tar", "w") as archive:
        for one, label in rows:
            for name, content in ((f"{one}.png", PIXEL), (f"{one}.json", json.dumps({"label": label}).encode())):
                about = tarfile.TarInfo(name)
                about.size = len(content)
                archive.addfile(about, io.BytesIO(content))
    return folder / "labels.tar"


ANNOTATED: dict[str, Callable[[Path, list, Sequence[str]], Path]] = {
    "prodigy": _prodigy,
    "doccano": _doccano,
    "fiftyone": _fiftyone,
    "label_studio": _label_studio,
    "argilla": _argilla,
    "webdataset": _webdataset,
}


def scores_array(path: Path, made: Made, ids: np.ndarray, order: np.ndarray) -> None:
    """The scores as an array, in the given order where the file has ids."""
    if path.suffix == ".npy":
        np.save(path, made.probabilities)
    elif path.suffix == ".npz":
        np.savez(path, sample_ids=ids[order].astype(str), scores=made.probabilities[order])
    elif path.suffix == ".h5":
        import h5py

        with h5py.File(path, "w") as file:
            file["scores"] = made.probabilities[order]
            file["sample_ids"] = [str(one).encode() for one in ids[order]]
    else:
        import zarr

        zarr.open_group(str(path), mode="w").create_array("scores", data=made.probabilities)


def ranked_columns(made: Made, order: np.ndarray, count: int, numbers: bool) -> dict:
    """The best classes and their probabilities in columns, as timm's ``--topk --results-separate-col`` writes them."""
    best = np.argsort(-made.probabilities[order], axis=1, kind="stable")[:, :count]
    names = best if numbers else np.array(made.names, object)[best]
    sure = np.take_along_axis(made.probabilities[order], best, axis=1)
    return {f"index_{k}": names[:, k] for k in range(count)} | {f"prob_{k}": sure[:, k] for k in range(count)}
