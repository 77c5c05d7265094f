"""A new run: which experts, which rule, its K and tau, groups and seed; made with progress, and stopped on request."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import streamlit as st

from cleaning.calibrate.method_words import as_option
from cleaning.domain.experts import Expert
from cleaning.domain.settings import RECOMMENDED, Settings
from cleaning.errors import InputError
from cleaning.keep.runs import Run
from cleaning.keep.workspaces import Workspace
from cleaning.review.chosen import RUN_MADE, WHOLE
from cleaning.review.team.permissions import RUNS
from cleaning.review.told.run_list import settings_in_words
from pages.shared import allowed, loaders, state
from pages.shared.messages import guarded, plain

_STATED = ("platt", "beta", "isotonic", "histogram", "none")
METHODS_BY_KIND = {"full": (RECOMMENDED, "temperature", *_STATED), "top1": (RECOMMENDED, *_STATED)}
NO_GROUPS, MOST_VALUES = "none", 200
NO_METADATA = ("sample_id", "image", "question", "choices", "label")
RULES: dict[Literal["default", "paper"], str] = {
    "default": "By suspicion",
    "paper": "The paper's rule: K experts agree",
}
_EXPERTS, _RULE, _AGREE, _TAU, _SEED, _GROUP, _WITHOUT, _CALIBRATION = (
    f"new_run_{name}" for name in "experts rule agree tau seed group without calibration".split()
)


def start_without(expert: str) -> None:
    """Goes to the form with every expert of the open run but one."""
    state.remember(_WITHOUT, expert)
    st.switch_page("pages/runs.py", query_params=state.url())


def form() -> None:
    """What the new run is made of, and the button that makes it."""
    workspace = loaders.opened_workspace()
    names = [about["name"] for about in workspace.experts_about()]
    scored = workspace.run_ids() or workspace.is_marked
    run, without = loaders.opened_run() if scored else None, state.recall(_WITHOUT)
    if run and without:
        state.type_in(_EXPERTS, [name for name in run.expert_names if name != without])
        state.remember(_WITHOUT, None)
        st.info(f"All experts of this run but {plain(without)}. Nothing is made before you press the button.")
    usual = [name for name in run.expert_names if name in names] if run else names
    chosen = st.multiselect("Experts", names, None if state.typed(_EXPERTS) is not None else usual, key=_EXPERTS)
    was = run.settings if run else Settings()
    calibrations = _calibrations(workspace, was, chosen)
    settings = replace(_settings(run, len(chosen)), calibrations=calibrations, **_groups(workspace, was))
    if st.button("Make this run", type="primary", disabled=not chosen, key="new_run_make"):
        make(workspace, chosen, settings)
    st.caption(
        "What the experts said is kept: another rule or seed is quick, another set of experts reads the new ones."
    )


def _settings(run: Run | None, experts: int) -> Settings:
    was = run.settings if run else Settings()
    rule = st.radio("Rule", list(RULES), list(RULES).index(was.rule), format_func=RULES.get, key=_RULE, horizontal=True)
    agree, tau = None, Settings().min_confidence
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        if rule == "paper" and experts:
            usual, sure = _usual_agreement(run, experts)
            agree = st.number_input(f"K of {experts} experts", 1, experts, usual, key=_AGREE, width=180)
            tau = st.number_input("tau, least confidence", 0.0, 1.0, sure, 0.05, key=_TAU, width=180)
        seed = st.number_input("Seed", 0, 2**31 - 1, was.seed, key=_SEED, width=140, help="Of the folds and the audit.")
    return Settings(rule=rule, agree=agree and int(agree), min_confidence=float(tau), seed=int(seed))


def _usual_agreement(run: Run | None, experts: int) -> tuple[int, float]:
    """K and tau to begin with: the open run's, else by cross-validation where the random cards tell, else more than half."""
    more_than_half = Settings().agree_of(experts)
    if run is None:
        return more_than_half, Settings().min_confidence
    was = run.settings
    if was.rule == "paper" or experts != len(run.expert_names):
        return min(was.agree or more_than_half, experts), was.min_confidence
    chosen = loaders.agreement_by_reviews(state.current().workspace_id, run.id)
    return (chosen.agree, round(chosen.tau, 2)) if chosen else (more_than_half, was.min_confidence)


