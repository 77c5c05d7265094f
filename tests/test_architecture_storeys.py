"""The house of CONTRIBUTING.md: the core's storeys, no circle among modules, no folder too full, nothing too long."""

import ast
from collections import Counter
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import PurePosixPath

import pytest

from tests.source_files import ROOMS_OF_PRODUCT, files_in, imports, module_name, our_files, text_of

GROUND = "the ground floor"  # cleaning/*.py
STOREYS = (
    GROUND,
    *"drawing scores domain answers calibrate suspect keep settle estimate review certify".split(),
    *"experts known_truth export paper_claims command_line".split(),
)
FRONT_DOOR = ("cleaning/__init__.py", "cleaning/__main__.py")  # they lead to every storey, and none leads to them
FULLEST, LONGEST, LONGEST_FUNCTION = 20, 300, 50
CHECKED_FOR_SIZE = (*ROOMS_OF_PRODUCT, "tests")
STILL_LONGER = {  # lines that each may have; an entry may only shrink, and goes when its file is short enough
    "tests/cleaning/calibrate/test_measures.py": 304,
    "tests/cleaning/estimate/test_estimation.py": 328,
    "tests/cleaning/experts/test_cascade.py": 337,
    "tests/cleaning/export/test_patch.py": 350,
    "tests/cleaning/keep/test_workspaces.py": 394,
    "tests/cleaning/suspect/test_pool.py": 307,
    "tests/data_adapters/doctor/test_diagnosis.py": 444,
    "tests/data_adapters/files/test_malformed.py": 650,
    "tests/data_adapters/inference/test_timm_experts.py": 332,
    "tests/data_adapters/layouts/test_question_logs.py": 524,
    "tests/pages/review/test_review_routes.py": 324,
}
STILL_FULLER: dict[tuple[str, str], int] = {}  # likewise


# -- the order of the core's storeys --------------------------------------------------------------------------------


def storey_of(path: str) -> str:
    """The folder of the core in which a file stands."""
    parts = PurePosixPath(path).parts
    return GROUND if len(parts) == 2 else parts[1]


def storey_violations(path: str, source: str, modules: frozenset[str]) -> list[str]:
    """Imports of the core that look up: to a later storey, or out of the front door. ``modules``: all of ours."""
    here = storey_of(path)
    if here not in STOREYS:
        return [f"{path} stands in no storey of the core"]
    names = [(one, _home(one.name, modules)) for one in imports(ast.parse(source), path)]
    return [f"{path}:{one.line} imports {one.name}" for one, home in names if home and _looks_up(here, home)]


def _looks_up(here: str, home: str) -> bool:
    """Whether the module of that name lies above this storey. The core's front door lies above all."""
    if home.split(".")[0] != "cleaning":
        return False  # the arrows of test_architecture hold these
    if home in map(module_name, FRONT_DOOR):
        return True
    folder = home.split(".")[1]
    there = folder if folder in STOREYS else GROUND
    return STOREYS.index(there) > STOREYS.index(here)


def _home(name: str, modules: Iterable[str]) -> str:
    """The module of ours that an imported name lies in, or the empty string."""
    while name and name not in modules:
        name = name.rpartition(".")[0]
    return name


def our_modules() -> frozenset[str]:
    return frozenset(map(module_name, our_files()))


def test_each_storey_of_the_core_imports_only_those_below():
    core = [path for path in files_in(["cleaning"], ".py") if path not in FRONT_DOOR]
    assert {storey_of(path) for path in core} == set(STOREYS)
    assert [v for path in core for v in storey_violations(path, text_of(path), our_modules())] == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("cleaning/scores/rows.py", "from cleaning.domain.dataset import Dataset"),
        ("cleaning/errors.py", "import cleaning.scores.rows"),
        ("cleaning/suspect/pool.py", "def f():\n    from cleaning.keep import workspaces"),
        ("cleaning/settle/policy.py", "from ..estimate.bands import bands"),
        ("cleaning/estimate/bands.py", "import importlib\nimportlib.import_module('cleaning.review.queue')"),
        ("cleaning/export/card/page.py", "from cleaning.command_line.shared.output import write_table"),
        ("cleaning/suspect/pool.py", "from cleaning import Dataset"),
        ("cleaning/suspect/pool.py", "import cleaning"),
        ("cleaning/command_line/score.py", "from cleaning.__main__ import main"),
        ("cleaning/formulas/logistic.py", "import numpy"),
    ],
)
def test_an_import_that_looks_up_is_found(path, source):
    assert len(storey_violations(path, source, our_modules())) == 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        (
            "cleaning/export/card/page.py",
            "from cleaning.estimate.bands import x\nfrom cleaning.errors import InputError",
        ),
        ("cleaning/suspect/pool.py", "from cleaning.suspect import ranking\nfrom . import softened"),
        ("cleaning/first_use.py", "from cleaning.errors import InputError"),
        ("cleaning/command_line/score.py", "def f():\n    from data_adapters import read_folder"),
    ],
)
def test_an_import_that_looks_down_is_not_found(path, source):
    assert storey_violations(path, source, our_modules()) == []


# -- circles --------------------------------------------------------------------------------------------------------


