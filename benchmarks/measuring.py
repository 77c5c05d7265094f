"""CPU time, wall time and peak memory of whole processes, interleaved."""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


# A small process starts what is measured: a child is charged with the memory of the process that starts it.
LAUNCHER = """
import json, resource, subprocess, sys, tempfile, time
with tempfile.TemporaryFile() as words:
    began = time.perf_counter()
    code = subprocess.call(sys.argv[1:], stdout=words, stderr=words)
    wall = time.perf_counter() - began
    words.seek(0)
    said = words.read()[-500:].decode(errors="replace")
used = resource.getrusage(resource.RUSAGE_CHILDREN)
peak = used.ru_maxrss * 1024 / 1e6
print(json.dumps({"code": code, "said": said, "cpu": used.ru_utime + used.ru_stime, "wall": wall, "peak": peak}))
"""


@dataclass(frozen=True)
class Cost:
    """One process: cpu and wall in seconds (cpu: user and system, of all its threads and children), peak in MB."""

    cpu: float
    wall: float
    peak: float


def cost_of(command: Sequence[str]) -> Cost:
    """Runs a Python module with arguments in a fresh process. Raises RuntimeError with its last words on failure."""
    launched = [sys.executable, "-I", "-S", "-c", LAUNCHER, sys.executable, "-m", *command]
    done = subprocess.run(launched, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    told = json.loads(done.stdout)
    if told["code"]:
        raise RuntimeError(f"{' '.join(command)} failed: {told['said']}")
    return Cost(told["cpu"], told["wall"], told["peak"])


def interleaved(commands: dict[str, Sequence[str]], repetitions: int) -> dict[str, Cost]:
    """Median cost of each command; every round runs each of them once, so that all meet the same noise."""
    seen: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(repetitions):
        for name, command in commands.items():
            seen[name].append(cost_of(command))
    return {name: median(costs) for name, costs in seen.items()}


def median(costs: Sequence[Cost]) -> Cost:
    return Cost(*(statistics.median(getattr(c, field) for c in costs) for field in ("cpu", "wall", "peak")))


def machine() -> str:
    """Processor, cores, memory and Python with NumPy, in a line."""
    import platform

    import numpy

    pages, page = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return (
        f"{_processor()}, {os.cpu_count()} cores, {pages * page / 1e9:.0f} GB, {platform.system()}, "
        f"Python {platform.python_version()}, NumPy {numpy.__version__}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        import platform

        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else "unknown processor"
