"""The cascade on real experts, and the guide's code."""

import re
from pathlib import Path

import numpy as np
import pytest

from benchmarks.cascade import COMPARABLE, SMALL_TO_LARGE, pair, read
from benchmarks.cascade_many import THREE, behind_best_chain, three
from cleaning.experts.cascade import Answers, learn_router, route_all
from cleaning.experts.cascade.router import ask_in_turn


@pytest.fixture(scope="module")
def images(real_data):
    return read(real_data, [*SMALL_TO_LARGE, *COMPARABLE])


@pytest.mark.real_data
def test_half_the_calls_to_the_large_expert_are_nearly_as_good_as_all(images):
    curves = pair(images, SMALL_TO_LARGE, repeats=8)
    assert curves.at("calibrated", 0.5).mean() >= 0.805
    assert curves.difference("calibrated", "random", 0.5).low > 0.05
    assert curves.alone["timm_efficientnet_b3a"].mean() == pytest.approx(0.819, abs=0.003)


@pytest.mark.real_data
def test_comparable_experts_together_beat_either(images):
    curves = pair(images, COMPARABLE, repeats=8)
    assert curves.take_higher["calibrated"].mean() >= 0.802
    assert curves.at("calibrated, surer stands", 1.0).mean() == pytest.approx(curves.take_higher["calibrated"].mean())


@pytest.mark.real_data
@pytest.mark.parametrize("over_confident", [0, 1])
def test_an_over_confident_expert_costs_calibrated_routing_nothing(images, over_confident):
    as_it_is = pair(images, SMALL_TO_LARGE, repeats=8)
    loud = pair(images, SMALL_TO_LARGE, repeats=8, over_confident=over_confident)
    assert loud.at("calibrated", 0.5).mean() == pytest.approx(as_it_is.at("calibrated", 0.5).mean(), abs=0.002)
    assert loud.take_higher["calibrated"].mean() > loud.take_higher["raw"].mean() + 0.01
    if over_confident == 0:
        assert loud.difference("calibrated", "uncalibrated", 0.5).low > 0.005


@pytest.mark.real_data
@pytest.mark.parametrize("costs", THREE, ids=["one far better", "comparable"])
def test_free_routing_keeps_up_with_the_better_chain_and_passes_the_best_single_expert(real_data, costs):
    images = read(real_data, costs)
    curves = three(images, costs, repeats=8)
    assert max(behind_best_chain(curves).values()) <= 0.2
    best = max(alone.mean() for alone in curves.alone.values())
    if costs is THREE[1]:
        assert curves.policy("free routing").mean(axis=0).max() > best + 0.005


@pytest.mark.real_data
def test_router_decides_on_real_answers_as_the_arrays_do(images):
    few = slice(0, 50_000, 10)
    experts = [images.answers(name) for name in SMALL_TO_LARGE]
    experts = [Answers(e.name, e.predicted[few], e.confidence[few]) for e in experts]
    router = learn_router(experts, images.labels[few], fraction=0.4, answer="higher")
    together = route_all(router, experts)
    by_name = {e.name: e for e in experts}
    for i, expected in enumerate(together["predicted"]):
        decision = ask_in_turn(
            router, lambda name, i=i: (by_name[name].predicted[i], float(by_name[name].confidence[i]))
        )
        assert decision.predicted == expected
    assert (together["asked"] == 2).mean() == pytest.approx(0.4, abs=0.021)


def test_the_code_of_the_guide_runs(capsys):
    guide = (Path(__file__).parents[3] / "docs" / "cascade.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    assert len(blocks) == 2
    names: dict = {}
    for block in blocks:
        exec(compile(block, "docs/cascade.md", "exec"), names)
    assert "of the samples on from small to large" in capsys.readouterr().out
    assert names["decision"].expert in ("small", "large") and len(names["text"]) > 1000
    assert np.isclose(names["decision"].confidence, 0.95, atol=0.05)
