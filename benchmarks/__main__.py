"""``python -m benchmarks`` runs every benchmark in this folder, ``python -m benchmarks scoring`` only those named.

A benchmark is a module with ``main()``, which measures and prints. Arguments after ``--`` go to it.
"""

import importlib
import pkgutil
import sys

import benchmarks


def run(arguments: list[str]) -> int:
    """Runs the benchmarks named, or all. Returns 2 when one is named that is not there."""
    names, _, rest = _split(arguments)
    found = {m.name: m for m in pkgutil.iter_modules(benchmarks.__path__) if not m.name.startswith("_")}
    for name in names or sorted(found):
        if name not in found:
            print(f"There is no benchmark '{name}'. There are: {', '.join(sorted(found))}.", file=sys.stderr)
            return 2
        module = importlib.import_module(f"benchmarks.{name}")
        if hasattr(module, "main"):
            print(f"\n# {name}\n", flush=True)
            module.main(rest)
    return 0


def _split(arguments: list[str]) -> tuple[list[str], str, list[str]]:
    at = arguments.index("--") if "--" in arguments else len(arguments)
    return arguments[:at], "--", arguments[at + 1 :]


if __name__ == "__main__":
    raise SystemExit(run(sys.argv[1:]))
