"""What mypy finds, folder by folder, against the numbers that ``type_errors.txt`` allows: they may only shrink.

``python -m tests.type_errors`` (part of ``make lint``) fails where a folder has more than it may; a folder that is not
named may have none. ``python -m tests.type_errors --lower`` writes down what has become less.
"""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

ALLOWED = Path(__file__).with_name("type_errors.txt")
ERROR = re.compile(r"^(?P<path>[^:]+\.py):\d+: error: ", re.MULTILINE)


def folder_of(path: str) -> str:
    """``cleaning/export`` of ``cleaning/export/card/card_facts.py``: the room that answers for a file."""
    return "/".join(path.split("/")[:-1][:2]) or "."


def counted(said: str) -> Counter[str]:
    """Errors a folder in what mypy said."""
    return Counter(folder_of(found["path"]) for found in ERROR.finditer(said))


def read_allowed(path: Path = ALLOWED) -> Counter[str]:
    """Lines of ``folder number``."""
    lines = (line.split() for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    return Counter({folder: int(number) for folder, number in lines})


def lowered(found: Counter[str], allowed: Counter[str]) -> Counter[str]:
    """What may be allowed from now on: never more than before."""
    return found & allowed


def complaints(found: Counter[str], allowed: Counter[str]) -> list[str]:
    """A sentence for each folder with more errors than it may have."""
    return [
        f"{folder}: {found[folder]} type errors, {allowed[folder]} are allowed. Say what is true, or mend it."
        for folder in sorted(found - allowed)
    ]


def main(arguments: list[str]) -> int:
    said = subprocess.run([sys.executable, "-m", "mypy", "--no-pretty"], capture_output=True, text=True)
    if said.returncode not in (0, 1):
        print(said.stdout + said.stderr)
        return said.returncode
    found, allowed = counted(said.stdout), read_allowed()
    told = complaints(found, allowed)
    if told:
        rooms = {folder for folder in found if found[folder] > allowed[folder]}
        print(*(line for line in said.stdout.splitlines() if folder_of(line.split(":")[0]) in rooms), *told, sep="\n")
        return 1
    less = lowered(found, allowed)
    if "--lower" in arguments:
        ALLOWED.write_text("".join(f"{folder} {less[folder]}\n" for folder in sorted(less)), encoding="utf-8")
    elif less != allowed:
        print(f"{(allowed - less).total()} type errors less than allowed: python -m tests.type_errors --lower")
    print(f"mypy: {found.total()} errors, none in a folder that had fewer.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
