"""``cascade``: ask a cheap expert first and a costly one only where it pays."""

import argparse
import sys
from pathlib import Path

from cleaning.errors import InputError

EXAMPLES = """examples:
  python -m cleaning cascade my_dataset --small resnet --large vit --cost resnet=1 --cost vit=12
  python -m cleaning cascade my_dataset --small resnet --large vit --out curves.csv --router router.json --within 0.5
  python -m cleaning cascade my_dataset --chain tiny small large --cost tiny=1 --cost small=4 --cost large=16 \\
      --at-cost 0.25 --out cascade.json
  python -m cleaning cascade workspaces/0123456789abcdef --small resnet --large vit
  python -m cleaning cascade --expert small=small.csv --expert large=large.csv --small small --large large

In a workspace, accuracy is against the labels as corrected by its decisions. Costs that are not given are those of
dataset.json, else 1, 10, 100 ... in the order asked. cleaning/experts/cascade/router.py uses the router's file online.
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
    asked.add_argument("--bins", type=int, default=50, help="quantile bins of confidence (default 50)")
    asked.add_argument("--repeats", type=int, default=20, help="repeated halves behind the intervals (default 20)")
    asked.add_argument("--policy", choices=("last", "surest"), default="last", help="whose answer stands")
    goal = asked.add_mutually_exclusive_group()
    goal.add_argument("--fraction", type=float, metavar="F", help="operating point: share sent on, 0 to 1")
    goal.add_argument("--at-cost", type=float, metavar="S", help="operating point: share of the last expert's cost")
    goal.add_argument("--within", type=float, metavar="P", help="operating point: points below the last expert (0.5)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write everything (.json) or the curves (.csv)")
    parser.add_argument("--router", type=Path, metavar="FILE", help="write the router for that operating point (.json)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    from cleaning.command_line.shared.output import check_output, write_table
    from cleaning.command_line.shared.study_source import write_json
    from cleaning.experts.cascade import as_plain, cascade_curves, learn_router, router_json
    from cleaning.files import write_bytes

    out = check_output(arguments.out, (".json", ".csv")) if arguments.out else None
    router = check_output(arguments.router, (".json",)) if arguments.router else None
    names = _asked(arguments)
    experts, labels, against = _asked_experts(names, arguments)
    curves = cascade_curves(experts, labels, bins=arguments.bins, repeats=arguments.repeats, seed=arguments.seed)
    point = _operating_point(curves, arguments)
    _tell(curves, point, against)
    if out and out.suffix.lower() == ".json":
        write_json(as_plain(curves, [point], against), out)
    elif out:
        write_table(curves.table(), out)
    if router:
        learned = learn_router(
            experts, labels, point=point, bins=arguments.bins, answer="last" if arguments.policy == "last" else "higher"
        )
        write_bytes(router, router_json(learned).encode())
    for path in filter(None, (out, router)):
        print(f"{path}: written", file=sys.stderr)


def _asked(arguments) -> list[str]:
    if arguments.chain:
        if arguments.small or arguments.large:
            raise InputError("Give either --small and --large, or --chain with all experts in order, not both.")
        return arguments.chain
    if not (arguments.small and arguments.large):
        raise InputError("Which experts? Give --small A --large B, or --chain A B C in the order they are asked.")
    return [arguments.small, arguments.large]


def _asked_experts(names: list[str], arguments):
    """(answers of the chosen experts, the labels they are held against, these in words)."""
    from cleaning.command_line.shared.scored_source import SENTENCE, scored_source
    from cleaning.command_line.shared.study_source import read_study
    from cleaning.experts.cascade import answers_scored, no_labels

    scored = scored_source(arguments)
    if scored is not None:
        experts = scored.chosen(names)
        return (
            [answers_scored(e, c) for e, c in zip(experts, _costs(experts, names, arguments))],
            no_labels(scored),
            SENTENCE,
        )
    study = read_study(arguments, free_answers=True)
    return *_answers(study, names, arguments), study.labels.sentence()


def _costs(experts, names: list[str], arguments) -> list[float]:
    from cleaning.experts.cascade import starting_costs

    typed = dict(_cost(pair, names) for pair in arguments.cost)
    return [typed.get(e.name, cost) for e, cost in zip(experts, starting_costs(experts))]


def _answers(study, names: list[str], arguments):
    """Answers of the chosen experts on the samples that count, and the labels of those."""
    from types import SimpleNamespace

    from cleaning.command_line.calibrate import reports_of
    from cleaning.experts.cascade import answers_of

    experts = study.chosen(names)
    costs = _costs(experts, names, arguments)
    if len(set(names)) < len(names):
        raise InputError("A cascade cannot ask the same expert twice. Choose different experts.")
    reports = reports_of(SimpleNamespace(dataset=study.dataset, experts=experts), arguments.seed)
    counted = study.labels.counted
    return [answers_of(r, c, counted) for r, c in zip(reports, costs)], study.labels.codes[counted]


def _cost(pair: str, names: list[str]) -> tuple[str, float]:
    name, _, number = pair.rpartition("=")
    if name not in names:
        raise InputError(f"--cost '{pair}' names no expert of this cascade: {', '.join(names)}. Write NAME=NUMBER.")
    try:
        return name, float(number)
    except ValueError:
        raise InputError(f"--cost '{pair}' ends in no number. Write for example {name}=12.") from None


def _operating_point(curves, arguments):
    from cleaning.experts.cascade import best_under_cost, cheapest_within, operating_point

    policy = "calibrated" if arguments.policy == "last" else "calibrated, surer stands"
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
    print(point.sentence())
    print(labels)
