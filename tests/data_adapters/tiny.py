"""Tiny real files: six pictures of three classes, five questions with two to four options."""

import json
from pathlib import Path

import numpy as np

IDS = ("s00", "s01", "s02", "s03", "s04", "s05")
LABELS = ("cat", "dog", "owl", "cat", "dog", "owl")
NAMES = ("cat", "dog", "owl")
SCORES = np.array(
    [[4, 1, 0], [0, 3, 1], [1, 0, 2], [2, 5, 1], [0, 4, 2], [1, 1.5, 3]], np.float32
)  # logits; s03 is voted dog
QUESTIONS = (
    ("q1", "1", "What is 2 + 3?", ["4", "5", "6", "7"]),
    ("q2", "0", "Is 7 a prime?", ["yes", "no"]),
    ("q3", "2", "Which is a noble gas?", ["iron", "gold", "neon"]),
    ("q4", "3", "How many minutes has an hour?", ["20", "30", "40", "60"]),
    ("q5", "1", "Is the sun a planet?", ["yes", "no"]),
)


def probabilities(scores: np.ndarray = SCORES) -> np.ndarray:
    exps = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exps / exps.sum(axis=1, keepdims=True)


def write(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def labels_csv(path: Path, ids=IDS, labels=LABELS, header: str = "sample_id,label") -> Path:
    return write(path, header, *(f"{i},{label}" for i, label in zip(ids, labels)))


def top1_csv(path: Path, ids=IDS, scores: np.ndarray = SCORES, names=NAMES) -> Path:
    confidence = probabilities(scores)
    rows = (f"{i},{names[k]},{confidence[row, k]:.6f}" for row, (i, k) in enumerate(zip(ids, scores.argmax(axis=1))))
    return write(path, "sample_id,predicted_class,predicted_probability", *rows)


def wide_csv(path: Path, ids=IDS, scores: np.ndarray = SCORES, columns=NAMES) -> Path:
    rows = (",".join([i, *(f"{value:.4f}" for value in row)]) for i, row in zip(ids, scores))
    return write(path, ",".join(["sample_id", *columns]), *rows)


def save(path: Path, array: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, array, allow_pickle=False)
    return path


def dataset_folder(folder: Path) -> Path:
    """A sound folder with one full expert and the class names."""
    labels_csv(folder / "samples.csv")
    write(folder / "class_names.txt", *NAMES)
    save(folder / "experts" / "net.npy", SCORES)
    return folder


def questions_csv(path: Path, *, as_json: bool = True) -> Path:
    def quoted(options: list[str]) -> str:
        text = json.dumps(options) if as_json else str(options)
        return '"' + text.replace('"', '""') + '"'

    rows = (f'{i},{label},"{question}",{quoted(options)}' for i, label, question, options in QUESTIONS)
    return write(path, "question_id,groundtruth_answer,question,choices", *rows)
