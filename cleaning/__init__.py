"""Second Opinion's core: find wrong labels by asking several calibrated experts. The whole path in ten lines:

    from data_adapters import read_folder
    from cleaning import Settings, expert_reports, run_pipeline, study_experts
    reading = read_folder("my_dataset")                                    # samples, given labels, experts
    scored = run_pipeline(reading.dataset, reading.experts, Settings(budget=500))
    scored.table                                                           # ranked: suspicion, suggested label ...
    reports = expert_reports(reading.dataset, reading.experts)             # before and after calibration
    said = scored.opinions
    study_experts(reading.dataset, reading.experts, said.predicted, said.weights.mean(axis=0)).advice
    from cleaning import answers_of, cascade_curves, cheapest_within      # when to ask the costly expert
    curves = cascade_curves([answers_of(r, cost) for r, cost in zip(reports, (1, 12))], reading.dataset.given_labels)

Names are imported when first used, so that ``import cleaning`` stays light. Shapes, units, errors and sources stand in
each function's docstring; ``docs/guide.md`` tells the same path with its outcome.
"""

from cleaning.first_use import at_first_use
from cleaning.version import __version__ as __version__

_HOMES = {
    "cleaning.calibrate.calibration": ("Calibration", "calibrate_expert"),
    "cleaning.calibrate.measures": (
        "by_group", "calibration_measures", "expected_calibration_error", "overconfidence_sentence",
        "reliability_curve",
    ),
    "cleaning.calibrate.study": (
        "accuracy_against", "before_and_after", "compare_methods", "effect_of_bins", "parameter_intervals",
    ),
    "cleaning.calibrate.calibrators": ("calibrator", "cross_fitted", "fit_calibrator", "recommend", "shift_check"),
    "cleaning.experts.cascade": (
        "Answers", "answers_of", "best_under_cost", "bin_sensitivity", "cascade_curves", "cheapest_within",
        "learn_router", "operating_point", "promised", "route_all", "router_json", "save_calls",
    ),
    "cleaning.domain.dataset": ("Dataset",),
    "cleaning.domain.experts": ("Expert", "FullExpert", "Top1Expert", "VotesExpert"),
    "cleaning.errors": ("InputError",),
    "cleaning.calibrate.report": ("calibration_table", "expert_reports", "report_expert"),
    "cleaning.experts.who_helps": ("study_experts",),
    "cleaning.experts.shared_errors": ("effective_number", "error_correlation", "leave_one_out"),
    "cleaning.known_truth.known": ("JustScored", "KnownTruth", "rankings"),
    "cleaning.known_truth.curves_of_rankings": ("measures_table", "precision_curves"),
    "cleaning.known_truth.surface": ("paper_surface",),
    "cleaning.calibrate.saved": (
        "calibration_json", "judged_elsewhere", "read_calibration", "rows_of", "saved_calibration",
    ),
    "cleaning.calibrate.shift": ("shift_against_chance",),
    "cleaning.paper_claims.paper_study": ("TruthKnown", "paper_study"),
    "cleaning.paper_claims.carried_calibration": ("Elsewhere",),
    "cleaning.paper_claims.study_page": ("study_page",),
    "cleaning.drawing.svg_text": ("Drawing", "svg"),
    "cleaning.paper_claims.table_figures": (
        "bins_figure", "cascade_figure", "correlation_figure", "groups_figure", "reliability_figure", "shift_figure",
        "threshold_figure",
    ),
    "cleaning.keep.workspaces": ("create_workspace", "list_workspaces"),
    "cleaning.review.in_force": ("in_force",),
    "cleaning.estimate.flag_counts": ("curve_of", "paper_table"),
    "cleaning.estimate": ("estimate_curve", "estimate_flags"),
    "cleaning.settle.final_labels": ("final_labels",),
    "cleaning.settle.policy": ("Policy",),
    "cleaning.settle.reviewer_quality": ("team_agreement",),
    "cleaning.export.preview": ("preview",),
    "cleaning.export.handover": ("Handover",),
    "cleaning.export.formats.corrected": ("corrected_table",),
    "cleaning.export.card.leaderboard": ("leaderboard_impact",),
    "cleaning.known_truth.evaluation": ("evaluate_run",),
    "cleaning.settle.judging": ("judging_labels",),
    "cleaning.domain.folds": ("draw_folds",),
    "cleaning.suspect.pipeline": ("run_pipeline",),
    "cleaning.experts.rescoring": ("Rescoring",),
    "cleaning.experts.cascade.router": ("Watch", "ask_in_turn", "load_router", "route"),
    "cleaning.domain.settings": ("Settings",),
}  # fmt: skip
_CALLED = {  # by another name in its home
    "run_pipeline": "run", "calibrate_expert": "calibrate", "estimate_flags": "estimate", "final_labels": "settle",
}  # fmt: skip
__getattr__, __dir__, __all__ = at_first_use(__name__, _HOMES, _CALLED)
