"""Cascades of three experts on ImageNet, and whether promises hold: every way to ask, beside each other.

    python -m benchmarks.cascade_many [FOLDER OF THE REAL DATA] [--repeats 20] [--splits 60] [--write docs/cascade.md]

Three experts: area under accuracy against cost, and accuracy at shares of what asking the last expert alone costs, learned
on one half and judged on the other, with 95 % intervals; free routing against each, paired. Promises: learned and proved
on 10,000 samples, checked on the 40,000 others, over many splits.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.cascade import COMPARABLE, DATA, SMALL_TO_LARGE, ImageNet, points, read
from benchmarks.published import publish
from cleaning.experts.cascade import Answers, CascadeCurves, cascade_curves, promised, route_all
from cleaning.experts.cascade.curves import area, interval

THREE = (
    {"imagenetx_SimCLR": 1.0, "imagenetx_ResNet50": 4.0, "timm_efficientnet_b3a": 16.0},
    {"imagenetx_DINO": 1.0, "imagenetx_ViT": 1.5, "timm_efficientnet_b3a": 6.0},
)
SHARES = (0.25, 0.5, 1.0)  # of the cost of asking the last expert alone
CHAINS = ("calibrated", "calibrated, surer stands")
PROMISED_ON = 10_000
PROMISES = (1.0,)


def three(images: ImageNet, costs: dict[str, float], repeats: int) -> CascadeCurves:
    """Curves of three experts with these costs."""
    return cascade_curves([images.answers(*one) for one in costs.items()], images.labels, repeats=repeats)


def fractions_at(curves: CascadeCurves, shares: Sequence[float] = SHARES) -> list[float]:
    """The shares of the last expert's cost as fractions of the possible extra cost."""
    spent = [(share * curves.costs[-1] - curves.costs[0]) / curves.costs[1:].sum() for share in shares]
    return [float(np.clip(one, 0, 1)) for one in spent]


def behind_best_chain(curves: CascadeCurves) -> dict[str, float]:
    """Points by which free routing is behind (-: ahead of) the chain with the best mean, by area and at each share."""
    measures = {"area": {p: area(curves.fractions, curves.policy(p)).mean() for p in (*CHAINS, "free routing")}}
    for share, fraction in zip(SHARES, fractions_at(curves)):
        measures[f"{100 * share:g} %"] = {p: curves.at(p, fraction).mean() for p in (*CHAINS, "free routing")}
    return {name: 100 * (max(own[c] for c in CHAINS) - own["free routing"]) for name, own in measures.items()}


def _three_lines(costs: dict[str, float], curves: CascadeCurves) -> Iterator[str]:
    yield f"**{' -> '.join(f'{name} (cost {cost:g})' for name, cost in costs.items())}**\n"
    yield "At 25, 50 and 100 % of what asking the last one alone costs; difference: free routing minus this, in area.\n"
    yield "| % agreeing with the given label | area | at 25 % | at 50 % | at 100 % | difference |"
    yield "|---|---|---|---|---|---|"
    for policy in curves.accuracy:
        cells = [points(*interval(area(curves.fractions, curves.policy(policy))))]
        cells += [points(*interval(curves.at(policy, f))) for f in fractions_at(curves)]
        yield f"| {policy} | {' | '.join(cells)} | {points(*curves.difference('free routing', policy))} |"
    for row in curves.single_points():
        yield f"| {row.who}, cost {row.cost:g} | | | | {points(row.accuracy, row.low, row.high)} | |"
    behind = ", ".join(f"{name} {value:+.2f}" for name, value in behind_best_chain(curves).items())
    best = max(curves.alone, key=lambda name: curves.alone[name].mean())
    ahead = interval(curves.policy("free routing").max(axis=1) - curves.alone[best])
    yield f"\nPoints by which free routing is behind the better chain (-: ahead): {behind}."
    yield f"Best single expert: {best}; the highest point of free routing is {points(*ahead)} points above it.\n"


def _part(expert: Answers, rows: np.ndarray) -> Answers:
    return replace(expert, predicted=expert.predicted[rows], confidence=expert.confidence[rows])


def promise_held(images: ImageNet, costs: dict[str, float], below: float, splits: int) -> tuple[int, int, float]:
    """(splits in which a router was promised, of these how often it held on the others, mean share of the cost)."""
    experts = [images.answers(*one) for one in costs.items()]
    made, held, spent = 0, 0, []
    for split in range(splits):
        order = np.random.default_rng(split).permutation(len(images.labels))
        few, others = order[:PROMISED_ON], order[PROMISED_ON:]
        told = promised([_part(e, few) for e in experts], images.labels[few], below, bins=50, seed=split)
        spent.append(told.cost_share)
        if told.router is None:
            continue
        made += 1
        there, labels = [_part(e, others) for e in experts], images.labels[others]
        large = (there[-1].predicted == labels).mean()
        held += bool((route_all(told.router, there)["predicted"] == labels).mean() >= large - below / 100)
    return made, held, float(np.mean(spent))


def _promise_lines(images: ImageNet, splits: int) -> Iterator[str]:
    yield f"**Promises: learned and proved on {PROMISED_ON:,} samples, checked on the 40,000 others, {splits} splits**\n"
    yield "| experts (costs) | at most below the last alone | promised in | held on the others | mean cost / the last's |"
    yield "|---|---|---|---|---|"
    pairs = [dict(zip(names, (1.0, 12.0))) for names in (SMALL_TO_LARGE, COMPARABLE)]
    for costs in (*pairs, *THREE):
        said = ", ".join(f"{name} ({cost:g})" for name, cost in costs.items())
        for below in PROMISES:
            made, held, spent = promise_held(images, costs, below, splits)
            share = f"{100 * held / made:.1f} %" if made else "-"
            told = f"{below:g} point{'' if below == 1 else 's'}"
            yield f"| {said} | {told} | {100 * made / splits:.0f} % | {share} | {100 * spent:.0f} % |"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", type=Path, default=DATA)
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--splits", type=int, default=60)
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the tables between its markers")
    wanted = parser.parse_args(arguments)
    images = read(wanted.data, sorted({*THREE[0], *THREE[1], *SMALL_TO_LARGE, *COMPARABLE}))
    lines = list[str]()
    for costs in THREE:
        lines += _three_lines(costs, three(images, costs, wanted.repeats))
    lines += _promise_lines(images, wanted.splits)
    text = "\n".join(lines)
    print(text)
    if wanted.write:
        publish(text, wanted.write)


if __name__ == "__main__":
    main()
