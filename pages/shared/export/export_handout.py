"""What the Export page shows and hands out."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import IO

import pandas as pd

from cleaning import freed_memory
from cleaning.domain.dataset import Dataset
from cleaning.export import ExportKind, Policy, Preview, available_exports, preview, write_export
from cleaning.export.export_options import DEFAULT_OPTIONS, ExportOptions
from cleaning.export.handover import Handover
from cleaning.export.kinds import write_everything
from cleaning.keep.decisions import Decision, open_store
from cleaning.keep.runs import Run
from cleaning.keep.workspaces import Workspace, workspaces_root
from cleaning.review.team.permissions import EXPORT
from pages.shared import allowed, loaders
from pages.shared.server import served_pictures, tokens

MOST_PICTURES = 200  # thumbnails in the table of changes; each is fetched when it is scrolled into view
MOST_TEXT = 300
SECTIONS = {
    "Corrected labels": ("csv", "csv_raw", "parquet", "jsonl", "npy", "hugging_face", "source"),
    "To check, apply and revert": ("patch", "mask", "decisions"),
    "Reports": ("certificate", "certificate_json", "card", "card_json", "impact"),
    "For other tools": (),
}
EVERYTHING = "everything"
USES = {
    "train": ("Train a model on the corrected labels", "csv"),
    "source": ("Go on with my own files, corrected", "source"),
    "evaluate": ("Evaluate models on what is surely right", "mask"),
    "publish": ("Publish the corrections, for others to apply", "patch"),
    "report": ("Report what was done", "card"),
}
CHOICES = {
    "settle": (
        "Decisions that count",
        {"majority": "majority", "unanimous": "only unanimous", "adjudicated": "only adjudicated"},
    ),
    "several_fit": (
        "Several labels fit",
        {"any_of": "any of them counts", "keep_given": "keep the given if it fits", "first": "take the first marked"},
    ),
    "none_fits": ("None fits", {"drop": "drop the sample", "keep": "keep the given label"}),
    "unclear": ("Item or options unclear", {"keep": "keep the given label", "drop": "drop the sample"}),
}


@dataclass(frozen=True)
class Handout:
    """The decisions of the opened workspace, ready to be settled under a policy."""

    workspace: Workspace
    run: Run
    decisions: list[Decision]
    choices: pd.DataFrame

    def preview(self, policy: Policy) -> Preview:
        return preview(self.workspace, self.run, self.decisions, policy)

    def sections(self) -> dict[str, list[ExportKind]]:
        """The exports that suit this dataset under their headings; what has no heading of its own comes last."""
        suited = [k for k in available_exports() if k.suits(self.workspace.shape)]
        heading = {name: title for title, names in SECTIONS.items() for name in names}
        found: dict[str, list[ExportKind]] = {title: [] for title in SECTIONS}
        for kind in suited:
            if kind.name != EVERYTHING:
                found[heading.get(kind.name, list(SECTIONS)[-1])].append(kind)
        return found

    def uses(self) -> dict[str, tuple[str, ExportKind]]:
        """What the files are for: words, and the one file that serves it, by name."""
        suited = {k.name: k for k in available_exports() if k.suits(self.workspace.shape)}
        return {name: (words, suited[kind]) for name, (words, kind) in USES.items() if kind in suited}

    def illustrated(self, changes: pd.DataFrame) -> pd.DataFrame:
        """The changes with what they are about: "picture" (an address, of the first MOST_PICTURES) or "question",
        "given_text" and "corrected_text"."""
        dataset, rows = self.workspace.dataset(), changes["row"].tolist()
        if self.workspace.kind == "image":
            served_pictures = [_thumbnail(self.workspace, dataset, row) for row in rows[:MOST_PICTURES]]
            return changes.assign(picture=served_pictures + [None] * (len(rows) - len(served_pictures)))
        samples = dataset.samples
        asked = [str(samples["question"].iloc[r])[:MOST_TEXT] for r in rows] if "question" in samples else ""
        texts = {
            f"{which}_text": [_option(dataset, row, label) for row, label in zip(rows, changes[column])]
            for which, column in (("given", "given_label"), ("corrected", "label_corrected"))
        }
        return changes.assign(question=asked, **texts)

    def writer(self, name: str, policy: Policy, options: ExportOptions = DEFAULT_OPTIONS):
        """A function that makes the file of an export by its name when a person asks for it."""
        return partial(write_export, name, self.workspace, self.run, self.decisions, policy, self.choices, options)

    def download(self, name: str, policy: Policy, options: ExportOptions = DEFAULT_OPTIONS):
        """As ``writer``, for a button: who presses it must be allowed to, and the log says who did."""
        return allowed.taken(EXPORT, self.workspace, self.writer(name, policy, options), file=name)

    def command(self, kind: ExportKind, policy: Policy) -> tuple[str, tuple[str, ...]]:
        """As ``ExportKind.told``."""
        return kind.told(Handover(self.workspace, self.run, self.decisions, policy, self.choices))

    def maker(self, policy: Policy) -> Callable[[IO[bytes], Callable[[float, str], None]], None]:
        """What writes the ZIP of everything into a file and tells how far it is."""

        def make(into: IO[bytes], tell: Callable[[float, str], None]) -> None:
            write_everything(into, Handover(self.workspace, self.run, self.decisions, policy, self.choices), tell)
            freed_memory.give_back(len(self.workspace.dataset()))  # before the file itself is held

        return make


def handout() -> Handout:
    """Everything decided so far in the opened workspace, read fresh from the log."""
    workspace = loaders.opened_workspace()
    store = open_store(workspace.decisions_url, workspace.id)
    run = loaders.opened_run()
    return Handout(workspace, run, store.decisions(), store.choices())


def _thumbnail(workspace: Workspace, dataset: Dataset, row: int) -> str | None:
    """Address of a sample's small picture, served by the app's own signed route; None where it cannot be shown."""
    try:
        version = served_pictures.find_picture(dataset, row).version
    except served_pictures.PictureError:
        return None
    return tokens.picture_address(workspaces_root(), workspace.id, row, "thumb", version)


def _option(dataset: Dataset, row: int, label: str) -> str:
    """``B: two``; the label alone where a sample has no options of its own, nothing where it is dropped."""
    if "choices" not in dataset.samples or label not in dataset.class_names:
        return label
    options, code = dataset.samples["choices"].iloc[row], dataset.class_names.index(label)
    return f"{label}: {str(options[code])[:MOST_TEXT]}" if code < len(options) else label
