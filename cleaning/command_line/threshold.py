"""``threshold``: choose one by goal, and say how right the flags are."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cleaning.command_line.shared.review_source import add_review_arguments, read_review
from cleaning.errors import InputError

if TYPE_CHECKING:
    from cleaning.review.in_force import InForce

EXAMPLES = """examples:
  python -m cleaning threshold workspaces/0554558b5ff188c0
  python -m cleaning threshold workspaces/0554558b5ff188c0 --target-precision 0.8
  python -m cleaning threshold workspaces/0554558b5ff188c0 --hours 3"""


def add_to(commands) -> None:
    parser = commands.add_parser(
        "threshold",
        help="choose a threshold by goal, with estimates",
        description=(
            "Print a threshold, what it flags, and how right the flags are: intervals from random cards that were reviewed "
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
    now, words = _chosen(arguments, read_review(arguments).in_force)
    print(words)
    for line in (*_report(now), *_next_cards(now)):
        print(line)


def _chosen(arguments, now: InForce) -> tuple[InForce, str]:
    """What is in force at the threshold that the goal asks for, and how that was chosen."""
    from cleaning.estimate.flag_counts import cards_in

    if arguments.target_precision is not None or arguments.target_detection is not None:
        return _for_target(arguments, now)
    if arguments.hours is not None:
        pace = now.pace
        cards = cards_in(arguments.hours, pace.seconds)
        words = f"chosen for {arguments.hours:g} hours: {cards:,} cards at {pace.seconds:.0f} s a card ({pace.known})"
        return now.at(now.ranked.curve.for_budget(now.queue_ahead.budget_for(cards))), f"{words}, random cards included"
    if arguments.budget is not None:
        words = f"chosen for a budget of {arguments.budget:,} cards"
        return now.at(now.ranked.curve.for_budget(arguments.budget)), words
    if arguments.threshold is not None:
        if not 0 <= arguments.threshold <= 1:
            raise InputError(f"The threshold is {arguments.threshold}; suspicion lies between 0 and 1.")
        return now.at(arguments.threshold), "chosen by hand"
    return now, _how(now)


def _how(now: InForce) -> str:
    """How the threshold in force came about."""
    from cleaning.review.chosen import THRESHOLD, goal_in_words

    row = now.chosen.last_row(THRESHOLD)
    if now.choice is None or row is None:
        return "as the run was made"
    return f"chosen in the app on {row['at']}, {goal_in_words(now.choice)}"


def _for_target(arguments, now: InForce) -> tuple[InForce, str]:
    precision = arguments.target_precision is not None
    target = arguments.target_precision if precision else arguments.target_detection
    found = now.reach("precision" if precision else "detection", target)
    if not found.enough and not found.reached:
        return now, f"cannot be chosen by this goal before random cards are reviewed; this is {_how(now)}"
    goal = f"{'precision' if precision else 'detection rate'} of at least {target:.0%}"
    sure = (
        ""
        if found.reached
        else ", which the random cards so far do not support anywhere short of flagging all; this comes closest"
    )
    return now.at(found.threshold), f"chosen for a {goal}{sure}"


def _report(now: InForce) -> list[str]:
    """Flags and estimates at a threshold, in words."""
    from cleaning.export.evidence_words import of_what_can_be_shown

    lines = [f"threshold {now.threshold:.4f}: {now.flagged_count:,} of {len(now.dataset):,} samples flagged"]
    if now.audited is not None:
        lines.append(f"what follows speaks {of_what_can_be_shown(now)}")
    return [*lines, *(_guessed(now) if now.bands.guess else _estimated(now))]


def _guessed(now: InForce) -> list[str]:
    from cleaning.export.evidence_words import counts_in_words

    guess = now.guess
    return [
        f"{counts_in_words(now)}: too few for an estimate; what follows is a guess",
        f"precision: somewhere between {_span(guess.precision)}",
        f"detection rate: somewhere between {_span(guess.detection_rate)}",
        f"random cards to know within 10 points: {_cards(guess.cards)}",
    ]


def _estimated(now: InForce) -> list[str]:
    from cleaning.estimate.answers import IF_RIGHT, in_words
    from cleaning.export.evidence_words import counts_in_words, what_verdicts_are_worth

    told, total = now.estimate, now.estimate.wrong_total
    lines = [
        f"{counts_in_words(now)}; intervals of 95 % that hold however often you look, {IF_RIGHT}",
        f"precision: {in_words(told.precision, told.precision_enough)}",
        f"detection rate: {in_words(told.detection_rate, told.enough)}",
        f"wrong labels in all: {_best(total, told.enough)}between {total.low:,.0f} and {total.high:,.0f}",
        f"more random cards to halve each band: {_cards(now.cards_to_halve, nothing='nothing left to halve')}",
    ]
    return [*lines, *what_verdicts_are_worth(now)]


def _best(interval, enough: bool) -> str:
    return f"{interval.point:,.0f}, " if enough else ""


def _next_cards(now: InForce) -> list[str]:
    """What the next cards bring, so that people know when to stop; nothing before there are enough random cards."""
    from cleaning.estimate.outlook import BELOW, FLAGGED, NEXT, duration, rounded

    names = {NEXT: "the next {:,} cards", FLAGGED: "all {:,} flagged and open", BELOW: "the {:,} below the threshold"}
    seconds, source = now.pace.seconds, now.pace.known
    return [
        f"{names[s.which].format(s.cards)}: about {rounded(s.finds.point)} wrong labels "
        f"({s.finds.low:,.0f} to {s.finds.high:,.0f}), {duration(s.cards * seconds)} at {seconds:g} s a card ({source})"
        for s in now.outlook
    ]


def _span(interval) -> str:
    return f"{interval.low:.0%} and {interval.high:.0%}"


def _cards(needed, nothing: str = "0") -> str:
    def count(cards: int | None) -> str:
        return "out of reach" if cards is None else f"{cards:,}" if cards else nothing

    return f"{count(needed.precision)} for precision, {count(needed.detection_rate)} for the detection rate"
