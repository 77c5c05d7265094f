"""``carry``: the decisions of a workspace to a new version of its dataset."""

import argparse
from pathlib import Path

from cleaning.command_line.shared.source import add_source_arguments

EXAMPLES = """examples:
  python -m cleaning carry workspaces/0123456789abcdef my_dataset_v2
  python -m cleaning carry workspaces/0123456789abcdef my_dataset_v2 --id-map renamed.csv --report changed.json
  python -m cleaning carry workspaces/0123456789abcdef workspaces/fedcba9876543210
What a decision was about is compared: given label, picture or question, options. What changed comes to review again."""


def add_to(commands) -> None:
    parser = commands.add_parser(
        "carry",
        help="take decisions along to a new version of the dataset",
        description="Score a new version of a dataset and carry to it every decision whose sample is still the same.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("old", type=Path, metavar="OLD_WORKSPACE", help="folder that `score --workspaces` printed")
    add_source_arguments(parser)
    parser.add_argument(
        "--workspaces", type=Path, metavar="ROOT", help="where the new workspace lies (default: beside)"
    )
    parser.add_argument("--id-map", type=Path, metavar="FILE", help="table of renamed samples: old id, new id")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write what changed and what is gone (.json)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    from cleaning.command_line.shared.noted import author
    from cleaning.command_line.shared.output import check_output
    from cleaning.keep.versions.carried_workspaces import carry_over
    from cleaning.keep.workspaces import open_workspace_folder
    from data_adapters.picture_looks import look_of

    old = open_workspace_folder(arguments.old)
    report = check_output(arguments.report, (".json",)) if arguments.report else None
    ids = _id_map(arguments.id_map) if arguments.id_map else {}
    new = _new_workspace(arguments, old.folder.parent)
    carried = carry_over(old, new, look_of, ids, author())
    for line in lines(carried):
        print(line)
    if report:
        _write_report(report, carried)
    print(f"workspace {new.folder}")


def lines(carried) -> list[str]:
    """What became of the decided samples, in words."""
    from cleaning.errors import counted, first_five

    told = [f"{counted(len(carried.decisions), 'decision')} on {counted(carried.kept, 'sample')} carried"]
    if carried.moved:
        told.append(f"{counted(carried.moved, 'sample')} of them found under another id by what they hold")
    if carried.unseen:
        told.append(f"{counted(carried.unseen, 'sample')} of them by id and label alone: no picture could be compared")
    told += [f"class '{old}' is now '{new}'" for old, new in carried.renamed.items()]
    if carried.changed:
        named = first_five(f"{one.sample_id} ({one.why})" for one in carried.changed)
        told.append(f"{counted(len(carried.changed), 'sample')} to be decided again: {named}")
    if carried.gone:
        told.append(
            f"{counted(len(carried.gone), 'decided sample')} not in the new version: {first_five(carried.gone)}"
        )
    return told


def _new_workspace(arguments: argparse.Namespace, beside: Path):
    """The new version's workspace: as named, else read and scored."""
    from cleaning.command_line.score import read_checked, workspace_for
    from cleaning.command_line.shared.source import Progress
    from cleaning.domain.settings import Settings
    from cleaning.keep.workspaces import open_workspace_folder
    from cleaning.suspect import pipeline

    if arguments.dataset is not None and (arguments.dataset / "workspace.json").is_file():
        return open_workspace_folder(arguments.dataset)
    arguments.workspaces = arguments.workspaces or beside
    reading, progress = read_checked(arguments), Progress()
    workspace = workspace_for(arguments.workspaces, reading)
    if workspace.find_run(Settings(), reading.experts) is None:
        scored = pipeline.run(reading.dataset, reading.experts, Settings(), progress, workspace.opinion_store())
        progress.done()
        workspace.save_run(scored, reading.experts)
    return workspace


def _id_map(path: Path) -> dict[str, str]:
    """Old id -> new id, from the first two columns of a table."""
    from cleaning.errors import InputError, counted
    from cleaning.keep.versions.id_map import ids_of_pairs
    from data_adapters.files.tables import read_table

    table = read_table(path)
    if len(table.columns) < 2:
        raise InputError(
            f"'{path.name}' has {counted(len(table.columns), 'column')}; expected the old id and the new id."
        )
    old, new = (table.text(column).tolist() for column in table.columns[:2])
    return ids_of_pairs(old, new, path.name)


def _write_report(path: Path, carried) -> None:
    from cleaning.files import write_json

    told = {"changed": [one.told() for one in carried.changed], "gone": carried.gone, "renamed": carried.renamed}
    write_json(path, told, "The report", indent=1)
