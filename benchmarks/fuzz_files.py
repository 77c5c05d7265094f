"""Small sound files of every format that docs/formats.md names, each with the command that scores them."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cleaning.domain.dataset import Dataset

COUNT, CLASSES = 48, ("cat", "dog", "owl")
IDS = [f"s{i:03d}" for i in range(COUNT)]
TABLES, OTHERS = (
    (".csv", ".tsv", ".parquet", ".feather", ".jsonl"),
    (".json", ".xlsx", ".csv.gz", ".jsonl.zst", ".csv.bz2"),
)
PACKED = {".gz": "gzip", ".zst": "zstd", ".bz2": "bz2"}
SHOWN = "résumé"  # a class beyond ASCII, where text can hold it


@dataclass(frozen=True)
class Case:
    """name: the format. write: puts the sound files into an empty folder. damaged: which of them get damaged, as a
    pattern. score: reads and scores what lies in the folder, and gives what came of it."""

    name: str
    write: Callable[[Path], None]
    damaged: str
    score: Callable[[Path], bytes]


def given_labels() -> np.ndarray:
    return np.random.default_rng(1).integers(0, len(CLASSES), COUNT)


def scores(seed: int = 2) -> np.ndarray:
    """(COUNT, classes) float32 logits that are mostly right."""
    noise = np.random.default_rng(seed).normal(0, 1, (COUNT, len(CLASSES)))
    return (noise + 2.5 * np.eye(len(CLASSES))[given_labels()]).astype(np.float32)


def labels_columns() -> dict[str, list]:
    names = (*CLASSES[:2], SHOWN)
    return {"sample_id": IDS, "label": [names[k] for k in given_labels()], "camera": ["north", "süd"] * (COUNT // 2)}


def scores_columns() -> dict[str, list]:
    return {"sample_id": IDS} | dict(zip((*CLASSES[:2], SHOWN), scores().T.tolist()))


def top1_columns() -> dict[str, list]:
    likely, best = np.exp(scores()), scores().argmax(axis=1)
    return {
        "sample_id": IDS,
        "predicted_class": [(*CLASSES[:2], SHOWN)[k] for k in best],
        "confidence": np.round(likely.max(axis=1) / likely.sum(axis=1), 4).tolist(),
    }


def write_table(path: Path, columns: dict[str, list]) -> None:
    """A table of any ending that is read."""
    import pyarrow as pa
    from pyarrow import feather, parquet

    if path.suffix in PACKED:
        write_table(path.with_suffix(""), columns)
        with pa.output_stream(str(path), compression=PACKED[path.suffix]) as packed:
            packed.write(path.with_suffix("").read_bytes())
    elif path.suffix == ".xlsx":
        import pandas as pd

        pd.DataFrame(columns).to_excel(path, index=False)
    elif path.suffix == ".json":
        objects = [dict(zip(columns, row)) for row in zip(*columns.values())]
        path.write_text(json.dumps(objects, ensure_ascii=False), encoding="utf-8")
    elif path.suffix == ".parquet":
        parquet.write_table(pa.table(columns), path, row_group_size=20)
    elif path.suffix == ".feather":
        feather.write_feather(pa.table(columns), path, compression="lz4" if path.stem == "labels" else "uncompressed")
    elif path.suffix == ".jsonl":
        records = (dict(zip(columns, row)) for row in zip(*columns.values()))
        path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records), encoding="utf-8")
    else:
        mark = {".tsv": "\t", ".csv": ","}[path.suffix]
        rows = [mark.join(map(str, row)) for row in ([*columns], *zip(*columns.values()))]
        path.write_text("\n".join(rows) + "\n", encoding="utf-8")


def command(*words: str) -> Callable[[Path], bytes]:
    """``score`` with these words, in which ``{}`` is the folder; gives the ranked list."""

    def score(folder: Path) -> bytes:
        from cleaning.command_line import build_parser

        out = folder / "ranked.csv"
        said = ["score", *(word.replace("{}", str(folder)) for word in words), f"--out={out}"]
        parsed = build_parser(said[:1]).parse_args(said)
        parsed.run(parsed)
        return out.read_bytes()

    return score


LABELS, NET = ("--labels={}/labels.csv",), "--expert=net={}/net"


def table_cases() -> Iterator[Case]:
    """Tables as labels and as experts of each kind."""
    for ending in (*TABLES, *OTHERS):

        def write(folder: Path, ending=ending) -> None:
            write_table(folder / "labels.csv", labels_columns())
            write_table(folder / f"labels{ending}", labels_columns())
            write_table(folder / f"net{ending}", scores_columns())
            write_table(folder / f"top{ending}", top1_columns())

        both = (f"{NET}{ending}", f"--expert=top={{}}/top{ending}")
        for part in ("labels", "net", "top") if ending in TABLES else ("labels", "net"):
            yield Case(f"{ending[1:]}", write, f"{part}{ending}", command(f"--labels={{}}/labels{ending}", *both))


def array_cases() -> Iterator[Case]:
    """Arrays: .npy, .npz, safetensors, PyTorch and lists of shards."""

    def write(folder: Path) -> None:
        columns = labels_columns()
        write_table(folder / "labels.csv", columns)
        (folder / "names.txt").write_text(f"cat\ndog\n{SHOWN}\n", encoding="utf-8")
        np.save(folder / "labels.npy", given_labels())
        np.save(folder / "net.npy", scores())
        np.savez(folder / "net.npz", sample_ids=np.array(IDS), net=scores(), other=scores(3))
        np.savez_compressed(folder / "packed.npz", sample_ids=np.array(IDS), logits=scores())

    by_name = "--class-names={}/names.txt"
    yield Case("npy", write, "net.npy", command(*LABELS, f"{NET}.npy", by_name))
    yield Case("npy", write, "labels.npy", command("--labels={}/labels.npy", f"{NET}.npy"))
    yield Case("npz", write, "net.npz", command(*LABELS, f"{NET}.npz", by_name))
    yield Case("npz", write, "packed.npz", command(*LABELS, "--expert=net={}/packed.npz", by_name))
    yield Case("class names", write, "names.txt", command(*LABELS, f"{NET}.npy", by_name))
    yield from tensor_cases()
    yield from shard_cases()


def tensor_cases() -> Iterator[Case]:
    def write(folder: Path) -> None:
        import torch
        from safetensors.numpy import save_file

        write_table(folder / "labels.csv", labels_columns())
        torch.save({"sample_ids": IDS, "net": torch.from_numpy(scores())}, folder / "net.pt")
        save_file({"net": scores()}, folder / "net.safetensors", {"sample_ids": json.dumps(IDS)})

    yield Case("safetensors", write, "net.safetensors", command(*LABELS, f"{NET}.safetensors"))
    yield Case("pt", write, "net.pt", command(*LABELS, f"{NET}.pt"))


def shard_cases() -> Iterator[Case]:
    def write(folder: Path) -> None:
        write_table(folder / "labels.csv", labels_columns())
        np.save(folder / "a.npy", scores()[:20])
        np.save(folder / "b.npy", scores()[20:])
        columns = dict(zip(CLASSES, scores().T))
        write_table(folder / "c.parquet", columns)
        (folder / "net.shards").write_text("a.npy\nb.npy\n", encoding="utf-8")
        (folder / "wide.shards").write_text("c.parquet\n", encoding="utf-8")

    for part in ("net.shards", "a.npy"):
        yield Case("shards", write, part, command(*LABELS, f"{NET}.shards"))
    yield Case("shards", write, "c.parquet", command(*LABELS, "--expert=net={}/wide.shards"))


def folder_cases() -> Iterator[Case]:
    """Our own dataset folder, and a ZIP of it sent through the browser."""

    def write(folder: Path) -> None:
        (folder / "set" / "experts").mkdir(parents=True)
        write_table(folder / "set" / "samples.csv", labels_columns())
        np.save(folder / "set" / "experts" / "net.npy", scores())
        (folder / "set" / "class_names.json").write_text(json.dumps([*CLASSES[:2], SHOWN]), encoding="utf-8")
        about = {"format": 1, "name": "Pets", "group_column": "camera", "experts": {"net": {"score_kind": "logits"}}}
        (folder / "set" / "dataset.json").write_text(json.dumps(about), encoding="utf-8")
        zipped(folder / "sent.zip", folder / "set")

    yield Case("dataset folder", write, "set/dataset.json", command("{}/set"))
    yield Case("dataset folder", write, "set/class_names.json", command("{}/set"))
    yield Case("upload", write, "sent.zip", _upload)


def zipped(path: Path, folder: Path) -> None:
    import zipfile

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.writestr(zipfile.ZipInfo(file.relative_to(folder).as_posix()), file.read_bytes())


def _upload(folder: Path) -> bytes:
    from cleaning.domain.settings import Settings
    from cleaning.suspect.pipeline import run
    from data_adapters.layouts.uploads import read_uploads

    with (folder / "sent.zip").open("rb") as sent:
        reading = read_uploads({"sent.zip": sent}, folder / "unpacked")
    table = run(reading.dataset, reading.experts, Settings()).table
    return table.to_csv().encode("utf-8", errors="surrogatepass")


def some_dataset() -> Dataset:
    """What earlier opinions are about: the samples of all cases."""
    import pandas as pd

    samples = pd.DataFrame({"sample_id": IDS})
    return Dataset("pets", "image", np.array(IDS, object), given_labels().astype(np.int32), CLASSES, samples)
