"""The arrows of CONTRIBUTING.md: who may import what, checked on the source and on what really gets imported.

The order of the core's storeys, circles, fullness and lengths are in ``test_architecture_storeys``.
"""

import ast
import subprocess
import sys
from dataclasses import dataclass

import numpy as np
import pytest

from tests.conftest import REPOSITORY
from tests.source_files import imports, module_name, our_files, text_of

OURS = {"app", "pages", "cleaning", "data_adapters", "tests", "benchmarks"}
NETWORK = set("socket ssl urllib.request urllib3 http ftplib smtplib xmlrpc requests httpx aiohttp".split())
SQL = {"sqlite3", "sqlalchemy", "psycopg", "psycopg2", "psycopg_pool"}
HEAVY = {"torch", "torchvision", "timm", "datasets"}
HIDDEN = {"contextvars.ContextVar"}  # what a function is told stands in its arguments
SESSION = {"session_state", "query_params"}
CACHES = {"cache_data", "cache_resource"}
STATE, LOADERS = "pages/shared/state.py", "pages/shared/loaders.py"
REGISTERS_ONCE = "pages/shared/review/room.py"  # the browser component: registered, not data kept


@dataclass(frozen=True)
class Room:
    """ours: what of ours may be imported. later: only inside functions. never: not at all."""

    ours: frozenset[str]
    later: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()


ROOMS = {
    "command line": Room(
        frozenset({"cleaning"}), frozenset({"data_adapters"}) | HEAVY, frozenset({"streamlit"} | HIDDEN)
    ),
    "cleaning": Room(
        frozenset({"cleaning"}),
        frozenset({"torch"}),
        frozenset({"streamlit", "plotly", "PIL", "timm"} | NETWORK | HIDDEN),
    ),
    "data_adapters": Room(
        frozenset({"cleaning", "data_adapters"}), frozenset(HEAVY), frozenset({"streamlit"} | HIDDEN)
    ),
    "shared": Room(frozenset({"pages.shared", "cleaning", "data_adapters"}), frozenset(HEAVY), frozenset(SQL | HIDDEN)),
    "pages": Room(frozenset({"pages.shared", "cleaning"}), frozenset(HEAVY), frozenset({"numpy"} | SQL | HIDDEN)),
    "app": Room(frozenset({"pages.shared", "cleaning"}), frozenset(HEAVY), frozenset({"numpy"} | SQL | HIDDEN)),
}


def room_of(path: str) -> str:
    if path.startswith("cleaning/command_line/") or path == "cleaning/__main__.py":
        return "command line"
    if path.startswith("pages/shared/"):
        return "shared"
    return "app" if path == "app.py" else path.split("/", 1)[0]


def _is_one_of(name: str, roots: frozenset[str] | set[str]) -> bool:
    return any(name == root or name.startswith(root + ".") for root in roots)


def import_violations(path: str, tree: ast.Module) -> list[str]:
    room, found = ROOMS[room_of(path)], []
    for one in imports(tree, path):
        where = f"{path}:{one.line} imports {one.name}"
        if _is_one_of(one.name, room.never):
            found.append(where)
        elif _is_one_of(one.name, room.later):
            found += [] if one.in_function else [f"{where} outside a function"]
        elif _is_one_of(one.name, OURS) and not _is_ours_to_use(one.name, path):
            found.append(where)
    return found


def _is_ours_to_use(name: str, path: str) -> bool:
    """Whether a module of ours is open to this file; the core never calls its command line."""
    up_again = room_of(path) == "cleaning" and _is_one_of(name, {"cleaning.command_line", "cleaning.__main__"})
    return _is_one_of(name, ROOMS[room_of(path)].ours) and not up_again


def streamlit_violations(path: str, tree: ast.Module) -> list[str]:
    """Session, URL and caches: each in its one place."""
    found = []
    for node in ast.walk(tree):
        name = _of_streamlit(node)
        if name in SESSION and path != STATE:
            found.append(f"{path}:{node.lineno} uses {name}")
        if name in CACHES and path not in (LOADERS, REGISTERS_ONCE):
            found.append(f"{path}:{node.lineno} uses {name}")
        if room_of(path) == "pages" and isinstance(node, ast.ImportFrom) and node.module == "functools":
            found += [f"{path}:{node.lineno} imports {a.name}" for a in node.names if a.name in ("cache", "lru_cache")]
    return found


