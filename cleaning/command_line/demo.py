"""``demo``: the two bundled datasets as folders."""

import argparse
from pathlib import Path

from cleaning.command_line.shared.source import Progress


def add_to(commands) -> None:
    parser = commands.add_parser(
        "demo",
        help="write the two demo datasets",
        description="Write the handwritten digits and the multiple-choice questions of the demo as dataset folders.",
        epilog="example:\n  python -m cleaning demo --out demo\n  python -m cleaning score demo/digits",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--out", type=Path, default=Path("demo"), metavar="FOLDER", help="where to (default: demo)")
    parser.add_argument("--workspaces", type=Path, metavar="ROOT", help="also score them there, ready for the app")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    from data_adapters.demo import write_demo

    progress = Progress()
    folders = write_demo(arguments.out, progress)
    progress.done()
    for folder in folders:
        print(folder)
        if arguments.workspaces:
            _keep(arguments.workspaces, folder)


def _keep(root: Path, folder: Path) -> None:
    from cleaning.domain.settings import Settings
    from cleaning.keep.workspaces import create_workspace
    from cleaning.suspect import pipeline
    from data_adapters.layouts.folder import read_folder

    reading = read_folder(folder)
    workspace = create_workspace(root, reading.dataset, reading.experts)
    if workspace.find_run(Settings(), reading.experts) is None:
        workspace.save_run(pipeline.run(reading.dataset, reading.experts), reading.experts)
    print(f"workspace {workspace.folder}")
