import json

import pytest

from cleaning.calibrate.study import compare_methods
from cleaning.experts.cascade import (
    answers_of,
    best_under_cost,
    calibrations_named,
    cascade_curves,
    drawn_halves,
    operating_point,
    promised,
    route_all,
)
from pages.shared import loaders
from pages.shared.cascade import cascade_charts, cascade_scene
from pages.shared.cascade.askable import Askable
from pages.shared.cascade.point_part import share_told
from tests.pages.conftest import words


def curves_of(test, workspace, names):
    """The curves the page shows, worked out anew from the core."""
    run = workspace.latest_run()
    reports = {r.expert.name: r for r in loaders.expert_reports(workspace.id, run.id)}
    answers = [answers_of(reports[n], reports[n].expert.cost) for n in names]
    return answers, cascade_curves(
        answers, workspace.dataset().given_labels, calibrate=calibrations_of(workspace, run, reports, names)
    )


def calibrations_of(workspace, run, reports, names):
    """The calibrations that the page uses: of each expert its own, or the recommended one where beyond noise."""
    fold, methods = loaders.folds(workspace.id, run.id).fold, {}
    for name in names:
        advised, own = compare_methods(reports[name], fold), reports[name].calibration.method
        row = advised.table.set_index("method").loc[own]
        methods[name] = own if row["worse_by"] <= row["standard_error"] else advised.method
    return calibrations_named(methods, names)


def point_of(test) -> dict:
    """What the browser's part was given."""
    return json.loads(next(c for c in test.get("bidi_component") if c.key == "cascade_point").proto.json)


def figures_of(test) -> dict[str, list[str]]:
    """Value and note of each figure of the chosen point, by its name."""
    told = point_of(test)
    return dict(zip(told["names"], told["chosen"]["figures"], strict=True))


def test_the_page_opens_with_a_cheap_and_the_best_expert(app, digits):
    test = app("cascade", digits.id)
    names = test.multiselect(key="cascade_experts").value
    reports = {r.expert.name: r for r in loaders.expert_reports(digits.id, digits.latest_run().id)}
    assert names[-1] == max(reports, key=lambda n: reports[n].accuracy())
    assert reports[names[0]].expert.cost == min(r.expert.cost for n, r in reports.items() if n != names[-1])
    assert not test.error and "nothing is corrected yet" in words(test)
    _, curves = curves_of(test, digits, names)
    assert figures_of(test)["Accuracy"][0] == f"{100 * curves.at('calibrated', 0.5).mean():.1f} %"


def test_the_browser_holds_what_each_place_of_the_line_gives(app, digits):
    test = app("cascade", digits.id)
    names = test.multiselect(key="cascade_experts").value
    _, curves = curves_of(test, digits, names)
    told = point_of(test)
    assert [place["share"] for place in told["places"]] == [half / 2 for half in range(201)]
    assert told["chosen"] == told["places"][100]
    test.radio(key="cascade_policy").set_value("calibrated, surer stands").run()
    test.slider(key="cascade_fraction").set_value(20.0).run()
    told, point = point_of(test), operating_point(curves, 0.2, policy="calibrated, surer stands")
    place = told["places"][40]
    assert place == told["chosen"] and told["colour"] == cascade_charts.CURVES[point.policy][1]
    assert (place["cost"], place["accuracy"]) == pytest.approx((point.cost, point.accuracy.value))
    assert place["figures"][1][0] == f"{100 * point.cost_saved.value:.0f} %"


@pytest.mark.parametrize("told", [None, "20", {}, {"share": True}, {"share": "20"}, {"share": -1}, {"share": 100.5}])
def test_only_a_share_moves_the_slider(told):
    assert share_told(told) is None


def test_a_share_comes_with_the_stamp_of_its_message():
    assert share_told({"share": 20, "stamp": "x" * 60, "attempt": 1}) == (20.0, "x" * 40)


def test_a_goal_moves_the_slider_and_the_numbers(app, digits):
    test = app("cascade", digits.id)
    names = test.multiselect(key="cascade_experts").value
    test.number_input(key="cascade_goal_cost").set_value(40.0).run()
    test.button(key="cascade_find_cost").click().run()
    _, curves = curves_of(test, digits, names)
    point = best_under_cost(curves, 0.4)
    assert test.slider(key="cascade_fraction").value == pytest.approx(100 * point.fraction)
    point = operating_point(curves, test.slider(key="cascade_fraction").value / 100)
    assert point.sentence().partition(":")[2].split(",")[0] in words(test) and "The goal is met here." in words(test)
    test.slider(key="cascade_fraction").set_value(0.0).run()
    assert "The goal is met here." not in words(test)
    test.number_input(key="cascade_goal_cost").set_value(0.0).run()
    test.button(key="cascade_find_cost").click().run()
    assert "The goal cannot be met" in words(test)


def test_a_chain_of_three_with_typed_costs(app, digits):
    test = app("cascade", digits.id)
    test.multiselect(key="cascade_experts").set_value(["naive_bayes", "extra_trees", "support_vectors"]).run()
    test.number_input(key="cascade_cost_2_support_vectors").set_value(500.0).run()
    assert not test.error and "Spend 50 % of the possible extra cost" in words(test)
    assert "instead of 500" in figures_of(test)["Cost saved"][1]