def _of_streamlit(node: ast.AST) -> str:
    """The name that is taken from streamlit: ``st.name``, ``from streamlit import name``, ``getattr(st, "name")``."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in ("st", "streamlit"):
        return node.attr
    if isinstance(node, ast.alias):
        return node.name.removeprefix("streamlit.")
    return str(node.value) if isinstance(node, ast.Constant) else ""


def violations(path: str, source: str) -> list[str]:
    tree = ast.parse(source)
    return import_violations(path, tree) + streamlit_violations(path, tree)


def test_the_arrows_hold():
    files = our_files()
    assert len(files) > 50 and {STATE, LOADERS, REGISTERS_ONCE, "cleaning/suspect/pool.py"} <= set(files)
    found = [v for path in files for v in violations(path, text_of(path))]
    assert found == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("cleaning/suspect/pool.py", "import streamlit as st"),
        ("cleaning/suspect/pool.py", "def f():\n    from PIL import Image"),
        ("cleaning/suspect/pool.py", "from plotly.graph_objects import Figure"),
        ("cleaning/suspect/pool.py", "import urllib.request"),
        ("cleaning/suspect/pool.py", "from contextvars import ContextVar"),
        ("data_adapters/ways.py", "def f():\n    from contextvars import ContextVar"),
        ("cleaning/suspect/pool.py", "from urllib import request"),
        ("cleaning/suspect/pool.py", "import importlib\ndef f():\n    importlib.import_module('timm.models')"),
        ("cleaning/suspect/pool.py", "def f():\n    import data_adapters"),
        ("cleaning/suspect/pool.py", "from cleaning.command_line import main"),
        ("cleaning/export/plan.py", "from ..command_line import main"),
        ("cleaning/export/plan.py", "from ... import pages"),
        ("cleaning/suspect/pool.py", "import torch"),
        ("cleaning/command_line/score.py", "from data_adapters import read_folder"),
        ("cleaning/command_line/score.py", "if True:\n    import data_adapters.folder"),
        ("cleaning/command_line/score.py", "def f():\n    import streamlit"),
        ("cleaning/__main__.py", "from pages.shared import state"),
        ("data_adapters/layouts/folder.py", "from pages.shared import loaders"),
        ("data_adapters/layouts/folder.py", "try:\n    import timm\nexcept ImportError:\n    timm = None"),
        ("data_adapters/demo/digits.py", "class A:\n    import datasets"),
        ("pages/shared/charts.py", "import sqlite3"),
        ("pages/shared/charts.py", "from sqlalchemy import text"),
        ("pages/shared/charts.py", "import app"),
        ("pages/shared/charts.py", "import streamlit as st\nst.session_state['a'] = 1"),
        ("pages/shared/charts.py", "from streamlit import query_params"),
        ("pages/shared/charts.py", "import streamlit as st\n@st.cache_data\ndef f(): ..."),
        ("pages/shared/charts.py", "import streamlit as st\n@st.cache_resource(ttl=3)\ndef f(): ..."),
        ("pages/load.py", "import numpy as np"),
        ("pages/load.py", "def f():\n    from numpy.random import default_rng"),
        ("pages/load.py", "import data_adapters"),
        ("pages/load.py", "from pages import review"),
        ("pages/load.py", "import streamlit as st\ngetattr(st, 'session_state')"),
        ("pages/load.py", "from functools import lru_cache"),
        ("app.py", "import sqlalchemy"),
        ("app.py", "import streamlit as st\nst.query_params.clear()"),
    ],
)
def test_a_planted_violation_is_found(path, source):
    assert len(violations(path, source)) == 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        (
            "cleaning/suspect/pool.py",
            "import numpy as np\nfrom cleaning.domain.folds import Folds\nfrom urllib.parse import quote",
        ),
        ("cleaning/suspect/pool.py", "def f():\n    import torch"),
        ("cleaning/export/plan.py", "from ..errors import InputError\nfrom . import settle"),
        ("cleaning/command_line/score.py", "def f():\n    from data_adapters import read_folder"),
        ("data_adapters/layouts/folder.py", "def f():\n    import torch, timm\nfrom cleaning.errors import InputError"),
        ("pages/shared/loaders.py", "import streamlit as st\n@st.cache_data\ndef f(): ..."),
        ("pages/shared/state.py", "import streamlit as st\nst.session_state['a'] = st.query_params"),
        ("pages/shared/server/routes.py", "def f(request):\n    return request.query_params"),
        ("pages/load.py", "from pages.shared import state\nfrom cleaning.errors import InputError\nimport pandas"),
    ],
)
def test_what_is_allowed_is_not_found(path, source):
    assert violations(path, source) == []


# -- what really gets imported --------------------------------------------------------------------------------------


def run_python(code: str, *arguments: str) -> str:
    """What a fresh Python prints last, run in the repository."""
    command = [sys.executable, "-W", "error", "-c", code, *arguments]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip().splitlines()[-1]


IMPORT_ALL = """
import importlib, sys
for name in sys.argv[2].split(","):
    importlib.import_module(name)
