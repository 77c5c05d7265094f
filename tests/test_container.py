"""The container files, as far as they can be judged without an engine; and the start script by a user without rights."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import yaml

from tests.conftest import REPOSITORY
from tests.postgresql_server import free_port

INSTRUCTIONS = "ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL RUN SHELL USER VOLUME WORKDIR".split()
NOBODY = 65_534
TAGGED = re.compile(r"[\w./-]+:[\w.-]*\d+\.\d+[\w.-]*(@sha256:[0-9a-f]{64})?$")


def lint(text: str) -> list[str]:
    """What is wrong with a Dockerfile: the faults that make images that change, run as root or never are found ill."""
    lines = [line.strip() for line in text.replace("\\\n", " ").splitlines()]
    steps = [line.split(None, 1) for line in lines if line and not line.startswith("#")]
    said = [f"{word} is no instruction" for word, *_ in steps if word not in INSTRUCTIONS]
    by_name: dict[str, list[str]] = {}
    for word, *rest in steps:
        by_name.setdefault(word, []).append(" ".join(rest))
    said += [f"{image} is not pinned" for image in by_name.get("FROM", ()) if not TAGGED.fullmatch(image.split()[0])]
    if by_name.get("USER", ["root"])[-1] in ("root", "0"):
        said.append("it runs as root")
    said += [f"no {name}" for name in ("HEALTHCHECK", "CMD", "WORKDIR") if name not in by_name]
    said += [f"{name} is given twice" for name in ("CMD", "HEALTHCHECK") if len(by_name.get(name, ())) > 1]
    said += [f"{name} needs the form of a list" for name in ("CMD", "ENTRYPOINT") for one in by_name.get(name, ())
             if not one.startswith("[")]  # fmt: skip
    for run in by_name.get("RUN", ()):
        if "pip install" in run and "--require-hashes" not in run:
            said.append("pip installs without hashes")
        if re.search(r"\b(sudo|curl|wget)\b", run) or "apt-get upgrade" in run:
            said.append(f"RUN {run[:40]} fetches or does what is not pinned")
    order = [word for word, *_ in steps]
    if "USER" in order and "RUN" in order and order.index("USER") < max(i for i, w in enumerate(order) if w == "RUN"):
        said.append("something runs after USER")
    return said


def test_the_dockerfile_is_without_fault():
    assert lint((REPOSITORY / "Dockerfile").read_text()) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (r"FROM \S+", "FROM python:latest", "not pinned"),
        ("USER reviewer", "USER root", "runs as root"),
        (r"HEALTHCHECK.*", "", "no HEALTHCHECK"),
        (" --require-hashes", "", "without hashes"),
        (r"CMD \[\"sh\".*", "CMD sh deploy/start.sh", "form of a list"),
        ("EXPOSE", "EXPOSES", "is no instruction"),
    ],
)
def test_the_lint_finds_each_fault(old, new, said):
    spoiled = re.sub(old, new, (REPOSITORY / "Dockerfile").read_text())
    assert any(said in one for one in lint(spoiled)), lint(spoiled)


def test_what_the_dockerfile_copies_and_starts_is_there():
    for path in ("requirements.lock", "deploy/start.sh", "deploy/health.py", ".dockerignore"):
        assert (REPOSITORY / path).is_file(), path
    assert "--hash=sha256:" in (REPOSITORY / "requirements.lock").read_text()


def test_the_compose_file_pins_images_and_gives_the_app_no_rights():
    told = yaml.safe_load((REPOSITORY / "compose.yaml").read_text())["services"]
    assert {"app", "database", "proxy"} <= set(told)
    assert all(TAGGED.fullmatch(one["image"]) for one in told.values() if "image" in one)
    app = told["app"]
    assert app["read_only"] and app["cap_drop"] == ["ALL"] and "no-new-privileges:true" in app["security_opt"]
    assert "SECOND_OPINION_ADMINS" in app["environment"] and "ports" not in app and "ports" not in told["database"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a program as another user")
def test_the_start_script_runs_in_a_clean_folder_as_a_user_without_rights(tmp_path):
    files = subprocess.run(
        ["git", "ls-files"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    ).stdout.split()
    copy, workspaces, port = tmp_path / "app", tmp_path / "workspaces", free_port()
    for name in files:
        if not name.startswith(("tests/", "docs/", "benchmarks/")) and (REPOSITORY / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(REPOSITORY / name, copy / name)
    workspaces.mkdir()
    os.chown(workspaces, NOBODY, NOBODY)
    for folder in (tmp_path, *list(tmp_path.parents)[:3]):
        folder.chmod(folder.stat().st_mode | 0o055)
    surroundings = {
        "PATH": os.environ["PATH"], "HOME": str(workspaces), "PORT": str(port), "SECOND_OPINION_OPEN": "1",
        "SECOND_OPINION_WORKSPACES": str(workspaces), "PYTHON": python_for_all(), "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": site_packages(),
    }  # fmt: skip
    with (tmp_path / "told").open("wb") as told:
        started = subprocess.Popen(["sh", "deploy/start.sh"], cwd=copy, env=surroundings, user=NOBODY, group=NOBODY,
                                   extra_groups=[], stdout=told, stderr=told)  # fmt: skip
    try:
        assert eventually_well(f"http://127.0.0.1:{port}/api/health"), (tmp_path / "told").read_text()
        health = surroundings | {"PORT": str(port)}
        asked = subprocess.run([python_for_all(), "deploy/health.py"], cwd=copy, env=health, timeout=60)
        assert asked.returncode == 0
    finally:
        started.terminate()
        started.wait()


def python_for_all() -> str:
    """An interpreter of this version that any user may run: this one, or the system's; skips where there is none."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for real in (Path(sys.executable).resolve(), Path("/usr/bin") / version, Path("/usr/local/bin") / version):
        if real.exists() and all(folder.stat().st_mode & 0o001 for folder in real.resolve().parents):
            return str(real)
    pytest.skip(f"no {version} that other users may run")


def site_packages() -> str:
    return sysconfig.get_paths()["purelib"]


def eventually_well(address: str, seconds: float = 90.0) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    return False
