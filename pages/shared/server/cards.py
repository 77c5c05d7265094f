"""Cards as a browser is told them. On a blind card nothing tells the given label, the suggestion or the votes; so the
samples that the experts find alike, which would tell the votes, come with the reveal.
"""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from cleaning.domain.dataset import TELLING
from cleaning.review.candidates import EXAMPLES
from cleaning.review.facts import Facts
from cleaning.review.row_opinions import RowOpinions
from pages.shared.server import served_pictures, tokens
from pages.shared.server.question_text import blocks

MOST_METADATA = 24
MOST_ANSWERS = 10  # groups of free answers that a card shows, one a key
ALIKE = 4


class Cards:
    """Makes the cards of one run.

    workspace_id and root: for the addresses of pictures and their signature. opinions: gives what the experts say
    about single samples, or None where they cannot be asked.
    """

    def __init__(self, facts: Facts, opinions: Callable[[], RowOpinions | None], workspace_id: str, root: Path) -> None:
        self.opinions = opinions
        self.facts, self.dataset, self.run = facts, facts.dataset, facts.run
        self.workspace_id, self.root = workspace_id, root

    def card(self, row: int, mode: str) -> dict:
        """All a browser needs to show a sample. mode: "blind" or "open"."""
        card: dict[str, object] = {
            "sample_id": str(self.dataset.sample_ids[row]),
            "mode": mode,
            "kind": self.dataset.kind,
            "candidates": self._offered(row),
            "metadata": self._metadata(row),
        }
        card |= self._question(row) if self.dataset.kind == "question" else self._picture(row)
        if mode == "open":
            card["open"] = self.reveal(row) | self.details(row)
        return card

    def cell(self, row: int) -> dict:
        """A thumbnail of the grid, which shows the given label, and the suggested one or how many experts agree."""
        given, predicted = int(self.dataset.given_labels[row]), self.run.predicted[row]
        return {
            "sample_id": str(self.dataset.sample_ids[row]),
            "thumb": self.picture_url(row, "thumb"),
            "full": self.picture_url(row, "full"),
            "suspicion": float(self.facts.suspicion[row]),
            "given": self.facts.named(given),
            "suggested": self.facts.named(int(self.facts.suggested[row])),
            "agreeing": int((predicted == given).sum()),
            "voting": int((predicted >= 0).sum()),
        }

    def _shown(self, row: int) -> list[int]:
        """The classes a card offers; of free answers those that somebody gave."""
        if self.dataset.open_answers:
            given, said = int(self.dataset.given_labels[row]), list(self.run.predicted[row])
            codes = range(int(self.facts.options[row]) - 1)
            return sorted(sorted(codes, key=lambda code: (code != given, -said.count(code)))[:MOST_ANSWERS])
        return self.facts.candidates.of(row, int(self.facts.options[row]))

    def _offered(self, row: int) -> list[dict]:
        choices = self.facts.choices(row)
        offered = []
        for code in self._shown(row):
            one = self.facts.named(code)
            if choices is not None and code < len(choices):
                one["text"] = blocks(str(choices[code]))
            near = [r for r in self.facts.examples.get(code, []) if r != row][:EXAMPLES]
            offered.append(one | {"examples": [self.picture_url(r, "thumb") for r in near]})
        return offered

    def _question(self, row: int) -> dict:
        return {"stem": blocks(self.facts.question(row))}

    def _picture(self, row: int) -> dict:
        try:
            picture = served_pictures.find_picture(self.dataset, row)
        except served_pictures.PictureError as problem:
            return {"picture": {"problem": str(problem)}}
        urls = {size: self._address(row, size, picture) for size in served_pictures.SIZES}
        return {"picture": urls | {"width": picture.width, "height": picture.height}}

    def picture_url(self, row: int, size: str) -> str | None:
        """Below the app's address; carries a signature and the file's version, so it may be kept for ever."""
        if self.dataset.kind == "question":
            return None
        try:
            return self._address(row, size, served_pictures.find_picture(self.dataset, row))
        except served_pictures.PictureError:
            return None

    def _address(self, row: int, size: str, picture: served_pictures.Picture) -> str:
        return tokens.picture_address(self.root, self.workspace_id, row, size, picture.version)

    @cached_property
    def _columns(self) -> list[tuple[str, pd.api.extensions.ExtensionArray]]:
        """What is known of the samples beside what a card shows anyway, column by column: a row of a data frame takes
        as long as a whole card."""
        samples = self.dataset.samples
        shown = ("question", "choices", "sample_id", *TELLING)
        return [(str(column), samples[column].array) for column in samples if column not in shown]

    def _metadata(self, row: int) -> list[list[str]]:
        shown = {"sample_id": self.dataset.sample_ids[row]}
        for column, values in self._columns:
            if not _empty(values[row]):
                shown[column] = values[row]
        if self.dataset.group is not None:
            shown.setdefault(self.dataset.group_name or "group", self.dataset.group[row])
        told = [[name[:80], str(value)[:300]] for name, value in list(shown.items())[:MOST_METADATA]]
        return [[name, value[:300]] for name, value in self.facts.before(row)] + told

    def reveal(self, row: int) -> dict:
        """What was hidden: given and suggested label, suspicion, and each expert's vote and calibrated confidence."""
        said = self.facts.said(np.array([row]))[0]
        votes = [
            {"expert": name, "confidence": float(confidence)} | self.facts.named(int(label))
            for name, label, confidence in zip(self.run.expert_names, self.run.predicted[row], said)
            if label >= 0
        ]
        return {
            "given": self.facts.named(int(self.dataset.given_labels[row])),
            "suggested": self.facts.named(int(self.facts.suggested[row])),
            "suspicion": float(self.facts.suspicion[row]),
            "votes": sorted(votes, key=lambda v: (v["code"], -v["confidence"])),
            "abstained": int((self.run.predicted[row] < 0).sum()),
        }

    def details(self, row: int) -> dict:
        """What takes asking the experts again: ``probabilities`` of the offered classes, pooled, and ``alike``, other
        samples near in calibrated logit space with their given labels. Empty where they cannot be asked."""
        opinions = self.opinions()
        if opinions is None:
            return {}
        pooled = opinions.probabilities(np.array([row]))[0]
        offered = self._shown(row)
        told = [self.facts.named(code) | {"probability": float(pooled[code])} for code in offered]
        return {"probabilities": told, "alike": self._alike(opinions, row)}

    def _alike(self, opinions: RowOpinions, row: int) -> list[dict]:
        if not self.facts.has_pictures:
            return []
        near = opinions.nearest(row, ALIKE, self.facts.showable)
        given = self.dataset.given_labels
        return [self.facts.named(int(given[r])) | {"thumb": self.picture_url(int(r), "thumb")} for r in near]


def _empty(value: object) -> bool:
    return value is None or value == "" or (isinstance(value, float) and np.isnan(value))