print(",".join(sorted(set(sys.argv[1].split(",")) & set(sys.modules))) or "none")
"""

RUN_COMMAND = """
import runpy, sys
watched = sys.argv[1].split(",")
sys.argv = ["cleaning", *sys.argv[2:]]
try:
    runpy.run_module("cleaning", run_name="__main__")
except SystemExit as stopped:
    assert stopped.code == 0
print(",".join(sorted(set(watched) & set(sys.modules))) or "none")
"""


def modules(*rooms: str) -> list[str]:
    return [module_name(p) for p in our_files() if p.startswith(rooms) and p != "cleaning/__main__.py"]


@pytest.mark.parametrize("room", ["cleaning", "data_adapters"])
def test_importing_the_core_and_the_adapters_is_light(room):
    watched = "torch,torchvision,timm,datasets,streamlit,plotly,sklearn"
    assert run_python(IMPORT_ALL, watched, ",".join(modules(room + "/"))) == "none"


@pytest.mark.parametrize(
    "arguments", [["--help"], *([c, "--help"] for c in "score calibrate cascade experts-report demo".split())]
)
def test_help_comes_without_waiting_for_libraries(arguments):
    assert run_python(RUN_COMMAND, "torch,timm,torchvision,pandas,numpy,scipy,sklearn,pyarrow", *arguments) == "none"


FIT_ALL = """
import sys
import numpy as np
from cleaning.calibrate.calibrators import METHODS, fit_calibrator
for method in METHODS:
    fit_calibrator(method, np.linspace(0, 1, 50), np.arange(50) % 2)
print("sklearn" in sys.modules)
"""


def test_no_calibration_waits_for_scikit_learn():
    """Importing it takes a second, of 1.28 million samples a tenth of the first look at Calibrate."""
    assert run_python(FIT_ALL) == "False"


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_arrays_are_scored_without_pandas(tmp_path, ending):
    """Starting pandas takes longer than scoring 10,000 samples."""
    np.save(tmp_path / "labels.npy", np.arange(60) % 3)
    scores = np.random.default_rng(0).normal(size=(60, 3)) + 3 * np.eye(3)[np.arange(60) % 3]
    np.save(tmp_path / "net.npy", scores.astype(np.float32))
    files = [f"--labels={tmp_path / 'labels.npy'}", f"--expert=net={tmp_path / 'net.npy'}"]
    watched = "pandas,scipy,sklearn,pyarrow.compute,numpy.ma"
    assert run_python(RUN_COMMAND, watched, "score", *files, f"--out={tmp_path / 'out'}.{ending}") == "none"


def test_groups_are_judged_without_all_of_scipys_statistics(tmp_path):
    """Importing them takes longer than scoring 100,000 samples in groups."""
    rows = [f"s{n},{'ab'[n % 2]},{'ab'[n % 2 * (n > 5)]},{n % 4}" for n in range(60)]
    (tmp_path / "table.csv").write_text("\n".join(["sample_id,label,net,group", *rows]))
    table = [f"--{given}={tmp_path / 'table.csv'}" for given in ("labels", "answers")]
    asked = [*table, "--answer-columns=net", "--group-column=group", f"--out={tmp_path / 'out.csv'}"]
    assert run_python(RUN_COMMAND, "scipy.stats,scipy.optimize", "score", *asked) == "none"


def test_everything_but_inference_imports_where_torch_and_timm_cannot_be():
    without = "import sys\nfor name in ('torch', 'torchvision', 'timm'):\n    sys.modules[name] = None\n"
    everything = modules("cleaning/", "data_adapters/", "pages/shared/")
    assert run_python(without + IMPORT_ALL, "streamlit", ",".join(everything)) == "streamlit"
