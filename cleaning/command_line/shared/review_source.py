"""The arguments of commands that start from a workspace's decisions, and writing what they make."""

import argparse
from pathlib import Path

from cleaning.errors import InputError, NothingToClean


def add_review_arguments(parser: argparse.ArgumentParser, optional: bool = False) -> None:
    """WORKSPACE, --run and the policy. optional: the command can do without a workspace."""
    words = "folder that `score --workspaces` printed"
    parser.add_argument("workspace", type=Path, metavar="WORKSPACE", nargs="?" if optional else None, help=words)
    parser.add_argument("--run", dest="run_id", metavar="ID", help="which run (default: the latest)")
    add_policy_arguments(parser)


def add_policy_arguments(parser: argparse.ArgumentParser) -> None:
    """How decisions are settled; what is not given is None."""
    policy = parser.add_argument_group("policy")
    policy.add_argument("--settle", choices=("majority", "unanimous", "adjudicated"), help="default: majority")
    policy.add_argument("--several-fit", choices=("first", "keep_given", "any_of"), help="default: any_of")
    policy.add_argument("--none-fits", choices=("keep", "drop"), help="default: drop")
    policy.add_argument("--unclear", choices=("keep", "drop"), help="default: keep")
    policy.add_argument("--least-votes", type=int, metavar="V", help="decisions a sample needs (default 1)")


def policy_of(arguments: argparse.Namespace, recorded: dict | None = None):
    """The policy asked for; what was not asked for is as ``recorded``, else the default."""
    from cleaning.settle.policy import Policy

    names = ("settle", "several_fit", "none_fits", "unclear", "least_votes")
    asked = {name: getattr(arguments, name) for name in names if getattr(arguments, name) is not None}
    return Policy.from_dict((recorded or {}) | asked)


def open_run(arguments: argparse.Namespace):
    """(Workspace, Run) that WORKSPACE and --run name; InputError where there is no run yet."""
    from cleaning.keep.workspaces import open_workspace_folder

    workspace = open_workspace_folder(arguments.workspace)
    if workspace.is_marked:
        raise NothingToClean(workspace.name)
    run = workspace.run(arguments.run_id) if arguments.run_id else workspace.latest_run()
    if run is None:
        raise InputError(f"Workspace '{workspace.name}' has no run. Score it first: python -m cleaning score.")
    return workspace, run


def read_review(arguments: argparse.Namespace):
    """The Handover that the arguments name."""
    from cleaning.export.handover import Handover
    from cleaning.keep.decisions import open_store

    policy = policy_of(arguments)
    workspace, run = open_run(arguments)
    store = open_store(workspace.decisions_url, workspace.id)
    try:
        return Handover(workspace, run, store.decisions(), policy, store.choices())
    finally:
        store.close()


def described(handover) -> str:
    """``5,000 samples decided: 3,120 settled (2,000 replaced, 20 any of, 10 dropped), 80 contested, 5 open``"""
    c = handover.final.counts()
    return (
        f"{c['decided']:,} of {c['samples']:,} samples decided: {c['settled']:,} settled ({c['replace']:,} replaced, "
        f"{c['any_of']:,} any of several, {c['drop']:,} dropped), {c['contested']:,} contested, {c['open']:,} open"
    )
