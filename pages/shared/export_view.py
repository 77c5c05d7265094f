"""What the Export page shows and hands out."""

from dataclasses import dataclass
from functools import partial

import pandas as pd

from cleaning.export import ExportKind, Policy, Preview, available_exports, preview, write_export
from cleaning.review_store import Decision, open_store
from cleaning.run_store import Run, Workspace
from pages.shared import loaders

CHOICES = {
    "settle": (
        "Which decisions count",
        {"majority": "majority", "unanimous": "only unanimous", "adjudicated": "only adjudicated"},
    ),
    "several_fit": (
        "Where several labels fit",
        {"any_of": "any of them counts", "keep_given": "keep the given if it fits", "first": "take the first marked"},
    ),
    "none_fits": ("Where none fits", {"drop": "drop the sample", "keep": "keep the given label"}),
    "unclear": ("Where item or options are unclear", {"keep": "keep the given label", "drop": "drop the sample"}),
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

    def kinds(self) -> list[ExportKind]:
        """The exports that suit this dataset."""
        return [k for k in available_exports() if self.workspace.kind == "question" or not k.questions_only]

    def writer(self, kind: ExportKind, policy: Policy):
        """A function that makes the file when a person asks for it."""
        return partial(write_export, kind.name, self.workspace, self.run, self.decisions, policy, self.choices)


def handout() -> Handout:
    """Everything decided so far in the opened workspace, read fresh from the log."""
    workspace = loaders.opened_workspace()
    store = open_store(workspace.decisions_url, workspace.id)
    run = loaders.opened_run()
    return Handout(workspace, run, store.decisions(), store.choices(run.id))
