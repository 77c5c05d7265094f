"""The project's source as its own tests read it: which files there are, and what each imports."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.conftest import REPOSITORY

ROOMS_OF_PRODUCT = ("cleaning", "data_adapters", "pages")


def our_files() -> list[str]:
    """Every Python file of the product, below the repository's root."""
    return ["app.py", *files_in(ROOMS_OF_PRODUCT, ".py")]


def files_in(rooms: Iterable[str], *endings: str) -> list[str]:
    """The files with one of the endings in these folders and below, below the repository's root."""
    found = (path for room in rooms for path in (REPOSITORY / room).rglob("*") if path.suffix in endings)
    return sorted(path.relative_to(REPOSITORY).as_posix() for path in found)


def text_of(path: str) -> str:
    return (REPOSITORY / path).read_text(encoding="utf-8")


def module_name(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@dataclass(frozen=True)
class Imported:
    name: str
    line: int
    in_function: bool


def imports(tree: ast.Module, path: str) -> Iterator[Imported]:
    """Every imported module, and ``module.name`` for each name taken from one."""

    def walk(node: ast.AST, in_function: bool) -> Iterator[Imported]:
        for name in _names(node, path):
            yield Imported(name, node.lineno, in_function)
        inside = in_function or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for child in ast.iter_child_nodes(node):
            yield from walk(child, inside)

    return walk(tree, False)


def _names(node: ast.AST, path: str) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        above = path.split("/")[: -node.level] if node.level else []
        module = ".".join([*above, *([node.module] if node.module else [])])
        return [f"{module}.{alias.name}".lstrip(".") for alias in node.names]
    if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in (
        "import_module",
        "__import__",
    ):
        return [a.value for a in node.args[:1] if isinstance(a, ast.Constant)]
    return []
