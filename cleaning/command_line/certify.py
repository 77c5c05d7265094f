"""``certify``: at most how many labels are still wrong, as a certificate that anybody can check."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cleaning.command_line.shared.review_source import add_review_arguments
from cleaning.errors import InputError, counted

if TYPE_CHECKING:
    from cleaning.certify.reviewer_mistakes import ReviewerMistakes
    from cleaning.review.in_force import InForce

EXAMPLES = """examples:
  python -m cleaning certify workspaces/0123456789abcdef --at-most 0.02
  python -m cleaning certify workspaces/0123456789abcdef --at-most 0.02 --out certificate.json
  python -m cleaning certify workspaces/0123456789abcdef --at-most 0.02 --out certificate.html
  python -m cleaning export workspaces/0123456789abcdef --as decisions --out decisions.jsonl
  python -m cleaning certify --check certificate.json --log decisions.jsonl"""


def add_to(commands) -> None:
    parser = commands.add_parser(
        "certify",
        help="certify how many labels are still wrong, or check a certificate",
        description=(
            "The most wrong labels left after the corrections, with a confidence that holds however often one looks. "
            "With --check it comes to a certificate's claim again from the exported log alone."
        ),
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_review_arguments(parser, optional=True)
    parser.add_argument("--at-most", type=float, metavar="X", help="share of wrong labels to claim (default 0.02)")
    parser.add_argument("--confidence", type=float, default=0.95, metavar="C", help="default 0.95")
    parser.add_argument(
        "--false-alarms", type=float, default=0.0, metavar="F", help="share of right labels that reviewers judge wrong"
    )
    parser.add_argument(
        "--misses", type=float, default=0.0, metavar="M", help="share of wrong labels that reviewers judge right"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="write it (.html or .json), if it can be claimed")
    parser.add_argument("--check", type=Path, metavar="FILE", help="a certificate (.json) to check")
    parser.add_argument("--log", type=Path, metavar="LOG", help="the exported decision log it rests on")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    if arguments.check or arguments.log:
        if arguments.workspace or not (arguments.check and arguments.log):
            raise InputError("Give --check FILE together with --log LOG and no workspace, or a workspace alone.")
        _check(arguments.check, arguments.log)
    elif arguments.workspace is None:
        raise InputError("Give a workspace to certify, or --check FILE and --log LOG.")
    else:
        _certify(arguments)


def _check(file: Path, log: Path) -> None:
    from cleaning.certify.checking import check_certificate
    from cleaning.export.formats.decision_log import read_decision_log

    decisions, head = read_decision_log(_bytes_of(log))
    facts = check_certificate(_bytes_of(file), decisions, str(head.get("dataset_fingerprint")))
    print(f"{file}: every number follows from {log}")
    for line in _claims(facts):
        print(line)


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise InputError(f"'{path}' cannot be read: {problem.strerror}. Check the name.") from None


def _certify(arguments: argparse.Namespace) -> None:
    from cleaning.certify.certificate import certificate, certificate_json
    from cleaning.certify.reviewer_mistakes import ReviewerMistakes
    from cleaning.command_line.shared.output import check_output
    from cleaning.command_line.shared.review_source import read_review
    from cleaning.export.card.page import certificate_page
    from cleaning.files import write_bytes

    out = check_output(arguments.out, (".html", ".json")) if arguments.out else None
    handover = read_review(arguments)
    now, mistakes = handover.in_force, ReviewerMistakes(arguments.false_alarms, arguments.misses)
    at_most = now.chosen.at_most if arguments.at_most is None else arguments.at_most
    facts = certificate(now, handover.workspace.id, at_most, arguments.confidence, mistakes)
    ahead = None if facts["results"]["majority"]["reached"] else _ahead(now, facts, mistakes)
    if out and ahead:
        raise InputError(f"At most {at_most * 100:g} % cannot be certified yet. {ahead} Nothing was written.")
    measured = _measured(now, facts) if mistakes.none else []
    for line in (*_claims(facts), *measured, *([ahead] if ahead else [])):
        print(line)
    if out:
        write = certificate_json if out.suffix.lower() == ".json" else certificate_page
        write_bytes(out, write(facts))
        print(f"{out}: certificate {facts['sha256'][:16]}")


def _claims(facts: dict) -> list[str]:
    """What the certificate claims, by rule of judging."""
    from cleaning.certify.judged_log import RULES
    from cleaning.certify.wrong_left import upper_percent

    lines = [
        f"{facts['dataset']['name']}: {facts['confidence'] * 100:g} % confidence that holds however often you look, "
        f"{facts['condition']}"
    ]
    for rule, words in RULES.items():
        found = facts["results"][rule]
        reached = "shown" if found["reached"] else "not shown"
        lines.append(
            f"{rule}: at most {upper_percent(found['share'])} of {found['labels']:,} labels are wrong "
            f"({found['most_left']:,}); at most {facts['at_most'] * 100:g} % is {reached} ({words})"
        )
    main = facts["results"]["majority"]
    lines.append(
        f"{counted(main['reviewed'], 'sample')} reviewed, {main['mended']:,} corrected or dropped; "
        f"{counted(main['random_cards'], 'random card')} behind the claim"
    )
    return lines


def _measured(now: "InForce", facts: dict) -> list[str]:
    """What is left with reviewers' errors as measured, and how to certify that."""
    from cleaning.certify.further_cards import left_as_measured
    from cleaning.certify.wrong_left import upper_percent

    told = left_as_measured(now, facts["confidence"])
    if told is None:
        return []
    mistakes, left = told
    asked = f"--false-alarms {mistakes.false_alarms:.3g} --misses {mistakes.misses:.3g}"
    return [f"with reviewers' errors as measured ({asked}): at most {upper_percent(left.share)} ({left.most:,})"]


def _ahead(now: "InForce", facts: dict, mistakes: "ReviewerMistakes") -> str:
    from cleaning.certify.further_cards import cards_ahead

    return cards_ahead(now, facts["at_most"], facts["confidence"], mistakes).in_words(facts["at_most"])
