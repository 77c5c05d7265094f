"""CPU time, wall time and peak memory of whole processes, interleaved."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Cost:
    """One process: cpu and wall in seconds (cpu: user and system, of all its threads and children), peak in MB."""

    cpu: float
    wall: float
    peak: float


def cost_of(command: Sequence[str]) -> Cost:
    """Runs a Python module with arguments in a fresh process. Raises RuntimeError with its last words on failure."""
    with tempfile.TemporaryFile() as words:
        began = time.perf_counter()
        process = subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, stdout=words, stderr=words)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            words.seek(0)
            raise RuntimeError(f"{' '.join(command)} failed: {words.read()[-500:].decode(errors='replace')}")
    return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss * 1024 / 1e6)


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