def _groups(workspace: Workspace, was: Settings) -> dict[str, Any]:
    """Which column's values raise suspicion where hardly any expert agrees; any that parts the samples, or none."""
    columns = loaders.worked_out(workspace.id, WHOLE, ("columns for a run",), lambda: grouping_columns(workspace))
    if not columns:
        return {"use_group": was.use_group, "group_column": was.group_column}
    own, choices = workspace.about.get("group_name") or "", [NO_GROUPS, *columns]
    kept = (was.group_column or own) if was.use_group else NO_GROUPS
    at = choices.index(kept) if kept in choices else 0
    chosen = st.selectbox("Groups that raise suspicion", choices, at, key=_GROUP, format_func=plain, width=380)
    if chosen == NO_GROUPS:
        return {"use_group": was.use_group and not own}
    return {"use_group": True, "group_column": "" if chosen == own else chosen}


def grouping_columns(workspace: Workspace) -> list[str]:
    """The dataset's own group first, then metadata of 2 to MOST_VALUES values."""
    dataset = loaders.dataset(workspace.id)
    own = [dataset.group_name] if dataset.group is not None else []
    told = (str(name) for name in dataset.samples.columns.difference([*NO_METADATA, *own], sort=False))
    return own + [name for name in told if 2 <= dataset.samples[name].astype(str).nunique() <= MOST_VALUES]


def _calibrations(workspace: Workspace, was: Settings, names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """How each chosen expert that states a confidence is calibrated: by its kind of score, or as the open run has it, to
    begin."""
    kinds = {about["name"]: about["kind"] for about in workspace.experts_about()}
    able = [name for name in names if METHODS_BY_KIND.get(kinds[name])]
    if not able:
        return ()
    kept_before, chosen = dict(was.calibrations), []
    with st.expander("Calibration of each expert", icon=":material/tune:"):
        st.caption(
            "By what experts are weighed and samples ranked: temperature for full scores (pictures) and Platt for stated "
            "confidences (language), as in the paper, rank best. What is said of an expert is the recommended one where "
            "cross-fitted likelihood prefers it beyond noise, whatever is chosen here, unless that is another than these."
        )
        for name in able:
            methods = METHODS_BY_KIND[kinds[name]]
            kept = kept_before.get(name, own_of(kinds[name]))
            at = methods.index(kept) if kept in methods else 0
            key = f"{_CALIBRATION}_{name}"
            named = st.selectbox(plain(name), list(methods), at, key=key, format_func=as_option, width=380)
            chosen.append((name, str(named)))
    return tuple((name, "" if method == own_of(kinds[name]) else method) for name, method in chosen)


def own_of(kind: str) -> str:
    """The calibration that belongs to a kind of score, which a run's settings do not name."""
    return METHODS_BY_KIND[kind][1]


@guarded
def make(workspace: Workspace, names: Sequence[str], settings: Settings) -> None:
    """Scores with these experts, telling how far it is; leaving or pressing Cancel stops it, and nothing is half-made."""
    from cleaning.suspect import pipeline

    allowed.permit(RUNS, workspace)
    experts = experts_named(workspace, names)
    run = workspace.find_run(settings, experts)
    if run is None:
        place = st.empty()
        with place.container(horizontal=True, vertical_alignment="center"):
            bar = st.progress(0.0, text="asking the experts")
            st.button("Cancel", key="new_run_cancel")
        scored = pipeline.run(
            workspace.dataset(),
            experts,
            settings,
            lambda words, share: _tell(bar, words, share),
            workspace.opinion_store(),
        )
        run = workspace.save_run(scored, experts)
        told = {"experts": list(names), "settings": settings_in_words(settings, len(names))}
        loaders.choosing(workspace.id, run.id).record(RUN_MADE, told)
        place.empty()
    state.update(run_id=run.id)
    st.switch_page("pages/threshold.py", query_params=state.url())


def _tell(bar, words: str, share: float) -> None:
    bar.progress(min(share, 1.0), text=plain(words))


def experts_named(workspace: Workspace, names: Sequence[str]) -> list[Expert]:
    """The experts of a workspace by their names, the latest loaded of each. Raises InputError for one it lacks."""
    by_name = {expert.name: expert for expert in workspace.experts()}
    missing = [name for name in names if name not in by_name]
    if missing or not names:
        raise InputError(f"Choose among the experts of this dataset: {', '.join(by_name)}.")
    return [by_name[name] for name in names]
