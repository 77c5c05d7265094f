"""``cascade``: ask a cheap expert first and a costly one only where it pays."""

import argparse
import sys
from pathlib import Path
from typing import Literal

from cleaning.errors import InputError

EXAMPLES = """examples:
  python -m cleaning cascade my_dataset --small resnet --large vit --cost resnet=1 --cost vit=12
  python -m cleaning cascade my_dataset --small resnet --large vit --out curves.csv --router router.json --within 0.5
  python -m cleaning cascade my_dataset --chain tiny small large --cost tiny=1 --cost small=4 --cost large=16 \\
      --at-cost 0.25 --out cascade.json
  python -m cleaning cascade my_dataset --small resnet --large vit --promise 1 --confidence 0.95 --router router.json
  python -m cleaning cascade my_dataset --small resnet --large vit --latency resnet=8 --latency vit=90
  python -m cleaning cascade workspaces/0123456789abcdef --small resnet --large vit
  python -m cleaning cascade --expert small=small.csv --expert large=large.csv --small small --large large

In a workspace, accuracy is against the labels as corrected by its decisions. Costs that are not given are those of
dataset.json, else 1, 10, 100 ... in the order asked.
A promise is learned on one half and proved on the other. cleaning/experts/cascade/router.py uses the router's file online.
The last example has no labels: each table holds `id`, `confidence` and how right each answer is (`correct`, or `score`
from 0 to 1), as a verifier says it."""