def test_one_expert_is_a_sentence(app, digits):
    test = app("cascade", digits.id)
    test.multiselect(key="cascade_experts").set_value(["naive_bayes"]).run()
    assert "Choose at least two experts" in test.error[0].value


def test_hard_answers_and_simulated_experts(app, questions):
    test = app("cascade", questions.id)
    test.multiselect(key="cascade_experts").set_value(["simulated_zeta", "simulated_delta"]).run()
    assert not test.error
    assert all("(simulated)" in o for o in test.multiselect(key="cascade_experts").options)


def test_the_router_repeats_the_decisions_of_the_page(app, digits):
    test = app("cascade", digits.id)
    names = test.multiselect(key="cascade_experts").value
    answers, curves = curves_of(test, digits, names)
    labels = digits.dataset().given_labels
    there = Askable((digits.id, ""), (), lambda name, cost: answers[0], labels, "", {}, "")
    scene = cascade_scene.CascadeScene(there, answers, 50, (), curves)
    router = json.loads(scene.router(best_under_cost(curves, 0.4)))
    asked = route_all(router, answers)["asked"]
    assert [e["name"] for e in router["experts"]] == names
    assert (asked == 2).mean() == pytest.approx(router["learned"]["fraction_spent"])


def test_where_one_more_expert_is_needed(app, digits):
    test = app("cascade", digits.id)
    test.button(key="cascade_calls").click().run()
    assert not test.error and "fewer calls." in words(test)
    table = next(d.value for d in test.dataframe if "rule" in d.value)
    assert table.set_index("rule").loc["everywhere", "overlap"] == 100
    test.run()
    assert "fewer calls." in words(test) and not test.error  # shown from now on


def test_the_number_of_bins_can_be_compared(app, digits):
    test = app("cascade", digits.id)
    test.button(key="cascade_compare_bins").click().run()
    table = next(d.value for d in test.dataframe if "bins" in d.value)
    assert list(dict.fromkeys(table["bins"])) == [*map(str, cascade_scene.BIN_COUNTS), "cross-validation"]
    assert (table["area_low"] <= table["area"]).all() and table["chosen"].iloc[-1] == 100


def test_every_way_to_ask_stands_beside_the_others(app, digits):
    test = app("cascade", digits.id)
    test.multiselect(key="cascade_experts").set_value(["naive_bayes", "extra_trees", "support_vectors"]).run()
    table = next(d.value for d in test.dataframe if "area" in d.value and "bins" not in d.value)
    ways = {"calibrated", "free routing", "best single expert", "confidence threshold", "random", "oracle"}
    assert ways <= set(table["policy"]) and "latency" not in table


def test_latency_is_shown_beside_cost(app, digits):
    test = app("cascade", digits.id)
    names = test.multiselect(key="cascade_experts").value
    test.number_input(key=f"cascade_latency_0_{names[0]}").set_value(8.0).run()
    assert "Expected latency" not in figures_of(test)  # of the other nothing is known
    test.number_input(key=f"cascade_latency_1_{names[1]}").set_value(90.0).run()
    assert figures_of(test)["Expected latency"] == ["53 ms", "of the last alone 90 ms"]
    assert "latency" in next(d.value for d in test.dataframe if "area" in d.value)


def test_a_promise_moves_the_slider_and_its_router_is_the_one_to_take(app, digits):
    test = app("cascade", digits.id)
    names = test.multiselect(key="cascade_experts").value
    test.number_input(key="cascade_goal_promise").set_value(20.0).run()
    test.button(key="cascade_find_promise").click().run()
    answers, _ = curves_of(test, digits, names)
    run = digits.latest_run()
    reports = {r.expert.name: r for r in loaders.expert_reports(digits.id, run.id)}
    made = promised(
        answers, digits.dataset().given_labels, 20.0, calibrate=calibrations_of(digits, run, reports, names)
    )
    assert test.slider(key="cascade_fraction").value == pytest.approx(100 * made.fraction)
    told = "Promised with 95 % confidence: at most 20 points below", made.sentence().partition("_vectors alone,")[2]
    assert all(part in words(test) for part in (*told, "the promised router"))
    test.slider(key="cascade_fraction").set_value(37.0).run()
    assert "Promised with" not in words(test) and "the promised router" not in words(test)
    test.number_input(key="cascade_goal_promise").set_value(0.0).run()
    test.button(key="cascade_find_promise").click().run()
    assert "can be promised to stay" in words(test) and test.slider(key="cascade_fraction").value == 37.0


def test_the_first_halves_are_drawn_where_the_others_take_long(app, digits, monkeypatch):
    drawn, whole = [], cascade_charts.against_cost
    monkeypatch.setattr(cascade_charts, "against_cost", lambda c, p: drawn.append(len(c.bins)) or whole(c, p))
    monkeypatch.setattr(drawn_halves, "cpu_count", lambda: 2)
    monkeypatch.setattr(cascade_scene, "SOON", 0)
    test = app("cascade", digits.id)
    assert drawn == [4, 20] and "the others follow" not in words(test) and not test.exception
    drawn.clear()
    app("cascade", digits.id)
    assert drawn == [20], "what is worked out is not drawn by halves again"
