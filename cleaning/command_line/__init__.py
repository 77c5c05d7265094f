"""The command line: one module a command; each adds its own arguments and runs.

This is the one place in ``cleaning`` that may import ``data_adapters``, and only inside the functions that need it.
"""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from cleaning.version import __version__

RESEARCH = ("evaluate", "study")
UPKEEP = ("workspaces", "backup", "restore", "verify", "merge", "log-version")  # modules in folders of their own
COMMANDS = (
    "app", "demo", "doctor", "experts", "score", "calibrate", "threshold", "experts-report", "cascade",
    "export", "apply", "revert", "mask", "impact", "card", "certify", "import-decisions", "propose", "carry",
    *RESEARCH, *UPKEEP,
)  # fmt: skip
USER_MISTAKE, INTERRUPTED = 2, 130
IN_A_CHECKOUT = "python -m cleaning"  # as the examples of every command call it


def main(arguments: Sequence[str] | None = None, called: str = IN_A_CHECKOUT) -> int:
    """Runs one command. Returns 0, 2 with one sentence on stderr for bad input, 130 when interrupted.

    called: what the user typed before the command, as help repeats it.
    """
    words = sys.argv[1:] if arguments is None else list(arguments)
    parsed = build_parser(words[:1], called).parse_args(words)
    from cleaning.errors import InputError

    try:
        parsed.run(parsed)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return USER_MISTAKE
    except KeyboardInterrupt:
        print("interrupted; nothing was written", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output went away, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def build_parser(first: Sequence[str] = (), called: str = IN_A_CHECKOUT) -> argparse.ArgumentParser:
    """The parser of all commands, each with an example in its --help; of one alone where the first word names it."""
    parser = argparse.ArgumentParser(
        prog=called,
        description="Find wrong labels by asking several calibrated experts for a second opinion.",
        epilog=f"Start with:  {called} demo --out demo  and  {called} score demo/digits",
    )
    parser.add_argument("--version", action="version", version=f"second-opinion {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for name in set(first) & set(COMMANDS) or COMMANDS:
        importlib.import_module(_home_of(name)).add_to(commands)
    for command in commands.choices.values():
        command.epilog = (command.epilog or "").replace(IN_A_CHECKOUT, called)
    return parser


def _home_of(command: str) -> str:
    """The name of a command's module."""
    folder = "upkeep." if command in UPKEEP else "research." if command in RESEARCH else ""
    return f"{__name__}.{folder}{command.replace('-', '_')}"
