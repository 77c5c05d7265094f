from pages.shared.messages import guarded, require_router

require_router()

from pages.shared import frame, loaders
from pages.shared import threshold as threshold_explorer
from pages.shared.threshold import certificate_row, known_truth_section


@guarded
def page() -> None:
    frame.header(
        "Threshold",
        "Samples at or above the threshold are flagged and go to review.",
        "suspicion",
        "threshold",
        "flagged",
    )
    workspace, run = loaders.opened_workspace(), loaders.opened_run()
    threshold_explorer.explorer(workspace, run)
    threshold_explorer.paper_rule(workspace, run)
    threshold_explorer.alarmed_groups(workspace, run)
    certificate_row.certificate_row(workspace, run)
    known_truth_section.known_truth_section(workspace, run)


page()
