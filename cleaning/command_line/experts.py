"""``experts``: scores of timm models on pictures, for a dataset that has none yet."""

import argparse
import sys
from pathlib import Path

from cleaning.command_line.shared.source import Progress

EXAMPLES = """examples:
  python -m cleaning experts pets --model resnet50 --model convnext_tiny --out pets_experts
  python -m cleaning experts pictures --labels labels.csv --model resnet18=weights.safetensors \\
      --model-classes classes.txt --class-names class_names.txt --out experts
  python -m cleaning experts my_dataset --model resnet50 --probe --out my_dataset/experts
A run that was interrupted goes on at its last shard when it is started again in the same way."""


def add_to(commands) -> None:
    parser = commands.add_parser(
        "experts",
        help="make experts by asking timm models about pictures",
        description=(
            "Ask timm models about pictures and keep their logits with the sample ids. IMAGES is a dataset folder, "
            "a folder with one subfolder per class, or a flat folder."
        ),
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("images", type=Path, metavar="IMAGES")
    parser.add_argument(
        "--model",
        action="append",
        required=True,
        metavar="NAME[=WEIGHTS]",
        help="a pretrained timm model (downloaded by timm), or a timm architecture with local weights; repeatable",
    )
    parser.add_argument("--out", type=Path, default=Path("experts"), metavar="FOLDER", help="default: experts")
    _add_sample_arguments(parser)
    _add_asking_arguments(parser)
    parser.set_defaults(run=run)


def _add_sample_arguments(parser: argparse.ArgumentParser) -> None:
    samples = parser.add_argument_group("samples and classes")
    samples.add_argument("--labels", type=Path, metavar="FILE", help="table of sample ids and given labels")
    samples.add_argument("--id-column", metavar="C")
    samples.add_argument("--label-column", metavar="C")
    samples.add_argument("--class-names", type=Path, metavar="FILE", help="the dataset's classes in order")
    samples.add_argument(
        "--model-classes", type=Path, metavar="FILE", help="the classes of local weights in order; or imagenet-1k"
    )
    samples.add_argument("--map", choices=("name", "index"), default="name", help="how outputs find their classes")
    samples.add_argument(
        "--probe", action="store_true", help="linear probe: learn the dataset's own classes, out of sample, by folds"
    )
    samples.add_argument("--folds", type=int, default=5, help="of the linear probe (default 5)")


def _add_asking_arguments(parser: argparse.ArgumentParser) -> None:
    asking = parser.add_argument_group("asking")
    asking.add_argument("--batch", type=int, default=64, metavar="B", help="pictures at once (default 64)")
    asking.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    asking.add_argument("--dtype", choices=("float16", "float32"), default="float16", help="of the logits kept")
    asking.add_argument("--format", choices=("auto", "npz", "npy"), default="auto", help="npy from 1 GB on")
    asking.add_argument("--workers", type=int, default=4, metavar="W", help="threads that read pictures (default 4)")


def run(arguments: argparse.Namespace) -> None:
    from cleaning.errors import InputError
    from data_adapters.inference import Asking, find_sources, model_choice

    if arguments.batch < 1 or arguments.workers < 1:
        raise InputError("--batch and --workers must be at least 1.")
    choices = [model_choice(written, arguments.model_classes) for written in arguments.model]
    pictures = find_sources(
        arguments.images, arguments.labels, arguments.id_column, arguments.label_column, arguments.class_names
    )
    asking = Asking(
        arguments.batch, arguments.device, arguments.dtype, arguments.format, arguments.workers, arguments.map
    )
    try:
        asked = _ask(arguments, choices, pictures, asking)
    except OSError as error:
        raise InputError(f"'{arguments.out}' could not be written: {error.strerror or error}.") from None
    for one in asked:
        print(_line_of_asked(one))


def _ask(arguments: argparse.Namespace, choices: list, pictures, asking) -> list:
    from data_adapters.inference import ask_models
    from data_adapters.inference.linear_probe import probe

    progress = Progress()
    if arguments.probe:
        asked = [probe(c, pictures, arguments.out, asking, arguments.folds, progress=progress) for c in choices]
    else:
        asked = ask_models(choices, pictures, arguments.out, asking, progress)
    progress.done()
    for one in asked:
        for sample, reason in one.unreadable[:5]:
            print(f"unreadable: {sample} ({reason})", file=sys.stderr)
    return asked


def _line_of_asked(asked) -> str:
    resumed = f", {asked.resumed:,} of them from the run before" if asked.resumed else ""
    left = f", {len(asked.unreadable):,} unreadable and left out" if asked.unreadable else ""
    return f"{asked.path}: {asked.rows:,} pictures{resumed}{left}"
