"""K and tau of the paper's rule from a workspace's reviewed random cards, where nobody says them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cleaning.domain.experts import Expert
    from cleaning.domain.settings import Settings
    from cleaning.keep.runs import Run
    from cleaning.keep.workspaces import Workspace


def rule_by_cards(settings: "Settings", workspace: "Workspace", experts: Sequence["Expert"]) -> "tuple[Settings, str]":
    """(the settings with K and tau by cross-validation, how they were chosen in a sentence); as they were, and "", where
    no run of these experts has random cards enough. The same choice as in the app."""
    from cleaning.estimate.flag_counts import agreements
    from cleaning.experts.chosen_agreement import agreement_by_reviews
    from cleaning.keep.decisions import open_store
    from cleaning.review.in_force import in_force

    run = _latest_of(workspace, experts)
    if run is None:
        return settings, ""
    store = open_store(workspace.decisions_url, workspace.id)
    try:
        now = in_force(workspace, run, store.decisions(), store.choices())
    finally:
        store.close()
    found = agreement_by_reviews(now, *agreements(run.predicted, run.confidence, now.dataset.given_labels))
    if found is None:
        return settings, ""
    chosen = replace(settings, agree=found.agree, min_confidence=round(found.tau, 2))
    return (
        chosen,
        f"{found.sentence()} Known from this workspace's random cards; --agree and --min-confidence say otherwise.",
    )


def _latest_of(workspace: "Workspace", experts: Sequence["Expert"]) -> "Run | None":
    wanted = sorted((expert.name, expert.fingerprint()) for expert in experts)
    for run_id in reversed(workspace.run_ids()):
        run = workspace.run(run_id)
        if sorted(zip(run.expert_names, run.expert_fingerprints)) == wanted:
            return run
    return None