def circle(sources: Mapping[str, str]) -> list[str]:
    """Modules that import each other in a ring, imports inside functions counted; none: an empty list.

    ``sources``: path to text. A package that names the homes of what it offers (``first_use``) imports them.
    """
    modules = {module_name(path) for path in sources}
    graph = {module_name(path): _imported(path, source, modules) for path, source in sources.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as found:
        return found.args[1]
    return []


def _imported(path: str, source: str, modules: set[str]) -> set[str]:
    tree = ast.parse(source)
    names = {one.name for one in imports(tree, path)}
    if path.endswith("/__init__.py"):
        names |= {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and n.value in modules}
    return {_home(name, modules) for name in names} - {"", module_name(path)}


def test_no_modules_import_each_other_in_a_circle():
    assert circle({path: text_of(path) for path in our_files()}) == []


@pytest.mark.parametrize(
    "sources",
    [
        {"cleaning/a.py": "import cleaning.b", "cleaning/b.py": "from cleaning.a import f"},
        {"cleaning/a.py": "from . import b", "cleaning/b.py": "def f():\n    from cleaning import a"},
        {"pages/a.py": "import pages.b", "pages/b.py": "import pages.c", "pages/c.py": "from pages import a"},
        {"cleaning/x/__init__.py": "_HOMES = {'cleaning.x.a': ('f',)}", "cleaning/x/a.py": "from cleaning.x import f"},
        {"data_adapters/a.py": "from cleaning.b import f", "cleaning/b.py": "import data_adapters.a"},
    ],
)
def test_a_planted_circle_is_found(sources):
    assert len(set(circle(sources))) == len(sources)


def test_a_line_is_no_circle():
    line = {"cleaning/a.py": "from cleaning.b import f\nimport cleaning.c", "cleaning/b.py": "import cleaning.c"}
    assert circle({**line, "cleaning/c.py": "import numpy"}) == []


# -- fullness and lengths -------------------------------------------------------------------------------------------


def too_full(paths: Iterable[str], still_fuller: Mapping[tuple[str, str], int]) -> list[str]:
    """Folders with more files of Python, or of JavaScript, than one looks over, and exceptions no longer needed."""
    counts = Counter((str(PurePosixPath(path).parent), PurePosixPath(path).suffix) for path in paths)
    full = {place: n for place, n in counts.items() if n > still_fuller.get(place, FULLEST)}
    found = [f"{folder} has {n} {ending} files" for (folder, ending), n in full.items()]
    needless = [folder for folder, ending in still_fuller if counts[folder, ending] <= FULLEST]
    return found + [f"{folder} is no fuller than others now: take it from STILL_FULLER" for folder in needless]


def length_violations(lengths: Mapping[str, int], still_longer: Mapping[str, int]) -> list[str]:
    """Files longer than they may be, and exceptions that are no longer needed."""
    found = [f"{path} has {n} lines" for path, n in lengths.items() if n > still_longer.get(path, LONGEST)]
    short = [path for path in still_longer if lengths.get(path, 0) <= LONGEST]
    return found + [f"{path} is short enough now: take it from STILL_LONGER" for path in short]


def long_functions(path: str, source: str) -> list[str]:
    """Functions of more lines than one reads at a glance."""
    functions = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    lengths = [(f.name, f.end_lineno - f.lineno + 1) for f in functions]
    return [f"{path}: {name} has {n} lines" for name, n in lengths if n > LONGEST_FUNCTION]


def test_no_folder_is_too_full():
    assert too_full(files_in(CHECKED_FOR_SIZE, ".py", ".js"), STILL_FULLER) == []


def test_a_planted_full_folder_is_found():
    full = [f"cleaning/estimate/{n}.py" for n in range(FULLEST)]
    beside = ["cleaning/estimate/made/one.py", "cleaning/estimate/one.js", "cleaning/one.py"]
    assert too_full([*full, *beside], {}) == []
    more, still = [*full, *beside, "cleaning/estimate/one_more.py"], {("cleaning/estimate", ".py"): 21}
    assert too_full(more, {}) == ["cleaning/estimate has 21 .py files"] and too_full(more, still) == []
    assert too_full([*more, "cleaning/estimate/and_one.py"], still) == ["cleaning/estimate has 22 .py files"]
    assert too_full(full, still) == ["cleaning/estimate is no fuller than others now: take it from STILL_FULLER"]


def test_no_file_is_too_long():
    lengths = {path: len(text_of(path).splitlines()) for path in files_in(CHECKED_FOR_SIZE, ".py", ".js")}
    assert length_violations(lengths, STILL_LONGER) == []


def test_a_planted_long_file_is_found():
    assert length_violations({"pages/load.py": 300, "pages/a.js": 301}, {}) == ["pages/a.js has 301 lines"]


def test_an_exception_neither_grows_nor_outlives_its_need():
    still = {"pages/load.py": 310}
    assert length_violations({"pages/load.py": 310}, still) == []
    assert length_violations({"pages/load.py": 311}, still) == ["pages/load.py has 311 lines"]
    for gone in ({"pages/load.py": 300}, {}):
        assert length_violations(gone, still) == ["pages/load.py is short enough now: take it from STILL_LONGER"]


def test_no_function_is_too_long():
    paths = ["app.py", *files_in(CHECKED_FOR_SIZE, ".py")]
    assert [v for path in paths for v in long_functions(path, text_of(path))] == []


@pytest.mark.parametrize("opening", ["def f():", "async def f():", "class A:\n  def f(self):"])
def test_a_planted_long_function_is_found(opening):
    assert long_functions("app.py", opening + "\n    pass" * (LONGEST_FUNCTION - 1)) == []
    assert long_functions("app.py", opening + "\n    pass" * LONGEST_FUNCTION) == ["app.py: f has 51 lines"]
