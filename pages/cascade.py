"""Cascade: ask the costly expert only where it pays."""

from pages.shared.messages import require_router

require_router()

from functools import partial

import streamlit as st

from cleaning.errors import InputError
from cleaning.experts.cascade import OperatingPoint, best_under_cost, cheapest_within, operating_point, starting_costs
from cleaning.review.team.permissions import EXPORT
from pages.shared import allowed, charts, frame, glossary, loaders, state
from pages.shared.cascade import cascade_charts, cascade_scene, point_part
from pages.shared.cascade.askable import Askable, askable_of_marks, askable_of_run
from pages.shared.cascade.cascade_scene import CascadeScene
from pages.shared.cascade.cascade_tables import BINS, CALLS, WAYS
from pages.shared.messages import guarded, plain
from pages.shared.percentages import in_percent

SLIDER = "cascade_fraction"
ANSWERED = "cascade_point_answered"


@guarded
def page() -> None:
    frame.header(
        "Cascade",
        "Ask a cheap expert first and a costly one only where it pays. Learned on one half of the samples, judged on "
        "the other, twenty times.",
    )
    workspace = loaders.opened_workspace()
    if workspace.is_marked:
        routed(askable_of_marks(workspace))
        return
    run = loaders.opened_run()
    names = routed(askable_of_run(workspace, run))
    for_cleaning(workspace, run, names[-1])


def routed(askable: Askable) -> list[str]:
    """The cascade of the experts that are chosen, by their names, and what it gives."""
    if len(askable.experts) < 2:
        raise InputError("A cascade needs at least two experts; there is one here. Load another on the Load page.")
    names, costs, bins = chosen(askable)
    waits, place = latencies(names), st.empty()
    scene = cascade_scene.scene_of(askable, names, costs, bins, waits, partial(cascade_charts.show_first_look, place))
    place.empty()
    choose_point(scene)
    st.caption(plain(askable.sentence, 600))
    bins_matter(scene)
    return names


def chosen(askable: Askable) -> tuple[list[str], list[float], int | None]:
    """Experts in order, their costs, and the number of bins; None: by cross-validation."""
    by_name = askable.by_name()
    left, right = st.columns([3, 1], gap="medium", vertical_alignment="bottom")
    names = left.multiselect(
        "Experts, in the order they are asked",
        list(by_name),
        default=cascade_scene.order_of_start(askable.experts),
        format_func=lambda n: n + (" (simulated)" if by_name[n].simulated else ""),
        key="cascade_experts",
        help="Two or more. Each is asked only about what those before it pass on.",
    )
    bins = right.selectbox(
        "Bins",
        (cascade_scene.CROSS_VALIDATION, *cascade_scene.BIN_COUNTS),
        format_func=lambda bins: str(bins or "cross-validation"),
        key="cascade_bins",
        help="Of equal count. By cross-validation: chosen within each learning half, among 20, 50, 100 and 200.",
    )
    if len(names) < 2:
        raise InputError("Choose at least two experts, the cheapest first.")
    experts = [by_name[n].expert for n in names]
    costs = []
    columns = st.columns(max(4, len(names)))
    for place, (expert, start) in enumerate(zip(experts, starting_costs(experts))):
        label = f"Cost of {plain(expert.name, 40)}"
        at = columns[place]
        costs.append(
            at.number_input(
                label, min_value=0.0001, value=start, format="%g", key=f"cascade_cost_{place}_{expert.name}"
            )
        )
    if not all(e.cost for e in experts):
        st.caption("Costs that nobody stated start at 1, 10, 100 … by place. Type the real ones, in any one unit.")
    return names, costs, bins or None


def latencies(names: list[str]) -> list[float | None]:
    """How long each expert takes, in milliseconds; None where nobody says."""
    keys = [f"cascade_latency_{place}_{name}" for place, name in enumerate(names)]
    known = any(state.typed(key) is not None for key in keys)  # stays open once there is something in it
    with st.expander("Latency", expanded=known, key="cascade_latency"):
        st.caption("Experts are asked one after the other. Type how long each takes, and what to expect stands below.")
        columns = st.columns(max(4, len(names)))
        return [
            at.number_input(f"{plain(name, 40)}, ms", min_value=0.0, value=None, format="%g", key=key)
            for at, name, key in zip(columns, names, keys)
        ]


