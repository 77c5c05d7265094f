"""Writes requirements.lock: every package the tests ran with, at its version, with the SHA-256 of its file.

pip itself resolves, held to what is installed in this environment; nothing is installed. ``make lock`` calls it.
"""

import hashlib
import json
import platform
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from setup import MODELS, ROOT, is_for_models, requirements

HEAD = """\
# The set that the tests ran with: Python {python} on {system}. Made by `make lock`; do not edit.
#   pip install --require-hashes -r requirements.lock
# Without {models}: which file of torch is right depends on the machine (processor alone, or which
# graphics driver), so no one hash of it holds elsewhere. Install them after, as requirements.txt pins them.
"""


def main() -> None:
    lines = [HEAD.format(python=python(), system=system(), models=", ".join(MODELS))]
    lines += [f"{name}=={version} \\\n    --hash=sha256:{digest}\n" for name, version, digest in sorted(resolved())]
    (ROOT / "requirements.lock").write_text("".join(lines), encoding="utf-8")


def python() -> str:
    return ".".join(platform.python_version_tuple()[:2])


def system() -> str:
    return f"{platform.system()} {platform.machine()}"


def resolved() -> list[tuple[str, str, str]]:
    """(name, version, SHA-256) of every package that pip would install for the requirements."""
    with tempfile.TemporaryDirectory() as folder:
        wanted, tested = Path(folder) / "wanted.txt", Path(folder) / "tested.txt"
        everything = requirements() + requirements("requirements-dev.txt")
        wanted.write_text("\n".join(line for line in everything if not is_for_models(line)))
        tested.write_text("\n".join(line for line in pip("freeze", "--all").splitlines() if not is_for_models(line)))
        asked = ("install", "--dry-run", "--ignore-installed", "--quiet", "--report", "-")
        report = json.loads(pip(*asked, "-c", str(tested), "-r", str(wanted)))
    return [row_of(package) for package in report["install"]]


def pip(*arguments: str) -> str:
    done = subprocess.run([sys.executable, "-m", "pip", *arguments], stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def row_of(package: dict) -> tuple[str, str, str]:
    about, source = package["metadata"], package["download_info"]
    name = re.sub(r"[-_.]+", "-", about["name"]).lower()
    return name, about["version"], source["archive_info"].get("hashes", {}).get("sha256") or hash_at(source["url"])


def hash_at(url: str) -> str:
    """The SHA-256 of a file in a local folder of packages, for which pip reports none."""
    return hashlib.sha256(Path(unquote(urlsplit(url).path)).read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
