"""What is read, as one table from which docs/formats.md is made: ``python -m data_adapters.formats``.

The endings stand where the readers themselves have them, so that the page cannot promise what is not there.
"""

from dataclasses import dataclass

from data_adapters.files.check import LOOSE_TEXT, PLAIN_TABLES
from data_adapters.files.endings import PACKINGS
from data_adapters.files.foreign.outside_readers import OUTSIDE
from data_adapters.joining.opened import ARRAY_SUFFIXES
from data_adapters.layouts.labels_source import ARCHIVES


@dataclass(frozen=True)
class Format:
    """One row of the table; texts in Markdown. endings: those of the readers that it speaks of."""

    what: str
    gives: str
    ids: str
    limits: str
    endings: tuple[str, ...] = ()


FORMATS = (
    Format(
        "dataset folder (`samples.csv` ...)",
        "everything together",
        "column `sample_id`, or `id_column` in `dataset.json`",
        "links out of the folder are refused",
    ),
    Format(
        "`.csv` `.tsv`",
        "labels (also one column a class), scores, top-1, answers; one row a class, or several a sample",
        "column by name or by its values; none: the rows' numbers",
        "8 GB, 100,100 columns; UTF-8, UTF-16, UTF-32 or Windows-1252; `,` `;` `|` or tab; decimal comma; header may lack",
        (".csv", ".tsv"),
    ),
    Format(
        "`.txt`",
        "the same, where the file itself is named; else class names, one a line",
        "the same; `x.jpg 3` without a header",
        "the same; blanks between columns too",
        (LOOSE_TEXT,),
    ),
    Format(
        "`.parquet` `.feather` `.arrow` `.jsonl` `.ndjson`",
        "the same; lists of scores in a column",
        "the same; an index of pandas that does more than count the rows",
        "8 GB unpacked, 2 billion cells; a line of JSON is one object, of the same kinds in every line (numbers and texts "
        "go together)",
        (".parquet", ".feather", ".arrow", ".jsonl", ".ndjson"),
    ),
    Format(
        "`.json`",
        "the same",
        "the same; keys of an object of rows",
        "512 MB; records, columns, rows by id, a map from ids, or any layout of pandas' `to_json`",
        (".json",),
    ),
    Format(
        "`.xlsx`",
        "the same",
        "the same",
        "the first sheet that holds anything; 30 million cells",
        (".xlsx",),
    ),
    Format(
        "tables packed: `.gz` `.zst` `.bz2` of `.csv` `.tsv` `.parquet` `.jsonl` `.ndjson` `.json`",
        "the same",
        "the same",
        "4 GB unpacked, 200 times the packed size",
        PACKINGS,
    ),
    Format(
        "`.npy`",
        "scores (N, K), of several runs (S, N, K), of two classes (N, 1); answers (N,); labels (N,) or one-hot",
        "none: joined by position if the lengths are equal",
        "memory-mapped, any size",
        (".npy",),
    ),
    Format(
        "`.npz`",
        "one expert or several, labels",
        "array `sample_ids`",
        "4 GB unpacked; headers are checked first",
        (".npz",),
    ),
    Format(
        "`.safetensors`",
        "one expert or several, labels",
        "metadata `sample_ids`, a JSON list",
        "memory-mapped; bfloat16 is copied",
        (".safetensors",),
    ),
    Format(
        "`.pt` `.pth`",
        "one expert or several, labels",
        "list `sample_ids` beside the tensors",
        "plain tensors only (torch's restricted loading)",
        (".pt", ".pth"),
    ),
    Format(
        "HDF5 `.h5` `.hdf5` `.hdf`, Zarr folders `.zarr`",
        "one expert or several, labels, whatever group they lie in",
        "array `sample_ids`",
        "4 GB; needs h5py or zarr; read in a process of its own; no tables of pandas",
        OUTSIDE,
    ),
    Format(
        "folder of pictures, one subfolder per class",
        "samples and labels",
        "file names, or class/file where two classes share one",
        "20 million pictures",
    ),
    Format(
        "`.zip` `.tar` `.tar.gz` `.tgz` of such a folder",
        "the same",
        "the same",
        "64 GB, 256 MB a picture, 200 times the archive's size; no path or link leads out",
        ARCHIVES,
    ),
    Format(
        "WebDataset: `.tar`, or a folder of them",
        "samples, labels (`.cls`, or a label in `.json`), pictures",
        "the keys of the members",
        "256 MB a picture",
    ),
    Format(
        "Hugging Face `save_to_disk`, Parquet shards",
        "samples, labels, pictures",
        "an id column, else unique picture names, else row numbers",
        "64 GB of pictures",
    ),
    Format(
        "lm-evaluation-harness `samples_*.jsonl`",
        "questions and experts",
        "task/doc_id",
        "tasks with options and one right one; others are left out and named; logs of nothing but generated answers: see "
        "Answers without options",
    ),
    Format(
        "lighteval details `.parquet`; logs of Inspect `.json` `.eval`, OpenAI evals `.jsonl`, oe-eval (OLMo) `.jsonl`, "
        "MMLU-Pro `.json`, OpenCompass predictions `.json`",
        "questions and experts",
        "task/id, as the program gives it",
        "512 MB a JSON file; multiple choice; of lighteval, Inspect and OpenAI evals also questions without options alone",
        (".eval",),
    ),
    Format(
        "tables and `.jsonl` with a column `reference`",
        "questions, references and experts' free answers",
        "column by name or by its values",
        "25 different answers a question, 2,000 characters of each",
    ),
    Format(
        "HELM run folders",
        "questions and experts",
        "scenario/instance",
        "512 MB a JSON file; multiple choice, or nothing but questions without options",
    ),
    Format(
        "tables with `..._choiceA_probs`",
        "questions and experts",
        "subject/row; questions must be the same in all",
        "-",
    ),
    Format(
        "OpenAI-style responses `.jsonl`",
        "an expert",
        "`custom_id` (or `sample_id`, `question_id`, `id`)",
        "answers that settle for a letter or an option",
    ),
    Format("MMLU-Redux tables", "questions, answers as columns", "`question_id`", "2 to 26 options"),
    Format(
        "flat folder of pictures with a table (as ImageNet's validation set)",
        "samples, labels, pictures",
        "the table's ids, with or without the ending",
        "20 million pictures",
    ),
    Format(
        "`.shards`, a list of `.npy`, Parquet or Zarr shards",
        "one expert",
        "none: joined by position",
        "by command line only; blocks of 256 MB (docs/scale.md)",
    ),
    Format(
        "any folder of such files, or a table alone with labels and answers",
        "labels, experts, pictures: told apart by what the files hold",
        "as in the files",
        "2,000 files besides pictures, three folders deep; what is left out is named",
    ),
    Format(
        "upload: files, a folder, a `.zip`",
        "what the folder would give",
        "as in the folder; many files are packed by the browser",
        "50 MB a file (`maxUploadSize` in `.streamlit/config.toml`), 2 GB unpacked",
    ),
    Format(
        "annotations of Label Studio (`.json`, JSON-MIN, `.csv`), Argilla, Prodigy, doccano, FiftyOne (`.csv`, `.json`)",
        "samples and labels; where several annotators differ, the label of most",
        "`id`, `_task_hash`, `filepath`, or what the data call so",
        "one label a sample",
    ),
    Format(
        "cleanlab `label_issues` (`.csv`, `.parquet` ...)",
        "earlier decisions",
        "an id column, else position if as many",
        "issues only",
    ),
    Format(
        "Label Studio and Argilla exports `.json`",
        "earlier decisions",
        "`sample_id` or `id` in the data, else the picture's name; `id` of the record",
        "512 MB; not JSON-MIN",
    ),
    Format(
        "ReaL `real.json`, MMLU-Redux `error_type` tables",
        "truth, for evaluation only",
        "number in the file's name; id column",
        "no page or score ever reads it",
    ),
)
READ = frozenset((*PLAIN_TABLES, LOOSE_TEXT, *PACKINGS, *ARRAY_SUFFIXES, *ARCHIVES))


def as_markdown() -> str:
    """The table of docs/formats.md."""
    lines = ["| Format | What is read | How ids are found | Limits |", "|---|---|---|---|"]
    return "\n".join([*lines, *(f"| {f.what} | {f.gives} | {f.ids} | {f.limits} |" for f in FORMATS)])


if __name__ == "__main__":
    print(as_markdown())
