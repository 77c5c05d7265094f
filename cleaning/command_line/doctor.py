"""``doctor``: what a person should know of the files before they are scored."""

import argparse
from dataclasses import asdict
from pathlib import Path

from cleaning.command_line.shared.source import add_source_arguments, print_reading, read_unfixed
from cleaning.errors import InputError

EXAMPLES = """examples:
  python -m cleaning doctor my_dataset
  python -m cleaning doctor --labels labels.csv --expert resnet=resnet.npy --out findings.json
  python -m cleaning doctor my_dataset --fix class_order:resnet
  python -m cleaning score my_dataset --fix class_order:resnet --out scores.csv"""


def add_to(commands) -> None:
    parser = commands.add_parser(
        "doctor",
        help="examine files before they are scored",
        description=(
            "Say what kind of scores the experts give, and find wrong orders of classes and rows, ids written "
            "otherwise, experts that saw the labels or are the same, repeated samples and unreadable pictures. "
            "Ends with 2 where there is an error. Fixes are made on what is read; nothing on disk is changed."
        ),
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_source_arguments(parser)
    parser.add_argument("--out", type=Path, metavar="FILE", help="also write the findings (.csv, .parquet or .json)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    from cleaning.command_line.shared.output import check_output
    from data_adapters.doctor.diagnosis import diagnose
    from data_adapters.plan import ReadingOptions

    out = check_output(arguments.out, (".csv", ".parquet", ".json")) if arguments.out else None
    diagnosis = diagnose(
        lambda plan: read_unfixed(arguments, plan),
        ReadingOptions(tuple(arguments.fix), arguments.as_is, arguments.no_label),
    )
    if diagnosis.reading:
        print_reading(diagnosis.reading, diagnosis.reading.plain_notes)
    for finding in diagnosis.findings:
        print(_line_of_finding(finding))
    if out:
        _write(diagnosis.findings, out)
    print(_summary(diagnosis))
    if diagnosis.errors:
        raise InputError(_refusal(diagnosis))


def _line_of_finding(finding) -> str:
    offered = f"  (--fix {_quoted(finding.name)})" if finding.safe_fix else ""
    return f"{finding.severity:8}{finding.name}\n        {finding.described()}{offered}"


def _quoted(name: str) -> str:
    import shlex

    return shlex.quote(name)


def _summary(diagnosis) -> str:
    from cleaning.errors import counted

    severities = [finding.severity for finding in diagnosis.findings]
    return ", ".join(counted(severities.count(severity), severity) for severity in ("error", "warning", "note"))


def _refusal(diagnosis) -> str:
    """One sentence for the end: what the readers refuse, else the errors by name."""
    errors = diagnosis.errors
    if errors[0].name == "refused":
        return errors[0].sentence
    names = ", ".join(finding.name for finding in errors[:5])
    return f"The experts' scores do not fit this dataset ({names}). Correct the files, or accept the fixes offered."


def _write(findings, out: Path) -> None:
    import pandas as pd

    from cleaning.command_line.shared.output import write_table

    rows = [asdict(finding) | {"first": "; ".join(finding.first)} for finding in findings]
    columns = ["name", "severity", "sentence", "count", "first", "fix", "safe_fix"]
    write_table(pd.DataFrame(rows, columns=columns), out)
