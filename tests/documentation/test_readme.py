"""What the README promises works as it is written: its commands, its Python, its links."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def commands() -> list[list[str]]:
    """Command lines of the README on the demo, in order; those with a reader's own file names are examples only."""
    joined = "\n".join(blocks("")).replace("\\\n", " ")
    lines = [line for line in joined.splitlines() if line.startswith("python -m cleaning")]
    return [shlex.split(line)[1:] for line in lines if "demo" in line]


def run(arguments: list[str], folder: Path) -> subprocess.CompletedProcess:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True)


def test_commands_and_python_run_as_written(tmp_path):
    lines = commands()
    assert len(lines) >= 3
    for line in lines:
        done = run(line, tmp_path)
        assert done.returncode == 0, (line, done.stderr)
    assert (tmp_path / "scores.csv").read_text().startswith("sample_id,given_label,suggested_label,suspicion,")
    for block in blocks("python"):
        done = run(["-c", block], tmp_path)
        assert done.returncode == 0, done.stderr
        assert "suspicion" in done.stdout


@pytest.mark.parametrize("target", re.findall(r"\]\(([^)h#][^)]*)\)", README))
def test_links_lead_somewhere(target):
    assert (ROOT / target).exists()


def test_make_knows_the_commands_named_first():
    first = README[: README.index("![")]
    targets = re.findall(r"^make (\w+)", first, re.MULTILINE)
    assert targets == ["run", "test"]
    for target in targets:
        dry = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True)
        assert dry.returncode == 0, dry.stderr


def test_the_first_number_is_the_one_that_was_measured():
    """Average precision on MMLU's wrong keys, the default's and the best other's, as docs/detection.md has them."""
    table = (ROOT / "docs" / "detection.md").read_text(encoding="utf-8")
    measured = re.search(
        r"^\| MMLU, wrong key \| [^|]+\|[^|]+\| (0\.\d+) [^|]+\| ([^|]+): (0\.\d+) \|", table, re.MULTILINE
    )
    said = re.search(r"average precision (0\.\d+), the best of all others tried (0\.\d+)\*\* \(([^;]+);", README)
    assert said[1] == measured[1] and said[2] == measured[3]
    assert measured[2].startswith(said[3].replace("'s", ""))
    assert README.index(said[0]) < README.index("![")
