"""What a decision is about: a sample's given label, its picture or its question, and its options."""

import hashlib
import json
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from cleaning.domain.dataset import Dataset


@dataclass(frozen=True)
class Content:
    """given: class name. question, options: texts with spaces and letters in one form. picture: None where a sample
    has none."""

    given: str
    question: str = ""
    options: tuple[str, ...] = ()
    picture: Path | None = None

    @property
    def text(self) -> tuple[str, tuple[str, ...]] | None:
        """Question and options whatever their order; None where there is no text to go by."""
        return (self.question, tuple(sorted(self.options))) if self.question or self.options else None

    def told(self) -> dict:
        """As data for a report; a picture by its name, as where it lies is nobody's business."""
        picture = self.picture.name if self.picture else ""
        said = {"given": self.given, "question": self.question, "options": list(self.options), "picture": picture}
        return {name: value for name, value in said.items() if value}

    def digest(self) -> str:
        """16 hex digits of question and options; "" where there is no text."""
        if self.text is None:
            return ""
        return _short(json.dumps([self.question, self.options]).encode())

    def picture_digest(self) -> str:
        """16 hex digits of the picture's file; "" where there is none or it cannot be read."""
        try:
            return _short(self.picture.read_bytes()) if self.picture is not None else ""
        except OSError:
            return ""

    def claims(self) -> dict[str, str]:
        """What a file says of a sample whose decisions it holds; what there is nothing to say of is left out."""
        said = {"given": self.given, "content": self.digest(), "picture": self.picture_digest()}
        return {name: value for name, value in said.items() if value}


def text_digest(text: str) -> str:
    """16 hex digits of a text."""
    return _short(text.encode())


def _short(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


class Contents:
    """The contents of a dataset's samples by their place."""

    def __init__(self, dataset: Dataset) -> None:
        self._names, self._given, self._root = dataset.class_names, dataset.given_labels, dataset.image_root
        samples = dataset.samples
        columns = ("question", "choices", *(() if self._root is None else ("image",)))
        self._columns = {name: samples[name].tolist() for name in columns if name in samples}

    @property
    def labels_alone(self) -> bool:
        """Whether there is nothing to say of a sample but its given label."""
        return not self._columns

    def of(self, row: int) -> Content:
        given = self._names[int(self._given[row])]
        question, options = self._value("question", row), self._value("choices", row)
        texts = () if options is None else tuple(in_one_form(o) for o in options)
        return Content(given, in_one_form(question or ""), texts, self._picture(row))

    def _picture(self, row: int) -> Path | None:
        name = self._value("image", row)
        return self._root / name if self._root is not None and isinstance(name, str) and name else None

    def _value(self, column: str, row: int):
        return self._columns[column][row] if column in self._columns else None


def in_one_form(text: object) -> str:
    """Text in which equal words are equal: one form of accents, single spaces."""
    return " ".join(unicodedata.normalize("NFC", str(text)).split())
