"""Strange bytes: sound small files of every format are damaged, and each reading must end in a sentence or a result.

    python -m benchmarks fuzz -- --mutants 3000 --seed 1 [--only parquet] [--publish]

Every mutant is read and scored in a process of its own, with a bound of 10 s of the processor and 1 GB. A *different
result* is what a changed value gives: a format without checksums cannot tell it. The same seed makes the same mutants.
"""

import argparse
import importlib
import pkgutil
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import cleaning
import data_adapters
from benchmarks.fuzz_children import Ending, ending_of
from benchmarks.fuzz_damage import DAMAGES
from benchmarks.fuzz_files import Case, array_cases, folder_cases, table_cases
from benchmarks.fuzz_layouts import hugging_face_cases, log_cases, opinion_cases, picture_cases
from benchmarks.fuzz_programs import annotation_cases, further_cases, program_cases
from benchmarks.published import publish

PAGE = Path(__file__).resolve().parents[1] / "docs" / "hostile_files.md"
OUTCOMES = ("sentence", "right result", "different result", "traceback", "signal", "over 10 s", "over 1 GB")
FORBIDDEN = OUTCOMES[3:]


def main(arguments: Sequence[str]) -> None:
    """Prints, and publishes if asked, how many mutants of each format ended how. Ends with 1 where one must not be."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks fuzz --", description=__doc__)
    parser.add_argument("--mutants", type=int, default=3000, help="over all formats")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", metavar="FORMAT", help="formats whose name holds this")
    parser.add_argument("--publish", action="store_true", help=f"put the table into {PAGE.name}")
    asked = parser.parse_args(arguments)
    cases = [case for case in all_cases() if asked.only in case.name]
    with tempfile.TemporaryDirectory(prefix="fuzz-") as home:
        counts, slowest, largest = fuzz(cases, asked.mutants, asked.seed, Path(home))
    text = (
        table(counts, asked.seed) + f"\n\nSlowest {slowest:.1f} s of the processor, most memory {largest / 1e6:.0f} MB."
    )
    print(text)
    if asked.publish:
        publish(text, PAGE)
    if any(counted[outcome] for counted in counts.values() for outcome in FORBIDDEN):
        raise SystemExit(1)


def all_cases() -> list[Case]:
    plain = (table_cases, array_cases, folder_cases, picture_cases, hugging_face_cases)
    makers = (*plain, log_cases, opinion_cases, annotation_cases, program_cases, further_cases)
    return [case for made in makers for case in made()]


def fuzz(cases: Sequence[Case], mutants: int, seed: int, home: Path) -> tuple[dict[str, Counter], float, int]:
    """({format: outcomes}, seconds of the slowest, bytes of the largest); the mutants are shared out evenly."""
    import_libraries()
    counts: dict[str, Counter] = {case.name: Counter() for case in cases}
    slowest, largest = 0.0, 0
    heads = [_sound(case, home / f"sound-{number}") for number, case in enumerate(cases)]
    others = [(head / case.damaged).read_bytes() for head, case in zip(heads, cases)]
    for number, case in enumerate(cases):
        share = (mutants * (number + 1)) // len(cases) - (mutants * number) // len(cases)
        sound = _ending(case, heads[number], None, home)
        assert sound.how == "read", f"{case.name}, {case.damaged}: the sound files give {sound}"
        for one in range(share):
            rng = random.Random(f"{seed} {number} {one}")
            damaged = rng.choice(DAMAGES)(others[number], rng, others)
            ending = _ending(case, heads[number], damaged, home)
            outcome = _outcome(ending, sound)
            counts[case.name][outcome] += 1
            slowest, largest = max(slowest, ending.seconds), max(largest, ending.peak)
            if outcome in FORBIDDEN:
                print(
                    f"{case.name} ({case.damaged}), seed '{seed} {number} {one}': {outcome}\n{ending.said}\n",
                    flush=True,
                )
    return counts, slowest, largest


def import_libraries() -> None:
    """All that readings need, so that a fork finds it."""
    for package in (cleaning, data_adapters):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    for library in (
        "datetime",
        "pandas",
        *(f"pyarrow.{part}" for part in ("csv", "compute", "json", "parquet")),
        "torch",
    ):
        importlib.import_module(library)


def _sound(case: Case, folder: Path) -> Path:
    folder.mkdir()
    case.write(folder)
    return folder


def _ending(case: Case, sound: Path, damaged: bytes | None, home: Path) -> Ending:
    """How the files end with one of them damaged (or none)."""
    folder = home / "tried"
    shutil.copytree(sound, folder)
    try:
        if damaged is not None:
            (folder / case.damaged).write_bytes(damaged)
        return ending_of(lambda: case.score(folder), home / "words")
    finally:
        shutil.rmtree(folder)


def _outcome(ending: Ending, sound: Ending) -> str:
    if ending.how != "read":
        return ending.how
    return "right result" if ending.said == sound.said else "different result"


def table(counts: dict[str, Counter], seed: int) -> str:
    """The counts as a table in Markdown, with their sums."""
    total = sum(counts.values(), Counter())
    rows = [(name, *(found[outcome] for outcome in OUTCOMES)) for name, found in counts.items()]
    rows.append((f"all {total.total():,} mutants (seed {seed})", *(total[outcome] for outcome in OUTCOMES)))
    head = f"| format | {' | '.join(OUTCOMES)} |\n|---{'|--:' * len(OUTCOMES)}|\n"
    return head + "\n".join("| " + " | ".join(map(str, row)) + " |" for row in rows)
