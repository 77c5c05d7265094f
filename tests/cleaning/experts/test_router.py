"""The exported router: same decisions online as on arrays, also without numpy."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import cleaning.experts.cascade.router as online
from cleaning.calibrate.calibrators import METHODS, calibrator, fit_calibrator
from cleaning.errors import InputError
from cleaning.experts.cascade import Answers, best_under_cost, cascade_curves, learn_router, route_all, router_json
from tests.cleaning.experts.cascade_cases import planted

THREE = {"skill": (0.3, 1.0, 2.0), "costs": (1.0, 3.0, 10.0), "stretch": (2.0, 1.0, 0.5)}


def decided_one_by_one(router, experts):
    """Like a program online: each expert is asked only when the router says so."""
    rows = []
    for i in range(len(experts[0].predicted)):
        asked = []

        def ask(name, i=i, asked=asked):
            expert = next(e for e in experts if e.name == name)
            asked.append(name)
            return int(expert.predicted[i]), float(expert.confidence[i])

        decision = online.ask_in_turn(router, ask)
        rows.append((len(asked), decision))
    return rows


@pytest.mark.parametrize("answer", ["last", "higher"])
@pytest.mark.parametrize("method", METHODS)
def test_one_by_one_equals_all_at_once(method, answer):
    labels, experts = planted(1500, abstaining=0.05, **THREE)
    router = learn_router(experts, labels, fraction=0.4, answer=answer, calibrate=calibrator(method), bins=20)
    read_back = online.check_router(json.loads(router_json(router)))
    assert read_back == router
    together = route_all(router, experts)
    single = decided_one_by_one(read_back, experts)
    assert [asked for asked, _ in single] == together["asked"].tolist()
    assert [-1 if d.predicted is None else d.predicted for _, d in single] == together["predicted"].tolist()
    assert [d.confidence for _, d in single] == pytest.approx(together["confidence"].tolist(), abs=1e-9)
    assert set(together["asked"]) == {1, 2, 3}  # every branch was taken


@pytest.mark.parametrize("method", METHODS)
def test_calibration_of_one_number_equals_that_of_arrays(method):
    labels, experts = planted(800, stretch=(2.0, 1.0))
    fitted = fit_calibrator(method, experts[0].confidence, experts[0].predicted == labels)
    grid = np.concatenate([np.linspace(0, 1, 101), experts[0].confidence[:50]])
    single = [online.calibrated({"method": method, "parameters": fitted.parameters}, float(c)) for c in grid]
    assert single == pytest.approx(fitted(grid), abs=1e-12)


def test_router_spends_no_more_than_it_may_and_nearly_all_of_it():
    labels, experts = planted(4000)
    for fraction in (0.0, 0.1, 0.25, 0.5, 1.0):
        router = learn_router(experts, labels, fraction=fraction)
        sent = (route_all(router, experts)["asked"] == 2).mean()
        assert fraction - 0.021 <= sent <= fraction + 1e-9
        assert router["learned"]["fraction_spent"] == pytest.approx(sent)


def test_a_larger_budget_sends_a_superset():
    labels, experts = planted(2000)
    sent = [route_all(learn_router(experts, labels, fraction=f), experts)["asked"] == 2 for f in (0.2, 0.4, 0.8)]
    assert (sent[0] <= sent[1]).all() and (sent[1] <= sent[2]).all()


def test_router_on_new_samples_does_what_the_curve_promised():
    labels, experts = planted(6000, seed=1)
    curves = cascade_curves(experts, labels, repeats=6)
    point = best_under_cost(curves, 0.7)
    router = learn_router(experts, labels, point=point)
    new_labels, new_experts = planted(6000, seed=2)
    decided = route_all(router, new_experts)
    assert (decided["predicted"] == new_labels).mean() == pytest.approx(point.accuracy.value, abs=0.025)
    assert (decided["asked"] == 2).mean() == pytest.approx(router["learned"]["fraction_spent"], abs=0.04)
    assert router["learned"]["judged_accuracy"] == point.accuracy._asdict()
    assert (route_all(router, experts)["predicted"] == labels).mean() == pytest.approx(
        router["learned"]["accuracy_on_these_samples"]
    )


def test_router_file_holds_parameters_and_fingerprints_but_no_data():
    labels, experts = planted(1000)
    router = learn_router(experts, labels, fraction=0.3)
    assert [e["calibration"]["method"] for e in router["experts"]] == ["platt", "platt"]
    assert [e["cost"] for e in router["experts"]] == [1.0, 4.0]
    assert all(len(e["fingerprint"]) == 16 for e in router["experts"])
    again = learn_router(experts, labels, fraction=0.3)
    assert router == again
    other = learn_router(experts, (labels + 1) % 10, fraction=0.3)
    assert other["learned"]["labels_fingerprint"] != router["learned"]["labels_fingerprint"]
    fifty = learn_router(experts, labels, fraction=0.3, bins=50)
    assert len(fifty["stages"][0]["edges"]) == 49 and len(fifty["stages"][0]["advantage"]) == 50
    assert len(router_json(router)) < 10_000


def test_the_file_runs_alone_without_numpy_and_imports_only_the_standard_library(tmp_path):
    labels, experts = planted(500)
    router = learn_router(experts, labels, fraction=0.5)
    (tmp_path / "router.json").write_text(router_json(router), encoding="utf-8")
    alone = tmp_path / "my_router.py"
    alone.write_text(Path(online.__file__).read_text(encoding="utf-8"), encoding="utf-8")
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import my_router as r; "
        "router = r.load_router(sys.argv[1] + '/router.json'); "
        "print(r.route(router, []).ask, r.route(router, [(3, 0.5)]).ask, r.route(router, [(3, 1.0)]).ask); "
        "assert 'numpy' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program, str(tmp_path)], capture_output=True, text=True)
    assert done.stdout.split() == ["expert0", "expert1", "None"], done.stderr
    tree = ast.parse(alone.read_text(encoding="utf-8"))
    imported = {a.name.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    imported |= {n.module.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert imported <= sys.stdlib_module_names


def test_silent_experts_are_passed_over_by_hand():
    stage = {"edges": [0.5], "pass_on": [True, False]}
    plain = {"method": "none", "parameters": {}}
    router = {
        "kind": online.KIND,
        "format": 1,
        "answer": "higher",
        "experts": [{"name": n, "calibration": plain} for n in "ab"],
        "stages": [stage],
    }
    online.check_router(router)
    assert online.route(router, []) == ("a", None, 0.0, None)
    assert online.route(router, [("cat", 0.5)]) == ("b", "cat", 0.5, "a")  # on the edge: the lower bin
    assert online.route(router, [("cat", 0.51)]) == (None, "cat", 0.51, "a")
    assert online.route(router, [(None, None)]) == ("b", None, 0.0, None)
    assert online.route(router, [(None, None), ("dog", 0.1)]) == (None, "dog", 0.1, "b")
    assert online.route(router, [("cat", 0.4), ("dog", 0.3)]) == (None, "cat", 0.4, "a")
    assert online.route(router | {"answer": "last"}, [("cat", 0.4), ("dog", 0.3)]) == (None, "dog", 0.3, "b")
    assert online.route(router, [("cat", 0.4), ("dog", 0.4)]).expert == "a"  # equal: the earlier stands
    assert online.route(router, [(None, None), (None, float("nan"))]) == (None, None, 0.0, None)


def test_edges_and_silence_on_arrays_by_hand():
    plain = {"method": "none", "parameters": {}}
    router = {"answer": "last", "experts": [{"name": n, "calibration": plain} for n in "ab"]}
    router["stages"] = [{"edges": [0.5], "pass_on": [True, False]}]
    first = Answers("a", np.array([1, 1, 1, 1]), np.array([0.5, 0.51, np.nan, np.nan]))
    second = Answers("b", np.array([2, 2, 2, 2]), np.array([0.3, 0.3, 0.3, np.nan]))
    decided = route_all(router, [first, second])
    assert decided["asked"].tolist() == [2, 1, 2, 2]
    assert decided["predicted"].tolist() == [2, 1, 2, -1]
    assert decided["confidence"].tolist() == [0.3, 0.51, 0.3, 0.0]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda r: r.update(kind="other"), "not a second-opinion router"),
        (lambda r: r.update(format=99), "of format 1"),
        (lambda r: r["stages"].pop(), "stages are one fewer"),
        (lambda r: r["stages"][0]["pass_on"].pop(), "do not fit its decisions"),
        (lambda r: r["stages"][0]["edges"].reverse(), "do not fit its decisions"),
        (lambda r: r["experts"][0]["calibration"].update(method="magic"), "unknown calibration"),
        (lambda r: r.update(answer="first"), "'last' or 'higher'"),
    ],
)
def test_a_damaged_router_is_refused_in_words(tmp_path, spoil, words):
    labels, experts = planted(300)
    router = learn_router(experts, labels, fraction=0.5, bins=5)
    spoil(router)
    file = tmp_path / "router.json"
    file.write_text(json.dumps(router), encoding="utf-8")
    with pytest.raises(online.RouterError, match=words):
        online.load_router(file)


def test_other_mistakes_are_told_in_words(tmp_path):
    (tmp_path / "bad.json").write_text("{", encoding="utf-8")
    with pytest.raises(online.RouterError, match="not readable as JSON"):
        online.load_router(tmp_path / "bad.json")
    labels, experts = planted(300)
    router = learn_router(experts, labels, fraction=0.5, bins=5)
    with pytest.raises(online.RouterError, match="3 answers for 2 experts"):
        online.route(router, [(1, 0.5)] * 3)
    with pytest.raises(online.RouterError, match="outside 0 to 1"):
        online.route(router, [(1, 1.5)])
    with pytest.raises(InputError, match="same order"):
        route_all(router, experts[::-1])
    with pytest.raises(InputError, match="either a fraction or an operating point"):
        learn_router(experts, labels)
    with pytest.raises(InputError, match="cannot be written down"):
        learn_router(experts, labels, fraction=0.5, calibrate=lambda c, y: lambda x: x)
    assert learn_router(experts, labels, fraction=0.5, calibrate=None)["experts"][0]["calibration"]["method"] == "none"
