"""``impact``: what the corrections do to the experts' ranking."""

import argparse
import sys
from pathlib import Path

from cleaning.command_line.shared.review_source import add_review_arguments

EXAMPLES = """examples:
  python -m cleaning impact workspaces/0123456789abcdef
  python -m cleaning impact workspaces/0123456789abcdef --settle adjudicated --out impact.json"""


def add_to(commands) -> None:
    parser = commands.add_parser(
        "impact",
        help="show how the corrections change the experts' ranking",
        description="Accuracy and rank of each expert on given, corrected and any-of labels, with intervals.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_review_arguments(parser)
    parser.add_argument("--out", type=Path, metavar="FILE", help="also write every figure (.json)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    from cleaning.command_line.shared.output import check_output
    from cleaning.command_line.shared.review_source import described, read_review
    from cleaning.export.card.impact_file import impact_json, impact_of
    from cleaning.files import write_bytes

    out = check_output(arguments.out, (".json",)) if arguments.out else None
    handover = read_review(arguments)
    impact = impact_of(handover)
    print(described(handover), file=sys.stderr)
    print(_shown(impact.experts).to_string(index=False))
    print("\n" + _shown_neighbours(impact.neighbours).to_string(index=False))
    print("\n" + "\n".join(impact.sentences))
    if out:
        write_bytes(out, impact_json(handover))


def _shown(experts):
    """Accuracy with its interval and rank, as a person reads them."""
    import pandas as pd

    table = pd.DataFrame({"expert": experts["expert"]})
    for way in ("given", "corrected", "any_of"):
        values = zip(experts[f"accuracy_{way}"], experts[f"low_{way}"], experts[f"high_{way}"], experts[f"rank_{way}"])
        table[way] = [f"{a:.4f} [{low:.4f}, {high:.4f}] #{rank}" for a, low, high, rank in values]
    if "estimate_corrected" in experts:
        names = [f"estimate_{end}corrected" for end in ("", "low_", "high_")]
        table["audit estimate"] = [f"{a:.4f} [{low:.4f}, {high:.4f}]" for a, low, high in experts[names].to_numpy()]
    return table


def _shown_neighbours(neighbours):
    chosen = neighbours[neighbours["labels"].isin(["corrected", "audit estimate"])]
    return chosen.assign(swap_probability=chosen["swap_probability"].map("{:.3f}".format))
