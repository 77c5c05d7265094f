"""How many samples are flagged at the threshold in force."""

from cleaning.keep.workspaces import Run, Workspace
from cleaning.review import choices
from pages.shared import loaders


def budget_of(workspace: Workspace, run: Run) -> int:
    """Samples flagged at the threshold in force; at least one."""
    threshold = choices.chosen_threshold(choices.store_of(workspace), run)
    return max(1, int(loaders.threshold_curve(workspace.id, run.id).flagged_at(threshold)))