def add_to(commands) -> None:
    from cleaning.command_line.shared.study_source import add_study_arguments

    parser = commands.add_parser(
        "cascade",
        help="when to ask the costly expert: curves, operating points, a router",
        description="Learn on one half where the costly expert pays, judge on the other, over repeated halves.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_study_arguments(parser)
    asked = parser.add_argument_group("cascade")
    asked.add_argument("--small", metavar="A", help="expert that is always asked")
    asked.add_argument("--large", metavar="B", help="expert that is asked where it pays")
    asked.add_argument("--chain", nargs="+", metavar="NAME", help="instead: two or more experts in the order asked")
    asked.add_argument("--cost", action="append", default=[], metavar="NAME=NUMBER", help="per sample; repeatable")
    asked.add_argument("--latency", action="append", default=[], metavar="NAME=NUMBER", help="of each expert's answer")
    asked.add_argument("--bins", type=int, help="quantile bins of confidence (default: by cross-validation)")
    asked.add_argument("--repeats", type=int, default=20, help="repeated halves behind the intervals (default 20)")
    asked.add_argument("--policy", choices=("last", "surest"), default="last", help="whose answer stands")
    goal = asked.add_mutually_exclusive_group()
    goal.add_argument("--fraction", type=float, metavar="F", help="operating point: share sent on, 0 to 1")
    goal.add_argument("--at-cost", type=float, metavar="S", help="operating point: share of the last expert's cost")
    goal.add_argument("--within", type=float, metavar="P", help="operating point: points below the last expert (0.5)")
    goal.add_argument("--promise", type=float, metavar="P", help="operating point proved to stay within P points")
    asked.add_argument("--confidence", type=float, default=0.95, help="of the promise (default 0.95)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write everything (.json) or the curves (.csv)")
    parser.add_argument("--router", type=Path, metavar="FILE", help="write the router for that operating point (.json)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    from cleaning.command_line.shared.output import check_output, write_table
    from cleaning.command_line.shared.study_source import write_json
    from cleaning.experts.cascade import as_plain, cascade_curves, operating_point, plain_promise, router_json
    from cleaning.files import write_bytes

    out = check_output(arguments.out, (".json", ".csv")) if arguments.out else None
    router = check_output(arguments.router, (".json",)) if arguments.router else None
    names = _asked(arguments)
    experts, labels, against, maps = _asked_experts(names, arguments)
    options = {"bins": arguments.bins, "calibrate": maps}
    curves = cascade_curves(experts, labels, repeats=arguments.repeats, seed=arguments.seed, **options)
    promise = _promise(experts, labels, arguments, options)
    if promise is None:
        point = _operating_point(curves, arguments)
    else:
        point = operating_point(curves, promise.fraction, policy=_policy(arguments))
    _tell(curves, point, against)
    if promise is not None:
        print(promise.sentence())
    if out and out.suffix.lower() == ".json":
        told = as_plain(curves, [point], against)
        write_json(told if promise is None else told | {"promise": plain_promise(promise)}, out)
    elif out:
        write_table(curves.table(), out)
    if router:
        write_bytes(router, router_json(_router(experts, labels, point, promise, arguments, options)).encode())
    for path in filter(None, (out, router)):
        print(f"{path}: written", file=sys.stderr)


def _promise(experts, labels, arguments, options: dict):
    """The promised operating point, where one is asked for; InputError if a router is wanted and none can be promised."""
    from cleaning.experts.cascade import promised

    if arguments.promise is None:
        return None
    made = promised(
        experts,
        labels,
        arguments.promise,
        confidence=arguments.confidence,
        answer=_rule(arguments),
        seed=arguments.seed,
        **options,
    )
    if arguments.router and made.router is None:
        raise InputError(f"No router is written. {made.sentence()}")
    return made


def _router(experts, labels, point, promise, arguments, options: dict) -> dict:
    from cleaning.experts.cascade import learn_router

    if promise is not None and promise.router is not None:
        return promise.router
    return learn_router(experts, labels, point=point, answer=_rule(arguments), **options)


def _rule(arguments) -> Literal["last", "higher"]:
    return "last" if arguments.policy == "last" else "higher"


def _policy(arguments) -> str:
    return "calibrated" if arguments.policy == "last" else "calibrated, surer stands"


def _asked(arguments) -> list[str]:
    if arguments.chain:
        if arguments.small or arguments.large:
            raise InputError("Give either --small and --large, or --chain with all experts in order, not both.")
        return arguments.chain
    if not (arguments.small and arguments.large):
        raise InputError("Which experts? Give --small A --large B, or --chain A B C in the order they are asked.")
    return [arguments.small, arguments.large]


def _asked_experts(names: list[str], arguments):
    """(answers of the chosen experts, the labels they are held against, these in words, how each is calibrated)."""
    from cleaning.command_line.shared.scored_source import SENTENCE, scored_source
    from cleaning.command_line.shared.study_source import read_study
    from cleaning.experts.cascade import answers_scored, calibrations_named, no_labels

    scored = scored_source(arguments)
    if scored is not None:
        experts = scored.chosen(names)
        answers = [answers_scored(e, c) for e, c in zip(experts, _costs(experts, names, arguments))]
        maps = calibrations_named({e.name: e.method for e in experts}, names)
        return _with_latencies(answers, arguments), no_labels(scored), SENTENCE, maps
    study = read_study(arguments, free_answers=True)
    answers, labels, methods = _answers(study, names, arguments)
    maps = calibrations_named(methods, names)
    return _with_latencies(answers, arguments), labels, study.labels.sentence(), maps


def _with_latencies(experts, arguments) -> list:
    from dataclasses import replace

    names = [e.name for e in experts]
    typed = dict(_number(pair, names, "--latency") for pair in arguments.latency)
    missing = [name for name in names if typed and name not in typed]
    if missing:
        raise InputError(
            f"--latency is missing for {', '.join(missing)}. Give it for every expert of the cascade, or none."
        )
    return [replace(e, latency=typed.get(e.name)) for e in experts]


def _costs(experts, names: list[str], arguments) -> list[float]:
    from cleaning.experts.cascade import starting_costs

    typed = dict(_number(pair, names, "--cost") for pair in arguments.cost)
    return [typed.get(e.name, cost) for e, cost in zip(experts, starting_costs(experts))]


def _answers(study, names: list[str], arguments):
    """Answers of the chosen experts on the samples that count, the labels of those, and by what each is said to be
    sure."""
    from dataclasses import replace

    from cleaning.command_line.calibrate import reports_of
    from cleaning.experts.cascade import answers_of

    experts = study.chosen(names)
    costs = _costs(experts, names, arguments)
    if len(set(names)) < len(names):
        raise InputError("A cascade cannot ask the same expert twice. Choose different experts.")
    reports = reports_of(replace(study, experts=experts), arguments.seed)
    counted = study.labels.counted
    answers = [answers_of(r, c, counted) for r, c in zip(reports, costs)]
    return answers, study.labels.codes[counted], {r.expert.name: r.calibration.method for r in reports}


def _number(pair: str, names: list[str], option: str) -> tuple[str, float]:
    name, _, number = pair.rpartition("=")
    if name not in names:
        raise InputError(f"{option} '{pair}' names no expert of this cascade: {', '.join(names)}. Write NAME=NUMBER.")
    try:
        return name, float(number)
    except ValueError:
        raise InputError(f"{option} '{pair}' ends in no number. Write for example {name}=12.") from None


def _operating_point(curves, arguments):
    from cleaning.experts.cascade import best_under_cost, cheapest_within, operating_point

    policy = _policy(arguments)
    if arguments.fraction is not None:
        return operating_point(curves, arguments.fraction, policy=policy)
    if arguments.at_cost is not None:
        return best_under_cost(curves, arguments.at_cost, policy=policy)
    return cheapest_within(curves, 0.5 if arguments.within is None else arguments.within, policy=policy)


def _tell(curves, point, labels: str) -> None:
    table = curves.summary()
    table["shown"] = [f"{100 * r.value:.1f} ({100 * r.low:.1f} to {100 * r.high:.1f})" for r in table.itertuples()]
    print(table.pivot(index="policy", columns="measure", values="shown").loc[list(curves.accuracy)].to_string())
    for row in curves.single_points():
        print(f"{row.who}: {100 * row.accuracy:.1f} % ({100 * row.low:.1f} to {100 * row.high:.1f}) at {row.cost:g}")
    if curves.latencies is not None:
        print(_latencies(curves))
    print(point.sentence())
    print(labels)


def _latencies(curves) -> str:
    """Expected latency of every policy at 10, 25 and 50 % of the possible extra cost, experts asked in turn."""
    import pandas as pd

    rows = {
        policy: {f"at {100 * f:g} %": curves.latency_at(policy, f).value for f in (0.10, 0.25, 0.50)}
        for policy in curves.accuracy
    }
    table = pd.DataFrame.from_dict(rows, orient="index").map("{:.3g}".format)
    alone = ", ".join(f"{name} {wait:g}" for name, wait in zip(curves.names, curves.latencies))
    return f"expected latency (alone: {alone}):\n{table.to_string()}"
