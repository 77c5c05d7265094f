"""How many samples are flagged at the threshold in force."""

from cleaning.run_store import Run, Workspace
from pages.shared import choices, loaders


def budget_of(workspace: Workspace, run: Run) -> int:
    """Samples flagged at the threshold in force; at least one."""
    threshold = choices.chosen_threshold(choices.store_of(workspace), run)
    return max(1, int(loaders.threshold_curve(workspace.id, run.id).flagged_at(threshold)))