def figure(scene: CascadeScene, point: OperatingPoint) -> None:
    """Accuracy against cost, with the point that is chosen."""
    data = scene.curves.table()
    charts.show_with_data(cascade_charts.against_cost(scene.curves, point), data, "cascade_against_cost")
    st.caption(plain(cascade_charts.points_in_words(scene.curves), 900) + ". Bands and bars are 95 % intervals.")


@st.fragment
@guarded
def choose_point(scene: CascadeScene) -> None:
    """What the point gives, the figure to drag it in, slider or goal; nothing else is drawn anew."""
    curves, place = scene.curves, st.container(key="cascade_chart")
    left, right = st.columns(2, gap="medium")
    with right:
        policy = st.radio(
            "Whose answer stands",
            list(cascade_scene.POLICIES),
            format_func=cascade_scene.POLICIES.get,
            horizontal=True,
            key="cascade_policy",
        )
        goals(scene, policy)
    if state.typed(SLIDER) is None:
        state.type_in(SLIDER, 50.0)
    with left:
        share = st.slider(
            "Share of samples sent on" if len(curves.names) == 2 else "Share of the possible extra cost spent",
            min_value=0.0, max_value=100.0, step=0.5, format="%.1f %%", key=SLIDER,
        )  # fmt: skip
        point = operating_point(curves, share / 100, policy=policy)
    with place:
        answered = str(state.recall(ANSWERED, ""))
        point_part.draw_point(point_part.point_data(curves, point, places(scene, policy), answered), let_go)
        figure(scene, point)
    st.markdown(f"## {plain(point.sentence(), 600)}")
    said = state.recalled("cascade_goal", tuple)
    if said and abs(said[0] - share) < 1e-6:
        st.caption(plain(said[1], 400))
    with st.expander("Every way to ask, at this cost", key="cascade_ways"):
        table = in_percent(curves.side_by_side(share / 100), WAYS)
        order = [c for c in WAYS if c in table]
        st.dataframe(table, column_order=order, column_config=WAYS, hide_index=True, width="stretch")
    take_router(scene, point)


def places(scene: CascadeScene, policy: str) -> list[dict]:
    """Where the point may be let go, and what it gives there; worked out once."""
    waits = () if scene.curves.latencies is None else tuple(map(float, scene.curves.latencies))
    what = ("places", policy, waits, *scene.asked)
    return scene.askable.once(what, lambda: point_part.places_of(scene.curves, policy))


def let_go() -> None:
    """Moves the slider to where the point in the chart was let go."""
    told = state.typed(point_part.POINT_KEY)
    said = point_part.share_told(told.get("chosen") if isinstance(told, dict) else None)
    if said and said[1] != state.recall(ANSWERED):
        state.type_in(SLIDER, said[0])
        state.remember(ANSWERED, said[1])


def goals(scene: CascadeScene, policy: str) -> None:
    """Two goals, each with a number and a button that moves the slider."""
    large = plain(scene.curves.names[-1], 40)
    for key, label, start, step, find in (
        ("cost", f"At most this % of the cost of {large}", 25.0, 5.0, lambda v: best_under_cost(
            scene.curves, v / 100, policy=policy)),
        ("within", f"Within so many points of {large}", 0.5, 0.1, lambda v: cheapest_within(
            scene.curves, v, policy=policy)),
    ):  # fmt: skip
        number, button = st.columns([3, 1], vertical_alignment="bottom")
        number.number_input(label, 0.0, 100.0, start, step, format="%g", key=f"cascade_goal_{key}")
        button.button("Find", key=f"cascade_find_{key}", on_click=aim, args=(key, find), width="stretch")
    number, button = st.columns([3, 1], vertical_alignment="bottom")
    number.number_input(
        f"Promised within so many points of {large}, 95 %",
        0.0, 100.0, 1.0, 0.1, format="%g", key="cascade_goal_promise",
        help="Learned on one half, proved on the other: worse with a chance of 5 % at most.",
    )  # fmt: skip
    button.button("Find", key="cascade_find_promise", on_click=keep_promise, args=(scene, policy), width="stretch")


