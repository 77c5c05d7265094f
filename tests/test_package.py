"""What an adopter gets: a wheel that holds the whole product and works outside the checkout, a licence, a lock."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import cleaning
from tests.conftest import REPOSITORY

ROOMS = ("cleaning", "data_adapters", "pages")
NEEDED = (*ROOMS, "tests", "benchmarks", ".streamlit", "app.py", "setup.py", "pyproject.toml", "MANIFEST.in")
TEXTS = ("LICENSE", "README.md", "CHANGELOG.md", "requirements.txt")
BUILD = "import sys; from setuptools import build_meta; print(build_meta.build_wheel(sys.argv[1]))"
MODELS = {"torch", "torchvision", "timm"}


@dataclass(frozen=True)
class Installed:
    """A wheel, and the folder that it is installed in; the packages it needs are those of this Python."""

    wheel: Path
    place: Path

    @property
    def command(self) -> str:
        return str(self.place / "bin" / "second-opinion")

    @property
    def surroundings(self) -> dict[str, str]:
        return os.environ | {"PYTHONPATH": str(self.place)}

    def run(self, folder: Path, *command: str) -> str:
        done = subprocess.run(command, cwd=folder, env=self.surroundings, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Installed:
    """The wheel as built from a copy of the checkout, installed into a folder of its own."""
    home = tmp_path_factory.mktemp("package")
    source, made, place = (home / name for name in ("source", "made", "place"))
    _copy(source)
    made.mkdir()
    subprocess.run([sys.executable, "-c", BUILD, str(made)], cwd=source, capture_output=True, check=True)
    wheel = next(made.glob("*.whl"))
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(place)]
    subprocess.run([*install, str(wheel)], cwd=home, check=True, capture_output=True)
    return Installed(wheel, place)


def _copy(to: Path) -> None:
    to.mkdir()
    for name in (*NEEDED, *TEXTS):
        here = REPOSITORY / name
        if here.is_dir():
            shutil.copytree(here, to / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
        else:
            shutil.copy(here, to / name)


def test_the_wheel_holds_everything_that_runs_and_nothing_else(installed):
    held = {name for name in zipfile.ZipFile(installed.wheel).namelist() if ".dist-info/" not in name}
    files = [p.relative_to(REPOSITORY) for room in ROOMS for p in (REPOSITORY / room).rglob("*") if p.is_file()]
    unwanted = re.compile(r"__pycache__|node_modules|\.pyc$|\.test\.m?js$|\.d\.ts$|/tests?/")
    wanted = {str(p) for p in files if not unwanted.search(str(p))} | {"app.py", ".streamlit/config.toml"}
    assert {"pages/shared/review/browser/card.css", "pages/shared/mark.svg", "cleaning/py.typed"} <= wanted
    assert held == wanted


def test_every_package_says_that_it_is_typed():
    assert all((REPOSITORY / room / "py.typed").is_file() for room in ROOMS)


def test_what_the_wheel_says_of_itself(installed):
    archive = zipfile.ZipFile(installed.wheel)
    about = message_from_bytes(
        archive.read(next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA")))
    )
    assert (about["Name"], about["Version"]) == ("second-opinion", cleaning.__version__)
    assert (about["License-Expression"], about["License-File"]) == ("Apache-2.0", "LICENSE")
    needs = {(r.name, str(r.specifier), str(r.marker or "")) for r in map(Requirement, about.get_all("Requires-Dist"))}
    wanted = {(r.name, str(r.specifier), _extra(r)) for r in required("requirements.txt")}
    assert needs == wanted and {name for name, _, extra in needs if extra} >= MODELS


def _extra(requirement: Requirement) -> str:
    return 'extra == "models"' if requirement.name in MODELS else ""


def test_the_licence_is_apache_2_and_names_its_owner():
    text = (REPOSITORY / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License\n                           Version 2.0, January 2004" in text
    assert "9. Accepting Warranty or Additional Liability." in text
    assert "Copyright 2026 The Second Opinion authors" in text and "[yyyy]" not in text


# -- installed ------------------------------------------------------------------------------------------------------


def test_the_command_is_the_command_line(installed, tmp_path):
    assert installed.run(tmp_path, installed.command, "--version") == f"second-opinion {cleaning.__version__}\n"
    told = installed.run(tmp_path, installed.command, "doctor", "--help")
    assert told.startswith("usage: second-opinion doctor ")
    assert "\n  second-opinion doctor my_dataset\n" in told and "python -m cleaning" not in told


def test_it_scores_and_is_imported_outside_the_checkout(installed, tmp_path):
    installed.run(tmp_path, installed.command, "demo", "--out", "demo")
    installed.run(tmp_path, installed.command, "score", "demo/digits", "--out", "scores.csv")
    assert (tmp_path / "scores.csv").read_text().count("\n") == 1798
    code = "from cleaning import run_pipeline; import data_adapters, pages.shared.frame as f; print(f.__file__)"
    where = installed.run(tmp_path, sys.executable, "-W", "ignore", "-c", code)
    assert Path(where.strip()).is_relative_to(installed.place)


def test_the_command_has_the_settings_of_a_checkout(installed, tmp_path):
    """Threads and memory are set before numpy is there, as ``python -m cleaning`` does."""
    code = "import sys, os; from cleaning.__main__ import second_opinion; assert 'numpy' not in sys.modules; "
    code += "print(os.environ['OPENBLAS_NUM_THREADS'], os.environ['ARROW_DEFAULT_MEMORY_POOL'])"
    assert installed.run(tmp_path, sys.executable, "-c", code) == "1 system\n"


def test_the_app_opens_from_the_installed_package_for_this_machine_alone(installed, tmp_path):
    port = _free_port()
    with (tmp_path / "log").open("wb") as log:
        command = [installed.command, "app", "--", "--server.port", str(port)]
        server = subprocess.Popen(command, cwd=tmp_path, env=installed.surroundings, stdout=log, stderr=log)
    try:
        assert _answer(port, server, tmp_path / "log") == b"ok"
        with socket.socket() as other, pytest.raises(ConnectionRefusedError):
            other.connect(("127.0.0.2", port))  # reached only where the server listens to more than 127.0.0.1
    finally:
        server.kill()
        server.wait()
    beside = (installed.place / ".streamlit" / "config.toml").read_bytes()
    assert beside == (REPOSITORY / ".streamlit" / "config.toml").read_bytes()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _answer(port: int, server: subprocess.Popen, log: Path) -> bytes:
    """What the server says of its health, once it answers."""
    until = time.monotonic() + 120
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1) as answer:
                return answer.read()
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(log.read_text())


# -- the tested set -------------------------------------------------------------------------------------------------


def required(file: str) -> list[Requirement]:
    lines = [line.partition("#")[0].strip() for line in (REPOSITORY / file).read_text(encoding="utf-8").splitlines()]
    return [Requirement(line) for line in lines if line and not line.startswith("-")]


def locked() -> dict[str, str]:
    text = (REPOSITORY / "requirements.lock").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+) \\\n    --hash=sha256:[0-9a-f]{64}$", text, re.MULTILINE))


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_the_lock_names_every_requirement_within_its_bounds(file):
    versions = locked()
    asked = [r for r in required(file) if r.name not in MODELS]
    assert len(asked) > 10
    assert [str(r) for r in asked if not r.specifier.contains(versions.get(r.name, "0.0"))] == []


def test_the_lock_installs_elsewhere():
    """No line but pinned names with hashes and remarks: no address of an index, no file of one machine."""
    text = (REPOSITORY / "requirements.lock").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert len(lines) == 2 * len(locked()) > 100
    assert "://" not in text and not MODELS & set(locked())
