"""Ask a cheap expert first, and a costly one only where it pays (calibrated advantage routing).

Works for images and language models alike: only each expert's predicted class, its confidence and its cost are
needed. Accuracy is agreement with the labels handed in (given labels, or corrected ones where there are decisions).

    curves = cascade_curves([Answers("small", ...), Answers("large", ..., cost=12)], given_labels)
    curves.table(), curves.summary()
    point = best_under_cost(curves, 0.25)
    router = learn_router(experts, given_labels, fraction=point.fraction)

Source: Hao et al. 2026, arXiv 2601.07965, section 2 (routing by calibrated advantage); chains and the rule "the surer
answer stands" are ours.
"""

from cleaning.experts.cascade.bin_sensitivity import bin_sensitivity
from cleaning.experts.cascade.calls import calls_by_suspicion, calls_sentence, fewest_calls, save_calls
from cleaning.experts.cascade.curves import CascadeCurves, cascade_curves
from cleaning.experts.cascade.expert_answers import Answers
from cleaning.experts.cascade.from_reports import (
    answers_of,
    answers_scored,
    as_plain,
    calibrations_named,
    no_labels,
    plain_promise,
    starting_costs,
)
from cleaning.experts.cascade.learn_router import learn_router, route_all, router_json
from cleaning.experts.cascade.operating_point import OperatingPoint, best_under_cost, cheapest_within, operating_point
from cleaning.experts.cascade.promise import Promise, promised

__all__ = [
    "Answers",
    "CascadeCurves",
    "OperatingPoint",
    "Promise",
    "answers_of",
    "answers_scored",
    "as_plain",
    "best_under_cost",
    "bin_sensitivity",
    "calibrations_named",
    "calls_by_suspicion",
    "calls_sentence",
    "cascade_curves",
    "cheapest_within",
    "fewest_calls",
    "learn_router",
    "no_labels",
    "operating_point",
    "plain_promise",
    "promised",
    "route_all",
    "router_json",
    "save_calls",
    "starting_costs",
]
