"""``threshold``: choose one by goal, and say how right the flags are."""

import argparse

from cleaning.command_line.review_source import add_review_arguments, read_review
from cleaning.errors import InputError

EXAMPLES = """examples:
  python -m cleaning threshold workspaces/0554558b5ff188c0
  python -m cleaning threshold workspaces/0554558b5ff188c0 --target-precision 0.8
  python -m cleaning threshold workspaces/0554558b5ff188c0 --hours 3"""


def add_to(commands) -> None:
    parser = commands.add_parser(
        "threshold",
        help="choose a threshold by goal, with estimates",
        description=(
            "Print a threshold, what it flags, and how right the flags are: intervals from the reviewed audit cards "
            "that hold however often one looks, or a wide guess before there are enough."
        ),
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_review_arguments(parser)
    goal = parser.add_mutually_exclusive_group()
    goal.add_argument("--target-precision", type=float, metavar="P", help="at least this share of flags right")
    goal.add_argument("--target-detection", type=float, metavar="D", help="find this share of the wrong labels")
    goal.add_argument("--hours", type=float, metavar="H", help="as many cards as fit into H hours")
    goal.add_argument("--budget", type=int, metavar="B", help="as many as B cards")
    goal.add_argument("--threshold", type=float, metavar="S", help="this threshold")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    from cleaning import estimate as estimation
    from cleaning.settle.verdict_codes import verdict_codes
    from cleaning.suspect.audit import AuditDesign
    from cleaning.suspect.ranking import rank_suspicion

    handover = read_review(arguments)
    audit, ranking = AuditDesign.from_frame(handover.run.audit), rank_suspicion(handover.run.suspicion)
    verdicts = verdict_codes(handover.dataset, handover.decisions, handover.policy)
    threshold, words = _chosen(arguments, handover, audit, verdicts, ranking)
    print(words)
    recalibration = estimation.recalibrate(estimation.gather_evidence(audit, verdicts, ranking), audit, ranking)
    for line in _report(audit, verdicts, ranking, threshold, recalibration):
        print(line)
    for line in _next_cards(handover, verdicts, ranking, threshold, recalibration):
        print(line)


def _chosen(arguments, handover, audit, verdicts, ranking) -> tuple[float, str]:
    """The threshold that the goal asks for, and how it was chosen."""
    from cleaning import estimate as estimation
    from cleaning.estimate.flag_counts import cards_in, curve_of

    if arguments.target_precision is not None or arguments.target_detection is not None:
        precision = arguments.target_precision is not None
        target = arguments.target_precision if precision else arguments.target_detection
        choose = estimation.threshold_for_precision if precision else estimation.threshold_for_detection
        chosen = choose(target, audit, verdicts, ranking)
        if not chosen.estimate.enough and not chosen.reached:
            missing = "cannot be chosen by this goal before audit cards are reviewed; this is the run's own"
            return handover.run.threshold, missing
        goal = f"{'precision' if precision else 'detection rate'} of at least {target:.0%}"
        sure = "" if chosen.reached else ", which the audit cards so far do not support anywhere; this comes closest"
        return chosen.threshold, f"chosen for a {goal}{sure}"
    if arguments.hours is not None:
        seconds, source = _pace(handover)
        cards = cards_in(arguments.hours, seconds)
        words = f"chosen for {arguments.hours:g} hours: {cards:,} cards at {seconds:.0f} s a card ({source})"
        return curve_of(handover.run.suspicion).for_budget(cards), words
    if arguments.budget is not None:
        return curve_of(handover.run.suspicion).for_budget(
            arguments.budget
        ), f"chosen for a budget of {arguments.budget:,} cards"
    if arguments.threshold is not None:
        if not 0 <= arguments.threshold <= 1:
            raise InputError(f"The threshold is {arguments.threshold}; suspicion lies between 0 and 1.")
        return arguments.threshold, "chosen by hand"
    return handover.run.threshold, "as the run was made"


def _report(audit, verdicts, ranking, threshold: float, recalibration) -> list[str]:
    """Flags and estimates at a threshold, in words."""
    from cleaning import estimate as estimation

    now = estimation.estimate(audit, verdicts, ranking, threshold)
    lines = [f"threshold {threshold:.4f}: {now.flagged:,} of {audit.sample_count:,} samples flagged"]
    if not now.enough:
        guess = estimation.prior_band(audit, ranking, threshold)
        lines.append(f"{now.card_count} audit cards reviewed: too few for an estimate; what follows is a guess")
        lines.append(f"precision: somewhere between {_span(guess.precision)}")
        lines.append(f"detection rate: somewhere between {_span(guess.detection_rate)}")
        lines.append(f"audit cards to know within 10 points: {_cards(guess.cards)}")
        return lines
    lines.append(f"{now.card_count} audit cards reviewed; intervals of 95 % that hold however often you look")
    lines.append(f"precision: {now.precision.point:.1%}, between {_span(now.precision)}")
    lines.append(f"detection rate: {now.detection_rate.point:.1%}, between {_span(now.detection_rate)}")
    total = now.wrong_total
    lines.append(f"wrong labels in all: {total.point:,.0f}, between {total.low:,.0f} and {total.high:,.0f}")
    more = estimation.cards_to_halve(audit, ranking, now, recalibration=recalibration)
    lines.append(f"more audit cards to halve each band: {_cards(more)}")
    if now.unsure_count:
        lines.append(f"{now.unsure_count} unsure verdicts count as right and as wrong, which widens the intervals")
    return lines


def _next_cards(handover, verdicts, ranking, threshold: float, recalibration) -> list[str]:
    """What the next cards bring, so that people know when to stop; nothing before there are enough audit cards."""
    from cleaning import estimate as estimation
    from cleaning.estimate.outlook import BELOW, FLAGGED, NEXT, duration, rounded

    if recalibration is None:
        return []
    names = {NEXT: "the next {:,} cards", FLAGGED: "all {:,} flagged and open", BELOW: "the {:,} below the threshold"}
    seconds, source = _pace(handover)
    return [
        f"{names[s.which].format(s.cards)}: about {rounded(s.finds.point)} wrong labels "
        f"({s.finds.low:,.0f} to {s.finds.high:,.0f}), {duration(s.cards * seconds)} at {seconds:g} s a card ({source})"
        for s in estimation.outlook(recalibration, ranking, verdicts, threshold)
    ]


def _pace(handover) -> tuple[float, str]:
    from cleaning.estimate.flag_counts import ASSUMED_SECONDS, seconds_per_card

    measured = seconds_per_card([d.seconds for d in handover.decisions])
    return (measured, "measured") if measured else (ASSUMED_SECONDS[handover.dataset.kind], "assumed")


def _span(interval) -> str:
    return f"{interval.low:.0%} and {interval.high:.0%}"


def _cards(needed) -> str:
    def count(cards: int | None) -> str:
        return "out of reach" if cards is None else f"{cards:,}"

    return f"{count(needed.precision)} for precision, {count(needed.detection_rate)} for the detection rate"