@guarded
def keep_promise(scene: CascadeScene, policy: str) -> None:
    """Moves the slider to what can be promised, whose router is then the one to download."""
    points = state.number("cascade_goal_promise")
    made = cascade_scene.promise(scene, policy, points)
    share = 100 * made.fraction if made.router is not None else state.number(SLIDER)
    state.type_in(SLIDER, share)
    state.remember("cascade_goal", (share, made.sentence()))
    state.remember("cascade_promise", (share, policy, points, made.router is not None, scene.asked))


def promise_here(scene: CascadeScene, policy: str, share: float):
    """The promise that stands at this place of the slider, if one was asked for and can be kept."""
    asked = state.recalled("cascade_promise", tuple)
    if asked is None or abs(asked[0] - share) > 1e-6 or asked[1] != policy or not asked[3] or asked[4] != scene.asked:
        return None
    return cascade_scene.promise(scene, policy, asked[2])


@guarded
def aim(key: str, find) -> None:
    """Moves the slider to the goal's point, and remembers what that point promised."""
    point = find(state.number(f"cascade_goal_{key}"))
    saved, share = point.cost_saved, 100 * point.fraction
    words = "The goal is met here." if point.reached else "The goal cannot be met; this is the closest."
    if key == "within" and point.reached:
        words = (
            f"The goal is met here; judged on other halves the cost saved lies between {100 * saved.low:.0f} % and "
            f"{100 * saved.high:.0f} %."
        )
    state.type_in(SLIDER, share)
    state.remember("cascade_goal", (share, words))


def take_router(scene: CascadeScene, point) -> None:
    kept = promise_here(scene, point.policy, 100 * point.fraction)
    left, right = st.columns([1, 3], gap="medium")
    left.download_button(
        "Download the router",
        data=allowed.taken(EXPORT, loaders.opened_workspace(), lambda: scene.router(point, kept), file="router.json"),
        file_name="router.json",
        mime="application/json",
        icon=":material/download:",
        key="cascade_router",
        type="primary",
        on_click="ignore",
        width="stretch",
    )
    with right.expander("How to use it in your own program"):
        st.markdown(
            "The file holds bins, decisions, calibration parameters, costs, fingerprints, and counts of what calibration "
            "saw for the alarm; no data. One module of this program reads it, and needs nothing but Python's standard "
            f"library. {'It is the promised router, learned on one half alone.' if kept else ''}"
        )
        st.code(cascade_scene.SNIPPET, language="python")


@st.fragment
@guarded
def bins_matter(scene: CascadeScene) -> None:
    with st.expander("Does the number of bins matter?"):
        st.markdown("More bins follow the data more closely, fewer are steadier. The same halves for every row.")
        share = round(float(state.typed(SLIDER) or 50.0) / 100, 3)
        what = cascade_scene.what_sensitivity(scene, share)
        if state.asked(what) or st.button("Compare", key="cascade_compare_bins"):
            with st.spinner("Learning with other numbers of bins …"):
                table = cascade_scene.sensitivity(scene, share)
            state.ask(what)
            named = table["bins"].replace(cascade_scene.CROSS_VALIDATION, "cross-validation").astype(str)
            table = in_percent(table.assign(bins=named), BINS)
            st.dataframe(table, column_order=list(BINS), column_config=BINS, hide_index=True, width="stretch")


@st.fragment
@guarded
def for_cleaning(workspace, run, last: str) -> None:
    """The same for cleaning: where a costly expert can change which samples are flagged."""
    st.header("For cleaning: where is one more expert needed?", help=glossary.meaning("flagged", "suspicion"))
    names = list(run.expert_names)
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    costly = left.selectbox("Expert to save calls to", names, index=names.index(last), key="cascade_costly")
    pressed = right.button("Work it out", key="cascade_calls", width="stretch")
    what, budget = cascade_scene.what_calls(workspace, run, costly), loaders.in_force(workspace.id, run.id).budget
    if not (pressed or state.asked(what)):
        st.caption(f"Compares the {budget:,} most suspicious samples with and without its answers.")
        return
    with st.spinner("Scoring with and without it …"):
        table = cascade_scene.calls(workspace, run, costly)
    state.ask(what)
    st.markdown(f"## {plain(cascade_scene.calls_in_words(table, costly), 400)}")
    shown = [c for c in CALLS if c in table]
    st.dataframe(in_percent(table, CALLS), column_order=shown, column_config=CALLS, hide_index=True, width="stretch")
    st.caption(f"Of the {budget:,} samples flagged at the threshold in force. The rule named keeps 95 % or more.")


page()
