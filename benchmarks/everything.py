"""Processor seconds of each file in the ZIP of everything, and of the whole with its peak: 1.28 million samples, 10 classes,
3 experts, no decisions; in turns with another version, if one is named.

    python -m benchmarks.everything [--samples 1280000] [--against CHECKOUT] [--rounds 1] [--most 20]

Samples and answers are drawn as ``benchmarks.export`` draws them. Each archive is made by ``write_everything`` in a process
of its own, after one that fits and keeps the calibrations. A file's seconds are those until the next one begins, of all
threads, so that packing the one before is within. Whether both versions' files hold the same bytes is told by the manifest.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.export import a_workspace
from benchmarks.measuring import LAUNCHER, machine
from benchmarks.review import HOUSE

CLASSES, EXPERTS = 10, 3
MAKER = """
import json, sys, time
from pathlib import Path
from cleaning.export.handover import Handover
from cleaning.export.kinds import write_everything
from cleaning.keep.workspaces import open_workspace_folder
from cleaning.settle.policy import DEFAULT_POLICY
from cleaning.keep.decisions import open_store
folder, archive, told = map(Path, sys.argv[1:])
heard = []
workspace = open_workspace_folder(folder)
store = open_store(workspace.decisions_url, workspace.id)
began = time.process_time(), time.perf_counter()
given = Handover(workspace, workspace.latest_run(), store.decisions(), DEFAULT_POLICY, store.choices())
with archive.open("wb") as into:
    write_everything(into, given, lambda share, name: heard.append((name, time.process_time())))
heard.append(("", time.process_time()))
spent = {name: after - at for (name, at), (_, after) in zip(heard, heard[1:])}
spent = {"gathering, before the first file": heard[0][1] - began[0]} | spent
made = {"cpu": time.process_time() - began[0], "wall": time.perf_counter() - began[1]}
told.write_text(json.dumps(made | {"files": spent}))
"""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=1_280_000)
    parser.add_argument("--against", type=Path, help="another checkout, with packages of its own or the same")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--most", type=int, default=20, help="files to name, those that take longest")
    chosen = parser.parse_args(arguments or [])
    print(machine())
    houses = [HOUSE, *([chosen.against.resolve()] if chosen.against else [])]
    with tempfile.TemporaryDirectory() as place:
        workspace = a_workspace(Path(place), chosen.samples, 0, CLASSES, EXPERTS)
        made(HOUSE, workspace.folder, Path(place))
        rounds = [[made(house, workspace.folder, Path(place)) for house in houses] for _ in range(chosen.rounds)]
    tell(rounds, chosen.most)


def made(house: Path, workspace: Path, place: Path) -> dict:
    """cpu and wall seconds, files (processor seconds by name), peak and size (MB) and manifest of one archive."""
    archive, told = place / "everything.zip", place / "told.json"
    asked = [sys.executable, "-c", MAKER, str(workspace), str(archive), str(told)]
    launched = [sys.executable, "-I", "-S", "-c", LAUNCHER, *asked]
    process = json.loads(subprocess.run(launched, cwd=house, stdout=subprocess.PIPE, text=True, check=True).stdout)
    if process["code"]:
        raise SystemExit(process["said"])
    found = json.loads(told.read_text()) | {"peak": process["peak"], "size": archive.stat().st_size / 1e6}
    return found | {"manifest": _manifest(archive)}


def _manifest(archive: Path) -> dict[str, str]:
    import zipfile

    with zipfile.ZipFile(archive) as opened:
        return {one["file"]: one["sha256"] for one in json.loads(opened.read("manifest.json"))["files"]}


def tell(rounds: list[list[dict]], most: int) -> None:
    """A line for the whole and for each of the longest files: medians of each version, and of the rounds' ratios."""
    print("\n| what | now | before | now / before |\n|---|---|---|---|")
    whole = {"CPU s": ("cpu", 1), "wall s": ("wall", 1), "peak MB": ("peak", 0), "archive MB": ("size", 1)}
    for words, (part, digits) in whole.items():
        print(_line(words, [[one[part] for one in turn] for turn in rounds], digits))
    slowest = sorted(rounds[0][-1]["files"], key=lambda name: -rounds[0][-1]["files"][name])[:most]
    for name in slowest:
        print(_line(f"{name}, CPU s", [[one["files"].get(name, 0.0) for one in turn] for turn in rounds], 2))
    first, last = rounds[0][0]["manifest"], rounds[0][-1]["manifest"]
    differing = [name for name in sorted(first.keys() | last.keys()) if first.get(name) != last.get(name)]
    print(f"\nFiles that differ: {', '.join(differing) or 'none'}.")


def _line(what: str, rounds: list[list[float]], digits: int) -> str:
    cells = [f"{median(house):,.{digits}f}" for house in zip(*rounds)]
    ratio = f"{median(one[0] / one[-1] for one in rounds if one[-1]):.2f}" if len(cells) > 1 else ""
    return f"| {what} | {' | '.join([*cells, ''][:2])} | {ratio} |"


if __name__ == "__main__":
    main(sys.argv[1:])
